/** An answer over a WebSocket, in the frames of the AI SDK's WebSocketChatTransport. One socket serves a page's turns. */
import { SOCKET_CURSOR } from './fold.ts';
import type { ChatBody, Line, Reading } from './line.ts';
import { isRecord, Refusal, refusalIn, type Requests } from './requests.ts';
import { deadline } from './wait.ts';

type Frame = Record<string, unknown> & { type: string; requestId: string };
type Inbox = { frames: Frame[]; wake(): void };

/** A socket that is not open after this long is not going to be (ms). */
const OPEN_MS = 6_000;

/** Rejects with the code `socket` when none can be opened. */
export function socketLine(requests: Requests): Line {
  const inboxes = new Map<string, Inbox>();
  let opening: Promise<WebSocket> | null = null;
  let count = 0;

  /** The open socket, or a new one. */
  function open(signal: AbortSignal): Promise<WebSocket> {
    opening ??= dial(signal);
    return opening;
  }

  function dial(signal: AbortSignal): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
      const limit = deadline(OPEN_MS, signal);
      const socket = new WebSocket(`${requests.endpoint.replace(/^http/, 'ws')}/api/ws`);
      let gone = false;
      const over = (): void => {
        // Its own event may come when the next socket is open already.
        if (gone) return;
        gone = true;
        limit.release();
        globalThis.removeEventListener?.('offline', leave);
        opening = null;
        reject(signal.aborted ? signal.reason : new Refusal('socket', 0, null));
        for (const inbox of inboxes.values()) inbox.wake();
      };
      // Without a network the closing handshake has nobody to answer it: whoever reads is told at once.
      const leave = (): void => {
        socket.close();
        over();
      };
      limit.signal.addEventListener('abort', leave, { once: true });
      globalThis.addEventListener?.('offline', leave);
      socket.onopen = () => {
        limit.signal.removeEventListener('abort', leave);
        limit.release();
        resolve(socket);
      };
      socket.onmessage = ({ data }) => receive(data);
      socket.onclose = over;
    });
  }

  function receive(data: unknown): void {
    const frame = frameOf(data);
    const inbox = frame && inboxes.get(frame.requestId);
    if (!inbox) return;
    inbox.frames.push(frame);
    inbox.wake();
  }

  /** Sends a frame; what answers it comes out of the returned function, null when the socket is gone or nothing came for `ms`. */
  async function talk(frame: Record<string, unknown>, signal: AbortSignal): Promise<(ms: number, signal: AbortSignal) => Promise<Frame | null>> {
    const [socket, token] = await Promise.all([open(signal), requests.token(signal)]);
    const requestId = `r${(count += 1)}`;
    const inbox: Inbox = { frames: [], wake: () => undefined };
    inboxes.set(requestId, inbox);
    socket.send(JSON.stringify({ ...frame, requestId, headers: {}, body: { token } }));
    return async (ms, reading) => {
      const next = inbox.frames.shift() ?? (socket.readyState === WebSocket.OPEN ? await arrival(inbox, ms, reading) : null);
      if (next === null || next.type === 'end' || next.type === 'error') inboxes.delete(requestId);
      return next;
    };
  }

  /** A refusal for an old token is answered with a new one, once. */
  async function begin(frame: Record<string, unknown>, signal: AbortSignal): Promise<{ first: Frame | null; next: (ms: number, signal: AbortSignal) => Promise<Frame | null> }> {
    for (let again = false; ; again = true) {
      const next = await talk(frame, signal);
      const first = await next(OPEN_MS * 3, signal);
      if (first?.type !== 'error') return { first, next };
      const refusal = refusalIn(parsed(first['errorText']), 0, null);
      if (again || !refusal.code.startsWith('token_')) throw refusal;
      requests.forget();
    }
  }

  function reading(whole: boolean, { first, next }: Awaited<ReturnType<typeof begin>>): Reading {
    return {
      whole,
      async read(take, byte, silence, signal) {
        for (let frame = first; frame; frame = await next(silence, signal)) {
          byte();
          if (frame.type === 'end') return true;
          if (frame.type === 'error') throw refusalIn(parsed(frame['errorText']), 0, null);
          const { chunk } = frame;
          if (isRecord(chunk) && typeof chunk['type'] === 'string') take([{ id: `${SOCKET_CURSOR}${String(frame['sequence'])}`, body: chunk as { type: string } }]);
        }
        return false;
      },
    };
  }

  return {
    ask: async (body: ChatBody, signal) => reading(true, await begin({ ...body, type: 'send' }, signal)),
    async resume(chatId, cursor, signal) {
      const whole = !cursor.startsWith(SOCKET_CURSOR);
      try {
        const begun = await begin({ type: 'resume', id: chatId, ...(whole ? {} : { lastSequence: Number(cursor.slice(1)) }) }, signal);
        return begun.first?.type === 'no-active' ? null : reading(whole, begun);
      } catch (error) {
        if (error instanceof Refusal && error.code === 'replay_gone') return null;
        throw error;
      }
    },
    warm: async (signal) => void (await Promise.all([open(signal), requests.token(signal)])),
    close: () => void opening?.then((socket) => socket.close(), () => 'it never opened'),
  };
}

/** The next frame of an inbox; null when its socket closed or nothing came for `ms`. Rejects when the signal aborts. */
async function arrival(inbox: Inbox, ms: number, signal: AbortSignal): Promise<Frame | null> {
  const limit = deadline(ms, signal);
  try {
    await new Promise<void>((resolve) => {
      inbox.wake = resolve;
      if (limit.signal.aborted) resolve();
      limit.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    limit.release();
  }
  if (signal.aborted) throw signal.reason;
  return inbox.frames.shift() ?? null;
}

function frameOf(data: unknown): Frame | null {
  const frame = parsed(data);
  return isRecord(frame) && typeof frame['type'] === 'string' && typeof frame['requestId'] === 'string' ? (frame as Frame) : null;
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null; // No JSON: the caller treats it as nothing.
  }
}
