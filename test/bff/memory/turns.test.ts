/** Turns: searchable once acknowledged, kept over restarts and kills, written in batches by one process. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { openMemory } from '@halfsecond/bff/memory/memory.ts';
import { openStore } from '@halfsecond/bff/memory/store.ts';
import { ask, tempFolder, tempMemory, texts, turn } from './open.ts';

const quiet = (): void => {};

/** Runs `writer.ts` on a folder; resolves with its lines until `enough`, then kills it the hard way. */
async function writeUntilKilled(t: TestContext, folder: string, name: string, enough: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), folder, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === enough) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return lines;
}

test('a turn is found as soon as it is acknowledged, and its own text can be left out', async (t) => {
  const { memory } = await tempMemory(t);
  await memory.remember([turn('v1', 't1', 'My order 4711 has not arrived')]);
  const found = await ask(memory, 'where is my order', { visitor: 'v1' });
  assert.deepEqual(found.snippets.map(({ id, at, source }) => ({ id, at, source })), [{ id: 't1', at: 1_700_000_000_000, source: { kind: 'turn', chat: 'c1', role: 'user' } }]);
  assert.deepEqual((await ask(memory, 'where is my order', { visitor: 'v1', exclude: 't1' })).snippets, []);
});

test('a turn sent again is kept once: in one call, in the tail, in the table, and after a restart', async (t) => {
  const folder = await tempFolder(t);
  for (let round = 0; round < 3; round++) {
    const memory = await openMemory({ uri: folder, log: quiet });
    await memory.remember([turn('v1', 't1', 'The parcel weighs four kilos'), turn('v1', 't1', 'The parcel weighs four kilos')]);
    await Promise.all([memory.remember([turn('v1', 't1', 'The parcel weighs four kilos')]), memory.remember([turn('v1', 't2', 'The parcel is blue')])]);
    const found = await ask(memory, 'parcel', { visitor: 'v1' });
    assert.deepEqual(texts(found).sort(), ['The parcel is blue', 'The parcel weighs four kilos']);
    await memory.close();
  }
  const store = await openStore(folder);
  assert.equal(await store.countTurns('demo', 'v1'), 2);
  store.close();
});

test('500 single turns leave few fragments, and every one of them is found', async (t) => {
  const { memory } = await tempMemory(t);
  for (let n = 0; n < 500; n++) await memory.remember([turn(`v${n % 5}`, `t${n}`, `Ticket ticket${n} is about the printer`, { at: 1_700_000_000_000 + n })]);
  const { turns } = await memory.figures();
  assert.ok(turns.fragments <= 32, `${turns.fragments} fragments`);
  for (const n of [0, 17, 255, 256, 499]) {
    assert.deepEqual(texts(await ask(memory, `ticket${n}`, { visitor: `v${n % 5}`, k: 1 })), [`Ticket ticket${n} is about the printer`]);
  }
});

test('many small batches are merged before their number hurts reads', async (t) => {
  const folder = await tempFolder(t);
  let fragments = 0;
  for (let n = 0; n < 40; n++) {
    const memory = await openMemory({ uri: folder, log: quiet });
    await memory.remember([turn('v1', `t${n}`, `Note number ${n}`)]);
    await memory.close();
  }
  const memory = await openMemory({ uri: folder, log: quiet });
  fragments = (await memory.figures()).turns.fragments;
  assert.equal((await memory.figures()).turns.rows, 40);
  await memory.close();
  assert.ok(fragments <= 32, `${fragments} fragments`);
});

test('a history longer than the process keeps is still searched to its beginning', async (t) => {
  const { memory } = await tempMemory(t);
  const many = Array.from({ length: 2_600 }, (_, n) => turn('v1', `t${n}`, n === 3 ? 'The alarm code is walrus' : `Small talk ${n} about the weather`, { at: 1_700_000_000_000 + n * 1_000 }));
  await memory.remember(many);
  await memory.remember([turn('v1', 'last', 'One more', { at: 1_800_000_000_000 })]);
  assert.equal(texts(await ask(memory, 'what is the walrus alarm code', { visitor: 'v1', k: 1 }))[0], 'The alarm code is walrus');
});

/** Processes killed; more of them by `KILLS=100`. */
const KILLS = Number(process.env['KILLS'] ?? 3);

test('kill -9 while writing loses no acknowledged turn and doubles none', async (t) => {
  const folder = await tempFolder(t);
  const acknowledged: string[] = [];
  for (let round = 0; round < KILLS; round++) acknowledged.push(...await writeUntilKilled(t, folder, `r${round}`, 150 + (round % 3) * 170));
  t.diagnostic(`${acknowledged.length} acknowledged over ${KILLS} kills`);
  assert.ok(acknowledged.length >= 150 * KILLS, `${acknowledged.length} acknowledged`);
  await writeFile(join(folder, 'turns-9000000000.log'), '00000000 {"cut');
  const lines: string[] = [];
  const memory = await openMemory({ uri: folder, log: (line) => lines.push(line) });
  await memory.close();
  assert.match(lines.join(), /1 unfinished log line/);
  const store = await openStore(folder);
  const ids = (await store.turnsOf('demo', 'v1', 100_000)).map((row) => row.id);
  store.close();
  assert.equal(new Set(ids).size, ids.length, 'a turn is there twice');
  const kept = new Set(ids);
  assert.deepEqual(acknowledged.filter((id) => !kept.has(id)), []);
  assert.deepEqual((await readdir(folder)).filter((name) => name.endsWith('.log')), []);
});

test('a disk that takes no more refuses turns with a code; what was acknowledged is there afterwards', { skip: process.platform === 'win32' }, async (t) => {
  const folder = await tempFolder(t);
  const script = join(import.meta.dirname, 'writer.ts');
  // A limit on the size of a file stops the log in mid-line, as a full disk does.
  const child = spawn('bash', ['-c', `trap '' XFSZ; ulimit -f 40; exec "$0" "$@"`, process.execPath, script, folder, 'full'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === 'memory_unavailable') child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const acknowledged = lines.filter((line) => line !== 'memory_unavailable');
  assert.ok(lines.length > acknowledged.length && acknowledged.length > 50, `${acknowledged.length} of ${lines.length} lines`);

  const said: string[] = [];
  await (await openMemory({ uri: folder, log: (line) => said.push(line) })).close();
  assert.deepEqual(said, [], 'the half-written line was cut off');
  const store = await openStore(folder);
  const ids = (await store.turnsOf('demo', 'v1', 100_000)).map((row) => row.id);
  store.close();
  assert.deepEqual(acknowledged.filter((id) => !ids.includes(id)), []);
  assert.equal(new Set(ids).size, ids.length);
});

test('a second holder of the folder is refused with a sentence; the first goes on, and a later one gets in', async (t) => {
  const { memory, folder } = await tempMemory(t);
  await assert.rejects(openMemory({ uri: folder, log: quiet }), { code: 'memory_locked', message: new RegExp(`in use by another process \\(process ${process.pid}\\)`) });
  const child = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), folder, 'x'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  assert.equal(line, 'memory_locked');
  await memory.remember([turn('v1', 't1', 'Still writing')]);
  await memory.close();
  const again = await openMemory({ uri: folder, log: quiet });
  assert.deepEqual(texts(await ask(again, 'writing', { visitor: 'v1' })), ['Still writing']);
  await again.close();
});

test('a folder that cannot be used says so: a file in its place, a damaged table', async (t) => {
  const folder = await tempFolder(t);
  await writeFile(join(folder, 'file'), 'x');
  await assert.rejects(openMemory({ uri: join(folder, 'file'), log: quiet }), { code: 'memory_unavailable', message: /cannot be used/ });

  const uri = join(folder, 'memory');
  await (await openMemory({ uri, log: quiet })).close();
  const versions = join(uri, 'turns.lance', '_versions');
  for (const name of await readdir(versions)) await writeFile(join(versions, name), 'garbage');
  for (let round = 0; round < 2; round++) await assert.rejects(openMemory({ uri, log: quiet }), { code: 'memory_unavailable', message: /cannot be opened/ });
});

test('a damaged index is made again from the rows, whichever file of it is broken', async (t) => {
  const folder = await tempFolder(t);
  const first = await openMemory({ uri: folder, log: quiet });
  await first.remember([turn('v1', 't1', 'My order 4711 has not arrived')]);
  await first.ingest('demo', [{ id: 'doc', title: 'Parcels', text: 'A parcel to Oslo takes three days. Parcels are blue.' }]);
  await first.close();
  for (const harm of [(path: string) => truncate(path, 300), (path: string) => rm(path)]) {
    for (const name of await readdir(folder, { recursive: true })) if (/_indices.*\.lance$/.test(name)) await harm(join(folder, name));
    const memory = await openMemory({ uri: folder, log: quiet });
    assert.deepEqual(texts(await ask(memory, 'where is my order', { visitor: 'v1', scope: 'visitor' })), ['My order 4711 has not arrived']);
    assert.equal((await ask(memory, 'parcel to Oslo')).snippets[0]?.id, 'doc#0');
    await memory.close();
  }
});

test('a turn that cannot be kept is refused and leaves nothing of its batch', async (t) => {
  const { memory } = await tempMemory(t);
  const good = turn('v1', 't1', 'A good turn');
  for (const bad of [{ at: Number.NaN }, { id: "t'--" }, { visitor: 'v\0' }, { site: '' }, { chat: 'a b' }, { text: undefined as unknown as string }, { role: 'system' as 'user' }]) {
    await assert.rejects(memory.remember([good, turn('v1', 't2', 'A bad turn', bad)]), (error: Error & { code?: string }) => error.code?.startsWith('memory_bad_') === true);
  }
  assert.deepEqual((await ask(memory, 'turn', { visitor: 'v1' })).snippets, []);
  await memory.remember([turn('v1', 't3', `${'long '.repeat(200_000)}\ud800 end`), turn('v1', 't4', '')]);
  const found = await ask(memory, 'long', { visitor: 'v1' });
  assert.equal(found.snippets.length, 1);
  assert.ok(found.tokens <= 300);
});

test('a log line that somebody changed is told as a lost turn, one that was cut short is not', async (t) => {
  const folder = await tempFolder(t);
  const lines: string[] = [];
  await writeFile(join(folder, 'turns-0000000001.log'), '00000000 {"changed":1}\n00000000 {"cut');
  await (await openMemory({ uri: folder, log: (line) => lines.push(line) })).close();
  assert.match(lines.join('\n'), /1 unfinished log line[^]*1 log lines are damaged and were skipped: as many acknowledged turns are lost/);
});

test('what the tables or the disk refuse is told with a code, by whichever door', { skip: process.platform === 'win32' }, async (t) => {
  const { memory, folder } = await tempMemory(t);
  await memory.ingest('demo', [{ id: 'doc', title: 'Doc', text: 'A parcel.' }]);
  await rm(join(folder, 'sections.lance'), { recursive: true });
  await writeFile(join(folder, 'sections.lance'), 'x');
  await assert.rejects(memory.ingest('demo', [{ id: 'two', title: 'Two', text: 'Another.' }]), { code: 'memory_unavailable', message: /could not be read or written/ });
  await assert.rejects(memory.forgetDocument('demo', 'doc'), { code: 'memory_unavailable' });
});
