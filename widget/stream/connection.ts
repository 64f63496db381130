/** One turn over the network: ask, read, and pick the stream up again where it was cut. */
import { RESUME_WINDOW_MS } from '@halfsecond/shared/limits';
import { merge, type WireEvent } from './fold.ts';
import type { ChatBody, Line, Reading } from './line.ts';
import { backoff, online } from './wait.ts';
import { Refusal } from './requests.ts';

/** What a turn tells its caller while it runs. */
export type TurnWatcher = {
  event(event: WireEvent): void;
  /** The answer begins anew: the events that follow tell all of it, also what was told before. */
  replay(): void;
  /** The first byte of the answer's body has arrived; `performance.now()`. */
  firstByte(at: number): void;
  /** True when the connection was lost and is being made again, false when it is back. */
  reconnecting(now: boolean): void;
};

export type Question = {
  chatId: string;
  /** The visitor's question, or the answer with his yes or no to what its tools want, as the AI SDK writes them. */
  message: { id: string; role: 'user' | 'assistant'; parts: object[] };
  trigger: 'submit-message' | 'regenerate-message';
  /** What the server has kept from this message on is replaced. */
  replaces: string | null;
  marks: { keyToSend: number; sentAt: number };
};

/** A device that knows itself to be offline is waited for this long (ms). */
const OFFLINE_MS = 15 * 60_000;
/** No byte for this long means that the connection is dead: heartbeats come every 10 s. */
const SILENCE_MS = 25_000;

/**
 * Asks and resolves when the stream is over, however it ended: the events say how. Rejects with a Refusal when no
 * stream came about, and with the signal's reason when it aborts.
 */
export async function ask(line: Line, question: Question, watcher: TurnWatcher, signal: AbortSignal): Promise<void> {
  const body: ChatBody = {
    id: question.chatId,
    messages: [question.message],
    trigger: question.trigger,
    ...(question.replaces === null ? {} : { messageId: question.replaces }),
    capabilities: ['reset-step'],
    marks: question.marks,
  };
  const first = await line.ask(body, signal).catch(async (error: unknown) => {
    // The way was cut before the first byte of the answer: the question may have come through all the same.
    if (signal.aborted || !(error instanceof Refusal) || error.status !== 0) throw error;
    await online(backoff(0), signal);
    const next = await reopen(line, question.chatId, '', signal);
    if (next === 'gone' || next === null) throw error;
    return next;
  });
  await follow(line, question.chatId, '', first, watcher, signal);
}

/** Reads an answer on behind event `cursor`, from its first one when that is ''. Resolves at its end, or when the server has no more of it. */
export async function rejoin(line: Line, chatId: string, cursor: string, watcher: TurnWatcher, signal: AbortSignal): Promise<void> {
  await follow(line, chatId, cursor, null, watcher, signal);
}

/** Reads to the end; a stream that stops before its end mark is asked for again until the server has let it go. */
async function follow(line: Line, chatId: string, from: string, first: Reading | null, watcher: TurnWatcher, signal: AbortSignal): Promise<void> {
  let cursor = from;
  let reading = first;
  let ended = false;
  let lastByteAt = performance.now();
  let begun = false;
  let lost = false;
  let attempt = 0;
  const take = (events: WireEvent[]): void => {
    for (const event of merge(cursor, events)) {
      cursor = event.id || cursor;
      ended ||= isEnd(event);
      attempt = 0;
      watcher.event(event);
    }
  };
  const byte = (): void => {
    lastByteAt = performance.now();
    if (!begun) watcher.firstByte(lastByteAt);
    begun = true;
    if (lost) watcher.reconnecting((lost = false));
  };

  for (;;) {
    // `[DONE]` without an end before it is final too: the server has no more to say.
    if (reading && (await reading.read(take, byte, SILENCE_MS, signal))) return;
    if (ended) return;
    if (performance.now() - lastByteAt > (navigator.onLine === false ? OFFLINE_MS : RESUME_WINDOW_MS + SILENCE_MS)) return watcher.reconnecting(false);
    if (reading || attempt > 0) {
      lost = true;
      watcher.reconnecting(true);
      await online(backoff(attempt), signal);
    }
    attempt += 1;
    const next = await reopen(line, chatId, cursor, signal);
    if (next === 'gone') return watcher.reconnecting(false);
    reading = next;
    if (!reading?.whole || cursor === '') continue;
    cursor = '';
    watcher.replay();
  }
}

/** Null: not reachable right now, try again. `gone`: the server has no stream to go on with, only the stored chat. */
async function reopen(line: Line, chatId: string, cursor: string, signal: AbortSignal): Promise<Reading | 'gone' | null> {
  try {
    return (await line.resume(chatId, cursor, signal)) ?? 'gone';
  } catch (error) {
    if (signal.aborted || !(error instanceof Refusal)) throw error;
    return null;
  }
}

function isEnd({ body }: WireEvent): boolean {
  return body.type === 'finish' || body.type === 'error' || body.type === 'abort';
}
