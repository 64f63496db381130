/** Whole conversations: short follow-ups stay with the agent on topic, and the conversation moves when the topic does. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '@halfsecond/bff/config.ts';
import { createDispatch } from '@halfsecond/bff/dispatch/dispatch.ts';
import { loadWords } from '@halfsecond/bff/words/words.ts';
import type { Dispatched, Said } from '@halfsecond/bff/layers.ts';
import { dialogues, held } from './dialogues.ts';

const read = readConfig({}, join(import.meta.dirname, '../../..'));
assert.ok('config' in read);
const { dispatch } = createDispatch({ words: loadWords(), agents: read.config.agents, log: () => undefined });
const { signal } = new AbortController();

/** Says the messages one after the other, as the gateway would hand them on. */
async function talk(texts: string[]): Promise<Dispatched[]> {
  const said: Said[] = [];
  const results: Dispatched[] = [];
  let current: string | null = null;
  for (const text of texts) {
    const got = await dispatch({ site: 'demo', text, recent: said.slice(-4), current, identified: false, dataClass: 'public' }, signal);
    results.push(got);
    current = got.agent?.name ?? current;
    said.push({ role: 'user', text }, { role: 'assistant', text: 'An answer.', ...(got.ask ? { asked: got.ask } : {}) });
  }
  return results;
}

for (const [name, list, least] of [['known', dialogues, 0.95], ['held back', held, 0.8]] as const) {
  test(`${list.length} ${name} conversations go where they should`, async (t) => {
    let right = 0;
    let count = 0;
    const wrong: string[] = [];
    for (const dialogue of list) {
      const results = await talk(dialogue.map(([text]) => text));
      for (const [n, [text, expected]] of dialogue.entries()) {
        const got = results[n];
        const options = Array.isArray(expected) ? expected : [expected];
        const asksRight = options.length > 1 && got?.ask?.some(({ agent }) => options.includes(agent)) === true;
        count += 1;
        if (asksRight || (!got?.ask && options.includes(got?.agent?.name ?? null))) right += 1;
        else wrong.push(`${dialogue[0]?.[0]} … ${text}: ${got?.ask ? `asks ${got.ask.map(({ agent }) => agent).join(' or ')}` : got?.agent?.name ?? 'nobody'} instead of ${options.join(' or ')} (${got?.alternatives.map((other) => `${other.name} ${other.score.toFixed(2)}`).join(', ')})`);
      }
    }
    t.diagnostic(`${right} of ${count} messages`);
    assert.ok(right / count >= least, wrong.join('\n'));
  });
}
