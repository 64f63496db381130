/** Text shaping: nothing lost, whole words, the first text and slow ones at once, close ones gathered, nothing held for 30 ms. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { RoutePart } from '@halfsecond/bff/layers';
import { createChannel } from '@halfsecond/bff/route/channel.ts';
import type * as Shape from '@halfsecond/bff/route/shape.ts';
import { createShaper, finish, say, wordEnd } from '@halfsecond/bff/route/shape.ts';

type Piece = { at: number; text: string };
let fresh = 0;

/** Feeds the pieces at their times on a mocked clock; tells what left when, and how long each character was held at most. */
async function play(t: TestContext, pieces: Piece[]): Promise<{ out: Piece[]; longest: number }> {
  // A module of its own: the timer that all shapers share may be running, unmocked, for another test's answers.
  const { createShaper, say } = (await import(`${import.meta.resolve('@halfsecond/bff/route/shape.ts')}?${(fresh += 1)}`)) as typeof Shape;
  let now = 1_000;
  t.mock.method(performance, 'now', () => now);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const out: Piece[] = [];
  const came: number[] = [];
  let left = 0;
  let longest = 0;
  const shaper = createShaper({
    push(part) {
      const text = part.type === 'text' ? part.text : '';
      out.push({ at: now - 1_000, text });
      for (let i = 0; i < text.length; i += 1) longest = Math.max(longest, now - (came[left + i] ?? Infinity));
      left += text.length;
    },
    close: () => undefined,
  });
  const until = (at: number) => {
    while (now < 1_000 + at) {
      now += 1;
      t.mock.timers.tick(1);
    }
  };
  for (const { at, text } of pieces) {
    until(at);
    came.push(...Array.from({ length: text.length }, () => now));
    say(shaper, { type: 'text', text });
  }
  until((pieces.at(-1)?.at ?? 0) + 60);
  t.mock.timers.reset();
  t.mock.restoreAll();
  return { out, longest };
}
const every = (ms: number, texts: string[]): Piece[] => texts.map((text, at) => ({ at: at * ms, text }));
const WORDS = ' Your invoice is in the account under billing and you can download it there whenever you like'.split(/(?= )/);

test('the first text passes at once, and so does every slow one', async (t) => {
  const { out, longest } = await play(t, every(40, ['Hel', 'lo ', 'there, ', 'world ', 'again ']));
  assert.deepEqual(out.map(({ text }) => text), ['Hel', 'lo ', 'there, ', 'world ', 'again ']);
  assert.equal(longest, 0);
});

test('close texts are gathered, and nothing is held for long', async (t) => {
  const { out, longest } = await play(t, every(10, WORDS));
  assert.equal(out.map(({ text }) => text).join(''), WORDS.join(''));
  assert.ok(out.length <= WORDS.length / 1.5, `${out.length} chunks of ${WORDS.length} tokens`);
  assert.equal(out[0]?.at, 0);
  assert.ok(longest <= 28, `held ${longest} ms`);
});

test('at any rhythm nothing is lost and nothing is held for 30 ms', async (t) => {
  const text = 'Ein längerer Satz mit 👍🏽 Emoji, einer https://example.com/very/long/path/without/any/break/in/it/at/all Adresse\nund 日本語の文章です。 Done';
  for (let seed = 1; seed <= 60; seed += 1) {
    const pieces: Piece[] = [];
    for (let from = 0, at = 0, random = seed; from < text.length;) {
      random = (random * 16_807) % 2_147_483_647;
      const size = 1 + (random % 9);
      pieces.push({ at, text: text.slice(from, from + size) });
      from += size;
      at += random % 37;
    }
    const { out, longest } = await play(t, pieces);
    assert.equal(out.map((piece) => piece.text).join(''), text);
    assert.ok(longest < 30, `held ${longest} ms`);
  }
});

test('half a word is kept back while it is young', async (t) => {
  const { out } = await play(t, [{ at: 0, text: 'Now ' }, { at: 5, text: 'we ' }, { at: 22, text: 'wa' }, { at: 30, text: 'it ' }]);
  assert.deepEqual(out.map(({ text }) => text), ['Now ', 'we ', 'wait ']);
});

test('every other part goes at once, after the text before it, and the end loses nothing', async () => {
  const channel = createChannel<RoutePart>();
  const shaper = createShaper(channel);
  const end: RoutePart = { type: 'fail', code: 'x' };
  for (const part of [{ type: 'text', text: 'One ' }, { type: 'text', text: 'tw' }, { type: 'takeover', provider: 'p', model: 'm' }, { type: 'text', text: 'o thr' }, { type: 'text', text: 'ee' }, end] as RoutePart[]) say(shaper, part);
  say(shaper, { type: 'text', text: ' late' });
  finish(shaper);
  const all = await Array.fromAsync(channel);
  assert.deepEqual(all.map((part) => (part.type === 'text' ? part.text : part.type)), ['One ', 'tw', 'takeover', 'o three', 'fail', ' late']);
  assert.equal(wordEnd(''), 0);
});
