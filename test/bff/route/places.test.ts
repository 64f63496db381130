/** Calls at once per model: passed over, waited for in order, given back however a call ends. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPlaces } from '../../../bff/route/places.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import { collect, input, model, ofType, provider, router, textOf } from './setup.ts';

const never = new AbortController().signal;
const soon = (): number => performance.now() + 5_000;

describe('places', () => {
  it('go to who has waited longest for that model, and never above the limit', async () => {
    const places = createPlaces(new Map([['a', 1], ['b', 1]]));
    const [a, b] = [places.take(['a', 'b']), places.take(['a', 'b'])];
    assert.deepEqual([a?.model, b?.model, places.take(['a', 'b'])], ['a', 'b', null]);
    const heard: string[] = [];
    const line = (name: string, models: string[]) => places.wait(models, soon(), never, (position) => heard.push(`${name}${position}`)).then((taken) => {
      heard.push(`${name}:${taken?.model}`);
      return taken;
    });
    const waiting = [line('x', ['b']), line('y', ['a', 'b']), line('z', ['a'])];
    assert.deepEqual(heard, ['x1', 'y2', 'z3']);
    a?.leave();
    a?.leave();
    const y = await waiting[1];
    assert.deepEqual(heard.slice(3), ['z2', 'y:a']);
    assert.deepEqual(places.inFlight(), { a: 1, b: 1 });
    y?.leave();
    (await waiting[2])?.leave();
    b?.leave();
    (await waiting[0])?.leave();
    assert.deepEqual(places.inFlight(), { a: 0, b: 0 });
  });

  it('a wait ends at its deadline or with the visitor, and leaves the line', async () => {
    const places = createPlaces(new Map([['a', 1]]));
    const held = places.take(['a']);
    const leaving = new AbortController();
    const left = places.wait(['a'], soon(), leaving.signal, () => {});
    const late = places.wait(['a'], performance.now() + 20, never, () => {});
    leaving.abort();
    assert.deepEqual([await left, await late], [null, null]);
    held?.leave();
    assert.deepEqual(places.inFlight(), { a: 0 });
    assert.equal(places.take(['a'])?.model, 'a');
  });
});

describe('a model at its limit', () => {
  it('is passed over for the next one, which says why', async (t) => {
    const fake = await startOpenAI({ text: 'word '.repeat(20), tokensPerSecond: 100 });
    t.after(() => fake.close());
    const { route, inFlight } = router({ p: provider('openai', fake.url) }, [model('cheap', 'p', { inputPrice: 0.1, maxConcurrent: 1 }), model('dear', 'p')]);
    const both = await Promise.all([1, 2].map(() => collect(route(input('Hello there'), never))));
    assert.deepEqual(both.map((parts) => ofType(parts, 'model').map((part) => [part.model, part.fallback, part.reason])), [
      [['cheap', false, 'cheapest of quality 1 or better']], [['dear', true, 'cheap is at its limit']],
    ]);
    assert.deepEqual(inFlight(), { cheap: 0, dear: 0, builtin: 0 });
  });

  it('alone is waited for, first come first served; builtin does not step in for it', async (t) => {
    const fake = await startOpenAI({ text: 'Done.', firstTokenDelay: 60 });
    t.after(() => fake.close());
    const { route } = router({ p: provider('openai', fake.url) }, [model('m', 'p', { maxConcurrent: 1 })], { wait: 5_000 });
    const order: number[] = [];
    const all = await Promise.all([0, 1, 2, 3].map(async (at) => {
      const parts = await collect(route(input('Hello there'), never));
      order.push(at);
      return parts;
    }));
    assert.deepEqual(order, [0, 1, 2, 3]);
    assert.deepEqual(all.map((parts) => ofType(parts, 'waiting').map((part) => part.position)), [[], [1], [2, 1], [3, 2, 1]]);
    assert.deepEqual(all.map(textOf), ['Done.', 'Done.', 'Done.', 'Done.']);
  });

  it('is waited for no longer than told, and a visitor who leaves the line leaves no trace', async (t) => {
    const fake = await startOpenAI({ fault: 'stall' });
    t.after(() => fake.close());
    const { route, inFlight } = router({ p: provider('openai', fake.url) }, [model('m', 'p', { maxConcurrent: 1 })], { wait: 80 });
    const stop = new AbortController();
    const asked = fake.next();
    const first = collect(route(input('Hello there'), stop.signal));
    const late = await collect(route(input('Hello there'), never));
    assert.deepEqual(late, [{ type: 'waiting', position: 1 }, { type: 'fail', code: 'queue_timeout' }]);
    const leaving = new AbortController();
    const left = collect(route(input('Hello there'), leaving.signal));
    leaving.abort(new Error('left'));
    await assert.rejects(left, /left/);
    assert.deepEqual(inFlight(), { m: 1, builtin: 0 });
    await asked;
    stop.abort(new Error('stopped'));
    await assert.rejects(first, /stopped/);
    assert.deepEqual(inFlight(), { m: 0, builtin: 0 });
    assert.equal(fake.requests.length, 1);
  });
});
