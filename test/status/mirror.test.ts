/** A second host: it takes what is signed and newer, refuses everything else, and keeps the last good files with their age. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { publisher } from '../../status/collector/publish.ts';
import { createCopy, type Memory } from '../../status/mirror/copy.ts';
import { startHost, until } from './harness.ts';
import { observed, writing } from './writing.ts';

type Origin = ReturnType<typeof writing> & { url: string; asked: string[]; lie: ((path: string, honest: Buffer) => Buffer | null) | null; hang: boolean };

/** A plain file server over what a writer has written; `lie` alters or withholds any file. */
async function origin(t: TestContext): Promise<Origin> {
  const made: Origin = { ...writing(t), url: '', asked: [], lie: null, hang: false };
  const server = createServer((request, response: ServerResponse) => {
    const path = decodeURIComponent((request.url ?? '/').slice(1));
    made.asked.push(path);
    if (made.hang) return;
    const file = join(made.folder, 'public', path);
    const honest = existsSync(file) ? readFileSync(file) : null;
    const body = honest && made.lie ? made.lie(path, honest) : honest;
    response.writeHead(body ? 200 : 404).end(body ?? '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.closeAllConnections(); server.close(); });
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return made;
}

function mirrored(t: TestContext, url: string, key: string | null = null) {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-mirror-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const copy = createCopy(url, key, publisher(folder));
  const stop = new AbortController();
  t.after(() => stop.abort());
  let memory: Memory | null = null;
  return {
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    async once() {
      const copied = await copy(memory, stop.signal);
      if (copied.kind === 'fresh') memory = copied.memory;
      return copied;
    },
  };
}

test('a mirror holds every file of its origin, byte by byte, and asks only for what changed', async (t) => {
  const from = await origin(t);
  const write = from.writer();
  write(observed(), from.site);
  const to = mirrored(t, from.url);
  assert.equal((await to.once()).kind, 'fresh');
  const { files } = from.json('manifest.json') as unknown as { files: Record<string, string> };
  for (const path of [...Object.keys(files), 'snapshot.json', 'snapshot.sig', 'manifest.json']) assert.equal(to.read(path), from.read(path), path);
  assert.equal((await to.once()).kind, 'same');
  from.asked.length = 0;
  write(observed({ asOf: observed().asOf + 1_000 }), from.site);
  assert.equal((await to.once()).kind, 'fresh');
  assert.equal(from.asked.includes('feed.rss'), false, 'what did not change is not asked for again');
  assert.equal(to.read('snapshot.json'), from.read('snapshot.json'));
});

test('forged, altered, cut, older and withheld files are refused, hundreds of them, and the last good ones stay', async (t) => {
  const from = await origin(t);
  const write = from.writer();
  write(observed(), from.site);
  const old = { json: Buffer.from(from.read('snapshot.json')), sig: Buffer.from(from.read('snapshot.sig')) };
  const to = mirrored(t, from.url);
  write(observed({ asOf: observed().asOf + 1_000 }), from.site);
  assert.equal((await to.once()).kind, 'fresh');
  const good = { page: to.read('index.html'), snapshot: to.read('snapshot.json'), summary: to.read('api/v2/summary.json') };
  write(observed({ asOf: observed().asOf + 2_000, headline: 'Something else' }), from.site);

  let refused = 0;
  const refuse = async (lie: NonNullable<Origin['lie']>, what: string): Promise<void> => {
    from.lie = lie;
    const outcome = await to.once().catch((error: unknown) => ({ kind: 'refused', reason: String(error) }));
    assert.equal(outcome.kind, 'refused', what);
    assert.deepEqual({ page: to.read('index.html'), snapshot: to.read('snapshot.json'), summary: to.read('api/v2/summary.json') }, good, what);
    refused += 1;
  };
  const only = (name: string, change: (honest: Buffer) => Buffer | null) => (path: string, honest: Buffer): Buffer | null => (path === name ? change(honest) : honest);
  const flip = (share: number) => (honest: Buffer): Buffer => {
    const at = Math.floor(share * honest.length);
    const copy = Buffer.from(honest);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  for (let each = 0; each < 100; each += 1) {
    await refuse(only('snapshot.json', flip(each / 100)), 'an altered snapshot');
    await refuse(only('snapshot.json', (honest) => honest.subarray(0, Math.floor((each / 100) * honest.length))), 'a cut snapshot');
  }
  for (const name of ['index.html', 'api/v2/summary.json', 'manifest.json', 'models/gpt-5-mini/live.json']) {
    for (let each = 0; each < 8; each += 1) {
      await refuse(only(name, flip(each / 8)), `an altered ${name}`);
      await refuse(only(name, (honest) => honest.subarray(0, Math.floor((each / 8) * honest.length))), `a cut ${name}`);
    }
    await refuse(only(name, () => null), `${name} withheld`);
  }
  await refuse((path, honest) => (path === 'snapshot.json' ? old.json : path === 'snapshot.sig' ? old.sig : honest), 'a replayed snapshot');
  await refuse(only('snapshot.sig', () => Buffer.from('{}')), 'no signature');
  await refuse(only('snapshot.sig', () => Buffer.from('not json')), 'a signature file that is none');
  await refuse(only('index.html', (honest) => Buffer.concat([honest, Buffer.alloc(9_000_000)])), 'a file without end');

  const other = await origin(t);
  for (let each = 0; each < 5; each += 1) other.writer()(observed({ asOf: observed().asOf + 9_000_000 + each }), other.site);
  await refuse((path, honest) => (existsSync(join(other.folder, 'public', path)) ? readFileSync(join(other.folder, 'public', path)) : honest), 'another host with another key');
  from.lie = null;
  assert.equal((await to.once()).kind, 'fresh');
  assert.match(to.read('index.html'), /Something else/);
  t.diagnostic(`${refused} of ${refused} refused`);
});

test('a key that is given counts, also at first sight', async (t) => {
  const from = await origin(t);
  from.writer()(observed(), from.site);
  const key = (from.json('snapshot.sig') as unknown as { publicKey: string }).publicKey;
  assert.equal((await mirrored(t, from.url, key).once()).kind, 'fresh');
  assert.deepEqual(await mirrored(t, from.url, Buffer.alloc(32, 7).toString('base64')).once(), { kind: 'refused', reason: 'the snapshot is not signed by the key that is trusted here' });
});

test('a mirror as a process: one command, its own storage, last good page with its age when the origin lies or is gone', { timeout: 40_000 }, async (t) => {
  const from = await origin(t);
  const write = from.writer();
  const now = Date.now();
  write(observed({ asOf: now }), from.site);
  const host = await startHost('', { STATUS_SOURCE: 'http://127.0.0.1:1' }, ['--mirror', from.url]);
  t.after(() => host.end());
  const page = await until(async () => fetch(host.url), (answer) => answer.status === 200);
  assert.equal(await page.text(), from.read('index.html'));
  assert.ok(Number(page.headers.get('age')) < 5);
  assert.match(host.log(), /mirror: The key \S{44} is trusted from now on\./);
  assert.equal((await fetch(`${host.url}/subscribe`, { method: 'POST', body: '{}' })).status, 405, 'a mirror keeps no subscribers');

  write(observed({ asOf: now - 60_000, headline: 'Taken a minute ago' }), from.site);
  await until(async () => (await fetch(host.url)).text(), (html) => html.includes('Taken a minute ago'));
  from.lie = (path, honest) => (path === 'snapshot.json' ? Buffer.from(honest.toString().replace('"none"', '"critical"')) : honest);
  write(observed({ asOf: Date.now(), headline: 'Forged' }), from.site);
  const aged = await until(async () => fetch(host.url).then(async (answer) => ({ age: Number(answer.headers.get('age')), html: await answer.text() })), ({ html }) => html.includes('<noscript>'));
  assert.match(aged.html, /<main><noscript><p class="age"><strong>Numbers are \d+ s old\.<\/strong><\/p><\/noscript>/);
  assert.ok(aged.age >= 60 && aged.age < 90, `${aged.age} s`);
  assert.equal(aged.html.includes('Forged'), false);
  assert.match(host.log(), /mirror: \S+ is refused: the snapshot is not signed by the key that is trusted here\. The last good files stay\.\n/);
  from.lie = null;
  await until(async () => (await fetch(host.url)).text(), (html) => html.includes('Forged') && !html.includes('<noscript>'));
  assert.match(host.log(), /is mirrored again\./);
  assert.equal(host.log().split('\n').filter((line) => line.includes('is refused')).length, 1, 'said once');
});

test('an address or key that cannot be is one clear line', async () => {
  for (const [args, said] of [[['--mirror', 'here'], /expected the address of a status host/], [['--mirror', 'http://x', '--publish', 'y'], /exclude each other/], [['--mirrors'], /Unknown option/]] as const) {
    const folder = mkdtempSync(join(tmpdir(), 'halfsecond-mirror-'));
    const file = args[0] === '--mirror' && args.length === 2 ? 'mirror/main.ts' : 'main.ts';
    const child = spawn(process.execPath, [join(import.meta.dirname, '..', '..', 'status', file), ...(file === 'main.ts' ? args : [])], { env: { ...process.env, HALFSECOND_DATA: folder, STATUS_MIRROR: args[1] ?? '' }, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => { log += chunk.toString(); });
    const [code] = await once(child, 'close') as [number];
    rmSync(folder, { recursive: true, force: true });
    assert.equal(code, 1);
    assert.match(log, said);
  }
});
