/** A bff as the status host sees one: /healthz and a signed feed, over a real socket, with every part of it adjustable. */
import { createHmac } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Feed, ProviderHealth, Sample } from '@halfsecond/shared/status';

export type FakeBff = {
  url: string;
  feed: Feed;
  /** Every `after` that was asked for. */
  asked: number[];
  health: 'ok' | 'failing' | 'hanging';
  /** Takes over the feed's answer when set. */
  lie: ((response: ServerResponse, honest: string) => void) | null;
  key: string;
  /** Adds one turn and returns it. */
  turn: (over?: Partial<Sample>) => Sample;
  close: () => Promise<void>;
};

export const signature = (body: string, key: string): string => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;

export function provider(id: string, state: ProviderHealth['state'], over: Partial<ProviderHealth> = {}): ProviderHealth {
  return { id, kind: id === 'builtin' ? 'builtin' : 'openai', state, since: Date.now(), ...over };
}

/** Sends `body` as the feed, signed with `key`. */
export function sendFeed(response: ServerResponse, body: string, key: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'x-halfsecond-signature': signature(body, key) });
  response.end(body);
}

export async function startFakeBff(port = 0): Promise<FakeBff> {
  const fake: FakeBff = {
    url: '',
    feed: {
      version: 1,
      epoch: `life-${Math.random().toString(36).slice(2)}`,
      seq: 0,
      asOf: Date.now(),
      startedAt: Date.now(),
      queue: { depth: 0, inFlight: 0, capacity: 16 },
      providers: [provider('builtin', 'up')],
      models: [{ id: 'builtin', provider: 'builtin' }],
      fallbackSince: null,
      tools: [],
      samples: [],
    },
    asked: [],
    health: 'ok',
    lie: null,
    key: 'halfsecond-local',
    turn(over = {}) {
      const { feed } = fake;
      feed.seq += 1;
      const made = sampleOf(feed.seq, over);
      feed.samples.push(made);
      return made;
    },
    close: () => closed(server),
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://bff');
    if (url.pathname === '/healthz') {
      if (fake.health !== 'hanging') response.writeHead(fake.health === 'ok' ? 200 : 500).end('ok');
      return;
    }
    if (url.pathname !== '/status/feed') return void response.writeHead(404).end();
    const after = Number(url.searchParams.get('after'));
    fake.asked.push(after);
    const body = JSON.stringify({ ...fake.feed, asOf: Date.now(), samples: fake.feed.samples.filter((each) => each.seq > after) });
    if (fake.lie) fake.lie(response, body);
    else sendFeed(response, body, fake.key);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

/** One answered turn of the builtin model, unless told otherwise. */
export function sampleOf(seq: number, over: Partial<Sample> = {}): Sample {
  const firstToken = over.timing?.firstToken ?? 84;
  return {
    seq,
    at: Date.now(),
    traceId: `trace-${seq}`,
    outcome: 'ok',
    agent: 'product',
    model: 'builtin',
    provider: 'builtin',
    fallback: false,
    timing: { queue: 1, dispatch: 4, memory: 12, route: 1, provider: 60, tools: 0, gateway: 6, firstToken, total: 230 },
    attempts: [{ provider: 'builtin', model: 'builtin', outcome: 'ok', firstContent: 60, total: 200 }],
    tools: [],
    ...over,
  };
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
