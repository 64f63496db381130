/** Knowledge is found in the other spelling, despite a slip of the pen, and by a question without a word of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spellings, stem } from '@halfsecond/bff/memory/words.ts';
import { never, tempMemory } from './open.ts';

test('British and American spelling, misspelt words, and "what is this"', async (t) => {
  const { memory } = await tempMemory(t);
  await memory.ingest('shop', [
    { id: 'README.md', title: 'Lanternfish', text: 'Lanternfish keeps the lights of a harbour in order.\n\n## Paint\n\nEvery lamp has its own colour.\n\n## Terms\n\nThe licence is renewed each spring.' },
    { id: 'guides:advanced.md', title: 'Advanced', text: 'Lamps are wired in rows.' },
  ]);
  const found = async (query: string): Promise<string[]> =>
    (await memory.recall({ site: 'shop', visitor: null, query, scope: 'knowledge', k: 3, tokenBudget: 300 }, never)).snippets.map(({ text }) => text);
  assert.match((await found('change the color'))[0] ?? '', /own colour/);
  assert.match((await found('which license'))[0] ?? '', /licence is renewed/);
  assert.match((await found('whats the lisence'))[0] ?? '', /licence is renewed/);
  assert.match((await found('what is this'))[0] ?? '', /^Lanternfish keeps/);
  assert.deepEqual(await found('zyxwvut'), []);
});

test('spellings meet in one stem', () => {
  assert.equal(stem('colours'), stem('color'));
  assert.equal(stem('customise'), stem('customize'));
  assert.deepEqual(spellings('color'), ['color', 'colour']);
  assert.deepEqual(spellings('four'), ['four']);
});
