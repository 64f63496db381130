/** The ring on disk: bounded, read back, erased, and a disk that says no costs lines but never an exception. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import fsp from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { createDays, type Days } from '@halfsecond/bff/trace/days.ts';
import { createRing } from '@halfsecond/bff/trace/ring.ts';
import { createUsual } from '@halfsecond/bff/trace/usual.ts';

const root = mkdtempSync(join(tmpdir(), 'halfsecond-ring-'));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
function ringFor(more: { now?: () => number; max?: number; folder?: string } = {}) {
  const folder = more.folder ?? join(root, `r${(count += 1)}`);
  const logs: string[] = [];
  return { folder, logs, ring: createRing<string>({ folder, encode: (entry) => entry, log: (line) => logs.push(line), ...more }) };
}
const all = (folder: string) => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')).join('');

test('lines come back in order, also by the next process; an entry that is put twice is written once', async () => {
  const { ring, folder } = ringFor();
  const entry = 'one';
  ring.put(entry);
  ring.put(entry);
  ring.put('two');
  await ring.close();
  assert.deepEqual(await Array.fromAsync(ringFor({ folder }).ring.lines()), ['one', 'two']);
  assert.equal(await ringFor({ folder }).ring.find('tw'), 'two');
  assert.equal(await ringFor({ folder }).ring.find('three'), null);
});

test('the oldest files go when all are too large, or older than a day', async () => {
  let now = Date.now();
  const { ring, folder } = ringFor({ now: () => now, max: 40_000 });
  for (let at = 0; at < 200; at += 1) {
    ring.put(`${at} ${'x'.repeat(1_000)}`);
    now += 1_000;
    await ring.flush();
  }
  const size = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  assert.ok(size <= 42_000, `${size} bytes`);
  const lines = await Array.fromAsync(ring.lines());
  assert.equal(lines.at(-1)?.split(' ')[0], '199');
  now += 2 * 86_400_000;
  ring.put('tomorrow');
  await ring.flush();
  assert.deepEqual(await Array.fromAsync(ring.lines()), ['tomorrow']);
});

test('erasing leaves no byte, waiting entries included, and every other line', async () => {
  const { ring, folder } = ringFor();
  for (const line of ['a of-alice', 'b of-bob', 'c of-alice']) ring.put(line);
  await ring.flush();
  ring.put('d of-alice');
  assert.equal(await ring.erase('of-alice'), 3);
  assert.equal(all(folder), 'b of-bob\n');
  ring.put('e of-bob');
  await ring.close();
  assert.deepEqual(await Array.fromAsync(ring.lines()), ['b of-bob', 'e of-bob']);
});

test('a full disk: said once, nothing thrown, counted, and the line after it is whole', async () => {
  let now = 1_000;
  const { ring, folder, logs } = ringFor({ now: () => now });
  mkdirSync(folder, { recursive: true });
  symlinkSync('/dev/full', join(folder, '1000.jsonl'));
  for (let at = 0; at < 3; at += 1) {
    ring.put(`lost ${at}`);
    await ring.flush();
    now += 31_000;
  }
  assert.equal(logs.filter((line) => /go on in memory/.test(line)).length, 1, logs.join('\n'));
  assert.equal(ring.dropped(), 3);
  rmSync(join(folder, '1000.jsonl'));
  writeFileSync(join(folder, '1000.jsonl'), 'half a li');
  ring.put('whole');
  await ring.flush();
  assert.equal(await ring.find('whole'), 'whole');
  assert.match(logs.at(-1) ?? '', /again/);
});

test('an erasure is done or refused, whichever look into the folder fails', async (t) => {
  const look = fsp.readdir;
  t.after(() => {
    mock.restoreAll();
    syncBuiltinESMExports();
  });
  for (const failing of [1, 2, 3]) {
    const { ring, folder } = ringFor();
    ring.put('a of-alice');
    await ring.flush();
    writeFileSync(join(folder, '7.jsonl.new'), 'an erasure of-alice that was cut short');
    let looks = 0;
    mock.method(fsp, 'readdir', async (path: string) => {
      if ((looks += 1) === failing) throw Object.assign(new Error('EIO: i/o error, scandir'), { code: 'EIO' });
      return look(path);
    });
    syncBuiltinESMExports();
    const refused = await ring.erase('of-alice').then(() => false, (error: NodeJS.ErrnoException) => error.code === 'EIO');
    assert.equal(refused, looks >= failing);
    if (!refused) assert.deepEqual([readdirSync(folder).length, all(folder)], [1, '']);
    mock.restoreAll();
    syncBuiltinESMExports();
  }
});

test('a folder of days that cannot be read is told once, with its code; days go on in memory and are written once it can be', async () => {
  const folder = join(root, 'days');
  const logs: string[] = [];
  const daysIn = (): Days => createDays({ folder, version: 'v1', log: (line) => logs.push(line), now: () => Date.UTC(2026, 10, 22) });
  const days = daysIn();
  await days.load();
  assert.deepEqual(logs, [], 'no folder yet is nothing to tell');
  writeFileSync(folder, 'a file in its place');
  await days.load();
  assert.equal(logs.length, 1);
  assert.match(logs[0] ?? '', /^the figures of the day cannot be read, they go on in memory: ENOTDIR\b/);
  days.add([1, 2]);
  await days.close();
  assert.equal(logs.length, 1, logs.join('\n'));
  assert.deepEqual(days.of('2026-11-22'), [[1, 2]]);
  rmSync(folder);
  await days.close();
  const later = daysIn();
  await later.load();
  assert.deepEqual(later.of('v1'), [[1, 2]]);
});

test('what waits for a disk is bounded', async () => {
  const { ring, folder } = ringFor();
  for (let at = 0; at < 30_000; at += 1) ring.put(`line ${at}`);
  assert.equal(ring.dropped(), 20_000);
  await ring.close();
  assert.equal((await Array.fromAsync(ringFor({ folder }).ring.lines())).length, 10_000);
});

test('the usual is the median of the last day, within two percent, and of that day only', () => {
  let now = 1_000 * 86_400_000;
  const usual = createUsual(() => now);
  assert.equal(usual.of('recall'), null);
  for (let at = 1; at <= 999; at += 1) usual.add('recall', at / 10, now - at * 60_000);
  assert.ok(Math.abs((usual.of('recall') ?? 0) - 50) < 1.5, String(usual.of('recall')));
  usual.add('route', 3, now);
  assert.equal(usual.of('route'), null, 'one is no usual');
  now += 25 * 3_600_000;
  assert.equal(usual.of('recall'), null);
});
