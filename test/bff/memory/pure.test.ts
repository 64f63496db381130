/** The pure parts: terms, token counts, passages, scores. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snippet } from '@halfsecond/bff/layers.ts';
import { formatOf } from '@halfsecond/bff/memory/document.ts';
import { pack, passage } from '@halfsecond/bff/memory/pack.ts';
import { turnFeatures, type Alike, type Features, type TurnView } from '@halfsecond/bff/memory/features.ts';
import { namesAsked, namesIn, standing } from '@halfsecond/bff/memory/graph.ts';
import { htmlBlocks } from '@halfsecond/bff/memory/html.ts';
import { daysIn, readQuestion } from '@halfsecond/bff/memory/question.ts';
import { sectionScore, spreadOf, type Scored } from '@halfsecond/bff/memory/rank.ts';
import { rankTurns } from '@halfsecond/bff/memory/rescore.ts';
import { clipTokens, estimateTokens } from '@halfsecond/bff/memory/tokens.ts';
import { dot, keep, kept, unit } from '@halfsecond/bff/memory/vectors.ts';
import { viewsOf } from '@halfsecond/bff/memory/views.ts';
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

function scored(text: string): Scored {
  const list = terms(text);
  return { terms: counted(list), length: list.length, head: new Set() };
}

/** A conversation of lines, an hour between those of one chat and the next. */
function conversation(...lines: [name: string | null, role: 'user' | 'assistant', text: string, chat?: string, at?: number][]): TurnView[] {
  return viewsOf(lines.map(([name, role, text, chat = 'c', at], n) => ({ name, role, text, chat, at: at ?? 1_700_000_000_000 + n * 60_000, vector: null })));
}

function ranked(question: string, turns: TurnView[], now = 1_700_000_000_000): string[] {
  return rankTurns(readQuestion(question, new Set(turns.flatMap((turn) => [...turn.head])), now), turns, null).map(({ at }) => turns[at]?.text ?? '');
}

test('an answer earns by the question before it; a turn without a word in common far from any is not there', () => {
  const turns = conversation([null, 'user', 'Nice weather today'], [null, 'user', 'Which plan has webhooks?'], [null, 'assistant', 'Only the big one has them.'], [null, 'user', 'Fine thanks', 'd'], [null, 'user', 'Bye then', 'd']);
  const list = ranked('which plan has webhooks', turns);
  assert.ok(list.indexOf('Only the big one has them.') <= 1, list.join(' | '));
  assert.equal(list.includes('Bye then'), false);
});

test('a word of like meaning speaks for a turn, in it and beside it; one that is hardly like it does not', () => {
  const turns = conversation([null, 'user', 'The boiler makes noise', 'a'], [null, 'user', 'The puppy makes noise', 'b'], [null, 'user', 'The window makes noise', 'c']);
  const question = readQuestion('which dogs make noise', new Set(), 0);
  assert.deepEqual([question.terms, question.words], [['dog', 'mak', 'noiz'], ['dogs', 'make', 'noise']]);
  const alike = (puppy: number): Alike => (one, other) => (one === 'dogs' && other === 'puppy' ? puppy : 0);
  const valuesOf = (like: Alike, of = turns): Features[] => turnFeatures(question, of, null, like).sort((a, b) => a.at - b.at).map(({ values }) => values);
  const [boiler, puppy] = valuesOf(alike(0.8));
  assert.ok(boiler !== undefined && puppy !== undefined && puppy.meant === 1 && boiler.meant < 0.5 && puppy.covered === boiler.covered);
  assert.deepEqual(new Set(valuesOf(alike(0.3)).map(({ meant }) => meant)), new Set([1]));
  const [beside] = valuesOf(alike(0.8), conversation([null, 'user', 'What makes noise?'], [null, 'user', 'My puppy']));
  assert.ok(beside !== undefined && beside.meantAround > beside.window);
  assert.equal(rankTurns(question, turns, new Float32Array([1]), alike(0.8))[0]?.at, 1);
});

test('a speaker who is named, a date that is named, and the kind of word that is asked for move a turn up', () => {
  const doors = conversation(['Mara', 'user', 'My door at home is painted red'], ['Otto', 'user', 'My door at home is painted red', 'd']);
  const question = readQuestion("what colour is Otto's door", new Set(['mara', 'otto']), 0);
  assert.equal(rankTurns(question, doors, null)[0]?.at, 1);

  const visits = [Date.UTC(2024, 2, 4), Date.UTC(2024, 5, 9), Date.UTC(2024, 8, 2)].map((at, n): [null, 'user', string, string, number] => [null, 'user', `We went to the museum, visit ${n}`, `c${n}`, at]);
  assert.equal(ranked('the museum in June 2024', conversation(...visits))[0], 'We went to the museum, visit 1');
  assert.equal(ranked('the museum last month', conversation(...visits), Date.UTC(2024, 3, 20))[0], 'We went to the museum, visit 0');
  assert.equal(ranked('when was the parcel sent', conversation([null, 'assistant', 'The parcel was sent with care'], [null, 'assistant', 'The parcel was sent yesterday', 'd']))[0], 'The parcel was sent yesterday');
});

test('days are read from a question: months, dates, weekdays', () => {
  const now = Date.UTC(2026, 10, 22, 15); // a Sunday
  const day = (text: string): string[] => daysIn(text, now).map(({ from, to, yearly }) => `${new Date(from).toISOString().slice(0, 10)}/${new Date(to).toISOString().slice(0, 10)}${yearly ? ' yearly' : ''}`);
  assert.deepEqual(day('what did I order last Friday?'), ['2026-11-20/2026-11-21']);
  assert.deepEqual(day('what did we say yesterday'), ['2026-11-21/2026-11-22']);
  assert.deepEqual(day('on 3 May 2023'), ['2023-05-03/2023-05-04']);
  assert.deepEqual(day('on May 3rd'), ['2000-05-03/2000-05-04 yearly']);
  assert.deepEqual(day('in August'), ['2000-08-01/2000-09-01 yearly']);
  assert.deepEqual(day('since 2024-02'), ['2024-02-01/2024-03-01']);
  assert.deepEqual(day('May I cancel? I may. You march on.'), []);
});

test('names lead from a section to the one that explains them', () => {
  assert.deepEqual(namesIn('The Journal of Botany was founded by Ada Byron and Émile Zola. It is old.'), ['journal of botany', 'ada byron and emile zola', 'ada byron', 'emile zola']);
  assert.ok(namesAsked('Who founded the club that Ada Byron plays for?').names.includes('ada byron'));
  const mentions = [
    { entity: 'ada', section: 'player', titled: 1 }, { entity: 'club', section: 'player', titled: 0 },
    { entity: 'club', section: 'clubpage', titled: 1 }, { entity: 'other', section: 'elsewhere', titled: 1 },
  ];
  const found = standing(mentions, new Map([['player', 0.5]]), new Set(['ada']), 100);
  assert.ok((found.get('player') ?? 0) === 1 && (found.get('clubpage') ?? 0) > 0.01 && (found.get('elsewhere') ?? 0) === 0);
});

test('vectors keep their direction in eight bits; a wrong size and no number are refused', () => {
  const maker = { id: 'm', size: 4 };
  const vector = unit([0.2, -0.4, 0.1, 0.9], 4, 'm');
  assert.ok(vector !== null);
  const row = keep(maker, vector);
  const back = kept(row, maker);
  assert.ok(back !== null && dot(vector, back) > 0.9995);
  assert.equal(kept(row, { id: 'other', size: 4 }), null);
  assert.equal(unit([0, 0, 0, 0], 4, 'm'), null);
  assert.throws(() => unit([1, 2, 3], 4, 'm'), { code: 'memory_bad_value', message: /3 numbers: expected 4/ });
  assert.throws(() => unit([1, Number.NaN, 3, 4], 4, 'm'), { code: 'memory_bad_value' });
});

test('scores stay between 0 and 1, and a word nobody has lowers them', () => {
  const query = queryTerms('refund days');
  const text = { ...scored('refund refund refund days days days'), head: new Set(query) };
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

test('of a page only what its readers see is knowledge', () => {
  const page = '<p>Open from nine.<span style="color:red; display : none">Secret <b>offer</b></span></p><h2 hidden>Draft<br></h2><div style="visibility:hidden"><p>Not yet<img alt="x"></div><pre>a = 1</pre><p hidden>gone<p>To six.</p>';
  assert.deepEqual(htmlBlocks(page).map(({ kind, text }) => `${kind} ${text.trim()}`), ['text Open from nine.', 'code a = 1', 'text To six.']);
});
