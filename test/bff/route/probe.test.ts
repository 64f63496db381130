/** Probes over real sockets: whom nobody asked for long is asked a tiny question, within the purse and the budget, and only while visitors come. */
import assert from 'node:assert/strict';
import { after, describe, it, mock } from 'node:test';
import type { Ledger } from '../../../bff/layers.ts';
import { createRoute, type Router } from '../../../bff/route/route.ts';
import { createSpend } from '../../../bff/route/spend.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import { collect, input, model, provider, settings } from './setup.ts';

const [busy, idle] = [await startOpenAI(), await startOpenAI()];
after(() => Promise.all([busy.close(), idle.close()]));
const never = new AbortController().signal;
const LOOK_MS = 10_000;

/** `look` lets the time for one look pass; the clock of the router is at `at`. */
function started(extraCalls = 0.1, limit = 100): { router: Router; clock: { at: number }; look(): void; end(): void; spent(): number } {
  for (const fake of [busy, idle]) fake.requests.length = 0;
  const clock = { at: 1_000_000 };
  let sum = 0;
  const ledger: Ledger = { spent: () => sum, add: (_, dollars, most) => sum + dollars <= most && ((sum += dollars), true) };
  mock.timers.enable({ apis: ['setInterval'] });
  const router = createRoute({
    providers: { busy: provider('openai-compatible', busy.url), idle: provider('openai-compatible', idle.url) },
    models: [model('mb', 'busy', { inputPrice: 0.1 }), model('mi', 'idle')], settings: { ...settings, extraCalls }, wait: 500, log: () => {}, now: () => clock.at,
    spend: createSpend({ limit, ledger, log: assert.fail }),
  });
  return {
    router, clock, spent: () => sum,
    look: () => mock.timers.tick(LOOK_MS),
    end() {
      router.close();
      mock.timers.reset();
    },
  };
}
/** Resolves when the health of `idle` is `state`. */
async function until(router: Router, state: string): Promise<void> {
  for (const from = performance.now(); router.health().providers.find(({ id }) => id === 'idle')?.state !== state; await new Promise(setImmediate)) assert.ok(performance.now() - from < 3_000, `never ${state}`);
}

describe('a probe', () => {
  it('is a tiny question to whom nobody asked; its times reach health, its cost the books', async () => {
    busy.set({ text: 'Yes.' });
    idle.set({ text: 'OK.', usage: { inputTokens: 20, outputTokens: 2 } });
    const { router, look, spent, end } = started();
    await collect(router.route(input('Hello'), never));
    const before = spent();
    const probed = idle.next();
    look();
    const { body } = await probed;
    await until(router, 'up');
    assert.match(JSON.stringify(body), /Say OK\./);
    assert.doesNotMatch(JSON.stringify(body), /Hello/, 'no visitor is quoted');
    assert.ok(JSON.stringify(body).includes('16'), 'no more than 16 tokens');
    assert.ok(spent() > before && spent() - before < 0.001);
    assert.notEqual(router.explain(input('Hello')).order.find((entry) => entry.model === 'mi')?.onTime, null);
    look();
    await new Promise(setImmediate);
    assert.equal(idle.requests.length, 1, 'not again so soon');
    end();
  });

  it('that fails tells health what a turn would have met', async () => {
    idle.set({ status: 401 });
    const { router, look, spent, end } = started();
    await collect(router.route(input('Hello'), never));
    const before = spent();
    look();
    await until(router, 'down');
    assert.deepEqual(router.explain(input('Hello')).order.map((entry) => entry.model), ['mb', 'builtin']);
    assert.ok(Math.abs(spent() - before) < 1e-9, 'a refusal costs nothing');
    end();
  });

  it('is not sent before anybody came, long after the last, without extra calls, or when the day cannot pay it', async () => {
    idle.set({ text: 'OK.' });
    for (const [name, extraCalls, limit, visited, later] of [['nobody came', 0.1, 100, false, 0], ['long after', 0.1, 100, true, 901_000], ['no extra calls', 0, 100, true, 0], ['no money', 0.1, 0, true, 0]] as const) {
      const { router, clock, look, end } = started(extraCalls, limit);
      if (visited) await collect(router.route(input('Hello'), never));
      clock.at += later;
      look();
      await new Promise((done) => setTimeout(done, 20));
      assert.equal(idle.requests.length, 0, name);
      end();
    }
  });
});
