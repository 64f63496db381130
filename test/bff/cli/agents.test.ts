/** `halfsecond agents`: what visitors complained about, and an example written into a configuration that keeps its form. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { withExample } from '@halfsecond/bff/cli/examples.ts';
import { ORIGIN, SITE, ask, bffFor, eventsOf, session } from '../harness.ts';
import { halfsecondIn, root, type Result } from './command.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfsecond-agents-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const halfsecond = (args: string[], env: Record<string, string>): Promise<Result> => halfsecondIn(folder, ['agents', ...args], env);

const agents = [
  { name: 'orders', description: 'Knows where a parcel is.', topics: ['delivery', 'parcel'], examples: ['Where is my order?', 'When will my parcel arrive?'] },
  { name: 'returns', description: 'Takes things back.', topics: ['return', 'refund'], examples: ['I want to send the shoes back', 'When do I get my refund?'] },
];

test('the report names who answered, who came next and what was asked, where the site allows it', async () => {
  const settings = { agents, dispatch: { fallback: 'human' } };
  const bff = await bffFor(settings, { folder });
  try {
    const { token } = await session(bff);
    const rate = async (chat: string, text: string, rating: 'up' | 'down', comment?: string): Promise<void> => {
      const all = await ask(bff, token, chat, text);
      const response = await fetch(`${bff.url}/api/feedback`, { method: 'POST', headers: { origin: ORIGIN, 'content-type': 'text/plain' }, body: JSON.stringify({ token, chatId: chat, messageId: eventsOf(all, 'start')[0]?.messageId, rating, ...(comment ? { comment } : {}) }) });
      assert.equal(response.status, 204);
    };
    await rate('a', "When does the parcel's refund arrive?", 'down', 'wrong \u001b[31mdesk');
    await rate('b', 'Where is my order?', 'up');
    await ask(bff, token, 'c', 'When will my parcel arrive?');
    await ask(bff, token, 'c', 'talk to a human');
    await ask(bff, token, 'd', 'talk to a human');
    await ask(bff, token, 'e', 'what is the capital of peru');
  } finally {
    await bff.stop();
  }
  const env = (traceText: boolean): Record<string, string> => {
    const path = join(folder, 'site.json');
    writeFileSync(path, JSON.stringify({ site: { ...SITE, traceText }, ...settings }));
    return { HALFSECOND_CONFIG: path, HALFSECOND_DATA: join(folder, 'data') };
  };
  const told = await halfsecond(['report'], env(true));
  assert.equal(told.code, 0, told.err);
  assert.match(told.out, /1 × thumbs-down/);
  assert.match(told.out, /1 × wanted a person/);
  assert.match(told.out, /1 × nobody took it/);
  assert.match(told.out, /(orders|returns) answered, (orders|returns) came next: /);
  assert.ok(told.out.includes(`'When does the parcel'\\''s refund arrive?'`), told.out);
  assert.ok(told.out.includes("wanted a person  'When will my parcel arrive?'"), told.out);
  assert.equal(told.out.includes('\u001b'), false);
  const silent = await halfsecond(['report', '--days', '7'], env(false));
  assert.equal(silent.code, 0, silent.err);
  for (const word of ['parcel', 'refund', 'peru', 'wrong']) assert.equal(silent.out.includes(word), false, word);
  assert.match(silent.out, /trace [0-9a-f]{32}/);
});

test('an example is added and the rest of the file stays as it is; unknown agents and doubles are refused', async () => {
  const path = join(folder, 'kept.json');
  const source = `{\r\n  "site": ${JSON.stringify(SITE)},\r\n  "agents": [\r\n    { "name": "orders", "examples": [ "Where is my order?" ] },\r\n    {\r\n      "name": "returns",\r\n      "examples": [\r\n        "I want a refund",\r\n        "Take it back"\r\n      ]\r\n    },\r\n\t{ "name": "spa", "topics": ["sauna, \\"[hot]\\""] }\r\n  ]\r\n}\r\n`;
  writeFileSync(path, source, { mode: 0o640 });
  const env = { HALFSECOND_CONFIG: path, HALFSECOND_DATA: join(folder, 'none') };
  assert.equal((await halfsecond(['add-example', 'returns', 'Say "no" to the shoes'], env)).code, 0);
  assert.equal(readFileSync(path, 'utf8'), source.replace('"Take it back"', '"Take it back",\r\n        "Say \\"no\\" to the shoes"'));
  const now = readFileSync(path, 'utf8');
  for (const [agent, text, reason] of [['nobody', 'x', /no agent "nobody"; there are "orders", "returns", "spa"/], ['orders', 'i want a REFUND!', /"returns" has this example already: take it from there/], ['returns', 'take it back', /"returns" has this example already\./], ['orders', ' ', /1 to 500 characters/]] as const) {
    const { code, err } = await halfsecond(['add-example', agent, text], env);
    assert.equal(code, 1, text);
    assert.match(err, reason);
  }
  assert.equal(readFileSync(path, 'utf8'), now);
  assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.new')), []);
  assert.equal((await halfsecond(['report'], env)).code, 1);
});

test('an example finds its place in every form of list', () => {
  const added = (examples: string): string => withExample(`{"agents":[{"name":"a"${examples}}]}`, 'a', 'new');
  assert.equal(added(''), '{"agents":[{"name":"a", "examples": ["new"]}]}');
  assert.equal(added(',"examples":[]'), '{"agents":[{"name":"a","examples":["new"]}]}');
  assert.equal(added(', "examples": ["x"]'), '{"agents":[{"name":"a", "examples": ["x", "new"]}]}');
  assert.equal(added(', "examples": ["x", "y" ]'), '{"agents":[{"name":"a", "examples": ["x", "y", "new" ]}]}');
  assert.equal(added(',"examples":["x" , "y"]'), '{"agents":[{"name":"a","examples":["x" , "y", "new"]}]}');
  assert.equal(added(',\n "examples": [\n  "x"\n ]'), '{"agents":[{"name":"a",\n "examples": [\n  "x",\n  "new"\n ]}]}');
  const shipped = readFileSync(join(root, 'halfsecond.config.json'), 'utf8');
  const [before, after] = [shipped, withExample(shipped, 'status', 'Läuft 🙂 "alles"?')].map((text) => text.split('\n'));
  assert.equal(after?.length, (before?.length ?? 0) + 1);
  assert.deepEqual(after?.filter((line) => !before?.includes(line)).map((line) => line.trim()), ['"Ist eine Wartung geplant?",', '"Läuft 🙂 \\"alles\\"?"']);
  assert.throws(() => withExample('{"agents": [', 'a', 'x'));
});
