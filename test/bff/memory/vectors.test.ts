/** Vectors: what words miss is found, another embedder takes over in the background, and nonsense of one is refused. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { Embed } from '@halfsecond/bff/layers.ts';
import { makeCatchUp } from '@halfsecond/bff/memory/catchup.ts';
import { openMemory } from '@halfsecond/bff/memory/memory.ts';
import { serial } from '@halfsecond/bff/memory/serial.ts';
import { makeShelves } from '@halfsecond/bff/memory/shelf.ts';
import { openStore } from '@halfsecond/bff/memory/store.ts';
import type { Embedder } from '@halfsecond/bff/memory/vectors.ts';
import { words } from '@halfsecond/bff/memory/words.ts';
import { ask, never, tempFolder, tempMemory, texts, turn } from './open.ts';

const quiet = (): void => {};
/** Words that mean the same share a number. */
const MEANINGS = [['refund', 'money', 'back'], ['lamp', 'light'], ['parcel', 'delivery', 'shipping'], ['dog', 'puppy']];

function fake(id: string, size = MEANINGS.length): Embed {
  return { id, size, embed: (text) => Float32Array.from({ length: size }, (_, n) => words(text).filter((word) => MEANINGS[n]?.includes(word)).length) };
}

/** An endpoint that answers as `vectorOf` says, and refuses what it gives no vector; `asked` holds the texts of each call. */
async function endpoint(t: TestContext, vectorOf: (text: string) => unknown, before: (texts: string[]) => Promise<void> = async () => {}): Promise<{ baseURL: string; asked: string[][] }> {
  const asked: string[][] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string[] };
      asked.push(input);
      void before(input).then(() => {
        const data = input.map((text, index) => ({ index, embedding: vectorOf(text) }));
        const status = data.some(({ embedding }) => embedding === undefined) ? 400 : 200;
        response.writeHead(request.headers.authorization === 'Bearer k' ? status : 401, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ data }));
      });
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

test('rows are handed over in few at first, and vectors of another size from the same model replace those before', async (t) => {
  const uri = await tempFolder(t);
  let size = 4;
  const { baseURL, asked } = await endpoint(t, () => Array.from({ length: size }, () => 1));
  const embedder = { kind: 'openai-compatible', baseURL, model: 'm', apiKey: 'k' } as const;
  const first = await openMemory({ uri, log: quiet });
  await first.remember(Array.from({ length: 400 }, (_, n) => turn('v1', `t${n}`, `Ticket ${n}`, { at: 1_700_000_000_000 + n })));
  await first.close();
  for (size of [4, 6]) {
    asked.length = 0;
    const memory = await openMemory({ uri, log: quiet, embedder });
    await memory.embedded();
    await memory.close();
    assert.deepEqual(asked.map((list) => list.length), [1, 16, 32, 64, 128, 128, 32]);
    const store = await openStore(uri);
    assert.deepEqual([...new Set((await store.turnsOf('demo', 'v1', 500)).map((row) => row.vector?.length))], [size]);
    store.close();
  }
});

test('a document that is handed in anew while its vectors are made keeps its new text, and gets vectors for that', async (t) => {
  let during = async (): Promise<void> => {};
  const { baseURL } = await endpoint(t, (text) => [...fake('x').embed(text)], async (list) => { if (list.some((text) => text.includes('a week'))) await during(); });
  const { memory, lines } = await tempMemory(t, { embedder: { kind: 'openai-compatible', baseURL, model: 'm', apiKey: 'k' } });
  during = async () => void (await memory.ingest('demo', [{ id: 'money', title: 'Money', text: 'You get your money back within a month.' }]));
  await memory.ingest('demo', [{ id: 'money', title: 'Money', text: 'You get your money back within a week.' }]);
  for (const until = Date.now() + 5_000; Date.now() < until;) {
    await memory.embedded();
    if (texts(await ask(memory, 'refund')).length > 0) break;
  }
  assert.deepEqual(texts(await ask(memory, 'refund')), ['You get your money back within a month.']);
  assert.deepEqual(lines, []);
});

test('a fact that ends while its vector is made stays ended, and has the vector', async (t) => {
  const store = await openStore(await tempFolder(t));
  t.after(() => store.close());
  const fact = { key: 'a'.repeat(40), site: 'demo', visitor: 'v1', id: 'fact:1', chat: 'c1', turn: 't1', text: 'The visitor has a dog', at: 1, valid_from: 1, valid_to: null, superseded_by: null, embedder: null, size: null, vector: null };
  await store.putFacts([fact]);
  const ended = { ...fact, valid_to: 5, superseded_by: 'fact:2' };
  const embedder: Embedder = { id: 'late', size: 2, now: null, close: async () => undefined, embed: async (all) => { await store.putFacts([ended]); return all.map(() => Float32Array.of(1, 0)); } };
  const catchUp = makeCatchUp({ store, shelves: makeShelves(store, embedder), embedder, library: { changed: () => undefined }, serial: serial(), warn: (line) => assert.fail(line) });
  catchUp.poke();
  await catchUp.settled();
  await catchUp.stop();
  assert.deepEqual((await store.factsOf('demo', 'v1')).map((row) => [row.valid_to, row.superseded_by, row.embedder, row.vector?.length]), [[5, 'fact:2', 'late', 2]]);
});

test('a text that an endpoint does not take keeps no other one waiting; when it takes none, all wait', async (t) => {
  const uri = await tempFolder(t);
  let all = false;
  const { baseURL, asked } = await endpoint(t, (text) => (all || text === '' || text.length > 1_000 || text.includes('never') ? undefined : [...fake('x').embed(text)]));
  const lines: string[] = [];
  const memory = await openMemory({ uri, log: (line) => lines.push(line), embedder: { kind: 'openai-compatible', baseURL, model: 'm', apiKey: 'k' } });
  const said = ['The puppy sleeps', '', 'never', `The puppy ${'eats '.repeat(600)}`, ...Array.from({ length: 20 }, () => 'The light is on')];
  await memory.remember(said.map((text, n) => turn('v1', `t${n}`, text, { at: 1_700_000_000_000 + n })));
  await memory.close();
  const again = await openMemory({ uri, log: (line) => lines.push(line), embedder: { kind: 'openai-compatible', baseURL, model: 'm', apiKey: 'k' } });
  await again.embedded();
  all = true;
  await again.ingest('demo', [{ id: 'light', title: 'Light', text: 'The light is on' }]);
  await again.embedded();
  await again.close();
  const store = await openStore(uri);
  const rows = await store.turnsOf('demo', 'v1', 100);
  assert.deepEqual((await store.openings('demo', 2)).map((row) => row.embedder), [null]);
  store.close();
  assert.deepEqual(rows.map((row) => [row.embedder, row.vector === null]), said.map((_, n) => ['endpoint:m:4', n === 1 || n === 2]));
  assert.match(lines.join('\n'), /^[^\n]*wait[^\n]*status 400\.$/);
  assert.ok(asked.length < 20, `${asked.length} calls`);
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
  await assert.rejects(open(), { code: 'memory_bad_value', message: /not made of numbers/ });
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

test('an embedder that is slower than the deadline costs vectors and not the answer, and the log says so once', async (t) => {
  let hold = (): Promise<void> => Promise.resolve();
  const { baseURL } = await endpoint(t, () => [1, 1], () => hold());
  const { memory, lines } = await tempMemory(t, { embedder: { kind: 'openai-compatible', baseURL, model: 'm', apiKey: 'k' } });
  await memory.remember([turn('v1', 't1', 'The lamp is broken')]);
  await memory.ingest('demo', [{ id: 'lamps', title: 'Lamps', text: 'A lamp lasts ten years.' }]);
  await memory.embedded();
  const held = Promise.withResolvers<void>();
  hold = () => held.promise;
  for (let round = 0; round < 2; round++) assert.equal((await memory.recall({ site: 'demo', visitor: 'v1', query: 'lamp', scope: 'all', k: 3, tokenBudget: 100, deadline: 400 }, never)).snippets.length, 2);
  held.resolve();
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(lines[0] ?? '', /took longer than/);
});

test('whoever makes vectors and does not answer costs a question its vector, not its snippets', async (t) => {
  let answers = true;
  const silent = createServer((request, response) => {
    request.resume().on('end', () => { if (answers) response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[{"index":0,"embedding":[1,1]}]}'); });
  });
  silent.listen(0, '127.0.0.1');
  await new Promise((done) => silent.once('listening', done));
  t.after(() => { silent.close(); silent.closeAllConnections(); });
  const { memory, lines } = await tempMemory(t, { embedder: { kind: 'openai-compatible', baseURL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}/v1`, model: 'm' } });
  answers = false;
  await memory.remember([turn('v1', 't1', 'The lamp is broken')]);
  await memory.ingest('demo', [{ id: 'doc', title: 'Lamps', text: 'A lamp takes two bulbs.' }]);
  await ask(memory, 'lamp', { visitor: 'v1', deadline: 1_000 });
  const started = performance.now();
  assert.deepEqual((await ask(memory, 'lamp', { visitor: 'v1', deadline: 500 })).snippets.map(({ id }) => id).sort(), ['doc#0', 't1']);
  assert.ok(performance.now() - started < 500);
  assert.equal((await ask(memory, 'lamp', { visitor: 'v1' })).snippets.length, 2);
  assert.match(lines.join('\n'), /took longer than \d+ ms for a question/);
});

test('an endpoint that is away at the start costs vectors and not the start; the next one makes up for it', async (t) => {
  const uri = await tempFolder(t);
  const lines: string[] = [];
  const { baseURL } = await endpoint(t, (text) => [...fake('x').embed(text)]);
  const embedder = { kind: 'openai-compatible' as const, baseURL, model: 'm', apiKey: 'k' };
  const away = await openMemory({ uri, log: (line) => lines.push(line), embedder: { ...embedder, baseURL: 'http://127.0.0.1:9/v1' } });
  await away.remember([turn('v1', 't1', 'My puppy ate the manual')]);
  assert.deepEqual(texts(await ask(away, 'manual', { visitor: 'v1' })), ['My puppy ate the manual']);
  await away.close();
  assert.match(lines.join('\n'), /^memory: The embedder of memory.embedder cannot be used: .*Until the next start, questions go by their words alone\.$/);
  const back = await openMemory({ uri, log: quiet, embedder });
  await back.embedded();
  assert.deepEqual(texts(await ask(back, 'dog', { visitor: 'v1' })), ['My puppy ate the manual']);
  await back.close();
});
