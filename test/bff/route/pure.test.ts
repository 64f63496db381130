/** The router's pure parts: the event parser, the joint of a takeover, health, the order, prices, tool names. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FailureKind } from '@halfsecond/shared/status';
import { createChannel } from '../../../bff/route/channel.ts';
import { refusalOf } from '../../../bff/route/failure.ts';
import { createHealth, foldHealth, standingOf, timesOf, viewHealth, type Answered, type HealthEvent, type HealthState } from '../../../bff/route/health.ts';
import { mapToolNames } from '../../../bff/route/names.ts';
import { pick, type Candidate } from '../../../bff/route/pick.ts';
import { checkModels, priceOf } from '../../../bff/route/prices.ts';
import { createSplice } from '../../../bff/route/splice.ts';
import { chance, unknown } from '../../../bff/route/sketch.ts';
import { createSse, readSse } from '../../../bff/route/sse.ts';
import { model, provider, tool } from './setup.ts';

describe('events', () => {
  const stream = ': hello\r\nevent: a\r\ndata: {"x":"größe 東京 🚀"}\r\n\r\ndata:no space\ndata: second line\n\nid: 3\n\nretry: 10\ndata: [DONE]\n\ndata: unfinished';
  const expected = [['a', '{"x":"größe 東京 🚀"}'], ['', 'no space\nsecond line'], ['', '[DONE]']];

  it('are the same however the bytes are torn', () => {
    const bytes = Buffer.from(stream);
    for (let size = 1; size <= bytes.length; size++) {
      const events: [string, string][] = [];
      const sse = createSse();
      for (let at = 0; at < bytes.length; at += size) readSse(sse, bytes.subarray(at, at + size), { event: (name, data) => events.push([name, data]) });
      assert.deepEqual(events, expected);
    }
  });

  it('a line without end is refused', () => {
    const sse = createSse();
    assert.throws(() => {
      for (let n = 0; n < 50; n++) readSse(sse, Buffer.alloc(100_000, 97), { event: () => {} });
    }, { kind: 'protocol' });
  });
});

describe('the joint of a takeover', () => {
  it('gives the same text however the continuation is cut, whatever it repeats', () => {
    const partial = 'The budget is half a second, and the status';
    const rest = ' page proves it. The status page is public.';
    for (const repeated of ['', 'status', 'the status', 'and the status', partial]) {
      const text = repeated + rest;
      for (let size = 1; size <= text.length; size++) {
        const splice = createSplice(partial);
        let joined = partial;
        for (let at = 0; at < text.length; at += size) joined += splice.push(text.slice(at, at + size));
        assert.equal(joined + splice.flush(), partial + rest, `${repeated} / ${size}`);
      }
    }
  });

  it('holds nothing back once it is clear that nothing is repeated', () => {
    const splice = createSplice('One two three');
    assert.equal(splice.push(' four'), ' four');
    assert.equal(splice.push(' three'), ' three');
  });
});

describe('health', () => {
  const at = { provider: 'p', model: 'm' };
  const fold = (events: (HealthEvent | Answered)[], from = createHealth([{ id: 'p', kind: 'openai', off: false }], 0)): HealthState => events.reduce(foldHealth, from);
  const fail = (time: number, failure: FailureKind, retryAfter: number | null = null): HealthEvent[] => [{ type: 'started', at: time, ...at }, { type: 'failed', at: time, ...at, failure, retryAfter, spoke: false }];
  const succeed = (time: number, firstContent = 100): HealthEvent[] => [{ type: 'started', at: time, ...at }, { type: 'content', at: time, ...at, ms: firstContent, late: firstContent > 1_500 }, { type: 'ended', at: time, ...at, ms: firstContent + 500 }];
  const view = (state: HealthState) => viewHealth(state)[0];

  it('goes from unknown over degraded to down and back, with the time of each change', () => {
    let state = fold([]);
    assert.deepEqual(view(state), { id: 'p', kind: 'openai', state: 'unknown', since: 0 });
    state = fold(fail(10, 'server'), state);
    assert.deepEqual(view(state), { id: 'p', kind: 'openai', state: 'degraded', since: 10, failure: 'server' });
    assert.equal(standingOf(state, 'p', 'm', 11), 'well');
    state = fold([...fail(20, 'server'), ...fail(30, 'cut')], state);
    assert.deepEqual(view(state), { id: 'p', kind: 'openai', state: 'down', since: 30, failure: 'cut' });
    assert.equal(standingOf(state, 'p', 'm', 31), 'resting');
    state = fold(succeed(9_000), state);
    assert.deepEqual(view(state), { id: 'p', kind: 'openai', state: 'up', since: 9_000 });
  });

  it('lets one attempt at a time try again after the rest, and doubles the rest when that fails', () => {
    let state = fold([...fail(0, 'timeout'), ...fail(0, 'timeout')]);
    assert.equal(standingOf(state, 'p', 'm', 4_999), 'resting');
    assert.equal(standingOf(state, 'p', 'm', 5_000), 'rested');
    state = fold([{ type: 'started', at: 5_000, ...at }], state);
    assert.equal(standingOf(state, 'p', 'm', 5_001), 'resting');
    state = fold([{ type: 'failed', at: 6_000, ...at, failure: 'timeout', retryAfter: null, spoke: false }], state);
    assert.equal(standingOf(state, 'p', 'm', 15_999), 'resting');
    assert.equal(standingOf(state, 'p', 'm', 16_000), 'rested');
  });

  it('a wrong key rests every model of the provider', () => {
    const state = fold(fail(0, 'auth'));
    assert.equal(standingOf(state, 'p', 'another', 1), 'resting');
    assert.equal(view(state)?.state, 'down');
  });

  it('holds neither a stop nor a refused text against a provider', () => {
    const state = fold([...succeed(0), { type: 'started', at: 1, ...at }, { type: 'stopped', at: 2, ...at, ms: 1, lost: false, spoke: false }, ...fail(3, 'refused')]);
    assert.equal(view(state)?.state, 'up');
  });

  it('knows since when another model stands in', () => {
    let state = fold([{ type: 'answered', at: 5, fallback: true }, { type: 'answered', at: 9, fallback: true }]);
    assert.equal(state.fallbackSince, 5);
    state = fold([{ type: 'answered', at: 12, fallback: false }], state);
    assert.equal(state.fallbackSince, null);
  });

  it('keeps the times until first content, and never changes an older state', () => {
    const first = fold(succeed(0));
    const later = fold([...succeed(1, 9_000), ...fail(2, 'server')], first);
    const onTime = (state: HealthState) => chance(timesOf(state, 'p', 'm').first, 1_500, 2);
    assert.ok(onTime(first) > chance(unknown, 1_500, 2));
    assert.ok(onTime(later) < 0.8);
  });
});

describe('the order', () => {
  it('never lets regulated text meet a public model, over any table of candidates', () => {
    let seed = 7;
    const draw = (n: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % n;
    for (let turn = 0; turn < 20_000; turn++) {
      const candidates: Candidate[] = Array.from({ length: draw(6) }, (_, n) => ({
        model: model(`m${n}`, 'p', { quality: 1 + draw(5) }), builtin: draw(5) === 0, private: draw(2) === 0, off: draw(4) === 0,
        fits: draw(5) > 0, able: draw(3) > 0, cost: draw(100), standing: (['well', 'resting', 'rested', 'late'] as const)[draw(4)] ?? 'well', first: unknown,
      }));
      const order = pick(candidates, { dataClass: 'regulated', need: 1 + draw(5), within: 1_500, now: 0 });
      assert.ok(order.every((choice) => (choice.private || choice.builtin) && !choice.off));
      const firstBuiltin = order.findIndex((choice) => choice.builtin);
      assert.ok(firstBuiltin === -1 || order.slice(firstBuiltin).every((choice) => choice.builtin));
    }
  });
});

describe('prices', () => {
  it('come from the configuration, else from the published list, else are a fault', () => {
    const { inputPrice: _i, outputPrice: _o, ...bare } = model('x', 'openai', { model: 'gpt-5-mini' });
    const openai = provider('openai', 'http://x');
    assert.deepEqual(priceOf(bare, openai), { input: 0.25, output: 2 });
    assert.deepEqual(priceOf({ ...bare, outputPrice: 9 }, openai), { input: 0.25, output: 9 });
    assert.deepEqual(checkModels([bare], { openai }), []);
    assert.deepEqual(checkModels([bare, { ...bare, id: 'y', model: 'house-llama' }], { openai }), [
      'models[1] ("y"): the price of "house-llama" is not known: expected inputPrice and outputPrice in US dollars per million tokens.',
    ]);
  });
});

describe('tool names', () => {
  it('go there and back, even when two would look alike or one is too long', () => {
    const names = ['docs.search', 'docs_search', 'docs-search', `${'x'.repeat(70)}.a`, `${'x'.repeat(70)}.b`, 'größe'];
    const map = mapToolNames(names.map((name) => tool(name)));
    const sent = names.map((name) => map.toProvider(name));
    assert.equal(new Set(sent).size, names.length);
    for (const name of sent) assert.match(name, /^[A-Za-z0-9_-]{1,64}$/);
    assert.deepEqual(sent.map((name) => map.fromProvider(name)), names);
  });
});

describe('failures', () => {
  it('read Retry-After in seconds, in milliseconds and as a date', () => {
    const refused = (headers: Record<string, string>) => refusalOf(429, headers, '').retryAfter;
    assert.equal(refused({ 'retry-after': '7' }), 7_000);
    assert.equal(refused({ 'retry-after-ms': '250', 'retry-after': '7' }), 250);
    assert.ok(Math.abs((refused({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }) ?? 0) - 60_000) < 2_000);
    assert.equal(refused({}), null);
  });
});

describe('the channel', () => {
  it('delivers what was pushed before it closed, then ends or throws', async () => {
    const channel = createChannel<number>({
      started() {
        channel.push(1);
        channel.push(2);
        channel.close(new Error('over'));
      },
      abandoned: () => {},
    });
    const seen: number[] = [];
    await assert.rejects(async () => {
      for await (const value of channel) seen.push(value);
    }, /over/);
    assert.deepEqual(seen, [1, 2]);
  });

  it('starts at the first pull and says when the reader leaves', async () => {
    const said: string[] = [];
    const channel = createChannel<number>({ started: () => said.push('started'), abandoned: () => said.push('abandoned') });
    assert.deepEqual(said, []);
    channel.push(1);
    for await (const value of channel) if (value === 1) break;
    assert.deepEqual(said, ['started', 'abandoned']);
  });
});
