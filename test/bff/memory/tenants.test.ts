/** Tenants: no id and no query reaches a row of another site or visitor; an erased visitor leaves no byte. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { MemoryError } from '@halfsecond/bff/memory/errors.ts';
import { ofVisitor } from '@halfsecond/bff/memory/filter.ts';
import { openMemory, type Memory } from '@halfsecond/bff/memory/memory.ts';
import { ask, tempFolder, tempMemory, texts, turn } from './open.ts';

const HOSTILE_IDS = ['.', '..', "v1' OR 1=1 --", "' OR ''='", 'v1\0', 'v1"', 'v1;drop table turns', '../v2', 'v%', '', ' v1', 'v1\n', 'é', 'v'.repeat(129), '*', 'v1) OR (1=1'];
const HOSTILE_QUERIES = ["' OR 1=1 --", '" OR "1"="1', 'secret\0secret', 'secret) OR site:b', '*', '?', '+secret -x', '"secret', 'secret*', '\\', '{"match":{"query":"secret"}}', '\ud800secret', 'secret '.repeat(5_000), '(((((', 'AND OR NOT', '🦊 secret'];

async function bytesFound(folder: string, needles: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const bytes = await readFile(join(folder, name)).catch((error: Error & { code?: string }) => {
      if (error.code === 'EISDIR' || error.code === 'ENOENT') return null; // A folder, or a log whose turns moved to the table meanwhile.
      throw error;
    });
    if (bytes === null) continue;
    for (const needle of needles) if (bytes.includes(needle)) found.push(`${needle} in ${name}`);
  }
  return found;
}

test('hostile ids are refused before they reach a filter', async (t) => {
  const { memory } = await tempMemory(t);
  for (const id of HOSTILE_IDS) {
    assert.throws(() => ofVisitor('a', id), MemoryError);
    assert.throws(() => ofVisitor(id, 'v1'), MemoryError);
    await assert.rejects(ask(memory, 'secret', { visitor: id }), { code: 'memory_bad_id' });
    await assert.rejects(ask(memory, 'secret', { site: id }), { code: 'memory_bad_id' });
    await assert.rejects(memory.eraseVisitor('a', id), { code: 'memory_bad_id' });
    await assert.rejects(memory.ingest('a', [{ id, title: 'T', text: 'x' }]), { code: 'memory_bad_id' });
    await assert.rejects(memory.forgetDocument('a', id), { code: 'memory_bad_id' });
  }
});

test('hostile queries return nothing of another site or visitor, from the tail and from the table', async (t) => {
  const { memory, folder } = await tempMemory(t);
  for (const site of ['a', 'b']) {
    await memory.ingest(site, [{ id: 'doc', title: 'Doc', text: `The secret of site ${site} is or and not secret.` }]);
    for (const visitor of ['v1', 'v2']) {
      await memory.remember(Array.from({ length: 80 }, (_, n) => turn(visitor, `${site}-t${n}`, `secret ${n} of ${site} ${visitor}`, { site, at: 1_700_000_000_000 + n })));
    }
  }
  const check = async (asked: Memory): Promise<void> => {
    for (const query of HOSTILE_QUERIES) {
      const found = texts(await ask(asked, query, { site: 'a', visitor: 'v1', k: 500, tokenBudget: 100_000 }));
      assert.deepEqual(found.filter((text) => /site b|of b|v2/.test(text)), [], query);
    }
    assert.equal((await ask(asked, 'secret', { site: 'a', visitor: 'v1', scope: 'visitor', k: 500, tokenBudget: 100_000 })).snippets.length, 80);
  };
  await check(memory);
  await memory.close();
  const again = await openMemory({ uri: folder, log: () => {} });
  await check(again).finally(() => again.close());
});

test('10,000 hostile ids and 500 of nobody reach no row of another', async (t) => {
  const { memory } = await tempMemory(t);
  await memory.remember(Array.from({ length: 60 }, (_, n) => turn(`v${n % 3}`, `t${n}`, `secret ${n}`, { site: 'a' })));
  const ends = ["' OR 1=1 --", "'", '"', '\0', ';', '%', '*', ') OR (1=1', '\n', '\\', '\u2019 OR \u2019', '\ud800', ' ', '`', '/**/', "' UNION SELECT * --", '\u212a', "'||'"];
  let refused = 0;
  for (let n = 0; n < 10_000; n++) {
    const end = ends[n % ends.length] ?? '';
    const id = n % 3 === 0 ? `v${n % 7}${end}` : n % 3 === 1 ? `${end}v${n % 7}` : `v${end}${n}`;
    await assert.rejects(ask(memory, HOSTILE_QUERIES[n % HOSTILE_QUERIES.length] ?? '', n % 2 === 0 ? { site: 'a', visitor: id } : { site: id, visitor: 'v1' }), { code: 'memory_bad_id' });
    refused++;
  }
  assert.equal(refused, 10_000);
  for (let n = 0; n < 500; n++) assert.deepEqual((await ask(memory, 'secret', { site: n % 2 === 0 ? 'a' : `b${n}`, visitor: `v${n + 3}` })).snippets, []);
});

test('scope decides between history and knowledge, and one list ranks both', async (t) => {
  const { memory } = await tempMemory(t);
  await memory.ingest('demo', [{ id: 'doc', title: 'Delivery', text: 'A parcel takes three days to Norway.' }]);
  await memory.remember([turn('v1', 't1', 'My parcel to Norway is number 77'), turn('v1', 't2', 'Thanks, bye')]);
  const ids = async (scope: 'visitor' | 'knowledge' | 'all'): Promise<string[]> => (await ask(memory, 'parcel to Norway', { visitor: 'v1', scope })).snippets.map((snippet) => snippet.id).filter((id) => id !== 't2');
  assert.deepEqual(await ids('visitor'), ['t1']);
  assert.deepEqual(await ids('knowledge'), ['doc#0']);
  assert.deepEqual((await ids('all')).sort(), ['doc#0', 't1']);
  assert.deepEqual((await ask(memory, 'parcel to Norway', { visitor: null, scope: 'visitor' })).snippets, []);
});

test('an erased visitor leaves no byte on disk and none in the process; others keep theirs', async (t) => {
  const { memory, folder } = await tempMemory(t);
  const said = (visitor: string, from: number): ReturnType<typeof turn>[] => Array.from({ length: 300 }, (_, n) => turn(visitor, `${visitor}-t${from + n}`, `${visitor} says walrus${from + n} and tells the shared joke`, { at: 1_700_000_000_000 + from + n }));
  for (const visitor of ['alice-7f3a', 'bob-91cc', 'carol-55d0']) await memory.remember(said(visitor, 0));
  await memory.remember([turn('alice-7f3a', 'one', 'The joke that everyone tells'), turn('bob-91cc', 'one', 'The joke that everyone tells')]);
  assert.equal((await ask(memory, 'walrus7', { visitor: 'alice-7f3a', k: 1 })).snippets.length, 1);
  assert.notDeepEqual(await bytesFound(folder, ['alice-7f3a']), [], 'the scan finds what is there');

  const receipt = await memory.eraseVisitor('demo', 'alice-7f3a');
  assert.equal(receipt.rows, 301);
  assert.ok(receipt.files > 0 && receipt.verifiedAt > 0);
  assert.deepEqual(await bytesFound(folder, ['alice-7f3a']), []);
  assert.deepEqual((await ask(memory, 'walrus7 joke', { visitor: 'alice-7f3a' })).snippets, []);
  assert.match(texts(await ask(memory, 'walrus7', { visitor: 'bob-91cc', k: 1 }))[0] ?? '', /bob-91cc says walrus7 /);

  await memory.remember(said('alice-7f3a', 1_000));
  assert.match(texts(await ask(memory, 'walrus1005', { visitor: 'alice-7f3a', k: 1 }))[0] ?? '', /walrus1005/);
  assert.equal((await memory.eraseVisitor('demo', 'alice-7f3a')).rows, 300);
  assert.equal((await memory.eraseVisitor('demo', 'alice-7f3a')).rows, 0);
  assert.deepEqual(await bytesFound(folder, ['alice-7f3a']), []);
});

test('a visitor with a few turns among many is erased too, and reads go on meanwhile', async (t) => {
  const { memory, folder } = await tempMemory(t);
  const many = Array.from({ length: 6_000 }, (_, n) => turn(`v${n % 40}`, `t${n}`, `Turn ${n} about printers`, { at: 1_700_000_000_000 + n }));
  await memory.remember([...many, turn('mallory-1d', 'm1', 'zanzibar pineapple umbrella')]);
  const erased = memory.eraseVisitor('demo', 'mallory-1d');
  const reading = async (visitor: string): Promise<null> => {
    await setImmediate(); // what is at hand is answered without any wait
    assert.notEqual((await ask(memory, 'printers', { visitor })).snippets.length, 0);
    return null;
  };
  let receipt = null;
  let reads = 0;
  for (; receipt === null; reads++) receipt = await Promise.race([erased, reading(`v${reads % 40}`)]);
  assert.equal(receipt.rows, 1);
  assert.ok(reads > 1);
  assert.deepEqual(await bytesFound(folder, ['mallory-1d', 'zanzibar']), []);
});

test('what a killed process had half written is gone after the next start and stands in no erasure\'s way', async (t) => {
  const folder = await tempFolder(t);
  const first = await openMemory({ uri: folder, log: () => {} });
  await first.remember([turn('alice-7f3a', 't1', 'The walrus sings at midnight')]);
  await first.close();
  for (const name of ['data/.tmpK8IOW8', '_transactions/.tmphdujdB', '_indices/.tmpIfuMht']) await writeFile(join(folder, 'turns.lance', name), 'alice-7f3a: The walrus sings at midnight');
  const memory = await openMemory({ uri: folder, log: () => {} });
  const receipt = await memory.eraseVisitor('demo', 'alice-7f3a').finally(() => memory.close());
  assert.equal(receipt.rows, 1);
  assert.deepEqual(await bytesFound(folder, ['alice-7f3a', 'walrus']), []);
});
