/** The promise of the private pool, over any roster and under every fault: no regulated word reaches a public provider. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Model, Provider, RouteInput } from '../../../bff/layers.ts';
import { fuzzPrivate } from '../../bench/router/private.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake, Knobs } from '../../fakes/server.ts';
import { HELD } from './sensitive-cases.ts';
import { createRoute } from '../../../bff/route/route.ts';
import { RAISES } from '../../../bff/route/sensitive.ts';
import { agent, collect, input, model, ofType, provider, router, settings, short, snippet } from './setup.ts';

const fakes: Fake[] = [];
after(() => Promise.all(fakes.map((fake) => fake.close())));
const never = new AbortController().signal;
const REGULATED = HELD.filter(([finding]) => RAISES[finding] === 'regulated').map(([, text]) => text);

/** A small repeatable source of chance. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** A regulated step: by configuration, or by what stands in its message, history, snippet or tool result. */
function regulated(roll: (sides: number) => number): RouteInput {
  const secret = REGULATED[roll(REGULATED.length)] ?? '';
  const question = { role: 'user' as const, text: 'And now, please?' };
  const by = agent({ quality: 1 + roll(5), dataClass: (['public', 'internal'] as const)[roll(2)] ?? 'public' });
  const more = { agent: by, dataClass: by.dataClass };
  switch (roll(5)) {
    case 0: return input('Hello', { ...more, dataClass: 'regulated' });
    case 1: return input(`Hello. ${secret}`, more);
    case 2: return input('', { ...more, messages: [{ role: 'user', text: secret }, { role: 'assistant', text: 'Yes?', calls: [] }, question] });
    case 3: return input('Hello', { ...more, snippets: [snippet('s#1', 'Notes', null, secret)] });
    default: return input('', { ...more, messages: [question, { role: 'assistant', text: '', calls: [{ id: 'c', name: 't', input: {} }] }, { role: 'tool', callId: 'c', name: 't', output: secret, failed: false }] });
  }
}

describe('the private pool', () => {
  it('is all that 100 000 regulated turns are ordered to, over random rosters and needs', (t) => {
    const roll = dice(11);
    let turns = 0;
    let walledOff = 0;
    for (let roster = 0; roster < 100; roster++) {
      const providers: Record<string, Provider> = {};
      const models: Model[] = [];
      for (let at = 0; at < 1 + roll(4); at++) {
        const { apiKey, ...rest } = provider((['openai', 'anthropic', 'openai-compatible'] as const)[roll(3)] ?? 'openai', 'http://127.0.0.1:9', { private: roll(2) === 0 });
        providers[`p${at}`] = roll(6) === 0 || apiKey === undefined ? rest : { ...rest, apiKey };
        for (let more = 0; more <= roll(3); more++) models.push(model(`m${at}-${more}`, `p${at}`, { quality: 1 + roll(5), inputPrice: roll(10), outputPrice: roll(10) }));
      }
      const { explain, close } = router(providers, models);
      for (let turn = 0; turn < 1_000; turn++) {
        const { dataClass, order } = explain(regulated(roll));
        assert.equal(dataClass, 'regulated');
        for (const choice of order) {
          const chosen = models.find((entry) => entry.id === choice.model);
          assert.ok(chosen === undefined || providers[chosen.provider]?.private === true, `${choice.model} is public`);
        }
        turns += 1;
        walledOff += order.length === 1 ? 1 : 0;
      }
      close();
    }
    t.diagnostic(`${turns} turns, ${walledOff} of them with an empty pool`);
    assert.equal(turns, 100_000);
  });

  it('holds through order, race and wall while calls fail in every way', async (t) => {
    const { turns, calls, toPublic, unended, byKind } = await fuzzPrivate(5_000, 3);
    t.diagnostic(`${turns} turns, ${calls} calls: ${Object.entries(byKind).map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
    assert.equal(Object.keys(byKind).length, 13, 'every kind of failure came up');
    assert.deepEqual([turns, toPublic, unended], [5_000, 0, 0]);
  });

  it('holds over real sockets, whatever fault the private models have', async (t) => {
    const open = await startOpenAI({ text: 'The open model was asked.' });
    fakes.push(open);
    const faults: Knobs[] = [
      {}, { status: 401 }, { status: 429, retryAfter: 1 }, { status: 500 }, { status: 503 }, { fault: 'error', after: 2 }, { fault: 'error' }, { fault: 'cut', after: 2 }, { fault: 'cut' },
      { fault: 'end', after: 2 }, { fault: 'stall', after: 2 }, { fault: 'stall' }, { fault: 'malformed', after: 1 }, { fault: 'garbage' }, { fault: 'nothing' },
      { fault: 'empty-choices' }, { fault: 'html' }, { fault: 'linger' }, { headersDelay: 400 }, { firstTokenDelay: 600 },
    ];
    let turns = 0;
    await Promise.all(faults.map(async (knobs, at) => {
      const roll = dice(100 + at);
      const [first, second] = [await startOpenAI({ text: 'one two three four', ...knobs }), await startOpenAI({ text: 'one two three four', ...(at % 2 === 0 ? knobs : {}) })];
      fakes.push(first, second);
      for (let round = 0; round < 2; round++) {
        // The second round races from the start, as sites that buy speed do.
        const { route, close } = createRoute({
          settings: { ...settings, extraCalls: round }, wait: 500, log: () => {},
          providers: {
            open: provider('openai', open.url), also: provider('openai-compatible', open.url),
            first: provider('openai', first.url, { private: true, timeouts: short }), second: provider('openai-compatible', second.url, { private: true, timeouts: short }),
          },
          models: [
            model('o1', 'open', { inputPrice: 0, outputPrice: 0, quality: 5 }), model('o2', 'also', { quality: 5 }),
            model('f', 'first', { maxConcurrent: 4 }), model('s', 'second', { inputPrice: 3, maxConcurrent: 4 }),
          ],
        });
        await Promise.all(Array.from({ length: 8 }, async () => {
          const parts = await collect(route(regulated(roll), never));
          turns += 1;
          assert.equal(ofType(parts, 'end').length + ofType(parts, 'fail').length, 1, 'every turn has one end');
          for (const { provider: id } of ofType(parts, 'model')) assert.ok(id !== 'open' && id !== 'also', id);
        }));
        close();
      }
    }));
    t.diagnostic(`${turns} turns over sockets under ${faults.length} faults: ${open.requests.length} requests at the public provider`);
    assert.ok(turns >= 300);
    assert.equal(open.requests.length, 0);
  });
});
