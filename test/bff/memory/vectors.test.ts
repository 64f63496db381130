/** Vectors: what words miss is found, another embedder takes over in the background, and nonsense of one is refused. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { Embed } from '@halfsecond/bff/layers.ts';
import { openMemory } from '@halfsecond/bff/memory/memory.ts';
import { openStore } from '@halfsecond/bff/memory/store.ts';
import { words } from '@halfsecond/bff/memory/words.ts';
import { ask, never, tempFolder, tempMemory, texts, turn } from './open.ts';

const quiet = (): void => {};
/** Words that mean the same share a number. */
const MEANINGS = [['refund', 'money', 'back'], ['lamp', 'light'], ['parcel', 'delivery', 'shipping'], ['dog', 'puppy']];

function fake(id: string, size = MEANINGS.length): Embed {
  return { id, size, embed: (text) => Float32Array.from({ length: size }, (_, n) => words(text).filter((word) => MEANINGS[n]?.includes(word)).length) };
}

/** An endpoint that answers as `vectorOf` says; `asked` holds the texts of each call. */
async function endpoint(t: TestContext, vectorOf: (text: string) => unknown): Promise<{ baseURL: string; asked: string[][] }> {
  const asked: string[][] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string[] };
      asked.push(input);
      response.writeHead(request.headers.authorization === 'Bearer k' ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ data: input.map((text, index) => ({ index, embedding: vectorOf(text) })) }));
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  t.after(() => server.close());
  return { baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

test('a question without a word in common finds the turn and the section that mean it', async (t) => {
  const { memory } = await tempMemory(t, { embed: fake('one') });
  await memory.remember([turn('v1', 't1', 'My puppy ate the manual'), turn('v1', 't2', 'Nothing else happened', { at: 1_800_000_000_000 })]);
  await memory.ingest('demo', [{ id: 'money', title: 'Money', text: 'You get your money back within a week.' }, { id: 'hours', title: 'Hours', text: 'We open at nine.' }]);
  assert.equal(texts(await ask(memory, 'dog', { visitor: 'v1', scope: 'visitor' }))[0], 'My puppy ate the manual');
  assert.equal((await ask(memory, 'refund policy')).snippets[0]?.id, 'money#0');
  assert.deepEqual((await ask(memory, 'banana')).snippets, []);
});

test('another embedder re-embeds in the background; rows are found by words meanwhile and by meaning afterwards', async (t) => {
  const uri = await tempFolder(t);
  const first = await openMemory({ uri, log: quiet, embed: fake('one') });
  await first.remember(Array.from({ length: 300 }, (_, n) => turn(`v${n % 3}`, `t${n}`, n === 0 ? 'My puppy ate the manual' : `Ticket ${n} about printers`, { at: 1_700_000_000_000 + n * 86_400_000 })));
  await first.ingest('demo', [{ id: 'money', title: 'Money', text: 'You get your money back within a week.' }]);
  await first.close();

  const { baseURL, asked } = await endpoint(t, (text) => [...fake('x').embed(text), 0.01]);
  const memory = await openMemory({ uri, log: quiet, embed: fake('one'), embedder: { kind: 'openai-compatible', baseURL, model: 'tiny/model', apiKey: 'k' } });
  assert.equal(texts(await ask(memory, 'manual', { visitor: 'v0', scope: 'visitor' }))[0], 'My puppy ate the manual');
  await memory.embedded();
  assert.equal(texts(await ask(memory, 'dog', { visitor: 'v0', scope: 'visitor' }))[0], 'My puppy ate the manual');
  assert.equal((await ask(memory, 'refund')).snippets[0]?.id, 'money#0');
  assert.equal(asked.flat().filter((text) => text === 'Ticket 7 about printers').length, 1, 'each row is embedded once');
  await memory.remember([turn('v9', 'new', 'The shipping was slow')]);
  await memory.close();

  const store = await openStore(uri);
  const rows = [...await store.turnsOf('demo', 'v0', 500), ...await store.turnsOf('demo', 'v1', 500)];
  store.close();
  assert.deepEqual([...new Set(rows.map((row) => `${row.embedder?.replace(/-[0-9a-f]{8}$/, '')} ${row.size}`))], ['endpoint:tiny-model:5 5']);

  const again = await openMemory({ uri, log: quiet, embedder: { kind: 'openai-compatible', baseURL, model: 'tiny/model', apiKey: 'k' } });
  await again.embedded();
  const found = texts(await ask(again, 'parcel', { visitor: 'v9', scope: 'visitor' }));
  await again.close();
  assert.deepEqual(found, ['The shipping was slow']);
});

test('vectors of another size from the same model replace those before', async (t) => {
  const uri = await tempFolder(t);
  let size = 4;
  const { baseURL } = await endpoint(t, () => Array.from({ length: size }, () => 1));
  const embedder = { kind: 'openai-compatible', baseURL, model: 'm', apiKey: 'k' } as const;
  const first = await openMemory({ uri, log: quiet });
  await first.remember(Array.from({ length: 400 }, (_, n) => turn('v1', `t${n}`, `Ticket ${n}`, { at: 1_700_000_000_000 + n })));
  await first.close();
  for (size of [4, 6]) {
    const memory = await openMemory({ uri, log: quiet, embedder });
    await memory.embedded();
    await memory.close();
    const store = await openStore(uri);
    assert.deepEqual([...new Set((await store.turnsOf('demo', 'v1', 500)).map((row) => row.vector?.length))], [size]);
    store.close();
  }
});

test('an endpoint that refuses, or gives another size or no numbers, is named; a later fault costs vectors and nothing else', async (t) => {
  const uri = await tempFolder(t);
  let answer = (): unknown => [1, 2, 3];
  const { baseURL } = await endpoint(t, () => answer());
  const open = (more: object = {}) => openMemory({ uri, log: (line) => lines.push(line), embedder: { kind: 'openai-compatible', baseURL, model: 'm', apiKey: 'k', ...more } });
  const lines: string[] = [];
  await assert.rejects(open({ apiKey: 'wrong' }), { code: 'memory_unavailable', message: /status 401/ });
  await assert.rejects(open({ size: 4 }), { code: 'memory_bad_value', message: /3 numbers: expected 4/ });
  answer = () => ['x'];
  await assert.rejects(open(), { code: 'memory_unavailable' });
  answer = () => [1, 2, 3];
  const memory = await open();
  answer = () => [1, null, 3];
  await memory.remember([turn('v1', 't1', 'The lamp is broken')]);
  const found = texts(await ask(memory, 'lamp', { visitor: 'v1' }));
  await memory.close();
  assert.deepEqual(found, ['The lamp is broken']);
  assert.match(lines.join('\n'), /goes on without a vector/);
  await assert.rejects(openMemory({ uri: await tempFolder(t), log: quiet, embedder: { kind: 'transformers', path: 'nowhere' }, folder: await tempFolder(t) }), { code: 'memory_unavailable', message: /@huggingface\/transformers is not installed/ });
});

test('after its deadline a recall answers with what is there', async (t) => {
  const { baseURL } = await endpoint(t, () => [1, 1]);
  const { memory } = await tempMemory(t, { embedder: { kind: 'openai-compatible', baseURL, model: 'm', apiKey: 'k' } });
  await memory.remember([turn('v1', 't1', 'The lamp is broken')]);
  const input = { site: 'demo', visitor: 'v1', query: 'lamp', scope: 'all', k: 3, tokenBudget: 100 } as const;
  assert.deepEqual((await memory.recall({ ...input, deadline: 0 }, never)).snippets, []);
  assert.equal((await memory.recall({ ...input, deadline: 5_000 }, never)).snippets.length, 1);
});
