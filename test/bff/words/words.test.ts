/** The shipped table of words: what is alike lies close, what it does not know is zero, a damaged file is told. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadWords, parseTable } from '@halfsecond/bff/words/words.ts';
import { cpu } from '../../cpu.ts';

const words = loadWords();
const cosine = (a: string, b: string): number => {
  const [left, right] = [words.embed(a), words.embed(b)];
  return left.reduce((sum, value, n) => sum + value * (right[n] ?? 0), 0);
};

test('sentences that mean the same lie closer than sentences that share words', () => {
  for (const [text, alike, other] of [
    ['I want my money back', 'please refund my purchase', 'I want my dinner now'],
    ['can I pay with my visa card', 'do you accept credit cards', 'can I play with my cat'],
    ['I forgot my password', "I can't remember my login", 'I forgot my umbrella'],
    ['how do I cancel the subscription', 'stop my monthly plan', 'how do I clean the window'],
  ] as const) {
    assert.ok(cosine(text, alike) > cosine(text, other) + 0.05, `${text}: ${cosine(text, alike).toFixed(2)} against ${cosine(text, other).toFixed(2)}`);
  }
});

test('a vector has length one, and none when no word is known', () => {
  const vector = words.embed('Where is my invoice?');
  assert.equal(vector.length, words.size);
  assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
  for (const text of ['', '???', 'ジャバスクリプト', 'Привет', '\u0000']) assert.ok(words.embed(text).every((value) => value === 0), JSON.stringify(text));
});

test('words of like meaning are told from others; a word that is not known is like none', () => {
  const alike = words.alike ?? assert.fail('no likeness of words');
  for (const [one, other, far] of [['dog', 'puppy', 'invoice'], ['bike', 'bicycle', 'kettle'], ['painting', 'art', 'refund']] as const) assert.ok(alike(one, other) > alike(one, far) + 0.2, `${one}: ${alike(one, other)} against ${alike(one, far)}`);
  assert.ok(Math.abs(alike('dog', 'dog') - 1) < 1e-6);
  assert.equal(alike('dog', 'xqzzy'), 0);
});

test('case, accents and curly apostrophes make no difference', () => {
  assert.ok(cosine('I can’t find the CAFÉ', "i can't find the cafe") > 0.9999);
});

test('a long text is cut and a huge one costs no more', () => {
  const from = cpu();
  assert.ok(words.embed('word '.repeat(200_000)).some((value) => value !== 0));
  assert.ok(cpu() - from < 1_000);
});

test('a table that was cut is refused', () => {
  const file = readFileSync(new URL('../../../bff/words/table.bin', import.meta.url));
  assert.ok(file.length <= 10_000_000, 'the shipped data stays below 10 MB');
  assert.throws(() => parseTable(file.subarray(0, file.length - 4)), /damaged|range|length/i);
});
