/** Text shaping: nothing lost, whole words, the first text at once, nothing held beyond 30 ms. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createShaper, wordEnd } from '@halfsecond/bff/gateway/shape.ts';
import type { StreamEvent } from '@halfsecond/shared/wire';

function shaped(pieces: string[], between?: (at: number) => void): string[] {
  const out: string[] = [];
  const shaper = createShaper((event: StreamEvent) => event.type === 'text-delta' && out.push(event.delta));
  for (const [at, piece] of pieces.entries()) {
    shaper.text('t', piece);
    between?.(at);
  }
  shaper.flush();
  return out;
}

test('a beginning word is held for less than 30 ms, with one timer however many tokens come', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const out: { delta: string; at: number }[] = [];
  const shaper = createShaper((event) => event.type === 'text-delta' && out.push({ delta: event.delta, at: now }));
  const go = (ms: number) => {
    for (let i = 0; i < ms; i += 1) {
      now += 1;
      t.mock.timers.tick(1);
    }
  };
  for (let offset = 0; offset < 40; offset += 3) {
    out.length = 0;
    shaper.text('t', 'Now ');
    go(offset);
    shaper.text('t', 'wa');
    const since = now;
    go(10);
    shaper.text('t', 'it');
    go(40);
    assert.equal(out.map(({ delta }) => delta).join(''), 'Now wait');
    const word = out.find(({ delta }) => delta.startsWith('wa'));
    assert.ok((word?.at ?? Infinity) - since <= 28, `held ${(word?.at ?? 0) - since} ms`);
  }
});

test('the first text passes at once, later ones end at words, and nothing is lost', () => {
  assert.deepEqual(shaped(['Hel', 'lo', ' the', 're,', ' wor', 'ld', '!']), ['Hel', 'lo ', 'there, ', 'world!']);
  assert.deepEqual(shaped(['One ', 'two ', 'three']), ['One ', 'two ', 'three']);
});

test('for any cut of any text the pieces add up, and no piece but the first and last ends inside a word', () => {
  const text = 'Ein längerer Satz mit 👍🏽 Emoji, einer https://example.com/very/long/path/without/any/break/in/it/at/all Adresse\nund 日本語の文章です。 Done';
  for (let seed = 1; seed <= 300; seed += 1) {
    const pieces: string[] = [];
    for (let at = 0, random = seed; at < text.length;) {
      random = (random * 16_807) % 2_147_483_647;
      const size = 1 + (random % 9);
      pieces.push(text.slice(at, at + size));
      at += size;
    }
    const out = shaped(pieces);
    assert.equal(out.join(''), text);
    for (const piece of out.slice(1, -1)) assert.ok(/[\s\u3000-\u9fff\uff00-\uffef]$/.test(piece) || piece.length > 32, JSON.stringify(piece));
  }
});

test('two text parts never mix', () => {
  const out: [string, string][] = [];
  const shaper = createShaper((event) => event.type === 'text-delta' && out.push([event.id, event.delta]));
  shaper.text('a', 'One tw');
  shaper.text('a', 'o');
  shaper.text('b', 'three four');
  shaper.flush();
  assert.deepEqual(out, [['a', 'One tw'], ['a', 'o'], ['b', 'three '], ['b', 'four']]);
  assert.equal(wordEnd(''), 0);
});
