/** Writes an answer's events to one HTTP response as server-sent events, the instant they arrive and never faster than it is read. */
import { attach, detach, holds } from './log.ts';
import type { Answer, Reader } from './log.ts';

/** A reader that leaves this much unread is disconnected (bytes); it can resume from the log. */
const UNREAD_MAX = 1_000_000;

/** Of every event stream; the connection's own headers are left to the protocol. */
export const SSE_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};
export const STREAM_HEADERS = { ...SSE_HEADERS, 'x-vercel-ai-ui-message-stream': 'v1' };

/** What the responses of HTTP/1.1 and HTTP/2 have in common; whether it is still open, each says in its own way. */
type Outgoing = {
  readonly writableLength: number;
  readonly destroyed?: boolean;
  readonly stream?: { readonly destroyed: boolean };
  writeHead(status: number, headers: Record<string, string>): unknown;
  flushHeaders(): unknown;
  write(text: string): boolean;
  cork(): unknown;
  uncork(): unknown;
  end(): unknown;
  destroy(reason?: Error): unknown;
  on(event: 'close', listener: () => void): unknown;
};

/** The answer as UI message stream. False when the log no longer holds what comes after `after`; nothing is written then. */
export function streamTo(response: Outgoing, answer: Answer, after: number, headers: Record<string, string>): boolean {
  return pipe(response, answer, after, { ...STREAM_HEADERS, ...headers }, asEvent);
}

function asEvent(id: number, json: string): string {
  return `id: ${id}\ndata: ${json}\n\n`;
}

/** Follows the answer from after event `after`; `encode` makes the text of one event, perhaps none. False as in `streamTo`. */
export function pipe(response: Outgoing, answer: Answer, after: number, headers: Record<string, string>, encode: (id: number, json: string) => string): boolean {
  if (!holds(answer, after)) return false;
  response.writeHead(200, headers);
  return follow(response, answer, after, encode);
}

/** A response that follows an answer: a record with functions that all share, because it is held through every silence. */
type Follower = Reader & {
  response: Outgoing;
  encode: (id: number, json: string) => string;
  waiting: string;
  limit: number;
  gone: boolean;
  fresh: boolean;
  ended: boolean;
};

/** Apart from the above, so that an open stream does not hold the headers that have been written. */
function follow(response: Outgoing, answer: Answer, after: number, encode: Follower['encode']): boolean {
  // A replay comes at once and may be long: that is no sign of a reader that does not read.
  const follower: Follower = { event, heartbeat, end, response, encode, waiting: '', limit: Infinity, gone: false, fresh: true, ended: false };
  if (!attach(answer, after, follower)) return false;
  follower.limit = UNREAD_MAX + follower.waiting.length;
  // 'close' comes after every ending, a normal one and a socket that vanished alike; one that is gone already says nothing.
  const leave = () => {
    follower.gone = true;
    detach(answer, follower);
  };
  if (response.stream?.destroyed ?? response.destroyed) leave();
  else response.on('close', leave);
  return true;
}

function event(this: Follower, id: number, json: string): void {
  send(this, this.encode(id, json));
}

function heartbeat(this: Follower): void {
  send(this, ': hb\n\n');
}

function end(this: Follower): void {
  if (this.waiting === '') setImmediate(flush, this);
  this.ended = true;
}

/** What comes in one turn of the event loop leaves in one packet, at its end: by then what it acknowledges is on disk, also when the whole answer came at once. */
function send(follower: Follower, text: string): void {
  if (follower.waiting === '' && text !== '') setImmediate(flush, follower);
  follower.waiting += text;
}

function flush(follower: Follower): void {
  const { response, waiting } = follower;
  if (follower.gone) return;
  follower.waiting = '';
  if (waiting !== '') write(follower, waiting);
  // Without a reason HTTP/2 would call the stream complete.
  if (response.writableLength > follower.limit) response.destroy(response.stream && new Error('unread'));
  if (follower.ended) response.end();
}

function write(follower: Follower, text: string): void {
  const { response } = follower;
  if (follower.fresh) {
    // The head as a piece of its own in the same packet: Node keeps it, and glued to a text it would keep every part that it was put together from.
    follower.fresh = false;
    response.cork();
    response.flushHeaders();
    response.write(text);
    response.uncork();
  } else response.write(text);
}
