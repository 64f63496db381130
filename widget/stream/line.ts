/** The ways to the server that carry an answer: server-sent events, or a WebSocket with those to fall back on. */
import { createSseParser } from './sse.ts';
import { readEvent, SOCKET_CURSOR, type WireEvent } from './fold.ts';
import { Refusal, refusalOf, type Requests } from './requests.ts';
import { deadline } from './wait.ts';

/** Body of a chat request, without the token. */
export type ChatBody = Record<string, unknown> & { id: string };

/** A stream that is open. */
export type Reading = {
  /** It begins with the answer's first event, not behind a cursor. */
  whole: boolean;
  /**
   * Hands the events on, those that arrived together in one list, until the stream stops; true when the server said that nothing more comes, false when it was
   * cut or nothing came for `silence` ms. Rejects with a Refusal, or with the signal's reason when it aborts.
   */
  read(take: (events: WireEvent[]) => void, byte: () => void, silence: number, signal: AbortSignal): Promise<boolean>;
};

export type Line = {
  /** Resolves once the server has the question; rejects with a Refusal. */
  ask(body: ChatBody, signal: AbortSignal): Promise<Reading>;
  /** The rest of an answer behind `cursor`; null when the server has no stream to go on with. Rejects with a Refusal. */
  resume(chatId: string, cursor: string, signal: AbortSignal): Promise<Reading | null>;
  /** Makes ready what the next question needs. */
  warm(signal: AbortSignal): Promise<void>;
  close(): void;
};

/** `ws` speaks over a WebSocket as long as one can be opened. */
export function createLine(requests: Requests, transport: string): Line {
  const plain = eventLine(requests);
  return transport === 'ws' ? withFallback(requests, plain) : plain;
}

/** POST the question, read the answer from its response, GET the rest of it. */
function eventLine(requests: Requests): Line {
  return {
    async ask(body, signal) {
      return { whole: true, read: reader(await streamOf(await requests.post('/api/chat', body, signal))) };
    },
    async resume(chatId, cursor, signal) {
      const whole = cursor === '' || cursor.startsWith(SOCKET_CURSOR);
      const response = await requests.get(`/api/chat/${encodeURIComponent(chatId)}/stream${whole ? '' : `?after=${encodeURIComponent(cursor)}`}`, signal);
      if ([204, 404, 409].includes(response.status)) return null;
      return { whole, read: reader(await streamOf(response)) };
    },
    warm: async (signal) => void (await requests.warm(signal)),
    close: () => undefined,
  };
}

/** A socket that cannot be opened is not tried again on this page. */
function withFallback(requests: Requests, plain: Line): Line {
  let line: Promise<Line> | null = null;
  const socket = (): Promise<Line> => (line ??= import('./socket.ts').then(({ socketLine }) => socketLine(requests)));
  async function best<T>(use: (line: Line) => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await use(await socket());
    } catch (error) {
      if (signal.aborted || (error instanceof Refusal && error.code !== 'socket')) throw error;
      if (navigator.onLine === false) throw new Refusal('network', 0, null);
      console.warn('Halfsecond: no WebSocket to the server; the answer comes over HTTP.', error);
      line = Promise.resolve(plain);
      return use(plain);
    }
  }
  return {
    ask: (body, signal) => best((way) => way.ask(body, signal), signal),
    resume: (chatId, cursor, signal) => best((way) => way.resume(chatId, cursor, signal), signal),
    warm: (signal) => best((way) => way.warm(signal), signal),
    close: () => void line?.then((way) => way.close(), () => 'it never came about'),
  };
}

/** A connection that breaks or falls silent simply ends the reading. */
function reader(stream: ReadableStream<Uint8Array>): Reading['read'] {
  return async (take, byte, silence, signal) => {
    const parser = createSseParser();
    let closed = false;
    const source = stream.getReader();
    const limit = deadline(silence, signal);
    const cancel = (): void => void source.cancel().catch(() => 'a broken stream cannot be cancelled and need not be');
    limit.signal.addEventListener('abort', cancel, { once: true });
    // A dead network may hold a stream open for minutes; the device knows at once.
    globalThis.addEventListener?.('offline', cancel);
    try {
      for (;;) {
        const { done, value } = await source.read();
        if (done || limit.signal.aborted) break;
        limit.touch(silence);
        byte();
        take(parser.push(value).flatMap(({ id, data }) => {
          if (data === '[DONE]') closed = true;
          return readEvent(id, data) ?? [];
        }));
      }
    } catch (error) {
      // The network gave way in mid-answer. The caller sees that no end came and picks the stream up again.
      if (signal.aborted) throw signal.reason;
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    } finally {
      globalThis.removeEventListener?.('offline', cancel);
      limit.signal.removeEventListener('abort', cancel);
      limit.release();
    }
    if (signal.aborted) throw signal.reason;
    return closed;
  };
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
