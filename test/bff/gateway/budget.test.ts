/** The daily budget through the whole backend: turns that race for the last of it, restarts, and who answers then. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startOpenAI } from '../../fakes/openai.ts';
import { admin, ask, bffFor, eventsOf, session, textOf } from '../harness.ts';
import type { TestBff } from '../harness.ts';

/** US dollars that each answer costs, and that each could cost at worst: 40 of at most 50 tokens, the question free. */
const COST = 0.04;
const WORST = 0.05;
const LIMIT = 1;

function settings(url: string, more: Record<string, unknown>[] = []): Record<string, unknown> {
  return {
    providers: { paid: { kind: 'openai', baseURL: `${url}/v1`, apiKey: 'k' } },
    models: [{ id: 'paid-1', provider: 'paid', model: 'm', inputPrice: 0, outputPrice: 1_000, maxOutputTokens: 50, maxConcurrent: 100 }, ...more],
    limits: { requestsPerMinute: 10_000, streamsPerVisitor: 1_000, dailySpend: LIMIT },
    memory: { enabled: false },
  };
}
async function withBff(use: (bff: TestBff) => Promise<void>, ...how: Parameters<typeof bffFor>): Promise<void> {
  const bff = await bffFor(...how);
  try {
    await use(bff);
  } finally {
    await bff.stop();
  }
}
async function spendOf(bff: TestBff): Promise<number> {
  return Number(/^halfsecond_spend_dollars (\S+)$/m.exec(await (await fetch(`${bff.url}/metrics`)).text())?.[1]);
}

test('fifty turns at once at the edge: the limit holds, the rest is answered for free, a restart changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-budget-'));
  const fake = await startOpenAI({ text: 'Paid for.', usage: { inputTokens: 100, outputTokens: 40 }, firstTokenDelay: () => 5 + Math.random() * 60 });
  const paid = (): number => fake.requests.length * COST;
  try {
    let token = '';
    await withBff(async (bff) => {
      token = (await session(bff)).token;
      for (let turn = 0; turn < 10; turn++) await ask(bff, token, `before-${turn}`, 'hi');
      assert.ok(Math.abs((await spendOf(bff)) - 10 * COST) < 1e-9);

      const all = await Promise.all(Array.from({ length: 50 }, (_, turn) => ask(bff, token, `race-${turn}`, 'hi')));
      assert.ok(all.every((events) => eventsOf(events, 'finish').length === 1), 'every turn is answered');
      const answered = all.filter((events) => textOf(events) === 'Paid for.').length;
      assert.equal(answered, fake.requests.length - 10);
      assert.ok(answered >= Math.floor((LIMIT - 10 * COST) / WORST), `${answered} answers: what can be paid is used`);
      assert.ok(paid() <= LIMIT, `${paid()} dollars`);
      assert.equal(eventsOf(all.find((events) => textOf(events) !== 'Paid for.') ?? [], 'finish')[0]?.messageMetadata.model, 'builtin');

      for (let turn = 0; turn < 5; turn++) await ask(bff, token, `after-${turn}`, 'hi');
      assert.ok(paid() <= LIMIT && paid() + WORST > LIMIT, `${paid()} dollars`);
      const explained = (await (await admin(bff, 'POST', '/admin/explain', { site: 'shop', message: 'hi' })).json()) as { route: { order: { model: string; reason: string }[] } };
      assert.deepEqual(explained.route.order.map(({ model, reason }) => [model, reason]), [['builtin', 'daily budget is used up: passed over paid-1']]);
      assert.ok(Math.abs((await spendOf(bff)) - paid()) < 1e-9);
    }, settings(fake.url), { folder });

    const asked = fake.requests.length;
    await withBff(async (bff) => {
      assert.ok(Math.abs((await spendOf(bff)) - paid()) < 1e-9);
      assert.equal(eventsOf(await ask(bff, token, 'later', 'hi'), 'finish')[0]?.messageMetadata.model, 'builtin');
      assert.equal(fake.requests.length, asked);
      assert.match(await (await fetch(`${bff.url}/metrics`)).text(), /^halfsecond_budget_passed_over_total 1$/m);
    }, settings(fake.url), { folder });
  } finally {
    await fake.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('at the limit a cheaper model that can still be paid answers, then a free one', async () => {
  const [fake, cheap, free] = [await startOpenAI({ text: 'Dear.', usage: { inputTokens: 1, outputTokens: 50 } }), await startOpenAI({ text: 'Cheap.', usage: { inputTokens: 1, outputTokens: 50 } }), await startOpenAI({ text: 'Free.' })];
  const base = settings(fake.url, [
    { id: 'cheap-1', provider: 'cheap', model: 'm', inputPrice: 0, outputPrice: 400, maxOutputTokens: 50, quality: 1 },
    { id: 'free-1', provider: 'free', model: 'm', inputPrice: 0, outputPrice: 0, quality: 1 },
  ]);
  const bff = await bffFor({
    ...base,
    providers: { ...(base['providers'] as object), cheap: { kind: 'openai', baseURL: `${cheap.url}/v1`, apiKey: 'k' }, free: { kind: 'openai-compatible', baseURL: `${free.url}/v1` } },
    models: (base['models'] as Record<string, unknown>[]).map((model, at) => (at === 0 ? { ...model, quality: 5 } : at === 1 ? { ...model, quality: 4 } : { ...model, quality: 3 })),
    agents: [{ name: 'best', description: 'hi', examples: ['hi'], quality: 5 }],
    dispatch: { fallback: 'best' },
    limits: { requestsPerMinute: 1_000, dailySpend: 0.08 },
  });
  try {
    const { token } = await session(bff);
    const said: string[] = [];
    for (let turn = 0; turn < 3; turn++) said.push(textOf(await ask(bff, token, `c-${turn}`, 'hi')));
    assert.deepEqual(said, ['Dear.', 'Cheap.', 'Free.']);
  } finally {
    await bff.stop();
    await Promise.all([fake, cheap, free].map((one) => one.close()));
  }
});

test('a visitor who leaves and a provider that breaks are charged for what came, and never keep the worst reserved', async () => {
  const fake = await startOpenAI({ status: 500 });
  const bff = await bffFor(settings(fake.url));
  try {
    const { token } = await session(bff);
    await ask(bff, token, 'a', 'hi');
    assert.equal(await spendOf(bff), 0, 'a refusal costs nothing');
    fake.set({ text: 'one two three four five six', fault: 'cut', after: 3 });
    await ask(bff, token, 'b', 'hi');
    const spent = await spendOf(bff);
    assert.ok(spent > 0 && spent < WORST, String(spent));
  } finally {
    await bff.stop();
    await fake.close();
  }
});
