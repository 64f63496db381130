/** Pure: how a turn has ended, what has changed in it, and its messages as the AI SDK writes them. */
import type { FinishMetadata } from '@halfsecond/shared/wire';
import { foldEnd } from '../stream/fold.ts';
import { Refusal } from '../stream/requests.ts';
import { textOf, type Message } from '../stream/transcript.ts';
import type { Question } from '../stream/connection.ts';

/** The answer as it stands after its request was refused, or was called off. */
export function failed(answer: Message, error: unknown, aborted: boolean): Message {
  const ended = foldEnd(answer);
  if (aborted) return { ...ended, state: 'stopped' };
  if (!(error instanceof Refusal)) console.error('Halfsecond:', error);
  const refusal = error instanceof Refusal ? error : null;
  return { ...ended, state: 'failed', error: refusal?.code ?? 'other', retryAfter: refusal?.retryAfter ?? null };
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
