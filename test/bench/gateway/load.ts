/** The load generator: opens streams, counts what comes, measures first tokens; told what to do over the side channel. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ready } from './probe.ts';
import { createClient } from './reader.ts';
import type { Client } from './reader.ts';
import { MARK, ORIGIN, requestOf, SITE_KEY } from './requests.ts';
import type { Kind } from './requests.ts';

export type Target = { port: number; kind: Kind };
/** `until`: a stream counts as open with the head of its answer or with its first token. `at` a time are being opened. */
export type Opening = Target & { count: number; until: 'head' | 'token'; at: number };
export type Counts = { open: number; tokens: number; packets: number; complete: number; broken: number };
/** `clients` at once, each of which asks `each` questions, one after the other; the first ones are spread over `spread` ms. */
export type Asking = Target & { clients: number; each: number; spread: number };

/** Questions are spread over so many visitors at most. */
const VISITORS = 500;
const counts: Counts = { open: 0, tokens: 0, packets: 0, complete: 0, broken: 0 };
let clients: Client[] = [];
let chats = 0;
const sessions = new Map<number, string[]>();

/** Starts sessions with ours until there are enough of them; the other servers have none. */
async function prepare({ port, kind, count }: Target & { count: number }): Promise<void> {
  const tokens = sessions.get(port) ?? [];
  sessions.set(port, tokens);
  if (kind !== 'ours') return;
  while (tokens.length < Math.min(count, VISITORS)) {
    const response = await fetch(`http://127.0.0.1:${port}/api/session`, { method: 'POST', headers: { origin: ORIGIN, 'content-type': 'application/json' }, body: JSON.stringify({ site: SITE_KEY }) });
    if (!response.ok) throw new Error(`session: ${response.status} ${await response.text()}`);
    tokens.push(((await response.json()) as { token: string }).token);
  }
}

function nextRequest({ port, kind }: Target): Buffer {
  chats += 1;
  const tokens = sessions.get(port) ?? [];
  return requestOf(kind, `chat-${process.pid}-${chats}`, tokens[chats % tokens.length] ?? '');
}

/** Resolves once all are open; a stream that breaks counts as opened, and as broken. */
async function open({ count, until, at, ...target }: Opening): Promise<Counts> {
  const mark = Buffer.from(MARK);
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const client = createClient(target.port, mark);
      clients.push(client);
      const opened = Promise.withResolvers<void>();
      client.send(nextRequest(target), {
        packet(tokens) {
          counts.packets += 1;
          counts.tokens += tokens;
          if (until === 'head') opened.resolve();
        },
        first: () => opened.resolve(),
        end(complete) {
          counts.open -= 1;
          counts[complete ? 'complete' : 'broken'] += 1;
          opened.resolve();
        },
      });
      counts.open += 1;
      await opened.promise;
    }
  };
  await Promise.all(Array.from({ length: at }, lane));
  return counts;
}

/** Resolves when `tokens` have come (without the number: never for that reason), when no stream is open any more, or after `patience` ms. */
async function until({ tokens = Infinity, patience }: { tokens?: number; patience: number }): Promise<Counts> {
  const deadline = performance.now() + patience;
  while (counts.open > 0 && counts.tokens < tokens && performance.now() < deadline) await sleep(5);
  return counts;
}

function reset(): void {
  for (const client of clients) client.destroy();
  clients = [];
  Object.assign(counts, { open: 0, tokens: 0, packets: 0, complete: 0, broken: 0 });
}

/** From writing a request to its first token, in ms, one figure for each question. */
async function ask({ clients: lanes, each, spread, ...target }: Asking): Promise<number[]> {
  const times: number[] = [];
  const mark = Buffer.from(MARK);
  await Promise.all(Array.from({ length: lanes }, async (_unused, lane) => {
    const client = createClient(target.port, mark);
    await sleep((lane * spread) / lanes);
    for (let i = 0; i < each; i += 1) {
      const request = nextRequest(target);
      const ended = Promise.withResolvers<boolean>();
      const began = performance.now();
      client.send(request, { packet: () => undefined, first: () => times.push(performance.now() - began), end: ended.resolve });
      if (!(await ended.promise)) throw new Error(`an answer of port ${target.port} broke`);
    }
    client.destroy();
  }));
  return times;
}

// It listens only so that it has an address like every other process of the bench.
const door = createServer().listen(0, '127.0.0.1', () => ready('load', (door.address() as AddressInfo).port, { prepare, open, until, reset, ask }));
