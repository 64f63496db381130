/** Order, fallback, data class, takeover, cancel and health of the router over real sockets. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Provider } from '../../../bff/layers.ts';
import { startAnthropic } from '../../fakes/anthropic.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fault, Knobs } from '../../fakes/server.ts';
import { agent, collect, input, KINDS, model, ofType, provider, router, short, snippet, textOf, tool, turnsUntil, type Kind } from './setup.ts';

const a = await startOpenAI();
const b = await startAnthropic();
const c = await startOpenAI();
after(() => Promise.all([a, b, c].map((fake) => fake.close())));
const never = new AbortController().signal;
/** Turns of the event loop; there are thousands in the shortest of waits. */
const AT_ONCE = 100;
const DOCS = [snippet('readme#1', 'Halfsecond', null, 'Halfsecond is a chat for websites that starts answering in half a second.')];

/** a: cheap, quality 1. b: dear, quality 3. c: in the middle, private. */
function three(more: { now?: () => number; timeouts?: Provider['timeouts'] } = {}) {
  for (const fake of [a, b, c]) fake.requests.length = 0;
  return router(
    { a: provider('openai', a.url), b: provider('anthropic', b.url), c: provider('openai-compatible', c.url, { private: true, ...(more.timeouts && { timeouts: more.timeouts }) }) },
    [model('ma', 'a', { inputPrice: 1, outputPrice: 1, quality: 1 }), model('mb', 'b', { inputPrice: 9, outputPrice: 9, quality: 3 }), model('mc', 'c', { inputPrice: 3, outputPrice: 3 })],
    more,
  );
}
function set(knobs: Knobs): void {
  for (const fake of [a, b, c]) fake.set(knobs);
}

describe('order', () => {
  it('is cheapest first among those good enough, builtin last, with reasons', () => {
    const { explain } = three();
    const order = (quality: number) => explain(input('Hello', { agent: agent({ quality }) })).order.map((entry) => entry.model);
    assert.deepEqual(order(1), ['ma', 'mc', 'mb', 'builtin']);
    assert.deepEqual(order(3), ['mb', 'mc', 'ma', 'builtin']);
    const { need, dataClass, order: full } = explain(input('Hello', { agent: agent({ quality: 3 }) }));
    assert.equal(need, 3);
    assert.equal(dataClass, 'public');
    assert.deepEqual(full.map((entry) => entry.reason), ['cheapest of quality 3 or better', 'quality 2, below the 3 wanted', 'quality 1, below the 3 wanted', 'last resort']);
    assert.ok((full[0]?.cost ?? 0) > (full[1]?.cost ?? 0));
  });

  it('passes over a model without tools where the step brings some, and sends it none when nobody else is left', async () => {
    for (const fake of [a, c]) fake.requests.length = 0;
    const { route, explain, close } = router({ a: provider('openai', a.url), c: provider('openai-compatible', c.url) }, [model('ma', 'a', { tools: false, inputPrice: 0.1 }), model('mc', 'c')]);
    const tools = [tool('docs.search')];
    assert.deepEqual(explain(input('Hello')).order.map((entry) => entry.model), ['ma', 'mc', 'builtin']);
    assert.deepEqual(explain(input('Hello', { tools })).order.map((entry) => [entry.model, entry.reason]), [
      ['mc', 'cheapest of quality 1 or better'], ['ma', 'cannot call tools: only when nobody else can answer'], ['builtin', 'last resort'],
    ]);
    set({ text: 'Here.' });
    await collect(route(input('Hello', { tools }), never));
    assert.deepEqual([a.requests.length, c.requests.length], [0, 1]);
    assert.ok(c.requests[0]?.body['tools']);
    c.set({ status: 500 });
    assert.equal(textOf(await collect(route(input('Hello', { tools }), never))), 'Here.');
    assert.equal(a.requests[0]?.body['tools'], undefined);
    close();
  });

  it('asks more of the model for a long question', () => {
    assert.equal(three().explain(input('word '.repeat(300))).order[0]?.model, 'mc');
  });

  it('leaves out providers without a key, and says so once', async () => {
    const lines: string[] = [];
    const { apiKey: _, ...keyless } = provider('openai', a.url);
    const { route, health } = router({ a: keyless }, [model('ma', 'a')], { lines });
    const parts = await collect(route(input('What is Halfsecond?', { snippets: DOCS }), never));
    assert.deepEqual(ofType(parts, 'model').map((part) => [part.provider, part.fallback]), [['builtin', false]]);
    assert.deepEqual(lines, ['provider a is off: apiKey is not set']);
    assert.equal(health().providers.find((entry) => entry.id === 'a')?.state, 'off');
    assert.equal(health().fallbackSince, null);
    assert.match(textOf(parts), /^Halfsecond is a chat/);
  });
});

describe('health', () => {
  it('a wrong key takes the provider down until it works again; the next answers meanwhile', async () => {
    let clock = 1_000_000;
    const { route, health } = three({ now: () => clock });
    set({});
    a.set({ key: 'rotated' });
    await collect(route(input('Hello there'), never));
    const down = health().providers.find((entry) => entry.id === 'a');
    assert.deepEqual(down, { id: 'a', kind: 'openai', state: 'down', since: 1_000_000, failure: 'auth' });
    assert.equal(health().fallbackSince, 1_000_000);
    clock += 1_000;
    const parts = await collect(route(input('Hello there'), never));
    assert.deepEqual(ofType(parts, 'model').map((part) => [part.model, part.fallback]), [['mc', true]]);
    assert.equal(a.requests.length, 1);
    clock += 60_000;
    a.set({});
    await collect(route(input('Hello there'), never));
    assert.deepEqual(health().providers.find((entry) => entry.id === 'a'), { id: 'a', kind: 'openai', state: 'up', since: 1_061_000 });
    assert.equal(health().fallbackSince, null);
  });

  it('a throttled model is left alone for as long as its Retry-After says', async () => {
    let clock = 0;
    const { route, health } = three({ now: () => clock });
    set({});
    a.set([{ status: 429, retryAfter: 20 }, {}]);
    await collect(route(input('Hello there'), never));
    assert.equal(health().providers.find((entry) => entry.id === 'a')?.state, 'degraded');
    clock = 19_000;
    await collect(route(input('Hello there'), never));
    assert.equal(a.requests.length, 1);
    clock = 20_001;
    await collect(route(input('Hello there'), never));
    assert.equal(a.requests.length, 2);
    assert.equal(health().providers.find((entry) => entry.id === 'a')?.state, 'up');
  });

  it('with every provider down builtin answers from the documents and says so', async () => {
    const { route, health } = three();
    set({ status: 500 });
    const parts = await collect(route(input('What is Halfsecond?', { snippets: DOCS }), never));
    assert.deepEqual(ofType(parts, 'attempt').map((part) => part.attempt.outcome), ['error', 'error', 'error', 'ok']);
    assert.match(textOf(parts), /^\*The language models cannot be reached right now.*\*\n\nHalfsecond is a chat for websites/);
    assert.deepEqual(ofType(parts, 'cite').map((part) => part.snippet.id), ['readme#1']);
    const [end] = ofType(parts, 'end');
    assert.deepEqual([end?.provider, end?.fallback, end?.cost], ['builtin', true, 0]);
    assert.notEqual(health().fallbackSince, null);
    const unknown = textOf(await collect(route(input('What is the capital of France?', { snippets: DOCS }), never)));
    assert.match(unknown, /^\*The language models cannot be reached right now\.\*\n\nI could not find that/);
  });
});

describe('data class', () => {
  const faults: (Fault | 'none' | 'status')[] = ['none', 'status', 'error', 'cut', 'end', 'stall', 'malformed', 'nothing', 'html'];
  for (const fault of faults) {
    for (const after of [0, 3]) {
      it(`regulated text stays private when the private provider has: ${fault} after ${after} tokens`, async () => {
        const { route } = three({ timeouts: short });
        set({});
        c.set(fault === 'none' ? {} : fault === 'status' ? { status: 503 } : { fault, after, text: 'one two three four five' });
        const parts = await collect(route(input('My card is 4111', { dataClass: 'regulated', agent: agent({ quality: 5 }) }), never));
        assert.equal(a.requests.length + b.requests.length, 0);
        assert.equal(c.requests.length, 1);
        assert.ok(ofType(parts, 'model').every((part) => ['c', 'builtin'].includes(part.provider)));
      });
    }
  }
});

describe('takeover', () => {
  const said = 'Halfsecond answers quickly because';
  const goesOn = ' it never waits for a slow provider.';
  const cases: [string, string][] = [
    ['continues as asked', goesOn],
    ['repeats the last words', `quickly because${goesOn}`],
    ['repeats the whole text first', `${said}${goesOn}`],
    ['repeats the torn word', `because${goesOn}`],
  ];
  for (const [how, text] of cases) {
    it(`doubles nothing when the next model ${how}`, async () => {
      const { route } = three();
      set({ text });
      a.set({ text: `${said} nothing more of this`, fault: 'cut', after: 4 });
      const parts = await collect(route(input('Why is it fast?'), never));
      assert.equal(textOf(parts), said + goesOn);
      const kinds = parts.filter((part) => part.type === 'takeover' || part.type === 'model').map((part) => `${part.type} ${part.model}`);
      assert.deepEqual(kinds, ['model ma', 'model mc', 'takeover mc']);
    });
  }

  it('passes on when the next model starts anew with other words, and to a third that continues', async () => {
    const { route } = three();
    a.set({ text: `${said} x`, fault: 'cut', after: 4 });
    c.set({ text: 'Halfsecond answers quickly. Here is what I know about it.' });
    b.set({ text: goesOn });
    const parts = await collect(route(input('Why is it fast?'), never));
    assert.equal(textOf(parts), said + goesOn);
    assert.deepEqual(ofType(parts, 'attempt').map((part) => part.attempt.failure), ['cut', 'protocol', undefined]);
  });

  it('forgets the tool calls of the model that broke off', async () => {
    const { route } = three();
    set({ text: 'All done.' });
    a.set({ text: '', calls: [{ name: 'x', input: {} }], fault: 'end', after: 0 });
    const parts = await collect(route(input('Do it'), never));
    assert.equal(ofType(parts, 'call').length, 0);
    assert.equal(textOf(parts), 'All done.');
  });
});

describe('cancel', () => {
  const fakes: Record<Kind, typeof a> = { openai: a, anthropic: b, 'openai-compatible': c };
  for (const kind of KINDS) {
    const fake = fakes[kind];
    for (const phase of ['before headers', 'before', 'after'] as const) {
      it(`${kind}: ends the call at once ${phase}${phase === 'before headers' ? '' : ' the first token'}`, async () => {
        fake.set(phase === 'before headers' ? { headersDelay: 5_000 } : phase === 'before' ? { fault: 'stall' } : { tokensPerSecond: 50, text: 'word '.repeat(500) });
        const { route, health } = router({ p: provider(kind, fake.url) }, [model('m', 'p')]);
        const stop = new AbortController();
        const gone = fake.next().then((request) => request.disconnected);
        let took: Promise<number> | undefined;
        const abort = (): void => {
          took = turnsUntil(gone);
          stop.abort(new Error('visitor left'));
        };
        const attempts: unknown[] = [];
        const arrived = fake.next();
        const reading = (async () => {
          for await (const part of route(input('Go on'), stop.signal)) {
            if (part.type === 'attempt') attempts.push([part.attempt.outcome, part.attempt.failure]);
            if (part.type === 'text' && phase === 'after' && took === undefined) abort();
          }
        })();
        await arrived;
        if (phase !== 'after') abort();
        await assert.rejects(reading, /visitor left/);
        assert.ok((await took ?? Infinity) < AT_ONCE, `took ${await took} turns of the event loop`);
        assert.deepEqual(attempts, [['stopped', 'cancelled']]);
        assert.equal(health().providers.find((entry) => entry.id === 'p')?.state, 'unknown');
      });
    }

    it(`${kind}: ends the call when the reader walks away`, async () => {
      fake.set({ tokensPerSecond: 50, text: 'word '.repeat(500) });
      const { route } = router({ p: provider(kind, fake.url) }, [model('m', 'p')]);
      const arrived = fake.next();
      for await (const part of route(input('Go on'), never)) if (part.type === 'text') break;
      await (await arrived).disconnected;
    });
  }
});

describe('citing', () => {
  it('names the snippets whose words a model took up, and no others', async () => {
    const { route } = three();
    set({ text: 'A refund is paid within 14 days of your purchase.' });
    const found = [
      snippet('billing#1', 'Billing', 'Refunds', 'Refunds are paid within 14 days of purchase.'),
      snippet('readme#1', 'Halfsecond', null, 'The widget is loaded by a script tag on every page.'),
    ];
    const parts = await collect(route(input('Refund?', { snippets: found }), never));
    assert.deepEqual(ofType(parts, 'cite').map((part) => part.snippet.id), ['billing#1']);
  });
});
