/** Races: the pure rules as tables, a recorded incident replayed through them, and real calls over sockets. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { RouteSettings } from '../../../bff/layers.ts';
import { createHealth, foldHealth, probeDue, standingOf, timesOf, viewHealth, type HealthEvent, type HealthState } from '../../../bff/route/health.ts';
import { pick, type Candidate, type Choice } from '../../../bff/route/pick.ts';
import { advance, createRace, PURSE_START, type Advance, type Purse, type RaceEvent } from '../../../bff/route/race.ts';
import { createRoute, type Router } from '../../../bff/route/route.ts';
import { chance, observe, observeLonger, observeMiss, quantile, unknown, type Sketch } from '../../../bff/route/sketch.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import { collect, input, model, ofType, provider, settings, textOf, turnsUntil } from './setup.ts';

const MINUTE = 60_000;
const sketchOf = (...times: number[]): Sketch => times.reduce((sketch, ms) => observe(sketch, ms, 0), unknown);
/** A model that needs about this long (ms), seen often enough to be known. */
const known = (ms: number): Sketch => sketchOf(...Array.from({ length: 40 }, (_, n) => ms * (0.8 + n / 100)));
function candidate(id: string, more: Partial<Candidate> = {}): Candidate {
  return { model: model(id, `p-${id}`), builtin: false, private: false, off: false, fits: true, able: true, cost: 1, standing: 'well', first: unknown, ...more };
}
const wish = { dataClass: 'public' as const, need: 1, within: 1_500, now: 0 };
const order = (candidates: Candidate[], more: Partial<typeof wish> = {}): string[] => pick(candidates, { ...wish, ...more }).map((choice) => choice.model.id);

describe('sketches', () => {
  it('tell chances and quantiles, fade, and are never changed', () => {
    const sketch = known(300);
    assert.ok(chance(sketch, 500, 0) > 0.9 && chance(sketch, 200, 0) < 0.1);
    const usual = quantile(sketch, 0.5, 0) ?? 0;
    assert.ok(usual > 270 && usual < 330, String(usual));
    assert.equal(quantile(sketch, 0.5, 300 * MINUTE), null, 'forgotten');
    assert.ok(Math.abs(chance(sketch, 500, 600 * MINUTE) - chance(unknown, 500, 0)) < 0.01);
    observeMiss(sketch, 1);
    assert.equal(sketch.misses, 0);
  });

  it('count who was ended while silent: a model is not quicker for having its slow calls cut', () => {
    // Half of the calls take 2 s; each is ended after 600 ms.
    let sketch = unknown;
    let naive = unknown;
    for (let n = 0; n < 200; n++) {
      sketch = n % 2 === 0 ? observe(sketch, 300, n) : observeLonger(sketch, 600, n);
      if (n % 2 === 0) naive = observe(naive, 300, n);
    }
    assert.ok(chance(naive, 550, 200) > 0.95);
    assert.ok(chance(sketch, 550, 200) < 0.55);
  });
});

describe('pick', () => {
  it('takes the cheapest that is as likely in time as the best, within a few points', () => {
    const [cheap, dear] = [candidate('cheap'), candidate('dear', { cost: 9 })];
    assert.deepEqual(order([dear, cheap]), ['cheap', 'dear'], 'nothing known');
    assert.deepEqual(order([{ ...dear, first: known(300) }, { ...cheap, first: known(600) }]), ['cheap', 'dear'], 'both in time');
    assert.deepEqual(order([{ ...dear, first: known(300) }, { ...cheap, first: known(3_000) }]), ['dear', 'cheap'], 'the cheap one is late');
    assert.deepEqual(order([{ ...dear, first: known(300) }, { ...cheap, first: known(700) }], { within: 500 }), ['dear', 'cheap'], 'speed is bought');
    assert.deepEqual(order([{ ...dear, first: known(300) }, { ...cheap, first: known(3_000), standing: 'rested' }]), ['cheap', 'dear'], 'after a rest it is tried');
  });

  it('passes over who is too small, rests or is off; who is late comes after less quality, builtin last', () => {
    const all = [
      candidate('late', { standing: 'late' }), candidate('poor', { model: model('poor', 'p', { quality: 1 }), cost: 5 }), candidate('resting', { standing: 'resting' }),
      candidate('small', { fits: false }), candidate('off', { off: true }), candidate('builtin', { builtin: true, cost: 0 }), candidate('good', { cost: 7 }),
    ];
    assert.deepEqual(order(all, { need: 2 }), ['good', 'poor', 'late', 'builtin']);
    assert.match(pick(all, wish).at(-1)?.reason ?? '', /resting after failures: resting$/);
  });

  it('leaves who cannot call the tools of the step for when nobody else can answer', () => {
    const deaf = candidate('deaf', { able: false, cost: 0 });
    assert.deepEqual(order([deaf, candidate('able', { cost: 9 }), candidate('late', { standing: 'late' }), candidate('builtin', { builtin: true })]), ['able', 'late', 'deaf', 'builtin']);
    const [only] = pick([deaf, candidate('resting', { standing: 'resting' }), candidate('builtin', { builtin: true })], wish);
    assert.deepEqual([only?.model.id, only?.reason], ['deaf', 'cannot call tools: only when nobody else can answer']);
    const race = table([deaf, candidate('able', { cost: 9 })]);
    assert.deepEqual([race.at(0, begun), race.at(900, time), race.at(5_000, time)], [['start able'], ['start able'], []], 'not beside one that can');
    assert.deepEqual([race.at(6_000, failed(0)), race.at(6_100, failed(1))], [[], ['start deaf']]);
    const bought = table([candidate('able', { cost: 9 }), deaf], { extraCalls: 1 });
    assert.deepEqual(bought.at(0, begun), ['start able', 'start able']);
  });
});

/** A race on a table: what was done, as words, and the state to go on from. */
function table(choices: Candidate[], more: Partial<RouteSettings> = {}, purse: Purse = PURSE_START + 1) {
  const all: RouteSettings = { ...settings, ...more };
  let state: Advance | null = null;
  const told: HealthEvent[] = [];
  return {
    told,
    get purse() {
      return state?.purse ?? purse;
    },
    get wakeAt() {
      return state?.wakeAt;
    },
    at(now: number, event: RaceEvent, busy: string[] = []): string[] {
      state = advance(state?.race ?? createRace(pick(choices, wish), now), state?.purse ?? purse, event, now, all, new Set(busy));
      told.push(...state.told);
      return state.actions.map((action) => (action.do === 'start' ? `start ${action.choice.model.id}` : action.do === 'fail' ? `fail ${action.code}` : action.do === 'queue' ? `queue ${action.models.join(' ')}` : `${action.do} ${action.call}`));
    },
  };
}
const begun = { type: 'begun' } as const;
const time = { type: 'time' } as const;
const content = (call: number) => ({ type: 'content', call }) as const;
const failed = (call: number, said = false) => ({ type: 'failed', call, failure: 'server', retryAfter: null, said }) as const;

describe('the race', () => {
  it('starts the next when the first is later than it usually is, and at nextStart where that is not known', () => {
    const quick = table([candidate('a', { first: known(400) }), candidate('b', { cost: 2 })]);
    assert.deepEqual(quick.at(0, begun), ['start a']);
    const due = quick.wakeAt ?? 0;
    assert.ok(due > 420 && due < 480, String(due));
    assert.deepEqual(quick.at(due - 1, time), []);
    assert.deepEqual(quick.at(due, time), ['start b']);
    const fresh = table([candidate('a'), candidate('b', { cost: 2 })]);
    fresh.at(0, begun);
    assert.deepEqual([fresh.wakeAt, fresh.at(899, time), fresh.at(900, time)], [900, [], ['start b']]);
    const slow = table([candidate('a', { first: known(5_000) }), candidate('b', { first: known(5_000), cost: 2 })]);
    slow.at(0, begun);
    assert.equal(slow.wakeAt, 900, 'nextStart holds for the slowest');
  });

  it('ends nobody before there is content, and everybody else with it', () => {
    const race = table([candidate('a'), candidate('b', { cost: 2 }), candidate('c', { cost: 3 })]);
    const all = [race.at(0, begun), race.at(900, time), race.at(1_600, time), race.at(1_601, time)].flat();
    assert.deepEqual(all, ['start a', 'start b', 'start c']);
    assert.deepEqual(race.at(1_700, content(0)), ['deliver 0', 'cancel 1', 'cancel 2']);
    assert.equal(race.wakeAt, null);
    assert.deepEqual(race.at(1_701, content(0)), []);
    assert.deepEqual(race.told.filter(({ type }) => type === 'overdue').map((event) => event.model), ['a'], 'the loser who began later has nothing to answer for');
  });

  it('counts an open call without content as overdue, and one that was overtaken', () => {
    const hang = table([candidate('a'), candidate('b', { cost: 2 })]);
    hang.at(0, begun);
    hang.at(900, time);
    assert.deepEqual(hang.told.map(({ type, model: id }) => `${type} ${id}`), ['started a', 'overdue a', 'started b']);
    const overtaken = table([candidate('a', { first: known(900) }), candidate('b', { cost: 2 })]);
    overtaken.at(0, begun);
    overtaken.at(900, time);
    overtaken.at(1_000, content(1));
    assert.deepEqual(overtaken.told.slice(2).map(({ type, model: id }) => `${type} ${id}`), ['content b', 'overdue a', 'stopped a']);
  });

  it('replaces a failed call at once, gives builtin the last word, and none in mid-answer', () => {
    const candidates = [candidate('a'), candidate('b', { cost: 2 }), candidate('builtin', { builtin: true })];
    const race = table(candidates);
    assert.deepEqual([race.at(0, begun), race.at(50, failed(0)), race.at(90, failed(1)), race.at(91, failed(2))], [['start a'], ['start b'], ['start builtin'], ['fail no_model_available']]);
    const midway = table(candidates);
    midway.at(0, begun);
    midway.at(100, content(0));
    assert.deepEqual([midway.at(500, failed(0, true)), midway.at(600, failed(1, true))], [['start b'], ['fail answer_interrupted']]);
  });

  it('stands in line when all are busy, passes over who is busy, and says when it took too long', () => {
    const race = table([candidate('a'), candidate('b', { cost: 2 }), candidate('builtin', { builtin: true })]);
    assert.deepEqual(race.at(0, begun, ['a', 'b']), ['queue a b']);
    assert.deepEqual(race.at(50, { type: 'placed', model: 'b' }, ['a', 'b']), ['start b']);
    assert.deepEqual(table([candidate('a'), candidate('b', { cost: 2 })]).at(0, begun, ['a']), ['start b']);
    const late = table([candidate('a')]);
    late.at(0, begun, ['a']);
    assert.deepEqual(late.at(500, { type: 'unplaced', models: ['a'], timedOut: true }, ['a']), ['fail queue_timeout']);
  });

  it('asks a lone model again only when it is late by its own measure', () => {
    const slow = table([candidate('a', { first: known(1_300) })]);
    slow.at(0, begun);
    assert.deepEqual(slow.at(900, time), []);
    const quick = table([candidate('a', { first: known(300) })]);
    quick.at(0, begun);
    assert.deepEqual(quick.at(quick.wakeAt ?? 0, time), ['start a']);
  });

  it('starts nothing beside a call when the purse is empty, but always what replaces one', () => {
    const poor = table([candidate('a'), candidate('b', { cost: 2 })], { extraCalls: 0 }, 0);
    poor.at(0, begun);
    assert.deepEqual([poor.at(900, time), poor.at(5_000, time), poor.at(8_000, failed(0))], [[], [], ['start b']]);
    assert.equal(poor.purse, -1);
  });

  it('asks two from the start where that is bought, the quickest twice', () => {
    const race = table([candidate('a', { first: known(300) }), candidate('b', { first: known(800), cost: 2 })], { extraCalls: 1 });
    assert.deepEqual(race.at(0, begun), ['start a', 'start a']);
    assert.deepEqual(race.at(280, content(1)), ['deliver 1', 'cancel 0']);
    assert.equal(race.told.some(({ type }) => type === 'overdue'), false);
  });
});

/** Half an hour of a silent hang as it was recorded: every 2 s a turn; `a` answered in 300 ms until 10:00 and from 20:00 on, `b` always in 450 ms. */
function replay(everyMs: number, ill: (at: number) => boolean) {
  let health: HealthState = createHealth(['p-a', 'p-b'].map((id) => ({ id, kind: 'openai', off: false })), 0);
  let purse: Purse = 30;
  const firsts: { at: number; ms: number; by: string; calls: number }[] = [];
  for (let at = 0; at < 30 * MINUTE; at += everyMs) {
    const choices: Choice[] = pick(['a', 'b'].map((id) => candidate(id, { cost: id === 'a' ? 1 : 2, standing: standingOf(health, `p-${id}`, id, at), first: timesOf(health, `p-${id}`, id).first })), { ...wish, now: at });
    let race = createRace(choices, at);
    const due: { at: number; event: RaceEvent }[] = [{ at, event: begun }];
    for (let next = due.shift(); next !== undefined; next = due.shift()) {
      if ((next.event.type === 'content' || next.event.type === 'failed') && !race.calls[next.event.call]?.open) continue;
      const step = advance(race, purse, next.event, next.at, { ...settings }, new Set());
      ({ race, purse } = step);
      for (const told of step.told) health = foldHealth(health, told);
      for (const action of step.actions) {
        if (action.do === 'deliver') due.push({ at: next.at + 1_000, event: { type: 'ended', call: action.call } });
        if (action.do === 'deliver') firsts.push({ at, ms: next.at - at, by: race.calls[action.call]?.choice.model.id ?? '', calls: race.calls.length });
        if (action.do !== 'start') continue;
        const hangs = action.choice.model.id === 'a' && ill(next.at);
        due.push(hangs
          ? { at: next.at + 12_000, event: { type: 'failed', call: action.call, failure: 'timeout', retryAfter: null, said: false } }
          : { at: next.at + (action.choice.model.id === 'a' ? 300 : 450), event: content(action.call) });
      }
      if (step.wakeAt !== null) due.push({ at: step.wakeAt, event: time });
      due.sort((x, y) => x.at - y.at);
    }
  }
  return { firsts, health };
}

describe('a recorded incident', () => {
  const ill = (at: number): boolean => at >= 10 * MINUTE && at < 20 * MINUTE;
  for (const every of [500, 2_000, 50_000]) {
    it(`keeps every turn in time with one every ${every} ms, and comes back to the cheap model`, () => {
      const { firsts, health } = replay(every, ill);
      assert.deepEqual(firsts.filter(({ ms }) => ms > 1_500), []);
      assert.ok(firsts.filter(({ at }) => at < 10 * MINUTE).every(({ by, calls }) => by === 'a' && calls === 1));
      assert.ok(firsts.filter(({ at }) => at >= 22 * MINUTE).every(({ by }) => by === 'a'));
      const during = firsts.filter(({ at }) => ill(at) && at >= 11 * MINUTE);
      assert.ok(every > 10_000 || during.filter(({ ms }) => ms > 500).length < during.length * 0.15, 'hardly anybody notices');
      assert.deepEqual(viewHealth(health).map(({ state }) => state), ['up', 'up']);
    });
  }
});

describe('health of who is late', () => {
  const about = { provider: 'p', model: 'm' };
  const fold = (events: HealthEvent[]): HealthState => events.reduce(foldHealth, createHealth([{ id: 'p', kind: 'openai', off: false }], 0));
  const overdue = (at: number): HealthEvent[] => [{ type: 'started', at, ...about }, { type: 'overdue', at, ...about }];

  it('three overdue calls while open: others first, one trial after the rest, a lost trial rests longer', () => {
    let state = fold([0, 1, 2].flatMap(overdue));
    assert.equal(standingOf(state, 'p', 'm', 3), 'late');
    assert.deepEqual(viewHealth(state), [{ id: 'p', kind: 'openai', state: 'degraded', since: 2, failure: 'timeout' }]);
    assert.equal(standingOf(state, 'p', 'm', 5_002), 'rested');
    state = foldHealth(state, { type: 'started', at: 5_002, ...about });
    assert.equal(standingOf(state, 'p', 'm', 5_003), 'late', 'one at a time');
    const lost = foldHealth(state, { type: 'stopped', at: 5_500, ...about, ms: 500, lost: true, spoke: false });
    assert.equal(standingOf(lost, 'p', 'm', 15_499), 'late');
    assert.equal(standingOf(lost, 'p', 'm', 15_500), 'rested');
    const won = foldHealth(state, { type: 'content', at: 5_300, ...about, ms: 300, late: false });
    assert.equal(standingOf(won, 'p', 'm', 5_300), 'well');
    const again = foldHealth(won, { type: 'overdue', at: 6_000, ...about });
    assert.equal(standingOf(again, 'p', 'm', 15_999), 'late', 'on probation one is enough, and the rest is longer');
    const late = foldHealth(state, { type: 'content', at: 8_000, ...about, ms: 2_998, late: true });
    assert.equal(standingOf(late, 'p', 'm', 8_001), 'late');
  });

  it('a model is due for a probe when it rested or was not heard of for a quarter of an hour', () => {
    const state = fold([{ type: 'started', at: 0, ...about }, { type: 'content', at: 300, ...about, ms: 300, late: false }, { type: 'ended', at: 900, ...about, ms: 900 }]);
    assert.deepEqual([899_000, 900_900].map((at) => probeDue(state, 'p', 'm', 1_500, at)), [false, true]);
    const doubted = fold([1, 2, 3].flatMap((n): HealthEvent[] => [{ type: 'started', at: n, ...about }, { type: 'content', at: n, ...about, ms: 4_000, late: false }, { type: 'ended', at: n, ...about, ms: 5_000 }]));
    assert.deepEqual([59_000, 60_100].map((at) => probeDue(doubted, 'p', 'm', 1_500, at)), [false, true], 'sooner, where it looked slow');
    const late = fold([0, 1, 2].flatMap(overdue));
    assert.deepEqual([100, 5_002].map((at) => probeDue(late, 'p', 'm', 1_500, at)), [false, true]);
  });
});

describe('races over sockets', async () => {
  const [a, b] = [await startOpenAI(), await startOpenAI()];
  after(() => Promise.all([a.close(), b.close()]));
  const never = new AbortController().signal;
  function two(more: Partial<RouteSettings> = {}): Router {
    for (const fake of [a, b]) fake.requests.length = 0;
    return createRoute({
      providers: { a: provider('openai', a.url), b: provider('openai-compatible', b.url) },
      models: [model('ma', 'a', { inputPrice: 0.1 }), model('mb', 'b')],
      settings: { ...settings, nextStart: 150, ...more }, wait: 500, log: () => {},
    });
  }
  await two().warm();

  it('the second starts when the first is slow, the first content wins, and the loser is cut at once', async () => {
    a.set({ firstTokenDelay: 3_000 });
    b.set({ text: 'Here I am.', firstTokenDelay: 30 });
    const { route, health, close } = two();
    const cut = a.next().then(({ disconnected }) => disconnected);
    let took: Promise<number> | undefined;
    const parts = [];
    for await (const part of route(input('Hello'), never)) {
      if (part.type === 'text') took ??= turnsUntil(cut);
      parts.push(part);
    }
    assert.equal(textOf(parts), 'Here I am.');
    assert.ok((await took ?? Infinity) < 100, `took ${await took} turns of the event loop`);
    assert.deepEqual(ofType(parts, 'attempt').map(({ attempt }) => [attempt.model, attempt.outcome, attempt.failure]), [['ma', 'stopped', 'cancelled'], ['mb', 'ok', undefined]]);
    assert.deepEqual(ofType(parts, 'model').map((part) => [part.model, part.fallback, part.reason]), [['ma', false, 'cheapest of quality 1 or better'], ['mb', true, 'ma is late']]);
    assert.deepEqual(health().providers.filter(({ id }) => id !== 'builtin').map(({ id, state }) => [id, state]), [['a', 'unknown'], ['b', 'up']]);
    assert.equal(health().fallbackSince, null, 'one that was merely quicker is no fallback in force');
    close();
  });

  it('the slow one is not given up: it answers when it is first after all', async () => {
    a.set({ text: 'Late but here.', firstTokenDelay: 350 });
    b.set({ firstTokenDelay: 3_000 });
    const { route, close } = two();
    const parts = await collect(route(input('Hello'), never));
    assert.equal(textOf(parts), 'Late but here.');
    assert.deepEqual(ofType(parts, 'answers'), [{ type: 'answers', provider: 'a', model: 'ma', fallback: false }]);
    assert.deepEqual([b.requests.length, ofType(parts, 'end')[0]?.model], [1, 'ma']);
    assert.deepEqual(ofType(parts, 'model').map((part) => part.model), ['ma', 'mb'], 'a third call, to a model already named, is not announced');
    await b.requests[0]?.disconnected;
    close();
  });

  it('a hang from the first turn on: no turn is slow, and soon the other is asked first', async () => {
    a.set({ fault: 'stall' });
    b.set({ text: 'Here.' });
    const { route, health, close } = two();
    const asked: string[][] = [];
    for (let turn = 0; turn < 6; turn++) {
      const parts = await collect(route(input('Hello'), never));
      assert.equal(textOf(parts), 'Here.');
      // No turn waited for a deadline of the one that hangs.
      assert.deepEqual(ofType(parts, 'attempt').map(({ attempt }) => attempt.failure).filter((failure) => failure !== 'cancelled'), [undefined]);
      asked.push([...a.requests.map(() => 'a'), ...b.requests.map(() => 'b')]);
      for (const fake of [a, b]) fake.requests.length = 0;
    }
    assert.deepEqual(asked, [['a', 'b'], ['a', 'b'], ['a', 'b'], ['b'], ['b'], ['b']]);
    assert.equal(health().providers.find(({ id }) => id === 'a')?.state, 'degraded');
    assert.notEqual(health().fallbackSince, null);
    close();
  });

  it('without extra calls nobody is asked beside another', async () => {
    a.set({ text: 'At last.', firstTokenDelay: 500 });
    b.set({});
    const { route, close } = two({ extraCalls: 0, nextStart: 5 });
    for (let turn = 0; turn < 2; turn++) assert.equal(textOf(await collect(route(input('Hello'), never))), 'At last.');
    assert.equal(b.requests.length, 0);
    close();
  });

  it('the budget holds over many turns that are all slow', async (t) => {
    const fake = await startOpenAI({ firstTokenDelay: 60 });
    t.after(() => fake.close());
    const { route, close } = createRoute({
      providers: { p: provider('openai-compatible', fake.url) },
      models: ['m1', 'm2'].map((id) => model(id, 'p', { maxConcurrent: 500 })), settings: { ...settings, nextStart: 5 }, wait: 500, log: () => {},
    });
    const TURNS = 300;
    const all = await Promise.all(Array.from({ length: TURNS }, () => collect(route(input('Hello'), never))));
    const calls = all.reduce((sum, parts) => sum + ofType(parts, 'attempt').length, 0);
    assert.ok(calls > TURNS && calls <= TURNS * 1.1 + PURSE_START, `${calls} calls`);
    close();
  });

  it('two from the start: one answer, one report each, the loser cut', async () => {
    a.set([{ firstTokenDelay: 2_000 }, { text: 'Quick.' }]);
    const { route, close } = two({ extraCalls: 1, nextStart: 900 });
    const parts = await collect(route(input('Hello'), never));
    const all = [...a.requests, ...b.requests];
    assert.equal(all.length, 2);
    assert.equal(ofType(parts, 'model').length, 1, 'the visitor hears of one');
    assert.deepEqual(ofType(parts, 'attempt').map(({ attempt }) => attempt.outcome).toSorted(), ['ok', 'stopped']);
    close();
  });

  it('arguments of a tool call are content: nobody is asked beside a model that writes them', async () => {
    a.set({ text: '', calls: [{ name: 'orders.find', input: { id: 'x'.repeat(400) } }] });
    b.set({ text: 'No.' });
    const { route, close } = two();
    const parts = await collect(route(input('Hello'), never));
    assert.deepEqual([ofType(parts, 'call').length, b.requests.length], [1, 0]);
    close();
  });
});
