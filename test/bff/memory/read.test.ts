/** Reading files and folders: what is knowledge, what is skipped and why, and ids that stay. */
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
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
  assert.deepEqual(Object.keys(skipped).sort(), ['docs/binary.txt', 'docs/empty.md', 'docs/huge.txt', 'docs/latin1.md', 'gone', 'notes.pdf']);
  assert.match(skipped['docs/latin1.md'] ?? '', /not UTF-8/);
  assert.match(skipped['docs/huge.txt'] ?? '', /expected at most 1000000/);
  assert.match(skipped['notes.pdf'] ?? '', /kind is not known/);
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
