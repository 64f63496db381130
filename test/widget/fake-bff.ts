/** A scripted bff on a real socket: what it streams is chosen by the words of the question. Serves the built widget too. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { WebSocketServer, type WebSocket } from 'ws';
import { scripts, summaries, traceId, type Script } from './scripts.ts';

type Turn = { chat: string; answer: string; events: { id: number; body: unknown }[]; ended: boolean; listeners: Set<() => void>; stopped: boolean; forgotten: boolean; release(): void };
export type Seen = { path: string; method: string; contentType: string; body: Record<string, unknown>; bearer: string };
export type FakeBff = {
  url: string;
  /** Every API request so far, without the resource ones. */
  seen: Seen[];
  /** What knocked at the door: preflights, and connections that were opened. */
  door: { preflights: number; connections: number; upgrades: number };
  /** Cuts every answer that is being told, over whatever transport; the turns go on. */
  cut(): void;
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
  const door = { preflights: 0, connections: 0, upgrades: 0 };
  const told = new Set<() => void>();

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
    if (request.method === 'OPTIONS') {
      door.preflights += 1;
      return void response.writeHead(204).end();
    }
    if (!url.pathname.startsWith('/api/')) return resource(url, response);
    const text = await bodyOf(request);
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    seen.push({ path: url.pathname, method: request.method ?? '', contentType: request.headers['content-type'] ?? '', body, bearer: request.headers.authorization ?? '' });
    const [, , route, id = '', action] = url.pathname.split('/').map(decodeURIComponent);
    if (route === 'seen') return json(response, 200, seen.slice(0, -1));
    if (route === 'session' && body['identity'] === 'forged') return refuse(response, 401, 'identity_invalid');
    if (route === 'session') return json(response, 200, { token: `t${++tokens}`, expiresAt: Date.now() + 3_600_000, visitor: body['identity'] ?? 'v1' });
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
      turn.release();
      return stream(turn, after, response);
    }
    const messages = chats.get(id);
    if (!messages) return refuse(response, 404, 'not-found');
    json(response, 200, { id, messages, running: turn ? !turn.ended : false });
  }

  async function ask(body: Record<string, unknown>, response: ServerResponse): Promise<void> {
    const { script, turn } = begin(body);
    if (script.refuse && refused++ % 2 === 0) return refuse(response, script.refuse.status, script.refuse.code, script.refuse.retryAfter);
    if (script.html) return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>Welcome to the portal</h1>');
    const running = turns.get(String(body['id']));
    if (running && !running.ended) return refuse(response, 409, 'chat_busy');
    return stream(turn(), 0, response, script.cutAfter);
  }

  /** The script of a question, and how to start it. */
  function begin(body: Record<string, unknown>): { script: Script; turn: () => Turn } {
    const chat = String(body['id']);
    const message = (body['messages'] as { id: string; role: string; parts: { text: string; approval?: { approved: boolean } }[] }[])[0];
    // The visitor's yes or no to a tool call comes as the answer it stands in, which goes on.
    const text = message?.role === 'assistant' ? `decided ${message.parts.map(({ approval }) => approval?.approved).join()}` : message?.parts[0]?.text ?? '';
    const script = scripts(text);
    // Asked again: what was kept from that message on is replaced.
    const again = (chats.get(chat) ?? []).findIndex((kept) => (kept as { id: string }).id === body['messageId']);
    if (again >= 0) chats.set(chat, (chats.get(chat) ?? []).slice(0, again));
    return { script, turn: () => start(chat, message, text, script) };
  }

  function start(chat: string, message: { id: string; role: string } | undefined, text: string, script: Script): Turn {
    const answer = message?.role === 'assistant' ? message.id : `answer-${++answers}`;
    const stored = [...(chats.get(chat) ?? []), { id: message?.id, role: 'user', parts: [{ type: 'text', text }] }];
    chats.set(chat, stored);
    const { promise, resolve } = Promise.withResolvers<void>();
    const turn: Turn = { chat, answer, events: [], ended: false, listeners: new Set(), stopped: false, forgotten: script.forgets ?? false, release: resolve };
    turns.set(chat, turn);
    play(turn, script, promise).then((said) => {
      const sources = turn.events.map((event) => event.body as { type: string }).filter((event) => String(event.type).startsWith('source-'));
      chats.set(chat, [...stored, { id: answer, role: 'assistant', parts: [{ type: 'text', text: said }, ...sources], metadata: { traceId, provider: 'builtin', state: turn.events.some(({ body }) => (body as { type: string }).type === 'finish') ? 'complete' : 'interrupted' } }]);
    }, (error: unknown) => console.error(error));
    return turn;
  }

  async function play(turn: Turn, { steps, holdAfter }: Script, released: Promise<void>): Promise<string> {
    let said = '';
    let step0 = '';
    const say = (body: unknown): void => {
      turn.events.push({ id: turn.events.length + 1, body });
      for (const wake of turn.listeners) wake();
    };
    say({ type: 'start', messageId: turn.answer, messageMetadata: { traceId, chatId: turn.chat } });
    for (const step of steps) {
      if (turn.events.length === holdAfter) await released;
      if (typeof step === 'number') await new Promise((resolve) => setTimeout(resolve, step));
      else if (turn.stopped) {
        say({ type: 'abort', reason: 'stopped' });
        break;
      } else {
        if (step['type'] === 'start-step') step0 = said;
        if (step['type'] === 'reset-step') said = step0;
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
    const cut = (): void => void response.destroy();
    told.add(cut);
    response.once('close', () => told.delete(cut));
    let at = after;
    for (;;) {
      for (; at < turn.events.length; at++) {
        // What was written arrives; the end mark does not.
        if (at >= cutAfter) return void setTimeout(() => response.socket?.destroySoon(), 40);
        const event = turn.events[at];
        response.write(`id: ${event?.id}\ndata: ${JSON.stringify(event?.body)}\n\n`);
      }
      if (turn.ended) break;
      await news(turn, (wake) => response.once('close', wake));
      if (response.destroyed) return;
    }
    response.end('data: [DONE]\n\n');
  }

  async function resource({ pathname, searchParams }: URL, response: ServerResponse): Promise<void> {
    const state = /^\/status-(\w+)\/api\/v2\/summary\.json$/.exec(pathname)?.[1];
    if (state !== undefined && state in summaries) return json(response, 200, summaries[state]);
    if (pathname === '/page') {
      // A host page as the test wants it, under the policy that the test wants.
      const csp = searchParams.get('csp');
      return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...(csp ? { 'content-security-policy': csp } : {}) })
        .end(`<!doctype html><html lang="en"><head><title>Host</title><link rel="icon" href="data:,">${searchParams.get('head') ?? ''}</head><body><main><h1>Host</h1></main>${searchParams.get('body') ?? ''}</body></html>`);
    }
    if (!dist || !/^\/(halfsecond\.js|assets\/[\w-]+\.js)$/.test(pathname)) return refuse(response, 404, 'not-found');
    const file = pathname === '/halfsecond.js' ? join(dist, 'halfsecond.js') : join(dist, 'assets', basename(pathname));
    response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=300' }).end(await readFile(file));
  }

  /** The WebSocket door: frames of one socket, each answer under its request id, numbered from 0. */
  async function tell(socket: WebSocket, frame: Record<string, unknown>): Promise<void> {
    const requestId = frame['requestId'];
    const say = (more: object): void => socket.send(JSON.stringify({ requestId, ...more }));
    const token = (frame['body'] as { token?: string } | undefined)?.token ?? '';
    seen.push({ path: '/api/ws', method: String(frame['type']), contentType: '', body: frame, bearer: token });
    const chat = String(frame['id']);
    const { script, turn: play } = frame['type'] === 'send' ? begin(frame) : { script: null, turn: () => turns.get(chat) };
    if (script?.refuse && refused++ % 2 === 0) return say({ type: 'error', errorText: JSON.stringify({ error: { code: script.refuse.code, message: '', traceId, retryAfter: script.refuse.retryAfter } }) });
    const turn = play();
    const last = frame['lastSequence'];
    if (!turn || turn.forgotten || (script === null && turn.ended && last === undefined)) return say({ type: 'no-active' });
    if (script === null) {
      turn.release();
      say({ type: 'start' });
    }
    for (let at = typeof last === 'number' ? last + 1 : 0; ; ) {
      for (; at < turn.events.length; at++) {
        if (at >= (script?.cutAfter ?? Infinity)) return socket.terminate();
        say({ type: 'chunk', sequence: at, chunk: turn.events[at]?.body });
      }
      if (turn.ended) return say({ type: 'end' });
      await news(turn, (wake) => socket.once('close', wake));
      if (socket.readyState !== socket.OPEN) return;
    }
  }
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (request.url !== '/api/ws') return void socket.destroy();
    door.upgrades += 1;
    sockets.handleUpgrade(request, socket, head, (open) => {
      const cut = (): void => open.terminate();
      told.add(cut);
      open.on('close', () => told.delete(cut)).setMaxListeners(0);
      open.on('message', (data) => {
        tell(open, JSON.parse(String(data)) as Record<string, unknown>).catch((error: unknown) => console.error(error));
      });
    });
  });
  server.on('connection', () => {
    door.connections += 1;
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, door,
    cut() {
      for (const end of told) end();
    },
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The next event of a turn, its end, or whatever calls `wake` first. */
async function news(turn: Turn, also: (wake: () => void) => void): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      turn.listeners.delete(wake);
      resolve();
    };
    turn.listeners.add(wake);
    also(wake);
  });
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
