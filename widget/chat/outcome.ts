/** Pure: how a turn has ended, what has changed in it, what the page hears of it, and its messages as the AI SDK writes them. */
import type { FinishMetadata } from '@halfsecond/shared/wire';
import { foldEnd } from '../stream/fold.ts';
import { Refusal } from '../stream/requests.ts';
import { textOf, type BrowserMarks, type Message, type Part } from '../stream/transcript.ts';
import type { Question } from '../stream/connection.ts';

/** What the page hears, as `halfsecond:NAME`. */
export type ConversationEvent =
  | { name: 'message'; detail: { id: string; role: 'user' | 'assistant'; text: string } }
  | { name: 'first-token'; detail: { traceId: string | null; ms: number } }
  | { name: 'tool'; detail: { name: string; state: string } }
  | { name: 'handoff'; detail: { reason: string; url?: string | undefined } }
  | { name: 'feedback'; detail: { messageId: string; rating: 'up' | 'down' } }
  | { name: 'error'; detail: { code: string } };

/** On the clock of `performance.now()`. */
export type Moments = { keyAt: number; sentAt: number; firstByteAt: number; wordAt: number; paintedAt: number };

export function marksOf({ keyAt, sentAt, firstByteAt, wordAt, paintedAt }: Moments): BrowserMarks {
  return { keyToSend: sentAt - keyAt, sendToFirstByte: firstByteAt - sentAt, paint: paintedAt - wordAt, total: paintedAt - keyAt };
}

/** The answer as it stands after its request was refused, or was called off. */
export function failed(answer: Message, error: unknown, aborted: boolean): Message {
  const ended = foldEnd(answer);
  if (aborted) return { ...ended, state: 'stopped' };
  if (!(error instanceof Refusal)) console.error('Halfsecond:', error);
  const refusal = error instanceof Refusal ? error : null;
  return { ...ended, state: 'failed', error: refusal?.code ?? 'other', retryAfter: refusal?.retryAfter ?? null };
}

/** The answer as the stream has it, with what this page's clock and the visitor have added to the one that is shown. */
export function withOwn(next: Message, { marks, rating }: Message): Message {
  return marks === next.marks && rating === next.rating ? next : { ...next, marks: marks ?? next.marks, rating: rating ?? next.rating };
}

/** No word yet. */
export function isBlank({ parts }: Message): boolean {
  return !parts.some((part) => part.type === 'text' && part.text !== '');
}

/** The answer was quoted from documents, not written by a model. */
export function isBuiltin(finish: FinishMetadata | null): boolean {
  return finish?.provider === 'builtin';
}

/** Tools whose state is another one than before. */
export function toolChanges(before: Message, next: Message): { name: string; state: string }[] {
  if (next.parts === before.parts) return [];
  return next.parts.filter((part) => part.type === 'tool')
    .filter((part) => !before.parts.some((old) => old.type === 'tool' && old.id === part.id && old.state === part.state))
    .map(({ name, state }) => ({ name, state }));
}

export function questionWire(message: Message): Question['message'] {
  return { id: message.id, role: 'user', parts: [{ type: 'text', text: textOf(message) }] };
}

/** The answer with the visitor's word on every tool call that asked for it. */
export function answerWire(message: Message): Question['message'] {
  const parts = message.parts.filter((part) => part.type === 'tool').filter(({ approval, state }) => approval !== null && (state === 'running' || state === 'denied'))
    .map(({ name, id, input, approval, state }) => ({ type: `tool-${name}`, toolCallId: id, state: 'approval-responded', input, approval: { id: approval, approved: state === 'running' } }));
  return { id: message.id, role: 'assistant', parts };
}

/** The answer with the visitor's word on one tool call. It goes on, behind what it has, when no other call waits for one. */
export function decided(answer: Message, toolCallId: string, approved: boolean): Message {
  const now = performance.timeOrigin + performance.now();
  const parts = answer.parts.map((part): Part => (part.type === 'tool' && part.id === toolCallId ? { ...part, state: approved ? 'running' : 'denied', startedAt: now } : part));
  if (parts.some((part) => part.type === 'tool' && part.state === 'approval')) return { ...answer, parts };
  return { ...answer, parts, state: 'streaming', cursor: '', stepStart: parts.length };
}
