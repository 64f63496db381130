/** A scripted bff on a real socket: what it streams is chosen by the words of the question. Serves the built widget too. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { scripts, traceId, type Step } from './scripts.ts';

type Turn = { chat: string; answer: string; events: { id: number; body: unknown }[]; ended: boolean; listeners: Set<() => void>; stopped: boolean; forgotten: boolean };
export type Seen = { path: string; method: string; contentType: string; body: Record<string, unknown>; bearer: string };
export type FakeBff = {
  url: string;
  /** Every API request so far, without the resource ones. */
  seen: Seen[];
  close(): Promise<void>;
};

/** Listens on 127.0.0.1, port 0. `dist` is the folder of a built widget, when a test needs the loader. */
export async function startFakeBff(dist?: string): Promise<FakeBff> {
  const seen: Seen[] = [];
  const chats = new Map<string, unknown[]>();
  const turns = new Map<string, Turn>();
  let tokens = 0;
  let refused = 0;
  let answers = 0;

  const server: Server = createServer((request, response) => {
    response.setMaxListeners(0);
    handle(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'authorization, content-type, last-event-id');
    response.setHeader('access-control-expose-headers', 'retry-after');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (!url.pathname.startsWith('/api/')) return resource(url.pathname, response);
    const text = await bodyOf(request);
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    seen.push({ path: url.pathname, method: request.method ?? '', contentType: request.headers['content-type'] ?? '', body, bearer: request.headers.authorization ?? '' });
    const [, , route, id = '', action] = url.pathname.split('/').map(decodeURIComponent);
    if (route === 'seen') return json(response, 200, seen.slice(0, -1));
    if (route === 'session') return json(response, 200, { token: `t${++tokens}`, expiresAt: Date.now() + 3_600_000, visitor: 'v1' });
    if (route === 'feedback' || route === 'marks') return json(response, 200, {});
    if (route !== 'chat') return refuse(response, 404, 'not-found');
    if (request.method === 'POST' && id === '') return ask(body, response);
    const turn = turns.get(id);
    if (action === 'stop') {
      if (turn) turn.stopped = true;
      return json(response, 200, {});
    }
    if (action === 'stream') {
      const after = Number(url.searchParams.get('after') ?? 0);
      if (!turn || turn.forgotten || (turn.ended && after === 0)) return void response.writeHead(204).end();
      return stream(turn, after, response);
    }
    const messages = chats.get(id);
    if (!messages) return refuse(response, 404, 'not-found');
    json(response, 200, { id, messages, running: turn ? !turn.ended : false });
  }

  async function ask(body: Record<string, unknown>, response: ServerResponse): Promise<void> {
    const chat = String(body['id']);
    const message = (body['messages'] as { id: string; parts: { text: string }[] }[])[0];
    const text = message?.parts[0]?.text ?? '';
    const script = scripts(text);
    if (script.refuse && refused++ % 2 === 0) return refuse(response, script.refuse.status, script.refuse.code, script.refuse.retryAfter);
    if (script.html) return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>Welcome to the portal</h1>');
    const answer = `answer-${++answers}`;
    const stored = [...(chats.get(chat) ?? []), { id: message?.id, role: 'user', parts: [{ type: 'text', text }] }];
    chats.set(chat, stored);
    const turn: Turn = { chat, answer, events: [], ended: false, listeners: new Set(), stopped: false, forgotten: script.forgets ?? false };
    turns.set(chat, turn);
    play(turn, script.steps).then((said) => {
      const sources = turn.events.map((event) => event.body as { type: string }).filter((event) => event.type === 'source-url');
      chats.set(chat, [...stored, { id: answer, role: 'assistant', parts: [{ type: 'text', text: said }, ...sources], metadata: { traceId, provider: 'builtin', state: turn.events.some(({ body }) => (body as { type: string }).type === 'finish') ? 'complete' : 'interrupted' } }]);
    }, (error: unknown) => response.destroy(error as Error));
    return stream(turn, 0, response, script.cutAfter);
  }

  async function play(turn: Turn, steps: Step[]): Promise<string> {
    let said = '';
    const say = (body: unknown): void => {
      turn.events.push({ id: turn.events.length + 1, body });
      for (const wake of turn.listeners) wake();
    };
    say({ type: 'start', messageId: turn.answer, messageMetadata: { traceId, chatId: turn.chat } });
    for (const step of steps) {
      if (typeof step === 'number') await new Promise((resolve) => setTimeout(resolve, step));
      else if (turn.stopped) {
        say({ type: 'abort', reason: 'stopped' });
        break;
      } else {
        if (step['type'] === 'text-delta') said += String(step['delta']);
        say(step);
      }
    }
    turn.ended = true;
    for (const wake of turn.listeners) wake();
    return said;
  }

  async function stream(turn: Turn, after: number, response: ServerResponse, cutAfter = Infinity): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.flushHeaders();
    let at = after;
    for (;;) {
      for (; at < turn.events.length; at++) {
        if (at >= cutAfter) return void setTimeout(() => response.destroy(), 10);
        const event = turn.events[at];
        response.write(`id: ${event?.id}\ndata: ${JSON.stringify(event?.body)}\n\n`);
      }
      if (turn.ended) break;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          turn.listeners.delete(wake);
          resolve();
        };
        turn.listeners.add(wake);
        response.once('close', wake);
      });
      if (response.destroyed) return;
    }
    response.end('data: [DONE]\n\n');
  }

  async function resource(path: string, response: ServerResponse): Promise<void> {
    if (!dist || !/^\/(halfsecond\.js|assets\/[\w-]+\.js)$/.test(path)) return refuse(response, 404, 'not-found');
    const file = path === '/halfsecond.js' ? join(dist, 'halfsecond.js') : join(dist, 'assets', basename(path));
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(await readFile(file));
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
function refuse(response: ServerResponse, status: number, code: string, retryAfter?: number): void {
  response.writeHead(status, { 'content-type': 'application/json', ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }) });
  response.end(JSON.stringify({ error: { code, message: code, traceId } }));
}
