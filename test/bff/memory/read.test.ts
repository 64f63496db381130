/** Reading files and folders: what is knowledge, what is skipped and why, and ids that stay. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ID_PATTERN } from '@halfsecond/shared/limits';
import type { KnowledgeDocument } from '@halfsecond/bff/memory/document.ts';
import { readDocuments, type KnowledgePath } from '@halfsecond/bff/memory/read.ts';
import { ask, tempFolder, tempMemory } from './open.ts';

async function read(paths: KnowledgePath[], root: string): Promise<{ documents: KnowledgeDocument[]; skipped: Record<string, string> }> {
  const documents: KnowledgeDocument[] = [];
  const skipped: Record<string, string> = {};
  for await (const result of readDocuments(paths, root)) {
    if ('document' in result) documents.push(result.document);
    else skipped[result.skipped] = result.reason;
  }
  return { documents, skipped };
}

async function files(root: string, contents: Record<string, string | Buffer>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}

test('folders are read to their depth; what is broken is named with its reason and the rest goes on', async (t) => {
  const root = await tempFolder(t);
  await files(root, {
    'docs/a.md': '# Alpha\n\nThe first page.',
    'docs/deep/b c.html': '<title>Beta page</title><p>The second.</p>',
    'docs/plain.txt': 'No heading here.',
    'docs/latin1.md': Buffer.from([0x23, 0x20, 0xe9, 0xe8, 0x0a]),
    'docs/binary.txt': Buffer.from('text\0more'),
    'docs/empty.md': '\n\n',
    'docs/huge.txt': Buffer.alloc(1_000_001, 'a '),
    'docs/picture.png': Buffer.from([1, 2, 3]),
    'docs/node_modules/x/readme.md': '# Not ours',
    'docs/.hidden/secret.md': '# Not this',
    'notes.pdf': 'x',
  });
  await symlink(join(root, 'docs'), join(root, 'docs', 'loop'));
  const { documents, skipped } = await read([{ path: 'docs', url: '/help/' }, { path: 'notes.pdf' }, { path: 'gone' }], root);
  assert.deepEqual(documents.map(({ id, title, url, format }) => ({ id: id.replace(/-[0-9a-f]{8}$/, '-#'), title, url, format })), [
    { id: 'docs:a.md', title: 'Alpha', url: '/help/a.md', format: 'markdown' },
    { id: 'docs:deep:b-c.html-#', title: 'Beta page', url: '/help/deep/b%20c.html', format: 'html' },
    { id: 'docs:plain.txt', title: 'plain', url: '/help/plain.txt', format: 'text' },
  ]);
  assert.deepEqual(Object.keys(skipped).sort(), ['docs/binary.txt', 'docs/empty.md', 'docs/huge.txt', 'docs/latin1.md', 'docs/loop', 'gone', 'notes.pdf']);
  assert.match(skipped['docs/loop'] ?? '', /is a link/);
  assert.match(skipped['docs/latin1.md'] ?? '', /encoding that it does not name/);
  assert.match(skipped['docs/huge.txt'] ?? '', /expected at most 1000000/);
  assert.match(skipped['notes.pdf'] ?? '', /PDF cannot be read/);
});

test('ids are in the alphabet, stay the same, and differ where paths differ', async (t) => {
  const root = await tempFolder(t);
  const names = ['a b.md', 'a-b.md', 'a/b.md', 'a:b.md', 'ü.md', 'ö.md', `${'long'.repeat(50)}.md`, `x${'long'.repeat(50)}.md`];
  await files(root, Object.fromEntries(names.map((name) => [name, `# ${name}\n\ntext`])));
  const first = (await read([{ path: '.' }], root)).documents.map((document) => document.id);
  assert.equal(new Set(first).size, names.length);
  for (const id of first) assert.match(id, ID_PATTERN);
  assert.deepEqual((await read([{ path: '.' }], root)).documents.map((document) => document.id), first);
});

test('a folder goes in from end to end', async (t) => {
  const root = await tempFolder(t);
  await files(root, { 'guide.md': '# Guide\n\n## Opening hours\n\nWe open at nine.\n', 'broken.md': Buffer.from([0xff, 0xfe]) });
  const { documents, skipped } = await read([{ path: root }], root);
  assert.deepEqual(Object.keys(skipped), ['broken.md']);
  const { memory } = await tempMemory(t);
  await memory.ingest('demo', documents);
  const [best] = (await ask(memory, 'when do you open')).snippets;
  assert.equal(best?.id, 'guide.md#0');
  assert.deepEqual(best?.source, { kind: 'knowledge', document: 'guide.md', title: 'Guide', heading: 'Opening hours', url: null });
});

/** A PDF of one line a page, as small as readers take it. */
function pdf(title: string, ...lines: string[]): Buffer {
  const pages = lines.map((_, n) => `${4 + n * 2} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>', `<< /Type /Pages /Kids [${pages}] /Count ${lines.length} >>`, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...lines.flatMap((line, n) => {
      const stream = `BT /F1 12 Tf 72 720 Td (${line}) Tj ET`;
      return [`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + n * 2} 0 R >>`, `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`];
    }),
    `<< /Title (${title}) >>`,
  ];
  let body = '%PDF-1.4\n';
  const places = objects.map((object, n) => {
    const at = body.length;
    body += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  return Buffer.from(`${body}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${body.length}\n%%EOF\n`);
}

test('a PDF is read page by page with its title, a page in the encoding that it names', async (t) => {
  const root = await tempFolder(t);
  await files(root, {
    'manual.pdf': pdf('Lamp manual', 'Press the green button twice.', 'The warranty lasts three years.'), 'empty.pdf': pdf('Empty', ''),
    'old.html': Buffer.from('<html><head><meta charset="windows-1252"><title>Caf\xe9</title></head><body><p>Gr\xfc\xdfe</p></body></html>', 'latin1'),
    'utf16.txt': Buffer.from('\ufeffSixteen bits', 'utf16le'),
  });
  const { documents, skipped } = await read([{ path: '.' }], root);
  assert.deepEqual(documents.map(({ id, title }) => [id, title]), [['manual.pdf', 'Lamp manual'], ['old.html', 'Caf\u00e9'], ['utf16.txt', 'utf16']]);
  assert.match(documents[0]?.text ?? '', /green button twice\.\s+The warranty/);
  assert.match(documents[1]?.text ?? '', /Gr\u00fc\u00dfe/);
  assert.match(skipped['empty.pdf'] ?? '', /only pictures/);
});

test('the pages of a sitemap are fetched, each once; what is gone or no page is named', async (t) => {
  const server = createServer((request, response) => {
    const found = request.url === '/a' || request.url === '/deep/b';
    response.writeHead(found || request.url === '/more.xml' || request.url === '/logo' ? 200 : 404, { 'content-type': request.url === '/logo' ? 'image/png' : request.url === '/more.xml' ? 'application/xml' : 'text/html; charset=utf-8' });
    response.end(request.url === '/more.xml' ? `<urlset><url><loc>${base}/deep/b</loc><lastmod>2024-05-01</lastmod></url></urlset>` : `<title>Shop</title><h1>Page ${request.url}</h1><p>We sell lamps.`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const root = await tempFolder(t);
  const loc = (path: string): string => `<url><loc>${base}${path}</loc></url>`;
  await files(root, {
    'sitemap.xml': `<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>${base}/more.xml</loc></sitemap>${loc('/a')}${loc('/a')}${loc('/gone')}${loc('/logo')}<url><loc>file:///etc/passwd</loc></url></sitemapindex>`,
    'other.xml': '<rss/>',
  });
  const { documents, skipped } = await read([{ path: 'sitemap.xml' }, { path: 'other.xml' }], root);
  assert.deepEqual(documents.map(({ title, url, at }) => [title, url, at]), [['Page /a', `${base}/a`, undefined], ['Page /deep/b', `${base}/deep/b`, Date.UTC(2024, 4, 1)]]);
  assert.deepEqual(Object.keys(skipped).sort(), [`${base}/gone`, `${base}/logo`, 'other.xml'].sort());
  for (const { id } of documents) assert.match(id, ID_PATTERN);
});

test('no redirect and no fetched sitemap leads to another host; a redirect within the host is followed', async (t) => {
  const asked: string[] = [];
  const inner = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Inner</h1><p>Not for visitors.');
  });
  const outer = createServer((request, response) => {
    const to = { '/out': `${innerBase}/meta`, '/in': '/page', '/round': '/round' }[request.url ?? ''];
    if (to !== undefined) response.writeHead(302, { location: to }).end();
    else if (request.url === '/more.xml') response.writeHead(200, { 'content-type': 'application/xml' }).end(`<urlset><url><loc>${innerBase}/named</loc></url></urlset>`);
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Page</h1><p>We sell lamps.');
  });
  for (const server of [inner, outer]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
  }
  const [innerBase, base] = [inner, outer].map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const root = await tempFolder(t);
  await files(root, { 'sitemap.xml': `<urlset>${['/out', '/in', '/round'].map((path) => `<url><loc>${base}${path}</loc></url>`).join('')}<sitemap><loc>${base}/more.xml</loc></sitemap></urlset>` });
  const { documents, skipped } = await read([{ path: 'sitemap.xml' }], root);
  assert.deepEqual(asked, []);
  assert.deepEqual(documents.map(({ url }) => url), [`${base}/in`]);
  assert.match(skipped[`${base}/out`] ?? '', /another host/);
  assert.match(skipped[`${base}/round`] ?? '', /more than 5 times/);
  assert.match(skipped[`${innerBase}/named`] ?? '', /another host than the sitemap/);
});
