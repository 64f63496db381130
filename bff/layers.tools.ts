/** The fifth layer's types: tools, their calls, and an answer that waits for the visitor's yes. Part of layers.ts, which hands them on. */
import type { Agent, RouteMessage, ToolCall } from './layers.ts';

/**
 * `triggers`: words by which the builtin answerer, which is no language model, knows when to call it. `approval`: it
 * has side effects and is called only after the visitor's yes.
 */
export type ToolDefinition = {
  name: string;
  title: string;
  description: string;
  inputSchema: Record<string, unknown>;
  triggers: string[];
  approval?: boolean;
};
export type ToolContext = {
  site: string;
  visitor: string;
  chat: string;
  lang: string;
  traceId: string;
  /** Whose turn it is; only the tools that its configuration lists can be called. */
  agent: Agent | null;
  /** When the turn's patience with its tools ends, as of `performance.now()`; a call's own deadline is mostly earlier. */
  until?: number;
  /** By call id the approvals that the visitor has said yes to; each opens its own call, once. */
  grants?: Record<string, string>;
  /** Told of the result of a call that was given up as late and still came, before `signal` aborted. */
  late?: (part: ToolPart) => void;
};
export type ToolPart =
  | { type: 'progress'; callId: string; name: string; output: unknown }
  | { type: 'output'; callId: string; name: string; output: unknown; ms: number; handoff?: Handoff }
  | { type: 'error'; callId: string; name: string; code: string; message: string; ms: number }
  /** Not called yet: the visitor is to be asked. `approval` is the id that the yes must come with. */
  | { type: 'approval'; callId: string; name: string; approval: string };
/** A person takes over; `url` is where the visitor can follow it. */
export type Handoff = { reason: string; url?: string };
/** Runs all calls of a step side by side; ends when each has an output, an error or asks for approval. Never throws. */
export type RunTools = (calls: ToolCall[], context: ToolContext, signal: AbortSignal) => AsyncIterable<ToolPart>;
/** The tools that an agent may use. */
export type ListTools = (agent: Agent | null) => ToolDefinition[];

/** What an answer had come to when it stopped to ask whether some tools may run. `messages`: of the turn, after the question. */
export type Waiting = {
  agent: string | null;
  steps: number;
  messages: RouteMessage[];
  calls: { call: ToolCall; title: string; approval: string }[];
};
/** `granted`: ids of the calls that the visitor said yes to; every other one was declined. `text` and `sources`: of the answer so far. */
export type Resumed = { waiting: Waiting; granted: string[]; text: string; sources: { id: string; title: string; url?: string }[] };
