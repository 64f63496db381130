/** Knowledge: documents become sections by heading, the right one comes first, and only changes are written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentSections, type KnowledgeDocument } from '@halfsecond/bff/memory/document.ts';
import { estimateTokens } from '@halfsecond/bff/memory/tokens.ts';
import { ask, never, tempMemory, texts } from './open.ts';

const HANDBOOK = `---
layout: page
---
# Lanternfish handbook

Lanternfish keeps the lights of a harbour in order. It runs on one small machine.

## Install

Run \`npx lanternfish setup\` in an empty folder. You need Node 22 or later.

\`\`\`sh
npx lanternfish setup
cd harbour && npm start
\`\`\`

### Behind a proxy

Set **HTTPS_PROXY** before the setup; see [the network page](https://example.com/net).

## Prices

| Plan | Price per month | Lamps |
|---|---|---|
| Pier | 9 euros | 5 |
| Harbour | 49 euros | 200 |

Invoices are sent on the first of each month.

## Refunds

We refund the current month within 14 days. Write to billing@example.com with the invoice number.

## Data and privacy

Lamp readings are stored in Frankfurt for 30 days <em>and then deleted</em>.

<div><p>Backups are <b>encrypted</b>.</p><script>alert(1)</script></div>

## Support

- Chat on weekdays from 8 to 18 o'clock
- A telephone line for emergencies
`;

const PAGE = `<!doctype html><html><head><title>Lamp API</title><style>b{}</style></head><body><nav>Home About</nav>
<h1>Lamp API</h1><p>Every call needs a&nbsp;key.</p><h2 id="limits">Rate limits</h2><p>Each key may make <b>120</b> calls a minute &amp; no more.
<h2>Errors</h2><ul><li>401 the key is wrong<li>429 too many calls</ul><pre>curl -H "Key: k"
  https://lamps.example</pre><table><tr><th>Code</th><th>Meaning</th></tr><tr><td>503</td><td>try later</td></tr></table></body></html>`;

const handbook = (text = HANDBOOK): KnowledgeDocument => ({ id: 'handbook', title: 'Lanternfish handbook', url: '/docs/handbook', text });

test('Markdown is cut by heading into clean text, with the path of headings', async () => {
  const sections = await documentSections(handbook());
  assert.deepEqual(sections.map((section) => section.heading), [null, 'Install', 'Install › Behind a proxy', 'Prices', 'Refunds', 'Data and privacy', 'Support']);
  const text = Object.fromEntries(sections.map((section) => [section.heading, section.text]));
  assert.equal(text['Install'], 'Run npx lanternfish setup in an empty folder. You need Node 22 or later.\n```\nnpx lanternfish setup\ncd harbour && npm start\n```');
  assert.equal(text['Install › Behind a proxy'], 'Set HTTPS_PROXY before the setup; see the network page.');
  assert.match(text['Prices'] ?? '', /Pier \| 9 euros \| 5\n/);
  assert.equal(text['Data and privacy'], 'Lamp readings are stored in Frankfurt for 30 days and then deleted.\nBackups are encrypted.');
  assert.match(text['Support'] ?? '', /^- Chat on weekdays.*\n- A telephone line/);
});

test('HTML is cut by heading, without navigation, scripts and tags, and broken markup is read', async () => {
  const sections = await documentSections({ id: 'api', title: 'Lamp API', text: PAGE });
  assert.deepEqual(sections.map(({ heading, anchor }) => [heading, anchor]), [[null, null], ['Rate limits', 'limits'], ['Errors', null]]);
  assert.deepEqual(sections.map((section) => section.text), [
    'Every call needs a key.',
    'Each key may make 120 calls a minute & no more.',
    '- 401 the key is wrong\n- 429 too many calls\n```\ncurl -H "Key: k"\n  https://lamps.example\n```\nCode | Meaning\n503 | try later',
  ]);
});

test('long sections are cut to size without losing a word, whatever they are made of', async () => {
  const words = Array.from({ length: 2_000 }, (_, n) => `word${n}`);
  for (const text of [words.join(' '), `${words.join('. ')}.`, words.join('\n\n'), `# Long\n\n\`\`\`\n${words.join('\n')}\n\`\`\``, 'x'.repeat(30_000), '字'.repeat(3_000)]) {
    const sections = await documentSections({ id: 'd', title: 'D', text });
    assert.ok(sections.length > 10);
    for (const section of sections) assert.ok(estimateTokens(section.text) <= 200, `${estimateTokens(section.text)} tokens`);
    const letters = (all: string): string => all.replace(/[^\p{L}\p{N}]/gu, '');
    assert.equal(letters(sections.map((section) => section.text).join('')), letters(text.replace('# Long', '')));
  }
});

test('questions in other words than the headings find their section first', async (t) => {
  const { memory } = await tempMemory(t);
  await memory.ingest('demo', [handbook(), { id: 'api', title: 'Lamp API', url: '/docs/api', text: PAGE }]);
  const expected: Record<string, string> = {
    'how do I install it?': 'handbook#1',
    'I am behind a corporate proxy': 'handbook#2',
    'what does the harbour plan cost?': 'handbook#3',
    'can I get my money back, a refund?': 'handbook#4',
    'where are my readings stored?': 'handbook#5',
    'is there a telephone number for emergencies': 'handbook#6',
    'how many calls per minute may I make': 'api#1',
    'what does a 429 mean': 'api#2',
  };
  for (const [question, id] of Object.entries(expected)) {
    const { snippets } = await ask(memory, question, { k: 3 });
    assert.equal(snippets[0]?.id, id, question);
    assert.ok(snippets.every((snippet, at) => snippet.score > 0 && snippet.score <= 1 && snippet.score <= (snippets[at - 1]?.score ?? 1)));
  }
  const [best] = (await ask(memory, 'rate limits of the api')).snippets;
  assert.deepEqual(best?.source, { kind: 'knowledge', document: 'api', title: 'Lamp API', heading: 'Rate limits', url: '/docs/api#limits' });
  const off = await ask(memory, 'how do bananas grow in Peru');
  assert.ok((off.snippets[0]?.score ?? 0) < 0.2, 'a question that nothing answers scores low');
});

test('ingesting again writes only what changed and removes what vanished', async (t) => {
  const { memory } = await tempMemory(t);
  const progress: number[] = [];
  const many = Array.from({ length: 120 }, (_, n) => ({ id: `d${n}`, title: `Page ${n}`, text: `Subject number${n} explained.` }));
  assert.deepEqual(await memory.ingest('demo', [handbook(), ...many], (done) => progress.push(done)), { documents: 121, sections: 127, written: 127, kept: 0, removed: 0 });
  assert.deepEqual(progress, [50, 100, 121]);
  assert.deepEqual(await memory.ingest('demo', [handbook()]), { documents: 1, sections: 7, written: 0, kept: 7, removed: 0 });

  const changed = HANDBOOK.replace('within 14 days', 'within 60 days').replace(/## Support[\s\S]*/, '');
  assert.deepEqual(await memory.ingest('demo', [handbook(changed)]), { documents: 1, sections: 6, written: 1, kept: 5, removed: 1 });
  assert.match(texts(await ask(memory, 'refund within how many days', { k: 1 }))[0] ?? '', /60 days/);
  assert.ok(!texts(await ask(memory, 'telephone line for emergencies')).join().includes('telephone'));

  assert.equal(await memory.forgetDocument('demo', 'handbook'), true);
  assert.equal(await memory.forgetDocument('demo', 'handbook'), false);
  assert.deepEqual((await ask(memory, 'refund invoice lamp')).snippets, []);
  assert.equal((await memory.documents('demo')).length, 120);
  assert.deepEqual(texts(await ask(memory, 'number77', { k: 1 })), ['Subject number77 explained.']);
});

test('mirrored files that are gone disappear, documents handed in stay', async (t) => {
  const { memory } = await tempMemory(t);
  const file = (id: string): KnowledgeDocument => ({ id, title: id, text: `The file ${id} speaks of owls.` });
  await memory.ingest('demo', [{ id: 'handed', title: 'Handed in', text: 'This one speaks of owls too.' }]);
  await memory.mirror('demo', [file('one'), file('two')]);
  await memory.mirror('other', [file('one')]);
  assert.deepEqual(await memory.mirror('demo', [file('two'), file('three')]), { documents: 2, sections: 2, written: 1, kept: 1, removed: 1 });
  assert.deepEqual(await memory.documents('demo'), ['handed', 'three', 'two']);
  assert.deepEqual(await memory.documents('other'), ['one']);
  assert.deepEqual((await ask(memory, 'owls')).snippets.map((snippet) => snippet.id).sort(), ['handed#0', 'three#0', 'two#0']);
  assert.equal((await memory.mirror('demo', [])).removed, 2);
  assert.deepEqual(await memory.documents('demo'), ['handed']);
});

test('a document that cannot be kept is refused by name, and the ones before it in the table stay', async (t) => {
  const { memory } = await tempMemory(t);
  await memory.ingest('demo', [handbook()]);
  const bad = [{ id: 'deep', title: 'Deep', text: '>'.repeat(20_000) }, { id: 'none', title: 'None', text: 7 as unknown as string }, { id: 'when', title: 'When', text: 'x', at: Number.NaN }];
  for (const document of bad) await assert.rejects(memory.ingest('demo', [document]), { code: 'memory_bad_value' });
  assert.deepEqual(await memory.documents('demo'), ['handbook']);
  assert.equal((await ask(memory, 'refund')).snippets[0]?.id, 'handbook#4');
});

test('snippets keep to the budget and the count, and a long one gives the passage that fits', async (t) => {
  const { memory } = await tempMemory(t);
  await memory.ingest('demo', [handbook()]);
  for (const tokenBudget of [0, 1, 10, 30, 60, 120, 300]) {
    for (const k of [1, 3, 10]) {
      const found = await ask(memory, 'lanternfish invoice refund setup lamps price', { k, tokenBudget });
      assert.ok(found.tokens <= tokenBudget && found.snippets.length <= k);
      assert.equal(found.tokens, found.snippets.reduce((sum, snippet) => sum + estimateTokens(snippet.text), 0));
    }
  }
  const short = await ask(memory, 'refund invoice number', { tokenBudget: 26 });
  assert.match(texts(short)[0] ?? '', /invoice/i);
});

test('an aborted recall rejects with the reason of its signal', async (t) => {
  const { memory } = await tempMemory(t);
  await memory.ingest('demo', [handbook()]);
  const input = { site: 'demo', visitor: null, query: 'refund', scope: 'all', k: 3, tokenBudget: 300 } as const;
  await assert.rejects(memory.recall(input, AbortSignal.abort()), { name: 'AbortError' });
  const control = new AbortController();
  const asked = memory.recall(input, control.signal);
  control.abort(new Error('too late'));
  await assert.rejects(asked, /too late/);
  assert.equal((await memory.recall(input, never)).snippets[0]?.id, 'handbook#4');
});

test('a large Markdown document is parsed in parts: the thread is free in between, and nothing is lost at the cuts', async () => {
  const chapter = (n: number): string => `## Chapter ${n}\n\nSee [the plan][plan] of part${n}.\n\n\`\`\`\n# not a heading ${n}\n\nstill code\n\`\`\`\n\n${`Word${n} and more of it. `.repeat(20)}\n`;
  const text = `# Book\n\n${Array.from({ length: 400 }, (_, n) => chapter(n)).join('\n')}\n[plan]: https://example.com/plan\n`;
  assert.ok(text.length > 200_000);
  let turns = 0;
  let going = true;
  const spin = (): void => { turns += 1; if (going) setImmediate(spin); };
  spin();
  const sections = await documentSections({ id: 'book', title: 'Book', text });
  going = false;
  assert.ok(turns >= 20, `${turns} turns of the loop`);
  assert.deepEqual([...new Set(sections.map((section) => section.heading))], Array.from({ length: 400 }, (_, n) => `Chapter ${n}`));
  assert.match(sections.find((section) => section.heading === 'Chapter 399')?.text ?? '', /See the plan of part399\.\n```\n# not a heading 399/);
});

test('one endless paragraph, list or table holds up nobody, and no word of it is lost', async () => {
  const lines = (line: string, count: number): string => Array.from({ length: count }, (_, n) => line.replaceAll('#', String(n))).join('\n');
  const endless = {
    paragraph: `# One\n\n${lines('Some *words* of sentence#.', 8_000).replaceAll('\n', ' ')}`,
    list: `# One\n\n${lines('- item# of a list', 8_000)}`,
    table: `| a | b |\n|---|---|\n${lines('| row# | value# |', 8_000)}`,
    brackets: `# One\n\n${'['.repeat(100_000)} sentence7999`,
  };
  for (const [name, text] of Object.entries(endless)) {
    let turns = 0;
    let going = true;
    const spin = (): void => { turns += 1; if (going) setImmediate(spin); };
    spin();
    const sections = await documentSections({ id: 'd', title: 'D', text, format: 'markdown' });
    going = false;
    assert.ok(turns >= text.length / 20_000, `${name}: the thread was free ${turns} times`);
    assert.match(sections.map((section) => section.text).join('\n'), /(?:sentence|item|row)7999\b/, name);
  }
});

test('what is at hand of a document goes when it changes, also where its names lead', async (t) => {
  const { memory } = await tempMemory(t);
  const kettle = (by: string) => ({ id: 'kettle', title: 'Kettle', text: `The Kettle is mended by ${by}.` });
  const works = (street: string) => ({ id: 'works', title: 'Harbour Works', text: `You find us in ${street}.` });
  const asked = async (site = 'demo') => texts(await ask(memory, 'Who mends a Kettle?', { site })).sort();
  await memory.ingest('demo', [kettle('Old Quay')]);
  await memory.ingest('other', [kettle('Nobody')]);
  for (let round = 0; round < 2; round++) assert.deepEqual(await asked(), ['The Kettle is mended by Old Quay.']);
  await asked('other');
  await memory.ingest('demo', [kettle('Harbour Works')]);
  assert.deepEqual(await asked(), ['The Kettle is mended by Harbour Works.']);
  await memory.ingest('demo', [works('Mill Lane')]);
  assert.deepEqual(await asked(), ['The Kettle is mended by Harbour Works.', 'You find us in Mill Lane.']);
  await memory.ingest('demo', [works('Dock Road')]);
  assert.deepEqual(await asked(), ['The Kettle is mended by Harbour Works.', 'You find us in Dock Road.']);
  await memory.forgetDocument('demo', 'works');
  assert.deepEqual(await asked(), ['The Kettle is mended by Harbour Works.']);
  assert.deepEqual(await asked('other'), ['The Kettle is mended by Nobody.']);
});
