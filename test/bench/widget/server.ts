/** Serves the bench: one page per subject, the built widget, and answers at a given rate over the product's wire. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { tokensOf } from './answer.ts';

/** `widget` is ours; `smd` and `plain` show the same stream with a library and as bare text; `sink` only reads it. */
export type Subject = 'widget' | 'smd' | 'plain' | 'sink';
export type BenchServer = { url: string; /** Paths asked for since the last call. */ requests(): string[]; close(): Promise<void> };

const TRACE = '0af7651916cd43dd8448eb211c80319c';
/** Quiet time between the acknowledgement and the first word (ms). */
const FIRST_WORD_MS = 300;

/** `dist` holds the built widget; `files` are further scripts by path; `say` gives the tokens of a text that is asked for by name. */
export async function startBenchServer(dist: string, files: Record<string, string>, say: (name: string) => string[]): Promise<BenchServer> {
  let requests: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://bench').pathname;
    requests.push(path);
    if (path === '/') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><html lang="en"><title>Bench</title><link rel="icon" href="data:,"><main><h1>A page</h1></main></html>');
    const script = path === '/halfsecond.js' ? readFileSync(join(dist, 'halfsecond.js')) : path.startsWith('/assets/') ? readFileSync(join(dist, 'assets', basename(path))) : files[path];
    if (script !== undefined) return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (path === '/api/session') return void json(response, { token: 't', expiresAt: Date.now() + 3_600_000, visitor: 'v' });
      if (path !== '/api/chat') return void json(response, {});
      // "3000 tokens at 200": how many, and how many a second; 0 is all at once. "say NAME" streams a text of the bench's.
      const [, count, rate] = /(\d+) tokens at (\d+)/.exec(body) ?? [];
      const name = /say ([\w-]+)/.exec(body)?.[1];
      void stream(response, name === undefined ? tokensOf(Number(count ?? 10)) : say(name), Number(rate ?? 0));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests() {
      const seen = requests;
      requests = [];
      return seen;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Sends the tokens, each as its own event and, at a rate, in its own write. */
async function stream(response: ServerResponse, tokens: string[], rate: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.socket?.setNoDelay(true);
  let id = 0;
  const event = (body: object): string => `id: ${++id}\ndata: ${JSON.stringify(body)}\n\n`;
  response.write(event({ type: 'start', messageId: `a${Date.now()}`, messageMetadata: { traceId: TRACE, chatId: 'c' } }) + event({ type: 'data-status', transient: true, data: { state: 'accepted', text: 'Got it', since: Date.now() } }));
  await new Promise((resolve) => setTimeout(resolve, FIRST_WORD_MS));
  response.write(event({ type: 'text-start', id: '1' }));
  if (rate === 0) response.write(tokens.map((delta) => event({ type: 'text-delta', id: '1', delta })).join(''));
  else {
    const started = performance.now();
    for (let sent = 0; sent < tokens.length && !response.destroyed; ) {
      const due = Math.min(tokens.length, 1 + Math.floor((performance.now() - started) * rate / 1_000));
      for (; sent < due; sent++) response.write(event({ type: 'text-delta', id: '1', delta: tokens[sent] }));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  response.end(event({ type: 'text-end', id: '1' }) + event({ type: 'finish', messageMetadata: { traceId: TRACE, provider: 'openai', model: 'm', fallback: false } }) + 'data: [DONE]\n\n');
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
