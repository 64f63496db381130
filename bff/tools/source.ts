/** What a source of tools is, whatever stands behind it: a function here, a server elsewhere. */
import type { Handoff, ToolContext, ToolDefinition } from '../layers.ts';

/** What a call gives: plain JSON. `keep`: ms for which the same call of the same visitor may be answered with it again. */
export type Result = { output: unknown; keep?: number; handoff?: Handoff };

/**
 * Some tools and the way to call them. `call` rejects with a `ToolFault` for a failure that the model should read; it
 * must stop when `signal` aborts. `progress` may be called until it settles. `callId` is the same for a call that is
 * made again, so that a server can tell.
 */
export type Source = {
  definitions: ToolDefinition[];
  call: (
    name: string,
    input: Record<string, unknown>,
    context: ToolContext,
    signal: AbortSignal,
    progress: (output: unknown) => void,
    callId: string,
  ) => Promise<Result>;
};

/** Tools of a source that may not be called, by name, with the reason in a word. */
export type Disabled = { name: string; why: 'changed' | 'off' };
/** A source that lives elsewhere: it offers its tools whenever they are known or have changed. */
export type Offer = (source: Source, disabled: Disabled[]) => void;
export type Remote = {
  /** Resolves when the first try to reach it is over, whatever came of it. */
  tried: Promise<void>;
  /** Takes another look at the tools that it has, say because a changed one was accepted. */
  refresh(): Promise<void>;
  close(): Promise<void>;
};

/** A failure in words that may be shown to the model and the visitor: no addresses, keys or inner details. */
export class ToolFault extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
