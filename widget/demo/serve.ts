/** The demo site as a process of its own: one page with the script tag, the project's documents, the theme builder, nothing else. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readdir, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listDocs, renderDoc, type Doc } from './docs.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const { HOST: host = '127.0.0.1', DEMO_PORT: port = '8789', BFF_URL: bffUrl = 'http://127.0.0.1:8787', STATUS_URL: statusUrl = 'http://127.0.0.1:8788' } = process.env;

const assets: Record<string, { file: string; type: string }> = {
  '/style.css': { file: 'style.css', type: 'text/css' },
  '/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
  '/docs/widget/screenshot.png': { file: '../screenshot.png', type: 'image/png' },
};
const [bff, status] = [new URL(bffUrl).origin, new URL(statusUrl).origin];
/** As strict as the widget allows: it shows that a page need not loosen its own policy for the chat. */
const policy = [
  "default-src 'none'", `script-src ${bff}`, "style-src 'self'", "img-src 'self'", `connect-src ${bff} ${status}`, "base-uri 'none'", "form-action 'none'",
  "require-trusted-types-for 'script'", 'trusted-types halfsecond lit-html',
].join('; ');

/** The theme builder needs no server but the one that hands it out. */
const themePolicy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "frame-src 'self'", "frame-ancestors 'self'", "base-uri 'none'", "form-action 'none'",
  "require-trusted-types-for 'script'", 'trusted-types halfsecond lit-html',
].join('; ');
const themeUrl = `/theme/?${new URLSearchParams({ endpoint: bffUrl.replace(/\/+$/, ''), site: 'hs_pub_demo' })}`;
const theme = join(here, '../dist/theme');
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    process.stderr.write(`demo: ${request.url ?? ''}: ${error instanceof Error ? error.message : String(error)}\n`);
    if (!response.headersSent) send(response, 500, 'text/plain', 'The page could not be made.');
    else response.destroy();
  });
});
server.on('error', (error: NodeJS.ErrnoException) => {
  const reason = error.code === 'EADDRINUSE' ? `port ${port} is in use: set DEMO_PORT to another one` : `cannot listen on ${host}:${port} (DEMO_PORT): ${error.message}`;
  process.stderr.write(`demo: ${reason}\n`);
  process.exit(1);
});
server.listen(Number(port), host, () => {
  const { port: actual } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ ready: 'demo', url: `http://${host}:${actual}` })}\n`);
});
function end(): void {
  server.close(() => process.exit(0));
  server.closeAllConnections();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
// Whoever started us is gone, however it ended.
process.once('disconnect', end);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'text/plain', 'Only GET here.');
  const { pathname: path, search } = new URL(request.url ?? '/', 'http://demo');
  const docs = listDocs(root);
  if (path === '/') return send(response, 200, 'text/html', fill(await readFile(join(here, 'index.html'), 'utf8'), docs));
  const asset = assets[path];
  if (asset) return send(response, 200, asset.type, await readFile(join(here, asset.file)));
  if (path === '/theme') return void response.writeHead(308, { location: `/theme/${search}` }).end();
  if (path.startsWith('/theme/')) {
    const file = await themeFile(path.slice('/theme/'.length) || 'index.html');
    if (file) return send(response, 200, file.type, file.body, themePolicy);
  }
  const doc = docs.find(({ name }) => path === `/docs/${name}`) ?? (path === '/docs' || path === '/docs/' ? docs[0] : undefined);
  if (doc) return send(response, 200, 'text/html', fill(docPage(await readFile(join(here, 'index.html'), 'utf8'), doc, await renderDoc(root, doc)), docs));
  send(response, 404, 'text/html', fill(docPage(await readFile(join(here, 'index.html'), 'utf8'), { name: '', title: 'Not found' }, '<h1>Nothing here</h1><p><a href="/">Back to the start</a></p>'), docs));
}

/** A file of the built theme builder; null for every other name. The names are those on disk: a path cannot leave the folder. */
async function themeFile(name: string): Promise<{ type: string; body: string } | null> {
  const names = await readdir(theme, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new Error(`${theme} is missing: build the widget first`);
    throw error;
  });
  const type = TYPES[extname(name)];
  return type !== undefined && names.includes(name) ? { type, body: await readFile(join(theme, name), 'utf8') } : null;
}

/** The front page's frame with a document in place of its sections. */
function docPage(page: string, doc: Doc, body: string): string {
  return page
    .replace(/<title>[^<]*<\/title>/, () => `<title>${doc.title} · Halfsecond</title>`)
    .replace(/<main id="main">[^]*<\/main>/, () => `<main id="main" class="doc">${body}</main>`)
    .replaceAll('href="#', 'href="/#')
    .replace(/<main [^]*<\/main>/, (main) => main.replaceAll('href="/#', 'href="#'));
}

function fill(page: string, docs: Doc[]): string {
  const links = docs.map(({ name, title }) => `<a href="/docs/${name}">${title}</a>`).join('');
  return page.replaceAll('{{BFF_URL}}', attribute(bffUrl.replace(/\/+$/, ''))).replaceAll('{{STATUS_URL}}', attribute(statusUrl)).replaceAll('{{THEME_URL}}', attribute(themeUrl)).replace('{{DOCS_LINKS}}', () => links);
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer, csp: string = policy): void {
  response.writeHead(status, {
    'content-type': type === 'image/png' ? type : `${type}; charset=utf-8`, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', 'referrer-policy': 'strict-origin-when-cross-origin',
    ...(type === 'text/html' ? { 'content-security-policy': csp } : {}),
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
