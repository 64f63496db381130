/** What the router asks of every provider, whatever its protocol: one function type and the values around it. */
import type { Usage } from '@halfsecond/shared/wire';
import type { Transport } from './transport.ts';
import type { Model, Provider, RouteMessage, RoutePart, Snippet, ToolCall, ToolDefinition } from '../layers.ts';

/** One question to one model. */
export type Ask = {
  model: Model;
  chat: string;
  lang: string;
  system: string;
  messages: RouteMessage[];
  snippets: Snippet[];
  tools: ToolDefinition[];
  /** Text that another model had already given when it broke off; '' at a fresh start. */
  partial: string;
  /** The answer comes from here only because the preferred model could not give it. */
  standIn: boolean;
  /** W3C trace context: the visitor's trace, and this call as its span. */
  traceparent?: string;
};

/** What a provider says while it answers. Text and reasoning are shown at once. */
export type ProviderPart = Extract<RoutePart, { type: 'text' | 'reasoning' | 'cite' | 'handoff' }>;
/** `working`, at most once: the first content is nothing to show, such as the arguments of a tool call. */
export type Heard = ProviderPart | { type: 'working' };

/**
 * A complete answer: the provider's own end mark arrived. Tool calls are whole. `input` of a call is the parsed
 * JSON; when a model's arguments are no JSON it is their raw text, which no object schema accepts, so the tools
 * layer answers the model with an ordinary input error and nothing is called by guesswork.
 */
export type Ended = { reason: 'stop' | 'length' | 'calls'; usage: Usage; calls: ToolCall[] };

/** How far the connection came, on the clock of `performance.now()`; null: it was there already, or that never came. */
export type Reached = { type: 'line'; connectedAt: number | null; headersAt: number | null };

/** Called for each part, in order and synchronously, so that a token crosses no extra promise. */
export type Sink = (part: Heard | Reached) => void;

/** How a call is told to end: a record, where an AbortSignal would weigh as much as half of what an open call holds. */
export type Stop = { asked: boolean; call: { cancel(): void } | null };

/** Tells the call, if there is one; further times do nothing. */
export function askToStop(stop: Stop | undefined): void {
  if (stop === undefined) return;
  const { call } = stop;
  stop.asked = true;
  stop.call = null;
  call?.cancel();
}

/**
 * Calls a model and hands its parts to `sink`. Resolves only at the provider's own end mark; rejects with a
 * `ProviderFailure` within the provider's deadlines otherwise, and at once when it is told to stop. Calls `sink`
 * never again after it has settled.
 */
export type CallModel = (ask: Ask, stop: Stop, sink: Sink) => Promise<Ended>;

/** A configured provider, ready to be called. `warm` loads its SDK ahead of the first turn and opens a connection. */
export type Caller = { call: CallModel; warm(): Promise<void> };
export type CreateCaller = (provider: Provider, transport: Transport) => Caller;
