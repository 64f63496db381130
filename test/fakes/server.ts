/**
 * The part that both fake providers share: a node:http server on a free port of 127.0.0.1 that records requests,
 * notices clients that leave, and plays a script of faults.
 *
 * KNOBS (all optional; `set(knobs)` replaces them, and a list plays one entry per request, the last one for ever)
 *   text             the answer, streamed word by word; or a function of the request's body   'Hello from the fake provider.'
 *   reasoning        text streamed as reasoning before the answer              ''
 *   calls            tool calls [{name, input, id?}]; `input` may be a string: raw, perhaps malformed arguments
 *   callsInParts     arguments in pieces of a few characters (true) or in one piece (false)            true
 *   usage            { inputTokens, outputTokens } as the provider reports it  12 and the number of tokens
 *   firstTokenDelay  ms before the first content; a number or a function that draws one                0
 *   headersDelay     ms before the status line                                 0
 *   tokensPerSecond  speed after the first token; 0 = as fast as possible      0
 *   key              refuses every other key with 401                          any key will do
 *   status           answers with this HTTP status before any stream; `retryAfter` in seconds goes with it
 *   fault            one of the faults below; `after` tokens have then been sent (0 = before the first)
 *     'error'        an error event of the protocol (`errorCode`), then the end
 *     'cut'          the socket is destroyed
 *     'end'          the stream ends cleanly without its end mark
 *     'stall'        silence for ever, connection open
 *     'malformed'    a chunk that is no JSON
 *     'garbage'      chunks of valid JSON that mean nothing, then a clean end
 *     'nothing'      no content, but the end mark
 *     'empty-choices' (Chat Completions) chunks with `choices: []`, then [DONE]
 *     'linger'       the whole text and the end mark, then neither usage nor the close of the connection
 *     'html'         status 200 with a web page
 *     'endless'      tokens without end
 *     'deaf'         like 'endless' (200 tokens a second unless told), and goes on when the client has left
 *
 * `requests` grows by one entry per request: {path, headers, body, sent, finished, disconnected}. `sent` counts the
 * tokens written, `disconnected` resolves (with performance.now()) when the client left before the end.
 * `next()` resolves with the next request that arrives.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Fault = 'error' | 'cut' | 'end' | 'stall' | 'malformed' | 'garbage' | 'nothing' | 'empty-choices' | 'html' | 'linger' | 'endless' | 'deaf';
export type FakeCall = { name: string; input: unknown; id?: string };
export type Knobs = {
  text?: string | ((body: Record<string, unknown>) => string);
  reasoning?: string;
  calls?: FakeCall[];
  callsInParts?: boolean;
  usage?: { inputTokens: number; outputTokens: number };
  firstTokenDelay?: number | (() => number);
  headersDelay?: number;
  tokensPerSecond?: number;
  key?: string;
  status?: number;
  retryAfter?: number;
  fault?: Fault;
  after?: number;
  errorCode?: string;
};
export type FakeRequest = {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  sent: number;
  finished: boolean;
  disconnected: Promise<number>;
};
export type Fake = {
  url: string;
  requests: FakeRequest[];
  set(knobs: Knobs | Knobs[]): void;
  next(): Promise<FakeRequest>;
  close(): Promise<void>;
};

/** What one protocol adds. Frames are whole SSE events as text. */
export type Script = {
  /** Null for a path that this provider does not know. */
  begin(request: FakeRequest, knobs: Knobs): Speech | null;
  refuse(status: number): unknown;
};
export type Speech = {
  opening: string;
  reasoning(token: string): string;
  token(token: string): string;
  calls(): string[];
  closing(usage: { inputTokens: number; outputTokens: number }): string;
  /** The end mark alone. */
  mark(): string;
  error(code: string): string;
  garbage: string;
};

/** Starts a fake provider. */
export async function startFake(script: Script, first: Knobs | Knobs[] = {}): Promise<Fake> {
  const requests: FakeRequest[] = [];
  const sockets = new Set<Socket>();
  let waiting: ((request: FakeRequest) => void)[] = [];
  let knobs = first;
  let turn = 0;

  function knobsNow(): Knobs {
    if (!Array.isArray(knobs)) return knobs;
    return knobs[Math.min(turn++, knobs.length - 1)] ?? {};
  }

  const server = createServer((incoming, response) => {
    void answer(incoming, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = Promise.withResolvers<number>();
    const request: FakeRequest = { path: incoming.url ?? '', headers: incoming.headers, body: {}, sent: 0, finished: false, disconnected: gone.promise };
    response.once('close', () => {
      if (!request.finished) gone.resolve(performance.now());
    });
    request.body = await readBody(incoming);
    const now = knobsNow();
    requests.push(request);
    const waiters = waiting;
    waiting = [];
    for (const waiter of waiters) waiter(request);
    if (now.headersDelay) await pause(now.headersDelay, response);
    const speech = script.begin(request, now);
    const given = incoming.headers['x-api-key'] ?? incoming.headers.authorization?.replace(/^Bearer /, '');
    const status = speech === null ? 404 : now.key !== undefined && given !== now.key ? 401 : now.status;
    if (speech === null || status !== undefined) return refuse(response, request, status ?? 404, now);
    if (now.fault === 'html') {
      request.finished = true;
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Welcome</title>');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    await speak(server, response, request, speech, now);
  }

  function refuse(response: ServerResponse, request: FakeRequest, status: number, now: Knobs): void {
    request.finished = true;
    response.writeHead(status, { 'content-type': 'application/json', ...(now.retryAfter !== undefined && { 'retry-after': String(now.retryAfter) }) });
    response.end(JSON.stringify(script.refuse(status)));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    set(next) {
      knobs = next;
      turn = 0;
    },
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    }),
  };
}

async function speak(server: Server, response: ServerResponse, request: FakeRequest, speech: Speech, knobs: Knobs): Promise<void> {
  const text = typeof knobs.text === 'function' ? knobs.text(request.body) : knobs.text;
  const tokens = tokensOf(text ?? (knobs.calls ? '' : 'Hello from the fake provider.'));
  const lingers = knobs.fault === 'linger';
  const faultAt = knobs.fault === undefined || lingers ? Infinity : knobs.after ?? 0;
  const deaf = knobs.fault === 'deaf';
  const forEver = deaf || knobs.fault === 'endless';
  const speed = knobs.tokensPerSecond ?? (deaf ? 200 : 0);
  const gap = speed > 0 ? 1_000 / speed : 0;
  response.write(speech.opening);
  const delay = typeof knobs.firstTokenDelay === 'function' ? knobs.firstTokenDelay() : knobs.firstTokenDelay ?? 0;
  if (delay > 0) await pause(delay, response);
  for (const token of tokensOf(knobs.reasoning ?? '')) response.write(speech.reasoning(token));
  for (let at = 0; deaf ? server.listening : !response.destroyed; at++) {
    if (at >= faultAt && !forEver) return fail(response, request, speech, knobs);
    const token = tokens[at] ?? (forEver ? ' and so on' : null);
    if (token === null) break;
    if (gap > 0 && at > 0) await (deaf ? new Promise((resolve) => setTimeout(resolve, gap)) : pause(gap, response));
    request.sent++;
    if (response.destroyed) continue;
    const flowing = response.write(speech.token(token));
    if (!flowing) await drained(response);
    else if (gap === 0 && at % 64 === 63) await pause(0, response);
  }
  if (response.destroyed) return;
  for (const frame of speech.calls()) response.write(frame);
  if (lingers) return void response.write(speech.mark());
  request.finished = true;
  response.end(speech.closing(knobs.usage ?? { inputTokens: 12, outputTokens: tokens.length }));
}

function fail(response: ServerResponse, request: FakeRequest, speech: Speech, knobs: Knobs): void {
  switch (knobs.fault) {
    case 'stall':
      return;
    case 'cut':
      // What was written must reach the client before the reset.
      setTimeout(() => response.destroy(), 20);
      return;
    case 'error':
      response.write(speech.error(knobs.errorCode ?? 'server_error'));
      break;
    case 'malformed':
      response.write('data: {"type": "oops", \n\n');
      return;
    case 'garbage':
      for (let n = 0; n < 5; n++) response.write(speech.garbage);
      break;
    case 'empty-choices':
      for (let n = 0; n < 5; n++) response.write('data: {"object":"chat.completion.chunk","choices":[]}\n\n');
      response.write('data: [DONE]\n\n');
      break;
    case 'nothing':
      response.write(speech.closing({ inputTokens: 12, outputTokens: 0 }));
      break;
  }
  request.finished = true;
  response.end();
}

/** Words with the space before them, the way models cut text. */
function tokensOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

function pause(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      response.off('close', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    response.once('close', over);
  });
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      response.off('drain', over);
      response.off('close', over);
      resolve();
    };
    response.once('drain', over);
    response.once('close', over);
  });
}

async function readBody(incoming: IncomingMessage): Promise<Record<string, unknown>> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString('utf8');
  return text === '' ? {} : JSON.parse(text) as Record<string, unknown>;
}
