/** Publishing elsewhere: folders and S3, in order, with retries; full disks and cut files; what goes away goes away. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import S3rver from 's3rver';
import { placeOf } from '../../status/collector/places.ts';
import { file, publisher, type Round } from '../../status/collector/publish.ts';
import { createTarget, type Place } from '../../status/collector/target.ts';
import { verify, type Signatures } from '../../status/verify.ts';
import { startS3 } from '../fakes/s3.ts';
import { until } from './harness.ts';
import { observed, writing } from './writing.ts';

const quick = { file: 15_000, first: 10, most: 50 };
const round = (text: string): Round => [[file('data.json', text)], [file('index.html', text)]];

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-publish-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A place in memory whose puts the test holds in its hands. */
function place(put: Place['put']): Place & { has: Map<string, string>; order: string[] } {
  const has = new Map<string, string>();
  const order: string[] = [];
  return {
    name: 'memory', has, order,
    async put(entry, signal) {
      await put(entry, signal);
      order.push(entry.path);
      has.set(entry.path, Buffer.from(entry.content).toString());
    },
    remove: async (path) => void has.delete(path),
    read: async (path) => has.get(path) ?? null,
  };
}

test('a folder elsewhere gets the same files as the local one, and a mirror could verify them', async (t) => {
  const { writer, site, folder } = writing(t);
  const other = join(temporary(t), 'www');
  mkdirSync(other);
  const log: string[] = [];
  const target = createTarget(placeOf(other), (line) => log.push(line));
  t.after(() => target.close());
  const write = writer([target.offer]);
  for (const second of [0, 1, 2]) write(observed({ asOf: observed().asOf + second * 1_000 }), site);
  const local = join(folder, 'public');
  await until(async () => readdirSync(other).includes('index.html') && readFileSync(join(other, 'snapshot.json'), 'utf8'), (there) => there === readFileSync(join(local, 'snapshot.json'), 'utf8'));
  await until(async () => readdirSync(other, { recursive: true }).map(String).toSorted(), (there) => there.join() === readdirSync(local, { recursive: true }).map(String).toSorted().join());
  assert.deepEqual(log, [], 'no put got into the way of another');
  const sig = JSON.parse(readFileSync(join(other, 'snapshot.sig'), 'utf8')) as Signatures;
  assert.ok((await verify(new Uint8Array(readFileSync(join(other, 'snapshot.json'))), sig, sig.publicKey, null)).ok);
});

test('a bucket gets every file with its type, newer ones in their place, and loses what is gone', { timeout: 30_000 }, async (t) => {
  const directory = temporary(t);
  const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets: [{ name: 'pages', configs: [] }] });
  const { port } = await server.run();
  t.after(() => server.close());
  const before = { ...process.env };
  t.after(() => { process.env = before; });
  Object.assign(process.env, { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`, AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER', AWS_REGION: 'us-east-1' });
  const url = `http://127.0.0.1:${port}/pages/status`;
  const body = async (path: string): Promise<string> => (await fetch(`${url}/${path}`)).text();

  const { writer, site, read } = writing(t);
  const log: string[] = [];
  const target = createTarget(placeOf('s3://pages/status/'), (line) => log.push(line), quick);
  const write = writer([target.offer]);
  write(observed(), site);
  await until(() => body('index.html'), (there) => there === read('index.html'));
  assert.equal(await body('snapshot.json'), read('snapshot.json'));
  const answer = await fetch(`${url}/feed.json`);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/feed\+json/);
  assert.equal(answer.headers.get('cache-control'), 'no-cache');
  assert.equal((await fetch(`${url}/models/gpt-5-mini/index.html`)).status, 200);

  write(observed({ headline: 'Another sentence', models: [] }), site);
  await until(() => body('index.html'), (there) => there.includes('Another sentence'));
  await until(async () => (await fetch(`${url}/models/gpt-5-mini/index.html`)).status, (status) => status === 404);
  await target.close();
  assert.equal(log.length, 0);

  // What an earlier life of the collector left is known from its manifest.
  const second = createTarget(placeOf('s3://pages/status'), (line) => log.push(line), quick);
  second.offer([[file('snapshot.json', '{}')], [file('index.html', '<html></html>')]]);
  await until(async () => (await fetch(`${url}/feed.rss`)).status, (status) => status === 404);
  await second.close();
});

test('a server that checks Signature Version 4 takes our requests, and with a wrong secret none', { timeout: 30_000 }, async (t) => {
  const s3 = await startS3('open sesame');
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
    s3.close();
  });
  Object.assign(process.env, { AWS_ENDPOINT_URL_S3: s3.url, AWS_ACCESS_KEY_ID: 'me', AWS_SECRET_ACCESS_KEY: 'open sesame', AWS_REGION: 'eu-central-1' });
  const { writer, site, read } = writing(t);
  const log: string[] = [];
  const target = createTarget(placeOf('s3://pages/a b'), (line) => log.push(line), quick);
  writer([target.offer])(observed(), site);
  await until(async () => s3.objects.get('pages/a b/index.html')?.body, (page) => page === read('index.html'));
  assert.deepEqual(s3.objects.get('pages/a b/feed.rss'), { body: read('feed.rss'), type: 'application/rss+xml; charset=utf-8', cache: 'no-cache' });
  assert.equal(s3.objects.get('pages/a b/models/gpt-5-mini/index.html')?.type, 'text/html; charset=utf-8');
  await target.close();
  assert.deepEqual([s3.refused, log], [0, []]);

  process.env['AWS_SECRET_ACCESS_KEY'] = 'guessed';
  const second = createTarget(placeOf('s3://pages/forged'), (line) => log.push(line), quick);
  second.offer(round('forged'));
  await until(async () => s3.refused, (refused) => refused > 3);
  await second.close();
  assert.deepEqual(log, ['s3://pages/forged cannot be written (SignatureDoesNotMatch); this host\'s own page goes on.'], 'many tries, one line');
  assert.deepEqual([...s3.objects.keys()].filter((name) => name.includes('forged')), []);
});

test('the page is put last, and not at all while its data is missing', async (t) => {
  let broken = true;
  const there = place(async (entry) => { if (broken && entry.path === 'data.json') throw new Error('no room'); });
  const log: string[] = [];
  const target = createTarget(there, (line) => log.push(line), quick);
  t.after(() => target.close());
  target.offer(round('one'));
  await until(async () => log.length, (lines) => lines === 1);
  for (const text of ['two', 'three', 'four']) target.offer(round(text));
  assert.deepEqual([...there.has.keys()], [], 'no page without its data');
  broken = false;
  await until(async () => there.has.get('index.html'), (page) => page === 'four');
  assert.ok(there.order.indexOf('data.json') < there.order.indexOf('index.html'));
  await until(async () => log.length, (lines) => lines === 2);
  assert.deepEqual(log, ['memory cannot be written (no room); this host\'s own page goes on.', 'memory is up to date again.'], 'one line when it is lost, one when it is back');
});

test('a place that hangs or cannot be reached holds nobody up', async (t) => {
  const hanging: Server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  t.after(() => { hanging.closeAllConnections(); hanging.close(); });
  const before = { ...process.env };
  t.after(() => { process.env = before; });
  Object.assign(process.env, { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'us-east-1' });
  const { writer, site, read } = writing(t);
  const log: string[] = [];
  const hung = createTarget(placeOf('s3://pages'), (line) => log.push(line), { ...quick, file: 200 });
  const taken = join(temporary(t), 'taken');
  writeFileSync(taken, 'a file, not a folder');
  const lost = createTarget(placeOf(join(taken, 'www')), (line) => log.push(line), quick);
  const write = writer([hung.offer, lost.offer]);
  let longest = 0;
  for (let second = 0; second < 20; second += 1) {
    const started = performance.now();
    write(observed({ asOf: observed().asOf + second * 1_000 }), site);
    longest = Math.max(longest, performance.now() - started);
    assert.ok(read('snapshot.json').includes(`"asOf":${observed().asOf + second * 1_000}`));
    await new Promise((done) => setTimeout(done, 20));
  }
  assert.ok(longest < 500, `${longest} ms`);
  await until(async () => log.length, (lines) => lines >= 2);
  assert.equal(log.filter((line) => line.startsWith('s3://pages cannot be written (no answer within 200 ms)')).length, 1, 'said once');
  const closing = performance.now();
  await Promise.all([hung.close(), lost.close()]);
  assert.ok(performance.now() - closing < 1_000, 'closing does not wait for it');
});

test('what --publish may name', () => {
  for (const text of ['', 's3://', 's3://bucket?x=1', 'ftp://host/x', 'gs://bucket']) assert.throws(() => placeOf(text), /^Error: --publish /);
  assert.equal(placeOf('s3://bucket/a/b/').name, 's3://bucket/a/b');
  assert.equal(placeOf('www').name, join(process.cwd(), 'www'));
});

test('what cannot be written stops the round before the page; the last good one stays whole', (t) => {
  const folder = temporary(t);
  const publish = publisher(folder);
  publish(round('good'));
  // A folder where a file should go is refused by every system, also to root.
  publish([[file('data.json', 'next')], [file('index.html', 'next')]]);
  rmSync(join(folder, 'data.json'));
  mkdirSync(join(folder, 'data.json'));
  assert.throws(() => publish(round('lost')), /EISDIR|ENOTEMPTY|EPERM/);
  assert.equal(readFileSync(join(folder, 'index.html'), 'utf8'), 'next');
  assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.part')), [], 'nothing half-written is left');
});

test('a disk without room, for real: what was there stays, and goes on once there is room', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder]);
  t.after(() => {
    if (mounted.status === 0) spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  if (mounted.status !== 0) return t.skip('needs the right to mount a small disk');
  const publish = publisher(folder);
  publish(round('good'));
  writeFileSync(join(folder, 'ballast'), Buffer.alloc(80_000));
  const large: Round = [[file('data.json', 'd'.repeat(60_000))], [file('index.html', 'newer')]];
  for (let second = 0; second < 3; second += 1) assert.throws(() => publish(large), /ENOSPC/);
  assert.deepEqual(['data.json', 'index.html'].map((name) => readFileSync(join(folder, name), 'utf8')), ['good', 'good']);
  assert.deepEqual(readdirSync(folder).toSorted(), ['ballast', 'data.json', 'index.html'], 'nothing half-written takes room');
  rmSync(join(folder, 'ballast'));
  publish(large);
  assert.equal(readFileSync(join(folder, 'index.html'), 'utf8'), 'newer');
});

test('a file that was cut short on the disk is written again, one that is gone too', (t) => {
  const folder = temporary(t);
  const publish = publisher(folder);
  publish(round('whole'));
  truncateSync(join(folder, 'data.json'), 2);
  rmSync(join(folder, 'index.html'));
  publish(round('whole'));
  assert.equal(readFileSync(join(folder, 'data.json'), 'utf8'), 'whole');
  assert.equal(readFileSync(join(folder, 'index.html'), 'utf8'), 'whole');
  const { ino } = statSync(join(folder, 'data.json'));
  publish(round('whole'));
  assert.equal(statSync(join(folder, 'data.json')).ino, ino, 'and otherwise left alone');
});

test('a new life takes away what the last one published and this one does not', (t) => {
  const { writer, site, folder, read } = writing(t);
  writer()(observed(), site);
  assert.ok(read('models/gpt-5-mini/index.html'));
  writeFileSync(join(folder, 'public', 'own.txt'), 'put there by the operator');
  writer()(observed({ models: [] }), site);
  assert.throws(() => read('models/gpt-5-mini/index.html'), /ENOENT/);
  assert.ok(read('own.txt'));
});

test('one format that cannot be made keeps its last good files, the others go on', (t) => {
  const { writer, site, read, json } = writing(t);
  const write = writer();
  write(observed(), site);
  const summary = read('api/v2/summary.json');
  const [gone] = observed().incidents ?? [];
  assert.ok(gone);
  const wrong = observed({ headline: 'A new second', incidents: [{ ...gone, impact: 'terrible' as 'minor' }] });
  assert.throws(() => write(wrong, site), /some files stay as they were \(Statuspage: /);
  assert.equal(read('api/v2/summary.json'), summary);
  assert.match(read('index.html'), /A new second/);
  const { files } = json('manifest.json') as unknown as { files: Record<string, string> };
  assert.equal(files['api/v2/summary.json'], file('', summary).digest, 'the manifest names what stands there');
});
