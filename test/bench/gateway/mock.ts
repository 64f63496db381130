/**
 * The provider that every server under test asks: OpenAI's Chat Completions stream over plain node:http. What it
 * does next is told over the side channel, so that the requests of all servers are alike. A stream can be held at
 * three gates until they are opened: before its first token, after it, and before its end.
 */
import { MARK } from './requests.ts';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ready } from './probe.ts';

export type Gate = 'first' | 'second' | 'end';
/** `interval` in ms between the tokens of one stream; all streams together are spread evenly over it. */
export type Behaviour = { tokens: number; interval: number; hold: Gate[] };
type Stream = { response: ServerResponse; behaviour: Behaviour; sent: number; due: number };

/** Each ends with the mark that the load generator counts tokens by, however they are gathered into events. */
const WORDS = ' Your invoice is in the account under billing and you can download it there as a file whenever you like'.split(/(?= )/).map((word) => `${word}${MARK}`);
const chunk = (delta: object, finish: string | null): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-9f2c7e41b0a84d55', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'mock', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const tokens = WORDS.map((content) => Buffer.from(chunk({ content }, null)));
const usage = { prompt_tokens: 40, completion_tokens: 200, total_tokens: 240 };
const ending = Buffer.from(`${chunk({}, 'stop')}data: ${JSON.stringify({ id: 'chatcmpl-9f2c7e41b0a84d55', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'mock', choices: [], usage })}\n\ndata: [DONE]\n\n`);

let current: Behaviour = { tokens: 20, interval: 0, hold: [] };
const held: Record<Gate, Set<Stream>> = { first: new Set(), second: new Set(), end: new Set() };
/** Streams whose next token has a time, soonest first. */
let flowing: Stream[] = [];
let timer: NodeJS.Timeout | undefined;
let started = 0;

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    const stream: Stream = { response, behaviour: current, sent: 0, due: 0 };
    response.once('close', () => forget(stream));
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    if (stream.behaviour.hold.includes('first')) {
      response.flushHeaders();
      held.first.add(stream);
    } else begin(stream);
  });
});
server.requestTimeout = 0;
server.keepAliveTimeout = 60_000;

function begin(stream: Stream): void {
  write(stream);
  if (stream.behaviour.hold.includes('second')) held.second.add(stream);
  else follow(stream, performance.now() + stream.behaviour.interval);
}

function write(stream: Stream): void {
  // Every answer is another one, for the same reason as every question.
  stream.response.write(stream.sent === 0 ? chunk({ content: ` Number ${started++}${MARK}` }, null) : tokens[stream.sent % tokens.length]);
  stream.sent += 1;
}

function follow(stream: Stream, due: number): void {
  if (stream.sent >= stream.behaviour.tokens) {
    if (stream.behaviour.hold.includes('end')) held.end.add(stream);
    else stream.response.end(ending);
    return;
  }
  stream.due = due;
  const at = flowing.findLastIndex((other) => other.due <= due) + 1;
  if (at === flowing.length) flowing.push(stream);
  else flowing.splice(at, 0, stream);
  timer ??= setInterval(tick, 1);
}

function tick(): void {
  const now = performance.now();
  let count = 0;
  while (count < flowing.length && (flowing[count]?.due ?? 0) <= now) count += 1;
  for (const stream of flowing.splice(0, count)) {
    write(stream);
    // A tick that came late does not make the stream catch up in one burst.
    follow(stream, Math.max(stream.due, now - 1) + stream.behaviour.interval);
  }
  if (flowing.length > 0) return;
  clearInterval(timer);
  timer = undefined;
}

function open(gate: Gate): number {
  const streams = [...held[gate]];
  held[gate].clear();
  const now = performance.now();
  for (const [at, stream] of streams.entries()) {
    if (gate === 'first') begin(stream);
    else if (gate === 'second') follow(stream, now + (stream.behaviour.interval * at) / streams.length);
    else stream.response.end(ending);
  }
  return streams.length;
}

function forget(stream: Stream): void {
  for (const streams of Object.values(held)) streams.delete(stream);
  flowing = flowing.filter((other) => other !== stream);
}

server.listen(0, '127.0.0.1', 4_000, () => {
  ready('mock', (server.address() as AddressInfo).port, {
    behave: (behaviour: Behaviour) => void (current = behaviour),
    open,
    held: () => Object.fromEntries(Object.entries(held).map(([gate, streams]) => [gate, streams.size])),
  });
});
