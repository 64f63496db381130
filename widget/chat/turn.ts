/** One answer while it is read: from the question on, or from where another reader left it, up to what the server has stored. */
import { ask, rejoin, type Question, type TurnWatcher } from '../stream/connection.ts';
import { fold, foldEnd, type WireEvent } from '../stream/fold.ts';
import type { Line } from '../stream/line.ts';
import type { Requests } from '../stream/requests.ts';
import { blankMessage, isRunning, textOf, type Message } from '../stream/transcript.ts';
import { failed, isBlank } from './outcome.ts';

/** A turn's question without what only the moment of sending knows. */
export type Asked = Pick<Question, 'message' | 'trigger' | 'replaces'>;
/** When the key went down and the question left, on the clock of `performance.now()`. */
export type Sent = { keyAt: number; sentAt: number };

export type TurnOptions = {
  requests: Requests;
  line: Line;
  chatId: string;
  /** Id of what the answer stands behind. */
  questionId: string | undefined;
  answer: Message;
  /** Null: it was asked before, here or elsewhere, and is only read on. */
  asked: Asked | null;
  sent: Sent;
  signal: AbortSignal;
  /** The answer has changed; `urgent` when the very next frame should show it. `event` is null when it was not one event that changed it. */
  put(before: Message, next: Message, urgent: boolean, event: WireEvent | null): void;
  reconnecting(now: boolean): void;
  /** The first words are there, put but not yet painted. `performance.now()` of the first byte and of now. */
  firstWord(firstByteAt: number, wordAt: number): void;
};

/** Resolves with the answer as it ended, a failure included. `put` has told everything up to it, but not the end itself. */
export async function readTurn({ requests, line, chatId, questionId, answer: begun, asked, sent, signal, put, reconnecting, firstWord }: TurnOptions): Promise<Message> {
  let answer = begun;
  /** A replay is followed beside the answer until it has caught up: what was on the screen never shrinks. */
  let replay: Message | null = null;
  let firstByteAt = 0;
  let blank = isBlank(begun);

  const set = (next: Message, event: WireEvent | null): void => {
    if (next === answer) return;
    const before = answer;
    const first = blank && !isBlank(next);
    const wordAt = performance.now();
    answer = next;
    put(before, next, first || before.parts.length === 0, event);
    if (first) firstWord(firstByteAt, wordAt);
    if (first) blank = false;
  };
  const watcher: TurnWatcher = {
    firstByte: (at) => void (firstByteAt = at),
    reconnecting,
    replay: () => void (replay = asked ? begun : blankMessage(answer.id, 'assistant', 'streaming')),
    event(event) {
      // A clock that nobody can set: the durations of tools are differences.
      const now = performance.timeOrigin + performance.now();
      if (replay === null) return set(fold(answer, event, now), event);
      replay = fold(replay, event, now);
      if (isRunning(replay) && textOf(replay).length < textOf(answer).length) return;
      set(replay, null);
      replay = null;
    },
  };

  try {
    if (asked) await ask(line, { ...asked, chatId, marks: { keyToSend: sent.sentAt - sent.keyAt, sentAt: Date.now() } }, watcher, signal);
    else await rejoin(line, chatId, begun.cursor, watcher, signal);
    const ended = foldEnd(answer);
    return ended.state === 'truncated' ? await whole(ended) : ended;
  } catch (error) {
    const ended = failed(answer, error, signal.aborted);
    // No answer from the server is no proof that it has none.
    return ended.error === 'network' || ended.error === 'timeout' ? whole(ended) : ended;
  }

  /** An answer whose stream was lost for good: the server may have finished and stored it. */
  async function whole(ended: Message): Promise<Message> {
    const messages = await Promise.all([requests.history(chatId, signal), import('./restore.ts')]).then(
      ([stored, { restoreMessages }]) => restoreMessages(stored?.messages ?? []),
      (error: unknown) => (console.debug('Halfsecond: the stored answer could not be read.', error), []));
    // When not even the first event came through, the answer is known by its place behind the question.
    const found = messages.find(({ id }) => id === ended.id) ?? messages[messages.findIndex(({ id }) => id === questionId) + 1];
    if (found?.role !== 'assistant' || textOf(found).length < textOf(ended).length) return ended;
    return {
      ...ended, id: found.id, traceId: found.traceId ?? ended.traceId, state: found.state, error: found.error, finish: found.finish,
      sources: found.sources, handoff: ended.handoff ?? found.handoff, parts: [...ended.parts.filter((part) => part.type === 'tool'), ...found.parts],
    };
  }
}
