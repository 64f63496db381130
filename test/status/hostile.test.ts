/** A collector of its own process against what hurts: prober processes that die, a database that breaks under it, a folder that takes nothing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../../status/collector/database.ts';
import { openStore } from '../../status/collector/store.ts';
import { probe, alive, PROBE_DEADLINE_MS } from '../../status/collector/probe.ts';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sampleOf, startFakeBff } from './fake-bff.ts';
import { startHost, until } from './harness.ts';

const linux = { skip: process.platform !== 'linux' };

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-hostile-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a database that is damaged in its middle is set aside and the watch goes on', (t) => {
  const folder = folderFor(t);
  const log: string[] = [];
  const path = join(folder, 'status.db');
  const first = openStore(path, () => undefined);
  const now = Date.now();
  for (let seq = 1; seq <= 200; seq += 1) first.record({ epoch: 'one', read: seq, seq, asOf: now }, [sampleOf(seq)], now);
  first.close();
  // The header stays whole, so that it opens; the pages after it are garbage.
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4_096 * 2, bytes.length);
  writeFileSync(path, bytes);
  const store = openStore(path, (line) => log.push(line));
  t.after(() => store.close());
  store.record({ epoch: 'one', read: 201, seq: 201, asOf: now }, [sampleOf(201)], now);
  assert.equal(store.turnsSince(0, 10).length, 1);
  assert.match(log.join('\n'), /status\.db is damaged; it was set aside as .*status\.db\.damaged-\d+ and a new one begun\./);
  assert.ok(readdirSync(folder).some((name) => name.startsWith('status.db.damaged-')));
});

test('damage that shows only while it is written to is set aside too, and the write is not lost', (t) => {
  const folder = folderFor(t);
  const log: string[] = [];
  const db = openDatabase(join(folder, 'status.db'), 'CREATE TABLE IF NOT EXISTS turn (id INTEGER)', ['turn'], (line) => log.push(line));
  t.after(() => db.close());
  const insert = db.prepare('INSERT INTO turn VALUES (?)');
  db.together(() => void insert.run(1));
  let tries = 0;
  db.together(() => {
    insert.run(2);
    tries += 1;
    // As SQLite says it of a page that cannot be.
    if (tries === 1) throw Object.assign(new Error('database disk image is malformed'), { errcode: 11 });
  });
  assert.deepEqual(db.prepare('SELECT id FROM turn').all().map((row) => row['id']), [2]);
  assert.match(log.join('\n'), /is damaged; it was set aside/);
});

test('sketches of minutes make hours and days; each is kept as long as it should', (t) => {
  const folder = folderFor(t);
  const store = openStore(join(folder, 'status.db'), () => undefined);
  t.after(() => store.close());
  const day = 86_400_000;
  const now = Math.floor(Date.now() / day) * day + day / 2;
  for (let ago = 0; ago < 120; ago += 1) store.record({ epoch: 'one', read: ago + 1, seq: ago + 1, asOf: now }, [sampleOf(ago + 1, { at: now - ago * day })], now);
  const starts = (span: 'minute' | 'hour' | 'day') => store.series(span, 'builtin', 'firstToken', 0).length;
  assert.deepEqual([starts('minute'), starts('hour'), starts('day')], [120, 120, 120]);
  store.trim(now);
  assert.deepEqual([starts('minute'), starts('hour'), starts('day')], [3, 101, 120]);
  assert.equal(store.turnsSince(0, 1_000, now).length, 8, 'single turns for a week');
});

test('a 200 that is somebody else\'s web page is no sign of life', async (t) => {
  const server = createServer((_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Please log in to this network</h1>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => { server.close(); server.closeAllConnections(); });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz`;
  assert.equal((await probe(url, PROBE_DEADLINE_MS, alive, new AbortController().signal)).ok, false);
});

test('probers that are killed come back; while all are gone nothing is claimed', linux, async (t) => {
  const bff = await startFakeBff();
  const host = await startHost(bff.url);
  t.after(async () => {
    await bff.close();
    await host.end();
  });
  type State = { indicator: string; probers: { name: string; state: string }[]; components: { id: string; status: string }[] };
  const state = async () => (await (await fetch(`${host.url}/snapshot.json`)).json()) as State;
  await until(state, ({ probers }) => probers.filter((each) => each.state === 'up').length === 3, 8_000);
  const pids = proberPids(host.child.pid ?? 0);
  assert.equal(pids.length, 3);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  let worst = 'none';
  const back = await until(async () => {
    const now = await state();
    if (now.indicator !== 'none') worst = now.indicator;
    return now;
  }, ({ probers }) => proberPids(host.child.pid ?? 0).filter((pid) => !pids.includes(pid)).length === 3 && probers.every((each) => each.state === 'up'), 10_000);
  assert.equal(worst, 'none');
  assert.equal(back.components[0]?.status, 'operational');
  assert.match(host.log(), /Prober local-1 ended \(SIGKILL\); it starts again/);
});

test('a door to other hosts without a key is not opened', async () => {
  const bff = await startFakeBff();
  const collector = spawn(process.execPath, [join(import.meta.dirname, '../../status/collector/main.ts')], { env: { ...process.env, STATUS_SOURCE: bff.url, STATUS_FEED_KEY: '', STATUS_REPORT_PORT: '0', HALFSECOND_DATA: mkdirFor() }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  collector.stderr.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  const [code] = await once(collector, 'exit');
  await bff.close();
  assert.equal(code, 1);
  assert.match(said, /STATUS_REPORT_PORT needs STATUS_FEED_KEY/);
});

function mkdirFor(): string {
  const folder = join(tmpdir(), `halfsecond-hostile-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Probers among the descendants of the host, by Linux's process table. */
function proberPids(host: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
    } catch {
      return [];
    }
  });
  const collectors = new Set(all.filter(({ parent, command }) => parent === host && command.includes('collector/main.ts')).map(({ pid }) => pid));
  return all.filter(({ parent, command }) => collectors.has(parent) && command.includes('collector/prober.ts')).map(({ pid }) => pid);
}

test('a stored turn survives a crash of the collector in the middle of a transaction', (t) => {
  const path = join(folderFor(t), 'status.db');
  const store = openStore(path, () => undefined);
  const now = Date.now();
  store.record({ epoch: 'one', read: 1, seq: 1, asOf: now }, [sampleOf(1)], now);
  // Not closed: what was committed is there for whoever opens the file next.
  const next = new DatabaseSync(path);
  assert.equal(next.prepare('SELECT count(*) AS n FROM sample').get()?.['n'], 1);
  next.close();
  store.close();
});
