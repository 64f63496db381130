/**
 * Serves the public folder: it reads files, so it answers whatever became of the bff or the collector. Beside them only
 * the three addresses of subscriptions, which may fail without harm to the pages.
 * STATUS_PORT (8788), HOST (127.0.0.1), HALFSECOND_DATA; STATUS_MIRROR is set when the folder mirrors another host.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { createFiles, type Entry } from './files.ts';
import { folderOf, languages } from './src/words/languages.ts';
import type { Door } from './subscribe/door.ts';

const host = process.env['HOST'] ?? '127.0.0.1';
const port = Number(process.env['STATUS_PORT'] ?? 8788);
const mirror = Boolean(process.env['STATUS_MIRROR']);
const folder = resolve(process.env['HALFSECOND_DATA'] ?? '.data', 'status');
const log = (line: string): void => void process.stderr.write(`status: ${line}\n`);
const files = createFiles(resolve(folder, 'public'), log);
const everywhere = {
  'access-control-allow-origin': '*',
  'cache-control': 'no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
/** In every language's folder. */
const subscriptions = new RegExp(`^/(?:${languages.map(folderOf).join('|')})(subscribe|confirm|unsubscribe)/?(?:\\?|$)`);
/** Opened at the first request that needs it; null on a mirror, which keeps no subscribers. */
let door: Promise<Door> | null = null;

/** Answers GET, HEAD and OPTIONS, and POST where one subscribes. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method } = request;
  const url = request.url ?? '/';
  const what = subscriptions.exec(url)?.[1];
  if (what !== undefined && !mirror && (method === 'POST' || ((method === 'GET' || method === 'HEAD') && what !== 'subscribe'))) {
    door ??= import('./subscribe/door.ts').then(({ openDoor }) => openDoor(folder, log));
    // One that could not be opened is tried again by the next request: the disk may be whole by then.
    door.catch(() => { door = null; });
    return (await door).answer(request, response);
  }
  if (method === 'OPTIONS') {
    response.writeHead(204, { ...everywhere, 'access-control-allow-methods': 'GET, HEAD, OPTIONS', 'access-control-allow-headers': 'if-none-match, cache-control', 'access-control-max-age': '86400' });
    response.end();
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    send(request, response, 405, Buffer.from('Only GET and HEAD.\n'), { allow: 'GET, HEAD, OPTIONS', 'content-type': 'text/plain; charset=utf-8' });
    return;
  }
  const found = await files(url);
  if (found === null) {
    const page = await files('/404.html');
    send(request, response, 404, page?.body ?? Buffer.from('There is no such page.\n'), { 'content-type': page?.type ?? 'text/plain; charset=utf-8' });
    return;
  }
  const headers: Record<string, string> = { etag: found.etag, 'last-modified': found.modified, vary: 'accept-encoding' };
  if (mirror) headers['age'] = await age();
  if (matches(request.headers['if-none-match'], found.etag)) {
    response.writeHead(304, { ...everywhere, ...headers });
    response.end();
    return;
  }
  headers['content-type'] = found.type;
  const { encoding, body } = await encoded(found, request.headers['accept-encoding'] ?? '');
  if (encoding) headers['content-encoding'] = encoding;
  send(request, response, 200, body, headers);
}

function send(request: IncomingMessage, response: ServerResponse, status: number, body: Buffer, headers: Record<string, string>): void {
  response.writeHead(status, { ...everywhere, ...headers, 'content-length': body.byteLength });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Weak comparison, as If-None-Match wants it. */
function matches(header: string | undefined, etag: string): boolean {
  return header !== undefined && header.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag.replace(/^W\//, ''));
}

const accepts = { br: taking('br'), gzip: taking('gzip') };
function taking(name: string): RegExp {
  return new RegExp(`(^|[\\s,])${name}\\s*($|,|;(?!\\s*q=0(\\.0*)?\\s*($|,)))`);
}

/** The best form that the client takes. */
async function encoded(entry: Entry, accepted: string): Promise<{ encoding: 'br' | 'gzip' | null; body: Buffer }> {
  for (const encoding of ['br', 'gzip'] as const) {
    const body = accepts[encoding].test(accepted) ? entry[encoding]() : null;
    if (body) return { encoding, body: await body };
  }
  return { encoding: null, body: entry.body };
}

/** Seconds since the mirrored host took its last good snapshot. */
async function age(): Promise<string> {
  const entry = await files('/mirror.json');
  const told: unknown = entry ? JSON.parse(entry.body.toString('utf8')) : null;
  const asOf = typeof told === 'object' && told !== null && 'asOf' in told ? Number(told.asOf) : Number.NaN;
  return String(Math.max(0, Math.floor((Date.now() - asOf) / 1_000)) || 0);
}

if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  log('STATUS_PORT must be a port number from 0 to 65535.');
  process.exit(1);
}
const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 10_000 }, (request, response) => {
  answer(request, response).catch((error: unknown) => {
    log(`A request could not be answered: ${error instanceof Error ? error.message : String(error)}`);
    if (!response.headersSent) response.writeHead(500, everywhere);
    response.end();
  });
});
server.once('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE') log(`Port ${port} is taken. Set STATUS_PORT to another one.`);
  else log(`Cannot listen on ${host}:${port} (${error.message}). HOST and STATUS_PORT say where.`);
  process.exit(1);
});
server.listen(port, host, () => {
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  // Every address there is cannot be opened in a browser; this one can.
  const reach = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const name = reach.includes(':') ? `[${reach}]` : reach;
  process.stdout.write(`${JSON.stringify({ ready: 'status-server', url: `http://${name}:${bound}` })}\n`);
});
function stop(): void {
  server.close(() => {
    void door?.then((opened) => opened.close());
    if (process.connected) process.disconnect?.();
  });
  server.closeAllConnections();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
// The channel of whoever started us closes when that process ends, however it ends.
process.once('disconnect', stop);
