/**
 * The five layers as function types, and the values that pass between them. A layer imports nothing of
 * another layer: it knows this file, and `main.ts` hands it whatever it needs. To replace a layer, pass
 * another function of its type.
 */
import type { Span } from '@halfsecond/shared/trace';
import type { StreamEvent, Timing, Usage } from '@halfsecond/shared/wire';
import type { FailureKind, Outcome, ProviderHealth } from '@halfsecond/shared/status';
import type { AgentConfig, Config, ModelConfig, ProviderConfig, SiteConfig, ToolConfig } from './config.ts';
import type { Choice, Dispatch, Dispatched } from './layers.dispatch.ts';
import type { Recall, Snippet } from './layers.memory.ts';
import type { Resumed, RunTools, ToolDefinition, Waiting } from './layers.tools.ts';

export type { Handoff, ListTools, Resumed, RunTools, ToolContext, ToolDefinition, ToolPart, Waiting } from './layers.tools.ts';

export type Site = SiteConfig;
export type Agent = AgentConfig;
export type Model = ModelConfig;
export type Provider = ProviderConfig;
export type ToolSource = ToolConfig;
export type RouteSettings = Config['route'];
export type DataClass = Agent['dataClass'];

const RISING: DataClass[] = ['public', 'internal', 'regulated'];
/** The highest of some data classes; a class is only ever raised. */
export function highest(...classes: DataClass[]): DataClass {
  return classes.reduce((top, entry) => (RISING.indexOf(entry) > RISING.indexOf(top) ? entry : top), 'public');
}

/**
 * An error as one line for the log: of what kind it is, and where in the code it came up. Its words stay out, because
 * they may quote a message, a key or an address.
 */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return `something thrown that is no error, ${typeof error}`;
  const { name, message, stack = '', cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const frames = stack.slice(Math.max(0, stack.indexOf(message)) + message.length).split('\n').flatMap((line) => /\(?((?:file|node):\S+?)\)?$/.exec(line)?.[1]?.split('/').slice(-2).join('/') ?? []);
  return `${name}${code} at ${frames.slice(0, 3).join(' < ') || 'an unknown place'}${cause === undefined ? '' : `; because of ${causeOf(cause)}`}`;
}

/** Whose turn it is; comes from the server's own session, never from a client's words. */
export type Owner = { site: string; visitor: string; chat: string; identified: boolean };
/** `asked`: the answer was a question between these agents. */
export type Said = { role: 'user' | 'assistant'; text: string; asked?: Choice[] };

// --- gateway: holds the connection ------------------------------------------------------------------

/** One admitted question. `id` is the id of the answer to come; `recent` the last few messages before `text`. */
export type Question = {
  id: string;
  traceId: string;
  owner: Owner;
  messageId: string;
  text: string;
  /** BCP 47, for sentences that the visitor reads. */
  lang: string;
  recent: Said[];
  /** What the conversation has been raised to, this message included. */
  dataClass: DataClass;
  /** The agent of the turn before, so that a conversation stays with it. */
  agent: string | null;
  resetStep: boolean;
  /** `performance.now()` of the request's arrival. */
  arrivedAt: number;
  /** The page's own span that this turn belongs to, 16 hex digits. */
  parentSpan?: string;
  /** What the browser says of its sending: epoch ms of its clock, and ms since the key press. Not to be believed unchecked. */
  sent?: { at?: number | undefined; keyToSend?: number | undefined };
  /** Set when this turn goes on where an earlier one stopped to ask the visitor. */
  resume?: Resumed;
};
/** Runs one turn to its end. Never throws: every ending is an event (finish, error or abort). */
export type Turn = (question: Question, signal: AbortSignal) => AsyncIterable<StreamEvent>;
/** The front door: turns HTTP into turns and turns into bytes. */
export type Gateway = (turn: Turn) => (request: Request, connection?: unknown) => Response | Promise<Response>;

// --- dispatch: who answers ----------------------------------------------------------------------------

export type { Choice, Dispatch, DispatchInput, Dispatched, SecondOpinion } from './layers.dispatch.ts';

// --- memory: the few snippets that matter -------------------------------------------------------------

export type { Embed, ExtractFacts, Extracted, Extraction, Fact, MemoryTurn, Recall, Recalled, RecallInput, Remember, Snippet, SnippetSource, Words } from './layers.memory.ts';

// --- route: which model, and the next when it fails ---------------------------------------------------

export type ToolCall = { id: string; name: string; input: unknown };
export type RouteMessage =
  | { role: 'user'; text: string }
  | { role: 'assistant'; text: string; calls: ToolCall[] }
  | { role: 'tool'; callId: string; name: string; output: string; failed: boolean };
export type RouteInput = {
  site: string;
  /** Keeps a conversation on one prompt-cache line at the provider. */
  chat: string;
  traceId: string;
  agent: Agent | null;
  dataClass: DataClass;
  system: string;
  messages: RouteMessage[];
  snippets: Snippet[];
  tools: ToolDefinition[];
  lang: string;
  /** Id of the one model that may be asked. */
  only?: string;
};
/**
 * How one provider attempt ended; `connect` (a new connection stood), `headers`, `firstContent` and `total` in ms from
 * its start. `span` is the id that the provider was told in `traceparent`.
 */
export type AttemptReport = {
  provider: string;
  model: string;
  outcome: 'ok' | 'error' | 'stopped';
  failure?: FailureKind;
  startedAt: number;
  span?: string;
  connect?: number | null;
  headers?: number | null;
  firstContent: number | null;
  total: number;
};
export type RoutePart =
  /** What the step would give to a model holds more than its data class allowed for: from here on it is this. Comes first. */
  | { type: 'class'; dataClass: DataClass }
  /** Every model that could answer is at its limit: the place in line, from 1, at every change. */
  | { type: 'waiting'; position: number }
  /** An attempt begins. `fallback`: not the model that the configuration would prefer. */
  | { type: 'model'; provider: string; model: string; fallback: boolean; reason: string }
  /** Of several that were asked, not the one named last: this one was first, what follows is its. */
  | { type: 'answers'; provider: string; model: string; fallback: boolean }
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'call'; call: ToolCall }
  /** The answer rests on this snippet. */
  | { type: 'cite'; snippet: Snippet }
  | { type: 'handoff'; reason: string }
  /** Another model continues in mid-answer; text so far stands, tool calls of this step do not. */
  | { type: 'takeover'; provider: string; model: string }
  | { type: 'attempt'; attempt: AttemptReport }
  /** Last part when the provider's own end mark arrived. `cost` in US dollars. */
  | { type: 'end'; reason: 'stop' | 'length' | 'calls'; provider: string; model: string; fallback: boolean; usage: Usage; cost: number }
  /** Last part otherwise: nobody could answer. `code` is safe for clients. */
  | { type: 'fail'; code: string };
/** Streams one step of an answer. Never throws except when `signal` aborts. */
export type Route = (input: RouteInput, signal: AbortSignal) => AsyncIterable<RoutePart>;
/** What the router believes right now, for the status feed and `/metrics`. */
export type RouteHealth = () => { providers: ProviderHealth[]; fallbackSince: number | null };

/** The books of the daily budget; `day` as 2026-11-22 in UTC. */
export type Ledger = {
  /** US dollars of the day, reserved ones included. */
  spent(day: string): number;
  /** Adds `dollars` (below zero: gives back) unless the day's sum would then be above `limit`. False: nothing was added. */
  add(day: string, dollars: number, limit: number): boolean;
};

// --- together -------------------------------------------------------------------------------------------

export type Layers = { gateway: Gateway; dispatch: Dispatch; recall: Recall; route: Route; tools: RunTools };

// --- what is left of a turn when it is over -------------------------------------------------------------

/** Records the hops of one turn; see trace/spans.ts. */
export type Spans = {
  /** Ends the current hop and begins the next one at the same instant. */
  enter(hop: 'queue' | 'dispatch' | 'recall' | 'route' | 'provider' | 'tool' | 'write'): void;
  /** Something that ran inside the open hop, such as `provider:openai`, and what that was made of; times as of `performance.now()`. */
  inside(name: string, from: number, to: number, id?: string, parts?: { name: string; from: number; to: number }[]): void;
  /** The first token has come; later calls change nothing. */
  token(): void;
  /** Ms from the turn's beginning, null before the first token. */
  firstToken(): number | null;
  /** The acknowledgement has left. */
  told(): void;
  /** When the acknowledgement and the first token left the process, in ms from the turn's beginning; null before. */
  left(): { told: number | null; token: number | null };
  timing(): Timing;
  /** The turn is over: from here on nothing changes. */
  finish(): Span[];
};
/** Everything that the store, the memory, the trace and the status feed want to know of an ended turn. */
export type TurnRecord = {
  question: Question;
  outcome: Outcome;
  /** Why it is not ok; a word that is safe for clients. */
  code: string | null;
  text: string;
  agent: string | null;
  sources: Snippet[];
  handoff: string | null;
  /** The highest that this turn was raised to. */
  dataClass: DataClass;
  model: string | null;
  provider: string | null;
  fallback: boolean;
  usage: Usage;
  cost: number;
  timing: Timing;
  /** When the acknowledgement and the first token left, in ms from the arrival; null: not before the turn's end. */
  left: { told: number | null; token: number | null };
  spans: Span[];
  attempts: AttemptReport[];
  tools: { name: string; outcome: Outcome; ms: number }[];
  /** Who was thought to be meant; a turn that was cut short before, or that goes on, has none. */
  who?: Dispatched;
  /** Set when the answer goes on once the visitor has decided about these calls. */
  waiting: Waiting | null;
  /** The visitor has been told of `handoff` already. */
  handoffTold: boolean;
};

/** A document of a site's knowledge; `at` epoch ms. */
export type KnowledgeDocument = { id: string; title: string; url?: string | undefined; text: string; at?: number | undefined };
/** Writes and removes documents; re-ingesting changes only what changed. */
export type Knowledge = {
  ingest(site: string, documents: KnowledgeDocument[]): Promise<{ documents: number; sections: number; written: number; kept: number; removed: number }>;
  /** False when the site has no such document. */
  remove(site: string, document: string): Promise<boolean>;
};
