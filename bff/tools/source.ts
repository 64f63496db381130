/** What a source of tools is, whatever stands behind it: a function here, a server elsewhere. */
import type { ToolContext, ToolDefinition } from '../layers.ts';

/**
 * Some tools and the way to call them. `call` resolves with plain JSON and rejects with a `ToolFault` for a
 * failure that the model should read; it must stop when `signal` aborts. `progress` may be called until it settles.
 */
export type Source = {
  definitions: ToolDefinition[];
  call: (
    name: string,
    input: Record<string, unknown>,
    context: ToolContext,
    signal: AbortSignal,
    progress: (output: unknown) => void,
  ) => Promise<unknown>;
};

/** A failure in words that may be shown to the model and the visitor: no addresses, keys or inner details. */
export class ToolFault extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
