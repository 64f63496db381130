/** The router as the rest of the product sees it: who answered a race, what is explained, and configurations that are refused. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { parseConfig } from '@halfsecond/bff/config';
import type { Model, Route, RoutePart } from '@halfsecond/bff/layers';
import { drive } from '../../../bff/route/drive.ts';
import { ProviderFailure } from '../../../bff/route/failure.ts';
import type { Choice } from '../../../bff/route/pick.ts';
import { createPlaces } from '../../../bff/route/places.ts';
import { checkModels } from '../../../bff/route/prices.ts';
import type { CallModel } from '../../../bff/route/provider.ts';
import { unknown } from '../../../bff/route/sketch.ts';
import { unlimited } from '../../../bff/route/spend.ts';
import type { Table } from '../../../bff/route/table.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import { admin, ask, bffFor, eventsOf, session, SITE, textOf, type TestBff } from '../harness.ts';
import { collect, input, model, ofType, provider, router, settings } from './setup.ts';

const [a, b] = [await startOpenAI(), await startOpenAI()];
after(() => Promise.all([a.close(), b.close()]));
const never = new AbortController().signal;

async function withBff(use: (bff: TestBff) => Promise<void>, settings: Record<string, unknown>, how: Parameters<typeof bffFor>[1] = {}): Promise<void> {
  for (const fake of [a, b]) fake.requests.length = 0;
  const bff = await bffFor({ memory: { enabled: false }, ...settings }, how);
  try {
    await use(bff);
  } finally {
    await bff.stop();
  }
}
const two = {
  providers: { a: { kind: 'openai', baseURL: `${a.url}/v1`, apiKey: 'k' }, b: { kind: 'openai-compatible', baseURL: `${b.url}/v1`, apiKey: 'k' } },
  models: [{ id: 'ma', provider: 'a', model: 'x', inputPrice: 1, outputPrice: 2 }, { id: 'mb', provider: 'b', model: 'x', inputPrice: 3, outputPrice: 4 }],
  route: { nextStart: 120 },
};

describe('who answered', () => {
  const end: RoutePart = { type: 'end', reason: 'stop', provider: 'a', model: 'ma', fallback: false, usage: { inputTokens: 1, outputTokens: 1 }, cost: 0.25 };
  const asked = (name: string, fallback: boolean, reason: string): RoutePart => ({ type: 'model', provider: name, model: `m${name}`, fallback, reason });

  it('is the one whose content was first, not the one that was named last', async () => {
    const route: Route = async function* () {
      yield asked('a', false, 'cheapest');
      yield asked('b', true, 'ma is late');
      yield { type: 'answers', provider: 'a', model: 'ma', fallback: false };
      yield { type: 'text', text: 'Late but here.' };
      yield end;
    };
    await withBff(async (bff) => {
      const all = await ask(bff, (await session(bff)).token, 'c', 'hi');
      const { model: by, provider: at, fallback, cost } = eventsOf(all, 'finish')[0]?.messageMetadata ?? {};
      assert.deepEqual([by, at, fallback, cost], ['ma', 'a', false, 0.25]);
      assert.deepEqual(eventsOf(all, 'data-status').map(({ data }) => data.state).filter((state) => ['thinking', 'switching', 'answering'].includes(state)), ['thinking', 'switching', 'answering']);
    }, {}, { replace: { route } });
  });

  it('also in a real race: the finish, the trace and the cost tell of both calls', async () => {
    a.set({ text: 'Late but here.', firstTokenDelay: 400, usage: { inputTokens: 100, outputTokens: 50 } });
    b.set({ firstTokenDelay: 4_000 });
    await withBff(async (bff) => {
      const all = await ask(bff, (await session(bff)).token, 'c', 'hi');
      const finish = eventsOf(all, 'finish')[0]?.messageMetadata;
      assert.deepEqual([textOf(all), finish?.model, finish?.provider, finish?.fallback, b.requests.length], ['Late but here.', 'ma', 'a', false, 1]);
      assert.ok((finish?.cost ?? 0) > (100 * 1 + 50 * 2) / 1e6, 'the call that lost is paid too');
      const { spans } = (await (await admin(bff, 'GET', `/admin/traces/${finish?.traceId}`)).json()) as { spans: { name: string }[] };
      assert.ok(['provider:a', 'provider:b'].every((name) => spans.some((span) => span.name === name)), JSON.stringify(spans));
    }, two);
  });
});

describe('a model that works without showing anything', () => {
  for (const signs of [true, false]) {
    it(signs ? 'has begun: nobody is asked beside it while it writes the arguments of a tool call' : 'and gives no sign of it is late like any other', async () => {
      const asked: string[] = [];
      const callOf = ({ id }: Model): CallModel => async (_, stop, sink) => {
        asked.push(id);
        if (id === 'ma' && signs) sink({ type: 'working' });
        if (id === 'ma') await new Promise<void>((done, fail) => {
          const timer = setTimeout(done, 150);
          stop.call = {
            cancel() {
              clearTimeout(timer);
              fail(new ProviderFailure('cancelled', 'stopped'));
            },
          };
        });
        if (id === 'mb') sink({ type: 'text', text: 'I was asked.' });
        return { reason: 'calls', usage: { inputTokens: 1, outputTokens: 1 }, calls: id === 'ma' ? [{ id: 'c', name: 'orders.find', input: {} }] : [] };
      };
      const models = [model('ma', 'a'), model('mb', 'b')];
      const order = models.map((entry, group): Choice => ({ model: entry, builtin: false, private: false, off: false, fits: true, able: true, cost: 0, standing: 'well', first: unknown, group, reason: '' }));
      const table: Table = {
        settings: { ...settings, nextStart: 30 }, purse: 10, places: createPlaces(new Map(models.map(({ id }) => [id, 5]))), spend: unlimited, wait: 100,
        happened: () => {}, standing: () => 'well', priceOf: () => ({ input: 0, output: 0 }), callOf, log: () => {}, now: undefined, drives: new Set(),
        plan: (of) => ({ input: of, tokens: 1, order, preferred: 'ma', handoff: null, callOf }),
      };
      const parts = await collect(drive(input('Hello'), table, never));
      assert.deepEqual(asked, signs ? ['ma'] : ['ma', 'mb']);
      assert.deepEqual(parts.filter(({ type }) => type === 'call' || type === 'text').map(({ type }) => type), [signs ? 'call' : 'text']);
      assert.equal(ofType(parts, 'end')[0]?.model, signs ? 'ma' : 'mb');
    });
  }
});

describe('POST /admin/explain', () => {
  it('tells the order with a reason, the chance and the cost of each, and asks nobody', () => withBff(async (bff) => {
    const explain = async () => ((await (await admin(bff, 'POST', '/admin/explain', { site: SITE.id, message: 'hi' })).json()) as { route: { dataClass: string; need: number; order: { model: string; reason: string; onTime: number | null; cost: number }[] } }).route;
    const { dataClass, need, order } = await explain();
    assert.deepEqual([dataClass, need], ['public', 1]);
    assert.deepEqual(order.map(({ model: id, reason, onTime }) => [id, reason, onTime]), [
      ['ma', 'cheapest of quality 1 or better', null], ['mb', 'next cheapest of quality 1 or better', null], ['builtin', 'last resort', null],
    ]);
    assert.ok(order[0] && order[1] && order[0].cost > 0 && order[0].cost < order[1].cost);
    assert.equal(a.requests.length + b.requests.length, 0);
    a.set({ status: 401 });
    b.set({ text: 'Here.' });
    await ask(bff, (await session(bff)).token, 'c', 'hi');
    const then = await explain();
    assert.deepEqual(then.order.map(({ model: id, reason }) => [id, reason]).at(-1), ['builtin', 'last resort; resting after failures: ma']);
    assert.match(then.order[0]?.reason ?? '', /^cheapest of quality 1 or better/);
    assert.ok((then.order[0]?.onTime ?? 0) > 0.9);
  }, two));
});

describe('a wrong configuration is refused with a sentence', () => {
  const faults = (settings: Record<string, unknown>): string[] => {
    const read = parseConfig({ site: SITE, ...settings }, {}, '/');
    return 'faults' in read ? read.faults : checkModels(read.config.models, read.config.providers);
  };
  const providers = { open: { kind: 'openai', apiKey: 'k' } };
  const good = { id: 'm', provider: 'open', model: 'gpt-5-mini' };
  for (const [name, settings, sentence] of [
    ['a model without provider', { providers, models: [{ id: 'm', model: 'x' }] }, /^models\[0\]\.provider: expected string/],
    ['a model of a provider that is not there', { providers, models: [{ ...good, provider: 'nobody' }] }, /^models\[0\]\.provider is "nobody", which providers does not have: expected one of "open"\.$/],
    ['an unknown price', { providers, models: [{ ...good, model: 'house-llama' }] }, /the price of "house-llama" is not known: expected inputPrice and outputPrice/],
    ['a quality out of range', { providers, models: [{ ...good, quality: 6 }] }, /^models\[0\]\.quality: .*5/],
    ['tools that are no yes or no', { providers, models: [{ ...good, tools: 'none' }] }, /^models\[0\]\.tools: expected boolean/],
    ['a regulated agent with no private model', { providers, models: [good], agents: [{ name: 'health', dataClass: 'regulated' }] }, /^agents\[0\] \("health"\) is regulated, but no model belongs to a private provider: expected at least one\.$/],
  ] as const) it(name, () => assert.match(faults(settings).join('\n'), sentence));
  it('and a right one is not', () => assert.deepEqual(faults({ providers, models: [{ ...good, tools: false }] }), []));
});

describe('a provider that lies', () => {
  for (const fault of ['garbage', 'html', 'nothing', 'empty-choices'] as const) {
    it(`counts as failing: ${fault}`, async () => {
      b.set({ fault });
      const { route, health, close } = router({ b: provider('openai-compatible', b.url) }, [model('mb', 'b')]);
      for (let turn = 0; turn < 3; turn++) assert.equal(ofType(await collect(route(input('Hello'), never)), 'end')[0]?.model, 'builtin');
      assert.equal(health().providers.find(({ id }) => id === 'b')?.state, 'down');
      close();
    });
  }
});
