/**
 * A visitor as the bench needs one, in a thread of its own: types, sends over a way that may be slow, reads, paints, and
 * tells the bff its own times as the widget does. Also keeps the time on the wall, which nothing in the bff knows of.
 */
import { Agent, request } from 'node:http';
import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/** Added to the way there and back (ms), and between the first token and its paint. */
export type Slow = { network: number; browser: number };
/** `wall`: from the key press to the end of the answer, and its paint (ms). */
export type Visit = { traceId: string; wall: number };
/** One question; `direct`: not over the slow way. Answered with a Visit or an error's text under the same number. */
export type Wish = { number: number; token: string; chat: string; direct: boolean; slow: Slow };
export type Told = { number: number; visit?: Visit; error?: string };
type Way = { url: string; slow: (ms: number) => void; close(): Promise<void> };

/** A way to `target` whose every packet takes half of the delay that is set, in each direction. */
async function openWay(target: string): Promise<Way> {
  let delay = 0;
  const open = new Set<Socket>();
  const carry = (from: Socket, to: Socket): void => {
    from.on('data', (piece: Buffer) => (delay > 0 ? setTimeout(() => to.write(piece), delay / 2) : to.write(piece)));
    from.on('close', () => to.destroy()).on('error', () => to.destroy());
  };
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: Number(new URL(target).port), host: '127.0.0.1', noDelay: true });
    open.add(near).add(far);
    carry(near, far);
    carry(far, near);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    slow: (ms) => (delay = ms),
    close: () => new Promise((done) => {
      for (const socket of open) socket.destroy();
      server.close(() => done());
    }),
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 100 });

function send(url: string, body: object, heard: (text: string) => void): Promise<void> {
  return new Promise((done, fail) => {
    const text = JSON.stringify(body);
    const asked = request(url, { method: 'POST', agent, headers: { origin: 'http://shop.example', 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text) } }, (response) => {
      response.setEncoding('utf8').on('data', heard).on('end', done).on('error', fail);
    });
    asked.on('error', fail).end(text);
  });
}

/** One question from the key press to the painted answer. `key`: how long the press takes to become a request (ms). */
async function visit(url: string, token: string, chat: string, { browser }: Pick<Slow, 'browser'>, key = 1): Promise<Visit> {
  const keyAt = performance.now();
  await sleep(key);
  const sentAt = performance.now();
  const clock = Date.now();
  let [firstByteAt, wordAt, endAt] = [0, 0, 0];
  let seen = '';
  const body = { id: chat, messages: [{ id: `m-${chat}`, role: 'user', parts: [{ type: 'text', text: 'Where is my invoice?' }] }], trigger: 'submit-message', token, marks: { keyToSend: sentAt - keyAt, sentAt: clock } };
  await send(`${url}/api/chat`, body, (text) => {
    endAt = performance.now();
    firstByteAt ||= endAt;
    seen += text;
    if (wordAt === 0 && seen.includes('"text-delta"')) wordAt = endAt;
  });
  if (browser > 0) await sleep(Math.max(0, wordAt + browser - performance.now()));
  const paintedAt = browser > 0 ? performance.now() : wordAt;
  const traceId = /"traceId":"([0-9a-f]{32})"/.exec(seen)?.[1] ?? '';
  const marks = { token, traceId, keyToSend: sentAt - keyAt, sendToFirstByte: firstByteAt - sentAt, firstByteToPaint: paintedAt - firstByteAt, total: paintedAt - keyAt };
  await send(`${url}/api/marks`, marks, () => undefined);
  // What the paint of the first word took, the paint of the last one takes too.
  return { traceId, wall: endAt - keyAt + (paintedAt - wordAt) };
}

if (parentPort) {
  const port = parentPort;
  const { url } = workerData as { url: string };
  const way = await openWay(url);
  port.on('message', ({ number, token, chat, direct, slow }: Wish) => {
    if (!direct) way.slow(slow.network);
    visit(direct ? url : way.url, token, chat, slow).then((done) => port.postMessage({ number, visit: done } satisfies Told), (error: unknown) => port.postMessage({ number, error: String(error) } satisfies Told));
  });
  port.postMessage('ready');
}
