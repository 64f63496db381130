/** What a conversation is made of on this side of the wire: plain immutable values that templates read. */
import type { FinishMetadata, StatusData } from '@halfsecond/shared/wire';

export type TextPart = { type: 'text'; id: string; text: string; done: boolean };
/** `ms` is how long the call took as seen from here; null while it runs. `approval` waits for the visitor's word, `denied` had a no. */
export type ToolPart = {
  type: 'tool';
  id: string;
  name: string;
  /** What visitors read; null when the server has only the name. */
  title: string | null;
  input: unknown;
  /** Id of the question that a visitor has to answer with yes or no. */
  approval: string | null;
  state: 'running' | 'done' | 'failed' | 'approval' | 'denied';
  startedAt: number;
  ms: number | null;
  note: string;
};
export type Part = TextPart | ToolPart;
/** What the browser measured of an answer, in ms: `paint` from the first word's arrival, `total` from the key press, both to the word on the screen. */
export type BrowserMarks = { keyToSend: number; sendToFirstByte: number; paint: number; total: number };
/** `url` is null for a document that has no address. */
export type Source = { id: string; url: string | null; title: string };

/**
 * `sending`: on its way to the server. `streaming`: the server works on it. `done`: finished in full.
 * `stopped`: by the visitor. `truncated`: the stream ended without an end. `failed`: see `error`.
 */
export type MessageState = 'sending' | 'streaming' | 'done' | 'stopped' | 'truncated' | 'failed';

export type Message = {
  id: string;
  role: 'user' | 'assistant';
  state: MessageState;
  parts: Part[];
  sources: Source[];
  /** Where the turn is right now; null before the first word from the server and after the end. */
  status: StatusData | null;
  agent: string | null;
  handoff: { reason: string; url?: string | undefined } | null;
  traceId: string | null;
  finish: FinishMetadata | null;
  error: string | null;
  /** Seconds to wait before another try, when the server named them. */
  retryAfter: number | null;
  /** Null until the first word is on the screen, and for answers of an earlier page. */
  marks: BrowserMarks | null;
  /** Questions that the answer suggests, to be asked with a click. */
  prompts: string[];
  rating: 'up' | 'down' | null;
  /** Id of the last event folded in; `?after=` on resume. */
  cursor: string;
  /** Number of parts when the running step began: what `reset-step` goes back to. */
  stepStart: number;
  /** How often a step began anew: what it says then is another text, not more of the old one. */
  resets: number;
};

export type Transcript = { messages: Message[] };

export const emptyTranscript: Transcript = { messages: [] };

/** A message with nothing in it yet. */
export function blankMessage(id: string, role: Message['role'], state: MessageState): Message {
  return {
    id, role, state, parts: [], sources: [], status: null, agent: null, handoff: null, traceId: null, finish: null,
    error: null, retryAfter: null, marks: null, prompts: [], rating: null, cursor: '', stepStart: 0, resets: 0,
  };
}

/** What the visitor typed, as a message. */
export function userMessage(id: string, text: string): Message {
  return { ...blankMessage(id, 'user', 'done'), parts: [{ type: 'text', id: 'text', text, done: true }] };
}

/** All text of a message, its parts separated by a blank line. */
export function textOf(message: Message): string {
  return message.parts.filter((part) => part.type === 'text').map((part) => part.text).join('\n\n');
}

/** True while an answer is on its way. */
export function isRunning(message: Message | undefined): boolean {
  return message !== undefined && (message.state === 'sending' || message.state === 'streaming');
}

/** The transcript with one message changed; every other message keeps its identity. */
export function patchMessage(transcript: Transcript, id: string, patch: Partial<Message>): Transcript {
  return { messages: transcript.messages.map((message) => (message.id === id ? { ...message, ...patch } : message)) };
}
