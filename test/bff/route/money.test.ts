/** What calls beyond the first cost: a model asked twice, and fifty racing turns for the last of the day's budget. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Ledger } from '../../../bff/layers.ts';
import { createRoute, type Router } from '../../../bff/route/route.ts';
import { createSpend, tokensAtMost, worstCost } from '../../../bff/route/spend.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import { collect, input, model, ofType, provider, settings, textOf } from './setup.ts';

const fake = await startOpenAI();
after(() => fake.close());
const never = new AbortController().signal;
const near = (value: number, expected: number): void => assert.ok(Math.abs(value - expected) < 1e-9, `${value} instead of ${expected}`);
const USAGE = { inputTokens: 1_000, outputTokens: 100 };
const lone = model('m', 'p', { inputPrice: 1_000, outputPrice: 2_000, maxConcurrent: 200 });
const PRICE = { input: 1_000, output: 2_000 };
const ANSWER = 1.2;

/** One paid model, and the books of a day in memory. */
function withLimit(limit: number, extraCalls: number): Router & { spent(): number; most(): number } {
  let sum = 0;
  let most = 0;
  const ledger: Ledger = {
    spent: () => sum,
    add(_, dollars, max) {
      if (sum + dollars > max) return false;
      sum += dollars;
      most = Math.max(most, sum);
      return true;
    },
  };
  fake.requests.length = 0;
  const router = createRoute({
    providers: { p: provider('openai-compatible', fake.url) }, models: [lone],
    settings: { ...settings, nextStart: 100, extraCalls }, wait: 500, log: () => {}, spend: createSpend({ limit, ledger, log: assert.fail }),
  });
  return { ...router, spent: () => sum, most: () => most };
}

describe('a lone model that is late', () => {
  it('is asked a second time, and both calls are paid: in the books, in the cost of the turn, and said beforehand', async () => {
    fake.set([{ firstTokenDelay: 4_000 }, { text: 'Here.', usage: USAGE, firstTokenDelay: 20 }]);
    const { route, explain, spent, close } = withLimit(1_000, 0.1);
    const asked = input('Hello');
    assert.equal(explain(asked).order[0]?.reason, 'cheapest of quality 1 or better; nobody else to ask: when it is late it is asked a second time, and both calls are paid');
    const parts = await collect(route(asked, never));
    assert.deepEqual([fake.requests.length, textOf(parts)], [2, 'Here.']);
    assert.deepEqual(ofType(parts, 'attempt').map(({ attempt }) => [attempt.model, attempt.outcome]), [['m', 'stopped'], ['m', 'ok']]);
    // The lost call told no figures: it is charged for its question.
    const lost = (tokensAtMost(asked) * PRICE.input) / 1_000_000;
    near(ofType(parts, 'end')[0]?.cost ?? 0, ANSWER + lost);
    near(spent(), ANSWER + lost);
    close();
  });

  it('is asked once where no extra calls are wanted', async () => {
    fake.set({ text: 'Here.', usage: USAGE, firstTokenDelay: 250 });
    const { route, explain, spent, close } = withLimit(1_000, 0);
    assert.equal(explain(input('Hello')).order[0]?.reason, 'cheapest of quality 1 or better');
    const parts = await collect(route(input('Hello'), never));
    assert.equal(fake.requests.length, 1);
    near(ofType(parts, 'end')[0]?.cost ?? 0, ANSWER);
    near(spent(), ANSWER);
    close();
  });
});

describe('fifty racing turns at the edge of the daily budget', () => {
  it('never spend more than the limit, and every turn is answered', async (t) => {
    const worst = worstCost(tokensAtMost(input('Hello')), lone, PRICE);
    const limit = 20 * worst;
    fake.set({ text: 'Paid for.', usage: { inputTokens: 1, outputTokens: 200 }, firstTokenDelay: () => 10 + Math.random() * 60 });
    const { route, explain, spent, most, close } = withLimit(limit, 1);
    assert.match(explain(input('Hello')).order[0]?.reason ?? '', /2 calls to pay$/);
    const all = await Promise.all(Array.from({ length: 50 }, () => collect(route(input('Hello'), never))));
    for (const parts of all) assert.equal(ofType(parts, 'end').length, 1);
    const paid = all.filter((parts) => ofType(parts, 'end')[0]?.model === 'm');
    t.diagnostic(`${paid.length} of 50 turns paid by ${fake.requests.length} calls; ${most().toFixed(3)} of ${limit.toFixed(3)} dollars at most`);
    assert.ok(paid.length >= 10 && paid.length < 50, `${paid.length} paid`);
    assert.ok(fake.requests.length > paid.length, 'they raced');
    assert.ok(most() <= limit && spent() <= limit, `${most()} of ${limit}`);
    near(all.reduce((sum, parts) => sum + (ofType(parts, 'end')[0]?.cost ?? 0), 0), spent());
    close();
  });
});
