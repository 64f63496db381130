/**
 * Serves the public folder and nothing else: it reads files, so it answers whatever became of the bff or the collector.
 * STATUS_PORT (8788), HOST (127.0.0.1), HALFSECOND_DATA.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { createFiles, type Entry } from './files.ts';

const host = process.env['HOST'] ?? '127.0.0.1';
const port = Number(process.env['STATUS_PORT'] ?? 8788);
const files = createFiles(resolve(process.env['HALFSECOND_DATA'] ?? '.data', 'status', 'public'));
const log = (line: string): void => void process.stderr.write(`status: ${line}\n`);
const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const MIN_COMPRESSED = 512;

/** Answers GET, HEAD and OPTIONS. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  if (request.method === 'OPTIONS') {
    response.setHeader('access-control-allow-methods', 'GET, HEAD, OPTIONS');
    response.setHeader('access-control-allow-headers', 'if-none-match, cache-control');
    response.writeHead(204).end();
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD, OPTIONS');
    send(request, response, 405, 'text/plain; charset=utf-8', Buffer.from('Only GET and HEAD.\n'));
    return;
  }
  const found = await files(request.url ?? '/');
  if (found === null) {
    const page = await files('/404.html');
    send(request, response, 404, page?.type ?? 'text/plain; charset=utf-8', page?.body ?? Buffer.from('There is no such page.\n'));
    return;
  }
  response.setHeader('etag', found.etag);
  response.setHeader('last-modified', new Date(found.modified).toUTCString());
  response.setHeader('vary', 'accept-encoding');
  if (matches(request.headers['if-none-match'], found.etag)) {
    response.writeHead(304).end();
    return;
  }
  const { encoding, body } = await encoded(found, request.headers['accept-encoding'] ?? '');
  if (encoding) response.setHeader('content-encoding', encoding);
  send(request, response, 200, found.type, body);
}

function send(request: IncomingMessage, response: ServerResponse, status: number, type: string, body: Buffer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.byteLength });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Weak comparison, as If-None-Match wants it. */
function matches(header: string | undefined, etag: string): boolean {
  return header !== undefined && header.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag.replace(/^W\//, ''));
}

/** The best form that the client takes; each is made once per version of a file. */
async function encoded(entry: Entry, accepted: string): Promise<{ encoding: 'br' | 'gzip' | null; body: Buffer }> {
  const takes = (name: string): boolean => new RegExp(`(^|[\\s,])${name}\\s*($|,|;(?!\\s*q=0(\\.0*)?\\s*($|,)))`).test(accepted);
  if (entry.body.byteLength < MIN_COMPRESSED || !entry.compressible) return { encoding: null, body: entry.body };
  if (takes('br')) {
    entry.br ??= brotli(entry.body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
    return { encoding: 'br', body: await entry.br };
  }
  if (takes('gzip')) {
    entry.gzip ??= zip(entry.body);
    return { encoding: 'gzip', body: await entry.gzip };
  }
  return { encoding: null, body: entry.body };
}

if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  log('STATUS_PORT must be a port number from 0 to 65535.');
  process.exit(1);
}
const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 10_000 }, (request, response) => {
  answer(request, response).catch((error: unknown) => {
    log(`A request could not be answered: ${error instanceof Error ? error.message : String(error)}`);
    if (!response.headersSent) response.writeHead(500);
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
    if (process.connected) process.disconnect?.();
  });
  server.closeAllConnections();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
// The channel of whoever started us closes when that process ends, however it ends.
process.once('disconnect', stop);
