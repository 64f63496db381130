/** How the built-in answerer reads passages and questions: wrapped lines, tables, code, spelling, kinds, follow-ups. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { extract } from '../../../bff/route/answer/extract.ts';
import { goesOn, kindOf } from '../../../bff/route/answer/kind.ts';
import { unitsOf } from '../../../bff/route/answer/units.ts';
import { readerFor } from '../../../bff/route/answer/reader.ts';
import { meantBy } from '../../../bff/route/answer/words.ts';
import { snippet } from './setup.ts';

const reader = readerFor('en');
const { contentWords, stem } = reader;
const texts = (passage: string): string[] => unitsOf(passage).map(({ text }) => text);
const answer = (question: string, passages: string[], before = ''): string[] =>
  extract(question, passages.map((text, at) => snippet(`doc#${at}`, 'Manual', null, text)), reader, before).pieces.map(({ unit }) => unit.text);

describe('passages as memory keeps them', () => {
  it('a sentence wrapped at the margin is one sentence, also in a list', () => {
    assert.deepEqual(texts('The backup runs every night at two and is kept\nfor thirty days on another disk.\n- It is encrypted with the key of the account that\nowns the project.'), [
      'The backup runs every night at two and is kept for thirty days on another disk.', 'It is encrypted with the key of the account that owns the project.',
    ]);
  });
  it('a table stays rows when code stands beside it, and prose stays apart', () => {
    assert.deepEqual(texts('```\nnpm start\n```\nlimit | value\nrequests a minute | 60\nOne more sentence.'), ['```sh\nnpm start\n```', '**requests a minute**: 60', 'One more sentence.']);
  });
  it('a row says what it is about before its figures', () => {
    assert.deepEqual(texts('variable | default | what\nPORT | 8080 | where it listens\nmodel | p50 | p95')[0], '**PORT**: where it listens (default 8080)');
    assert.deepEqual(texts('model | p50 | p95\nsmall | 300 ms | 500 ms'), ['**small**: p50 300 ms, p95 500 ms']);
  });
  it('a table cut in its middle loses no row', () => {
    assert.deepEqual(texts('/api/queue.json | {depth, inFlight}\n/badge.svg | a badge'), ['**/api/queue.json**: {depth, inFlight}', '**/badge.svg**: a badge']);
  });
});

describe('questions', () => {
  it('British and American spellings meet', () => {
    for (const [one, other] of [['colour', 'color'], ['colours', 'color'], ['licence', 'license'], ['customise', 'customize'], ['behaviour', 'behavior']]) assert.equal(stem(one ?? ''), stem(other ?? ''));
  });
  it('a slip of the pen finds the word, a different word does not', () => {
    assert.equal(meantBy('dispacher', ['dispatcher', 'display']), 'dispatcher');
    assert.equal(meantBy('pasta', ['paste', 'post']), null);
    assert.equal(meantBy('berlin', ['building', 'burner']), null);
    assert.deepEqual(answer('how does the schedular work', ['The scheduler starts jobs at their time.', 'Invoices are sent by mail.']), ['The scheduler starts jobs at their time.']);
  });
  it('a name with underscores or dots counts as a whole', () => {
    assert.ok(contentWords('What does queue_full mean?').includes('queue_full'));
    assert.deepEqual(answer('What does MAX_SIZE do?', ['name | what\nMAX_SIZE | largest upload in bytes\nMAX_AGE | oldest upload kept\nMIN_SIZE | smallest upload']), ['**MAX_SIZE**: largest upload in bytes']);
  });
  it('what it asks for shows in how it is put', () => {
    for (const [question, kind] of [['What does the gateway do?', 'definition'], ['Which providers are supported?', 'list'], ['How do I start?', 'howto'], ['How fast is it?', 'measure'], ['Why is it slow?', 'reason']] as const) assert.equal(kindOf(question), kind);
  });
  it('a question that goes on is read with the one before', () => {
    assert.ok(goesOn('And how much?', 0) && goesOn('which format?', 1));
    assert.ok(!goesOn('How do I delete a document?', 2));
  });
  it('a question about the whole is answered by the opening, without the line that leads elsewhere', () => {
    assert.deepEqual(answer('What does this product do?', ['Albatross is a calendar for teams. Install it like this:\n```\nnpm start\n```']), ['Albatross is a calendar for teams.']);
  });
});
