/** Writes an answer's events to one HTTP response as server-sent events, the instant they arrive and never faster than it is read. */
import type { ServerResponse } from 'node:http';
import { attach } from './log.ts';
import type { Answer } from './log.ts';

/** A reader that leaves this much unread is disconnected (bytes); it can resume from the log. */
const UNREAD_MAX = 1_000_000;

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'x-vercel-ai-ui-message-stream': 'v1',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** False when the log no longer holds what comes after `after`; nothing is written then. */
export function streamTo(response: ServerResponse, answer: Answer, after: number, headers: Record<string, string>): boolean {
  let detach: (() => void) | null = null;
  let waiting = '';
  const flush = () => {
    if (waiting === '' || response.destroyed) return;
    response.write(waiting);
    waiting = '';
    if (response.writableLength > UNREAD_MAX) response.destroy();
  };
  const send = (text: string) => {
    // What comes in one turn of the event loop leaves in one packet.
    if (waiting === '') setImmediate(flush);
    waiting += text;
  };
  const begin = () => {
    if (response.headersSent) return;
    response.writeHead(200, { ...STREAM_HEADERS, ...headers });
  };
  detach = attach(answer, after, {
    event: (id, json) => {
      begin();
      send(`id: ${id}\ndata: ${json}\n\n`);
    },
    heartbeat: () => send(': hb\n\n'),
    end: () => {
      begin();
      flush();
      response.end();
    },
  });
  if (!detach) return false;
  begin();
  // 'close' comes after every ending, a normal one and a socket that vanished alike.
  response.once('close', detach);
  return true;
}
