/** transformers.js as the embedder, with the real package and a small real model: vectors, refusals, re-embedding, and visitors who notice nothing of it. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test, type TestContext } from 'node:test';
import { openEmbedder } from '@halfsecond/bff/memory/embedders.ts';
import { openMemory, type Memory } from '@halfsecond/bff/memory/memory.ts';
import { openStore } from '@halfsecond/bff/memory/store.ts';
import { dot, type Embedder } from '@halfsecond/bff/memory/vectors.ts';
import { loadWords } from '@halfsecond/bff/words/words.ts';
import { ORIGIN } from '../harness.ts';
import { ask, never, tempFolder, texts, turn } from './open.ts';
import { BROKEN, writeTinyModel } from './tinymodel.ts';

const NAME = '@huggingface/transformers';
const root = resolve(import.meta.dirname, '../../..');
const installed = resolve(process.env['HALFSECOND_TEST_TRANSFORMERS'] ?? import.meta.dirname, 'node_modules');
const real = existsSync(join(installed, NAME, 'dist'));
const withPackage = { skip: real ? false : `needs ${NAME}, hundreds of megabytes: "npm install ${NAME}" in an empty folder, and HALFSECOND_TEST_TRANSFORMERS=<that folder>` };
const quiet = (): void => {};
const path = 'models/tiny';

/** A folder as one has it beside a configuration: the package, and a model. */
async function place(t: TestContext, model: Partial<Parameters<typeof writeTinyModel>[1]> = {}): Promise<string> {
  const folder = await tempFolder(t);
  symlinkSync(installed, join(folder, 'node_modules'));
  writeTinyModel(join(folder, path), { size: 16, longest: 32, ...model });
  return folder;
}

async function open(t: TestContext, folder: string, at = path): Promise<Embedder> {
  const embedder = await openEmbedder({ kind: 'transformers', path: at }, folder);
  t.after(() => embedder.close());
  return embedder;
}

const like = (one: Float32Array | null | undefined, other: Float32Array | null | undefined): number => dot(one as Float32Array, other as Float32Array);

test('texts become vectors of unit length, alone or in a batch, long or empty, and nothing else', withPackage, async (t) => {
  const embedder = await open(t, await place(t));
  assert.deepEqual([embedder.size, embedder.now], [16, null]);
  assert.match(embedder.id, /^transformers:tiny-[0-9a-f]{12}$/);
  const all = ['refund', 'money back', 'dog', '', ' \n', `dog ${BROKEN}`, 'delivery '.repeat(5_000), '🦉', ...Array.from({ length: 200 }, (_, n) => 'lamp '.repeat(n % 40 + 1))];
  const vectors = await embedder.embed(all, never);
  assert.equal(vectors.length, all.length);
  assert.deepEqual([...vectors.entries()].filter(([, vector]) => vector === null).map(([n]) => n), [3, 4, 5]);
  for (const vector of vectors) assert.ok(vector === null || (vector.length === 16 && Math.abs(Math.hypot(...vector) - 1) < 1e-6));
  assert.ok(like(vectors[0], vectors[1]) > 0.9 && Math.abs(like(vectors[0], vectors[2])) < 0.7, `${like(vectors[0], vectors[1])} ${like(vectors[0], vectors[2])}`);
  for (const n of [0, 6, 7, 30, 199]) assert.ok(like((await embedder.embed([all[n] ?? ''], never))[0], vectors[n]) > 0.999_99, `${n} alone`);
});

test('the model may be told its length by any of its files, be quantized, and pool in another way', withPackage, async (t) => {
  const folder = await place(t, { told: 0 });
  const vectorOf = async (): Promise<Float32Array | null | undefined> => (await (await open(t, folder)).embed([`dog ${'refund '.repeat(500)}`], never))[0];
  const plain = await vectorOf();
  writeFileSync(join(folder, path, 'sentence_bert_config.json'), '{"max_seq_length": 2}');
  const short = await vectorOf();
  assert.ok(plain && short && like(plain, short) < 0.7, 'the first word alone');
  rmSync(join(folder, path, 'sentence_bert_config.json'));
  mkdirSync(join(folder, path, '1_Pooling'));
  writeFileSync(join(folder, path, '1_Pooling/config.json'), '{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}');
  assert.ok(like(plain, await vectorOf()) < 0.7, 'the first mark alone');
  rmSync(join(folder, path), { recursive: true });
  writeTinyModel(join(folder, path), { size: 16, longest: 32, file: 'model_quantized.onnx' });
  assert.ok(like(plain, await vectorOf()) > 0.999_99);
});

test('a model is known by its files and not by its path, which starts at the configuration', withPackage, async (t) => {
  const folder = await place(t);
  const ids = [];
  for (const at of [path, `./${path}`, join(folder, path)]) ids.push((await open(t, folder, at)).id);
  writeTinyModel(join(folder, 'other/place/tiny'), { size: 16, longest: 32 });
  ids.push((await open(t, folder, 'other/place/tiny')).id);
  assert.equal(new Set(ids).size, 1);
  writeTinyModel(join(folder, path), { size: 24, longest: 32 });
  const other = await open(t, folder);
  assert.equal(other.size, 24);
  assert.notEqual(other.id, ids[0]);
});

test('what is missing or broken is refused in one sentence', withPackage, async (t) => {
  const refused = async (folder: string, message: RegExp, at = path): Promise<void> => {
    const error: unknown = await openEmbedder({ kind: 'transformers', path: at }, folder).then(() => assert.fail(`opened: ${message}`), (fault: unknown) => fault);
    assert.ok(error instanceof Error && 'code' in error && error.code === 'memory_unavailable', String(error));
    assert.match(error.message, message);
    assert.match(error.message, /^The embedder of memory\.embedder cannot be used: [^\n]+[^.]\.$/);
  };
  const folder = await place(t);
  const at = (name: string): string => join(folder, path, name);
  await refused(folder, /no folder .*nowhere/, 'models/nowhere');
  await refused(folder, /has no config\.json/, 'models');
  await refused(folder, /has no config\.json/, `${path}/config.json`);
  truncateSync(at('onnx/model.onnx'), 500);
  await refused(folder, /model\.onnx failed/);
  writeFileSync(at('onnx/model.onnx'), 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 90868376\n');
  await refused(folder, /only a pointer.*git lfs pull/);
  rmSync(at('onnx'), { recursive: true });
  await refused(folder, /neither onnx\/model\.onnx nor onnx\/model_quantized\.onnx/);
  writeTinyModel(join(folder, path), { size: 16, longest: 32 });
  writeFileSync(at('tokenizer.json'), '{"version": ');
  await refused(folder, /JSON/);
  rmSync(at('tokenizer.json'));
  await refused(folder, /has no tokenizer\.json/);
  writeTinyModel(join(folder, path), { size: 16, longest: 32 });
  rmSync(join(folder, 'node_modules'));
  await refused(folder, /is not installed: run "npm install @huggingface\/transformers" in /);
  mkdirSync(join(folder, 'node_modules', NAME), { recursive: true });
  writeFileSync(join(folder, 'node_modules', NAME, 'index.js'), '');
  await refused(folder, /index\.js is not @huggingface\/transformers/);
});

test('from the shipped table to a model and back: rows are found all the time, and get vectors of whoever is there', withPackage, async (t) => {
  const folder = await place(t);
  const uri = join(folder, 'memory');
  const table = loadWords();
  const embedder = { kind: 'transformers', path } as const;
  const first = await openMemory({ uri, log: quiet, embed: table });
  await first.remember(Array.from({ length: 300 }, (_, n) => turn(`v${n % 3}`, `t${n}`, n === 0 ? 'my puppy ate the manual' : `ticket ${n} of the printer`, { at: 1_700_000_000_000 + n * 86_400_000 })));
  await first.ingest('demo', [{ id: 'money', title: 'Money', text: 'you get your money back within a week' }, { id: 'hours', title: 'Hours', text: 'we open at nine' }]);
  await first.close();

  const found = async (memory: Memory, query: string): Promise<string | undefined> => texts(await ask(memory, query, { visitor: 'v0', scope: 'visitor' }))[0];
  const memory = await openMemory({ uri, log: quiet, embed: table, embedder, folder });
  assert.equal(await found(memory, 'manual'), 'my puppy ate the manual', 'by its words, before there are vectors');
  await memory.embedded();
  assert.equal(await found(memory, 'dog'), 'my puppy ate the manual');
  assert.equal((await ask(memory, 'refund')).snippets[0]?.id, 'money#0');
  await memory.ingest('demo', [{ id: 'light', title: 'Lamp', text: 'the lamp is slow' }]);
  await memory.remember([turn('v9', 'new', 'shipping was slow')]);
  await memory.close();
  const { id } = await open(t, folder);
  assert.deepEqual(await kinds(uri), [`${id} 16`]);

  const back = await openMemory({ uri, log: quiet, embed: table });
  assert.equal(await found(back, 'manual'), 'my puppy ate the manual');
  await back.embedded();
  await back.close();
  assert.deepEqual(await kinds(uri), [`${table.id} ${table.size}`]);
});

/** Who made the vectors of the first visitors and of the sections, and their sizes. */
async function kinds(uri: string): Promise<string[]> {
  const store = await openStore(uri);
  const sections = await store.openings('demo', 10);
  const rows = [...await store.turnsOf('demo', 'v0', 500), ...await store.turnsOf('demo', 'v1', 500), ...sections.filter((row) => row.document !== 'light')];
  store.close();
  return [...new Set(rows.map((row) => `${row.embedder} ${row.vector?.length}`))];
}

test('a slow model holds up nobody: the loop turns, a question does not wait for a batch, and both can be given up', withPackage, async (t) => {
  const embedder = await open(t, await place(t, { size: 512, longest: 512, work: 120 }));
  const long = 'delivery '.repeat(500);
  const took = async (work: Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await work;
    return performance.now() - started;
  };
  await embedder.embed([long], never);
  const one = await took(embedder.embed([long], never));
  const giveUp = new AbortController();
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  const batch = embedder.embed(Array.from({ length: 60 }, () => long), giveUp.signal).then(() => 'done', (error: unknown) => error);
  const question = await took(embedder.embed(['where is my parcel'], never));
  await assert.rejects(embedder.embed([long], AbortSignal.timeout(5)), { name: 'TimeoutError' });
  giveUp.abort(new Error('given up'));
  const late = await took(batch);
  assert.match(String(await batch), /given up/);
  loop.disable();
  t.diagnostic(`one long text ${one.toFixed(0)} ms, a question amid a batch of 60 ${question.toFixed(0)} ms, giving up ${late.toFixed(1)} ms, longest pause of the loop ${(loop.max / 1e6).toFixed(0)} ms`);
  assert.ok(late < 50, `giving up took ${late} ms`);
  assert.ok(question < one * 5, `${question} ms for a question, ${one} ms for one long text`);
  assert.ok(loop.max / 1e6 < one * 0.6, `the loop stood still for ${loop.max / 1e6} ms, a text takes ${one} ms`);

  const left = embedder.embed([long, long, long], never);
  await Promise.all([assert.rejects(left, /closed/), embedder.close()]);
  await assert.rejects(embedder.embed(['dog'], never), /closed|ended/);
});

test('a process with nothing else to do waits for its vectors, and then ends', withPackage, async (t) => {
  const folder = await place(t);
  writeFileSync(join(folder, 'script.mjs'), `import { openEmbedder } from ${JSON.stringify(import.meta.resolve('@halfsecond/bff/memory/embedders.ts'))};
    const embedder = await openEmbedder({ kind: 'transformers', path: '${path}' }, import.meta.dirname);
    console.log((await embedder.embed(['dog', 'lamp'], new AbortController().signal)).length);`);
  const child = spawn(process.execPath, [join(folder, 'script.mjs')], { stdio: ['ignore', 'pipe', 'inherit'], timeout: 10_000 });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.equal(Buffer.concat(chunks).toString(), '2\n');
});

/** Started in every thread of the process: notes who is called on. */
const WATCH = `
import { appendFileSync } from 'node:fs';
import { subscribe } from 'node:diagnostics_channel';
import { isMainThread } from 'node:worker_threads';
const note = (line) => appendFileSync(process.env.WATCH_FILE, line + '\\n');
note(isMainThread ? 'watching the process' : 'watching a thread');
subscribe('net.client.socket', () => note('a connection'));
subscribe('undici:request:create', ({ request }) => note('a request to ' + request.origin));
`;

function bff(t: TestContext, folder: string): ChildProcess & { lines: { out: string; err: string } } {
  writeFileSync(join(folder, 'watch.mjs'), WATCH);
  writeFileSync(join(folder, 'halfsecond.config.json'), JSON.stringify({
    site: { id: 'demo', key: 'hs_pub_demo', origins: [ORIGIN] }, providers: { builtin: { kind: 'builtin' } }, models: [{ id: 'builtin', provider: 'builtin', model: 'builtin' }],
    memory: { embedder: { kind: 'transformers', path: `./${path}` }, deadline: 2_000 },
  }));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', `--import=${join(folder, 'watch.mjs')}`, join(root, 'bff/cli/main.ts'), 'bff'], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HALFSECOND_CONFIG: join(folder, 'halfsecond.config.json'), HALFSECOND_DATA: join(folder, 'data'), BFF_PORT: '0', HALFSECOND_ADMIN_KEY: 'key', WATCH_FILE: join(folder, 'watched') },
  });
  const lines = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (lines.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (lines.err += chunk.toString()));
  t.after(() => child.kill('SIGKILL'));
  return Object.assign(child, { lines });
}

test('the backend runs with it from a configuration, calls on nobody, and ends', withPackage, async (t) => {
  const folder = await place(t);
  const child = bff(t, folder);
  while (!child.lines.out.includes('\n') && child.exitCode === null) await Promise.race([once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data'), once(child, 'exit')]);
  assert.match(child.lines.out, /"ready"/, child.lines.err);
  const { url } = JSON.parse(child.lines.out) as { url: string };
  const post = async (to: string, body: object): Promise<{ snippets: { id: string; why?: { near?: number } }[] }> => {
    const response = await fetch(`${url}${to}`, { method: 'POST', headers: { authorization: 'Bearer key', 'content-type': 'application/json' }, body: JSON.stringify({ site: 'demo', ...body }) });
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as Awaited<ReturnType<typeof post>>;
  };
  await post('/admin/knowledge', { documents: [{ id: 'money', title: 'Money', text: 'you get your money back within a week' }, { id: 'hours', title: 'Hours', text: 'we open at nine' }] });
  // Vectors come in the background: by and by the section is found by what it means.
  let found = await post('/admin/memory/search', { query: 'refund', explain: true });
  for (const until = Date.now() + 10_000; found.snippets[0]?.id !== 'money#0' && Date.now() < until;) found = await post('/admin/memory/search', { query: 'refund', explain: true });
  assert.equal(found.snippets[0]?.id, 'money#0');
  assert.ok((found.snippets[0]?.why?.near ?? 0) > 0.1, JSON.stringify(found.snippets[0]));
  assert.equal((await post('/admin/explain', { visitor: 'v1', message: 'refund' })).snippets[0]?.id, 'money#0');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null], child.lines.err);
  const watched = readFileSync(join(folder, 'watched'), 'utf8').trim().split('\n');
  assert.deepEqual([...new Set(watched)], ['watching the process', 'watching a thread']);
});

test('the backend does not start with a model that it cannot read, and says so in one line', withPackage, async (t) => {
  const folder = await place(t);
  truncateSync(join(folder, path, 'onnx/model.onnx'), 500);
  const child = bff(t, folder);
  assert.deepEqual(await once(child, 'close'), [1, null]);
  assert.equal(child.lines.out, '');
  const said = child.lines.err.split('\n').filter((line) => line.includes(basename(folder)) || line.includes('embedder'));
  assert.equal(said.length, 1, child.lines.err);
  assert.match(said[0] ?? '', /^The embedder of memory\.embedder cannot be used: .*model\.onnx failed/);
  assert.doesNotMatch(child.lines.err, /^ {4}at /m);
});

test('the package that tests run with is the real one', withPackage, () => {
  assert.match(createRequire(join(installed, 'any.js')).resolve(NAME), /transformers\.node\.cjs$/);
});
