/** Facts read out of conversations: when they are read, when they hold, who may see them, and that they go with their visitor. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExtractFacts, Extraction, Recalled } from '@halfsecond/bff/layers.ts';
import { openMemory } from '@halfsecond/bff/memory/memory.ts';
import { makeFactReader } from '@halfsecond/bff/memory/reading.ts';
import { serial } from '@halfsecond/bff/memory/serial.ts';
import { makeShelves } from '@halfsecond/bff/memory/shelf.ts';
import { openStore } from '@halfsecond/bff/memory/store.ts';
import { loadWords } from '@halfsecond/bff/words/words.ts';
import { ask, found, tempFolder, tempMemory, turn } from './open.ts';

const NOON = Date.UTC(2026, 10, 2, 12);
const DAY = 86_400_000;
type Asked = Parameters<ExtractFacts>[0];

const facts = (recalled: Recalled): string[] => recalled.snippets.flatMap(({ text, source }) => (source.kind === 'fact' ? [text] : []));

/** Answers call after call, and tells when one begins. */
function reader(...answers: ((asked: Asked, signal: AbortSignal) => Extraction | Promise<Extraction>)[]) {
  const calls: Asked[] = [];
  let wake = (): void => {};
  const extract: ExtractFacts = async (asked, signal) => {
    calls.push(asked);
    wake();
    return answers[calls.length - 1]?.(asked, signal) ?? { facts: [] };
  };
  return {
    facts: { extract, pause: 1 }, calls,
    async called(times: number): Promise<void> {
      while (calls.length < times) await new Promise<void>((resolve) => { wake = resolve; });
    },
  };
}

for (const embed of [undefined, loadWords()]) {
  test(`what was read is found, what is past only when asked for${embed ? ', with vectors' : ''}`, async (t) => {
    const said = reader(
      () => ({ facts: [found('The visitor pays for the Starter plan', 'a')] }),
      ({ known }) => ({ facts: [found('The visitor pays for the Business plan', 'b', { replaces: known.map(({ id }) => id) })] }),
    );
    const { memory } = await tempMemory(t, { facts: said.facts, embed });
    await memory.remember([turn('v1', 'a', 'Hi, I pay for the Starter plan', { at: NOON })]);
    await said.called(1);
    await memory.read();
    await memory.remember([turn('v1', 'b', 'I pay for the Business plan now', { at: NOON + DAY })]);
    await said.called(2);
    await memory.read();
    assert.deepEqual(said.calls.map(({ turns, before, known }) => [turns.map(({ id }) => id), before.map(({ id }) => id), known.map(({ text }) => text)]), [
      [['a'], [], []], [['b'], ['a'], ['The visitor pays for the Starter plan']],
    ]);
    const now = await ask(memory, 'Which plan do I pay for?', { visitor: 'v1', explain: true });
    const [best] = now.snippets.filter(({ source }) => source.kind === 'fact');
    assert.deepEqual(facts(now), ['The visitor pays for the Business plan']);
    assert.ok(best?.why?.['covered'] && best.source.kind === 'fact' && best.source.turn === 'b' && best.source.validFrom === NOON + DAY && best.at === NOON + DAY);
    assert.deepEqual(facts(await ask(memory, 'Which plan did I pay for previously?', { visitor: 'v1' })).sort(), ['The visitor pays for the Business plan', 'The visitor pays for the Starter plan (not true any more since 2026-11-03)']);
    for (const query of ['Which plan did I pay for before?', 'Für welchen Plan zahlte ich früher?', 'What plan did I use to pay for?']) assert.equal(facts(await ask(memory, query, { visitor: 'v1' })).length, 2, query);
    for (const query of ['Which plan is best before I pay?', 'Where is the history of what I pay?', 'Can I not pay for the plan anymore?']) assert.equal(facts(await ask(memory, query, { visitor: 'v1' })).length, 1, query);
    assert.deepEqual(facts(await ask(memory, 'What plan did I pay for on 2026-11-02?', { visitor: 'v1' })).length, 2);
    assert.deepEqual(facts(await ask(memory, 'Where is my parcel?', { visitor: 'v1' })), []);
    // Neither another visitor nor a question about the site's documents alone sees them.
    assert.deepEqual(facts(await ask(memory, 'Which plan do I pay for?', { visitor: 'v2' })), []);
    assert.deepEqual(facts(await ask(memory, 'Which plan do I pay for?', { visitor: 'v1', scope: 'knowledge' })), []);
    assert.deepEqual((await memory.exportVisitor('demo', 'v1')).facts.map(({ text, supersededBy }) => [text, supersededBy]), [['The visitor pays for the Starter plan', best.id], ['The visitor pays for the Business plan', null]]);
  });
}

test('facts outlive a restart, what was read is not read again, and what was not is', async (t) => {
  const folder = await tempFolder(t);
  const first = reader(() => ({ facts: [found('The visitor lives in Oslo', 'a')] }), () => new Promise(() => {}));
  const one = await openMemory({ uri: folder, log: () => {}, facts: { ...first.facts, extract: (asked, signal) => Promise.race([first.facts.extract(asked, signal), ended(signal)]) } });
  await one.remember([turn('v1', 'a', 'I live in Oslo')]);
  await first.called(1);
  await one.read();
  await one.remember([turn('v2', 'x', 'I have two dogs', { chat: 'c2' })]);
  await first.called(2);
  await one.close(); // while the second conversation is being read

  const second = reader(() => ({ facts: [found('The visitor has two dogs', 'x')] }));
  const two = await openMemory({ uri: folder, log: () => {}, facts: second.facts });
  await second.called(1);
  await two.read();
  assert.deepEqual(second.calls.map(({ chat }) => chat), ['c2']);
  assert.deepEqual(facts(await ask(two, 'Where do I live?', { visitor: 'v1' })), ['The visitor lives in Oslo']);
  assert.deepEqual(facts(await ask(two, 'How many dogs do I have?', { visitor: 'v2' })), ['The visitor has two dogs']);
  await two.close();
  // Without a reader they are still there, to be found and to be erased.
  const three = await openMemory({ uri: folder, log: () => {} });
  assert.deepEqual(facts(await ask(three, 'Where do I live?', { visitor: 'v1' })), ['The visitor lives in Oslo']);
  await three.close();
});

test('an erased visitor takes the facts along, also those that are being read', async (t) => {
  const needle = 'The visitor keeps alpacas near Trondheim';
  const said = reader(
    () => ({ facts: [found(needle, 'a')] }),
    () => ({ facts: [found('The visitor keeps bees', 'z')] }),
    (_, signal) => ended(signal).catch(() => ({ facts: [found('The visitor keeps alpacas and llamas near Trondheim', 'b')] })), // answers although nobody wants it any more
  );
  const { memory, folder } = await tempMemory(t, { facts: said.facts });
  await memory.remember([turn('v1', 'a', 'I keep alpacas near Trondheim'), turn('v9', 'z', 'I keep bees', { chat: 'bees' })]);
  await said.called(2);
  await memory.read();
  await memory.remember([turn('v1', 'b', 'I keep alpacas and llamas near Trondheim')]);
  await said.called(3);
  const { rows } = await memory.eraseVisitor('demo', 'v1');
  await memory.read();
  assert.equal(rows, 3); // two turns, one fact
  assert.deepEqual(await memory.exportVisitor('demo', 'v1'), { turns: [], facts: [] });
  assert.deepEqual(await filesWith(folder, 'alpacas'), []);
  assert.deepEqual((await memory.exportVisitor('demo', 'v9')).facts.map(({ text }) => text), ['The visitor keeps bees']);
});

test('retention takes the facts of what it deletes', async (t) => {
  const said = reader(() => ({ facts: [found('The visitor lives in Oslo', 'a'), found('The visitor has two dogs', 'b')] }));
  const { memory } = await tempMemory(t, { facts: said.facts });
  await memory.remember([turn('v1', 'a', 'I live in Oslo', { at: NOON }), turn('v1', 'b', 'I have two dogs', { at: NOON + 9 * DAY })]);
  await said.called(1);
  await memory.read();
  assert.equal(await memory.expire('demo', NOON + DAY), 1);
  assert.deepEqual((await memory.exportVisitor('demo', 'v1')).facts.map(({ text }) => text), ['The visitor has two dogs']);
});

test('retention takes along how far somebody was read, when nothing else is left of them', async (t) => {
  const said = reader();
  const { memory, folder } = await tempMemory(t, { facts: said.facts });
  await memory.remember([turn('somebody-1972', 'a', 'I live in Oslo', { at: NOON - 9 * DAY })]);
  await said.called(1);
  await memory.read();
  assert.equal(await memory.expire('demo', NOON - DAY), 1);
  assert.equal(await memory.expire('demo', Date.now() + DAY), 0);
  assert.deepEqual(await filesWith(folder, 'somebody-1972'), []);
});

test('what retention deletes while it is being read does not come back', async (t) => {
  const old = { facts: [found('The visitor lives in Oslo', 'a')] };
  const said = reader(() => old, async ({ known }) => {
    await memory.expire('demo', NOON + DAY);
    return { facts: [found('The visitor lives in Turin', 'b', { replaces: known.map(({ id }) => id) }), found('The visitor has two dogs', 'c')] };
  });
  const { memory } = await tempMemory(t, { facts: said.facts });
  await memory.remember([turn('v1', 'a', 'I live in Oslo', { at: NOON - DAY })]);
  await said.called(1);
  await memory.read();
  await memory.remember([turn('v1', 'b', 'I live in Turin now', { at: NOON }), turn('v1', 'c', 'I have two dogs', { at: NOON + 9 * DAY })]);
  await said.called(2);
  await memory.read();
  assert.deepEqual((await memory.exportVisitor('demo', 'v1')).facts.map(({ text }) => text), ['The visitor has two dogs']);
});

test('a conversation longer than what is kept in the process is read from its beginning', async (t) => {
  const said = reader();
  const { memory } = await tempMemory(t, { facts: said.facts });
  await memory.remember(Array.from({ length: 2_100 }, (_, n) => turn('v1', `t${n}`, `I own ${n} books ${'and more '.repeat(60)}`, { at: NOON + n, chat: 'import' })));
  await said.called(2);
  assert.deepEqual([said.calls[0]?.turns[0]?.id, said.calls[0]?.before.length, said.calls[1]?.before.at(-1)?.id], ['t0', 0, said.calls[0]?.turns.at(-1)?.id]);
});

test('a long conversation is read in parts; one that no model may see, or no answer can be used for, is left', async (t) => {
  const said = reader(({ turns }) => ({ facts: [found(`The visitor has the number ${turns[0]?.text.match(/\d+/)?.[0]}`, turns[0]?.id ?? '')] }));
  const { memory } = await tempMemory(t, { facts: { ...said.facts, extract: (asked, signal) => (asked.chat === 'c1' ? said.facts.extract(asked, signal) : Promise.resolve({ failed: 'barred' })) } });
  await memory.remember(Array.from({ length: 60 }, (_, n) => turn('v1', `t${n}`, `my number is ${1_000 + n}`, { at: NOON + n })));
  await said.called(3);
  await memory.read();
  assert.deepEqual(said.calls.map(({ turns, before }) => [turns.length, before.length]), [[24, 0], [24, 4], [12, 4]]);
  await memory.remember([turn('v1', 'p', 'my number is 77', { chat: 'private' }), turn('v1', 'later', 'my number is 2000')]);
  await said.called(4);
  await memory.read();
  assert.deepEqual(said.calls[3]?.turns.map(({ id }) => id), ['later']);
});

test('when nobody can be asked it is tried again later, and answers are found without facts meanwhile', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: NOON });
  const said = reader(() => ({ failed: 'later' }), () => ({ failed: 'garbled' }), () => ({ failed: 'garbled' }), () => ({ failed: 'garbled' }));
  const { memory, lines } = await tempMemory(t, { facts: said.facts });
  await memory.remember([turn('v1', 'a', 'I live in Oslo')]);
  for (const [calls, wait] of [[1, 1], [2, 30_000], [3, 60_000], [4, 120_000]] as const) {
    t.mock.timers.tick(wait - 1);
    await memory.read();
    assert.equal(said.calls.length, calls - 1, `not before ${wait} ms`);
    t.mock.timers.tick(1);
    await said.called(calls);
    await memory.read();
  }
  assert.equal((await ask(memory, 'Where do I live?', { visitor: 'v1' })).snippets[0]?.text, 'I live in Oslo');
  t.mock.timers.tick(3_600_000);
  await memory.read();
  assert.equal(said.calls.length, 4);
  assert.deepEqual(lines.filter((line) => line.includes('3 answers')).length, 1);
});

test('an answer is not thrown away because the tables are busy for long', async (t) => {
  const deadline = new AbortController();
  t.mock.method(AbortSignal, 'timeout', () => deadline.signal);
  const ingested = Promise.withResolvers<unknown>();
  const said = reader(() => {
    ingested.resolve(memory.ingest('demo', [{ id: 'doc', title: 'Doc', text: 'A text' }], () => deadline.abort(new Error('late'))));
    return { facts: [found('The visitor lives in Oslo', 'a')] };
  });
  const { memory } = await tempMemory(t, { facts: said.facts });
  await memory.remember([turn('v1', 'a', 'I live in Oslo')]);
  await ingested.promise;
  await memory.read();
  assert.deepEqual((await memory.exportVisitor('demo', 'v1')).facts.map(({ text }) => text), ['The visitor lives in Oslo']);
});

test('conversations that fail time and again keep no other waiting', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: NOON });
  const asked: string[] = [];
  const extract: ExtractFacts = async ({ chat }) => (asked.push(chat), chat === 'well' ? { facts: [] } : { failed: 'later' });
  const { memory } = await tempMemory(t, { facts: { extract, pause: 1 } });
  const ill = Array.from({ length: 5 }, (_, n) => `ill${n}`);
  await memory.remember(ill.map((chat) => turn('v1', chat, 'I live in Oslo', { chat })));
  for (let halves = 0; halves < 40; halves++) {
    t.mock.timers.tick(1_800_000);
    await memory.read();
  }
  assert.deepEqual(new Set(asked), new Set(ill));
  const calls = asked.length;
  t.mock.timers.tick(3_600_000);
  await memory.read();
  assert.equal(asked.length, calls + 1); // all are due, and one of them is tried at a time
  await memory.remember([turn('v2', 'well', 'I live in Turin', { chat: 'well' })]);
  t.mock.timers.tick(30_000);
  await memory.read();
  assert.ok(asked.includes('well'));
});

test('hearing of a turn takes no time, however many conversations are due', async (t) => {
  const store = await openStore(await tempFolder(t));
  const reading = makeFactReader({ extract: async () => ({ facts: [] }), pause: 600_000, store, shelves: makeShelves(store, null), embedder: null, serial: serial(), written: () => {}, warn: () => assert.fail() });
  reading.heard(Array.from({ length: 130_000 }, (_, n) => ({ site: 'demo', visitor: 'v1', chat: `c${n}` })));
  const started = performance.now();
  for (let n = 0; n < 1_000; n++) reading.heard([{ site: 'demo', visitor: 'v2', chat: `c${n}` }]);
  assert.ok(performance.now() - started < 500);
  await reading.stop();
  store.close();
});

/** Files below a folder that hold a text. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const bytes = await readFile(join(folder, name)).catch((error: Error & { code?: string }) => (error.code === 'EISDIR' ? Buffer.alloc(0) : Promise.reject(error)));
    if (bytes.includes(text)) found.push(name);
  }
  return found;
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
