/** One client connection on a bare socket: writes a request, counts tokens and packets, notices the end. As cheap as can be. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** What is told of an answer; `first` comes with the first token, `end` once, with whether it was whole. */
export type Watch = { packet(tokens: number): void; first(): void; end(complete: boolean): void };
export type Client = { send(request: Buffer, watch: Watch): void; destroy(): void };

const DONE = Buffer.from('[DONE]');
const LAST = Buffer.from('0\r\n\r\n');
const NEWLINE = 10;

/** Connects to a port of this machine. `mark` stands in every event that counts. The connection is kept for further requests. */
export function createClient(port: number, mark: Buffer): Client {
  let watch: Watch | null = null;
  let rest: Buffer | null = null;
  let started = false;
  let done = false;
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);

  function finish(complete: boolean): void {
    const ended = watch;
    watch = null;
    ended?.end(complete);
  }
  socket.on('data', (data: Buffer) => {
    const bytes = rest === null ? data : Buffer.concat([rest, data]);
    let tokens = 0;
    let from = 0;
    for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, from)) {
      tokens += 1;
      from = at + mark.length;
    }
    if (!done && bytes.includes(DONE)) done = true;
    const whole = done && bytes.subarray(-LAST.length).equals(LAST);
    rest = bytes.at(-1) === NEWLINE ? null : bytes.subarray(Math.max(from, bytes.length - mark.length));
    watch?.packet(tokens);
    if (tokens > 0 && !started) {
      started = true;
      watch?.first();
    }
    if (whole) finish(true);
  });
  socket.on('error', () => finish(false));
  socket.on('close', () => finish(false));

  return {
    send(request, watcher) {
      watch = watcher;
      rest = null;
      started = false;
      done = false;
      socket.write(request);
    },
    destroy() {
      watch = null;
      socket.destroy();
    },
  };
}
