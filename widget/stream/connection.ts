/** One turn over the network: ask, read, and pick the stream up again where it was cut. */
import { RESUME_WINDOW_MS } from '@halfsecond/shared/limits';
import { createSseParser } from './sse.ts';
import { readEvent, type WireEvent } from './fold.ts';
import { backoff, deadline, sleep } from './wait.ts';
import { Refusal, refusalOf, type Requests } from './requests.ts';

/** What a turn tells its caller while it runs. */
export type TurnWatcher = {
  event(event: WireEvent): void;
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

/** No byte for this long means that the connection is dead: heartbeats come every 10 s. */
const SILENCE_MS = 25_000;

/**
 * Asks and resolves when the stream is over, however it ended: the events say how. Rejects with a Refusal when no
 * stream came about, and with the signal's reason when it aborts.
 */
export async function ask(requests: Requests, question: Question, watcher: TurnWatcher, signal: AbortSignal): Promise<void> {
  const response = await requests.post('/api/chat', {
    id: question.chatId,
    messages: [question.message],
    trigger: question.trigger,
    ...(question.replaces === null ? {} : { messageId: question.replaces }),
    capabilities: ['reset-step'],
    marks: question.marks,
  }, signal);
  await follow(requests, question.chatId, await streamOf(response), watcher, signal);
}

/** Joins an answer that is already running, from its first event. Resolves false when nothing is running. */
export async function rejoin(requests: Requests, chatId: string, watcher: TurnWatcher, signal: AbortSignal): Promise<boolean> {
  const response = await requests.get(streamPath(chatId, ''), signal);
  if (response.status === 204 || response.status === 404) return false;
  await follow(requests, chatId, await streamOf(response), watcher, signal);
  return true;
}

/** Reads to the end; a stream that stops before its end mark is asked for again until the server has let it go. */
async function follow(requests: Requests, chatId: string, first: ReadableStream<Uint8Array>, watcher: TurnWatcher, signal: AbortSignal): Promise<void> {
  let cursor = '';
  let ended = false;
  let lastByteAt = performance.now();
  let begun = false;
  let lost = false;
  let attempt = 0;
  const take = (event: WireEvent): void => {
    if (event.id !== '') cursor = event.id;
    if (isEnd(event)) ended = true;
    attempt = 0;
    watcher.event(event);
  };
  const byte = (): void => {
    lastByteAt = performance.now();
    if (!begun) watcher.firstByte(lastByteAt);
    else if (lost) watcher.reconnecting(false);
    begun = true;
    lost = false;
  };

  let stream: ReadableStream<Uint8Array> | null = first;
  for (;;) {
    // `[DONE]` without an end before it is final too: the server has no more to say.
    if (stream && (await read(stream, take, byte, signal))) return;
    if (ended) return;
    if (performance.now() - lastByteAt > RESUME_WINDOW_MS + SILENCE_MS) return watcher.reconnecting(false);
    lost = true;
    watcher.reconnecting(true);
    await sleep(backoff(attempt++), signal);
    const next = await reopen(requests, streamPath(chatId, cursor), signal);
    if (next === 'gone') return watcher.reconnecting(false);
    stream = next;
  }
}

/** Null: not reachable right now, try again. `gone`: the server has no stream to go on with, only the stored chat. */
async function reopen(requests: Requests, path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | 'gone' | null> {
  try {
    const response = await requests.get(path, signal);
    if (response.status === 204 || response.status === 404 || response.status === 409) return 'gone';
    return await streamOf(response);
  } catch (error) {
    if (signal.aborted || !(error instanceof Refusal)) throw error;
    return null;
  }
}

/** Hands every event on; a connection that breaks or falls silent simply ends the reading. True once `[DONE]` was read. */
async function read(stream: ReadableStream<Uint8Array>, take: (event: WireEvent) => void, byte: () => void, signal: AbortSignal): Promise<boolean> {
  const parser = createSseParser();
  let closed = false;
  const reader = stream.getReader();
  const limit = deadline(SILENCE_MS, signal);
  const cancel = (): void => void reader.cancel(limit.signal.reason).catch(() => 'a broken stream cannot be cancelled and need not be');
  limit.signal.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || limit.signal.aborted) break;
      limit.touch(SILENCE_MS);
      byte();
      for (const { id, data } of parser.push(value)) {
        if (data === '[DONE]') closed = true;
        const event = readEvent(id, data);
        if (event) take(event);
      }
    }
  } catch (error) {
    // The network gave way in mid-answer. The caller sees that no end came and picks the stream up again.
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
  } finally {
    limit.signal.removeEventListener('abort', cancel);
    limit.release();
  }
  if (signal.aborted) throw signal.reason;
  return closed;
}

async function streamOf(response: Response): Promise<ReadableStream<Uint8Array>> {
  if (!response.ok) throw await refusalOf(response);
  const type = response.headers.get('content-type') ?? '';
  if (!response.body || !type.startsWith('text/event-stream')) {
    await response.body?.cancel();
    throw new Refusal('protocol', response.status, null);
  }
  return response.body;
}

function streamPath(chatId: string, cursor: string): string {
  return `/api/chat/${encodeURIComponent(chatId)}/stream${cursor === '' ? '' : `?after=${encodeURIComponent(cursor)}`}`;
}

function isEnd({ body }: WireEvent): boolean {
  return body.type === 'finish' || body.type === 'error' || body.type === 'abort';
}
