/** The pure parts: terms, token counts, passages, scores. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snippet } from '@halfsecond/bff/layers.ts';
import { formatOf } from '@halfsecond/bff/memory/document.ts';
import { pack, passage } from '@halfsecond/bff/memory/pack.ts';
import { sectionScore, spreadOf, turnScores, type TurnFeatures } from '@halfsecond/bff/memory/rank.ts';
import { clipTokens, estimateTokens } from '@halfsecond/bff/memory/tokens.ts';
import { counted, queryTerms, stem, terms } from '@halfsecond/bff/memory/words.ts';

test('forms of a word meet, words that only look alike do not', () => {
  for (const group of [['refund', 'refunds', 'refunded', 'refunding'], ['cite', 'cites', 'cited', 'citing'], ['run', 'runs', 'running'], ['policy', 'policies'], ['class', 'classes']]) {
    assert.equal(new Set(group.map(stem)).size, 1, group.join());
  }
  for (const [one, other] of [['status', 'state'], ['bus', 'bu'], ['string', 'str'], ['need', 'ne'], ['429', '42']]) assert.notEqual(stem(one ?? ''), stem(other ?? ''));
  assert.deepEqual(terms("What's the Café’s Wi-Fi?"), ['caf', 'wi', 'fi']);
  assert.deepEqual(queryTerms('what is it'), ['what', 'is', 'it']);
  assert.deepEqual(queryTerms('?!'), []);
});

test('token counts are near those of real tokenizers, and clipping keeps to them', () => {
  // Counted with o200k.
  const known: [string, number][] = [
    ['We refund the current month within 14 days. Write to us with the invoice number.', 18],
    ["I'm not sure what you're asking, but it doesn't work.", 12],
    ['Wir erstatten den laufenden Monat innerhalb von 14 Tagen zurück.', 15],
    ['const total = items.reduce((sum, item) => sum + item.price, 0);', 19],
  ];
  for (const [text, tokens] of known) assert.ok(Math.abs(estimateTokens(text) / tokens - 1) <= 0.3, `${text}: ${estimateTokens(text)} for ${tokens}`);
  const text = known.map(([line]) => line).join(' ');
  for (let limit = 0; limit < 70; limit++) {
    const cut = clipTokens(text, limit);
    assert.ok(estimateTokens(cut) <= limit || cut === text);
    assert.ok(text.startsWith(cut.replace(/…$/, '')));
  }
});

test('a passage is the run of sentences that speaks of the question', () => {
  const text = 'The harbour is old. It has a museum. Refunds take five days. They go to the card you paid with. The museum opens at ten.';
  assert.match(passage(text, queryTerms('when do refunds reach my card'), 18), /^Refunds take five days\. They go to the card/);
  assert.equal(passage(text, ['refund'], 1_000), text);
  assert.ok(estimateTokens(passage('word '.repeat(500), ['refund'], 20)) <= 20);
});

test('code that a passage cuts stays fenced', () => {
  const code = Array.from({ length: 12 }, (_, n) => `const line${n} = setting${n};`).join('\n');
  const text = `Before the code there is prose.\n\`\`\`\n${code}\n\`\`\`\nAfter it there is the warranty. It lasts two years.`;
  for (const wanted of ['prose', 'line5', 'line11', 'warranty', 'nothing']) {
    for (let limit = 8; limit < 120; limit += 3) {
      const cut = passage(text, queryTerms(wanted), limit);
      assert.ok(estimateTokens(cut) <= limit, `${estimateTokens(cut)} of ${limit}`);
      assert.equal((cut.split('```').length - 1) % 2, 0, cut);
    }
    if (wanted !== 'nothing') assert.ok(passage(text, queryTerms(wanted), 40).includes(wanted));
  }
  assert.match(passage(text, ['line5'], 30), /^```\n(const.*\n)+```$/);
});

test('packing takes the best first, none twice, and gives a later one the room that is left', () => {
  const snippet = (id: string, text: string, score: number): Snippet => ({ id, text, score, tokens: 0, at: null, source: { kind: 'turn', chat: 'c', role: 'user' } });
  const list = [snippet('b', 'two words', 0.5), snippet('a', 'word '.repeat(50).trim(), 0.9), snippet('c', 'two words', 0.4), snippet('d', 'three small words', 0.3)];
  const packed = pack(list, 10, 54, ['word']);
  assert.deepEqual(packed.snippets.map(({ id, tokens }) => [id, tokens]), [['a', 50], ['b', 2]]);
  assert.equal(packed.tokens, 52);
  assert.deepEqual(pack(list, 1, 10, ['word']).snippets.map(({ id }) => id), ['b']);
});

function turn(text: string, more: Partial<TurnFeatures> = {}): TurnFeatures {
  const list = terms(text);
  return { terms: counted(list), length: list.length, head: new Set(), session: 0, question: text.endsWith('?'), ...more };
}

test('an answer earns by the question before it; another sitting and an unrelated turn do not', () => {
  const turns = [turn('Nice weather today'), turn('Which plan has webhooks?'), turn('Only the big one.'), turn('Fine thanks', { session: 1 })];
  const query = queryTerms('which plan has webhooks');
  const [far = 0, question = 0, answer = 0, other = 0] = turnScores(query, turns, spreadOf(query, turns));
  assert.ok(question > answer && answer > 0.1 && far > 0 && other === 0);
  const named = [turn('The door is red', { head: new Set(['mara']) }), turn('The door is red', { head: new Set(['otto']), session: 1 })];
  const by = turnScores(['otto', 'door'], named, spreadOf(['otto', 'door'], named));
  assert.ok((by[1] ?? 0) > (by[0] ?? 0));
});

test('scores stay between 0 and 1, and a word nobody has lowers them', () => {
  const query = queryTerms('refund days');
  const text = { ...turn('refund refund refund days days days'), head: new Set(query) };
  const spread = spreadOf(query, [text], 200);
  const full = sectionScore(query, text, spread, 1);
  assert.ok(full > 0.8 && full <= 1);
  const odd = [...query, 'banana', 'peru'];
  assert.ok(sectionScore(odd, text, spreadOf(odd, [text], 200), 1) < full / 1.8);
  assert.equal(sectionScore([], text, spread, 0), 0);
});

test('the kind of a text without a file name is told by its marks', () => {
  assert.equal(formatOf('<!DOCTYPE html><p>x'), 'html');
  assert.equal(formatOf('  <div class="a">x</div>'), 'html');
  assert.equal(formatOf('Intro\n\n## Head\n\ntext'), 'markdown');
  assert.equal(formatOf('See [this](https://example.com).'), 'markdown');
  assert.equal(formatOf('1 < 2 and #5 is fine.\n\nNothing else.'), 'text');
});
