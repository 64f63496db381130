/** The judge alone: observations in, Statuspage's words out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hold, judgeGateway, judgeModel, judgeProvider, judgeQueue, judgeTools, overall, reach, RECOVER_MS, type Held, type Reach, type Verdict,
} from '../../status/collector/judge.ts';
import { provider, sampleOf } from './fake-bff.ts';

const up: Reach = { state: 'up', failed: 0, good: 9 };
const down: Reach = { state: 'down', failed: 3, good: 0 };
const many = (n: number, over: Parameters<typeof sampleOf>[1] = {}) => Array.from({ length: n }, (_, at) => sampleOf(at + 1, over));
const walk = (from: Reach, probes: string): Reach['state'][] => {
  let now = from;
  return [...probes].map((each) => (now = reach(now, each === '+')).state);
};

test('three failures in a row open, two and a good one do not; three good ones close', () => {
  assert.deepEqual(walk(up, '--+--+'), ['up', 'up', 'up', 'up', 'up', 'up']);
  assert.deepEqual(walk(up, '---'), ['up', 'up', 'down']);
  assert.deepEqual(walk(down, '++-+++'), ['down', 'down', 'down', 'down', 'down', 'up']);
});

test('at the start nothing is claimed until the first good probe or the third failure', () => {
  const start: Reach = { state: 'unknown', failed: 0, good: 0 };
  assert.deepEqual(walk(start, '+'), ['up']);
  assert.deepEqual(walk(start, '---'), ['unknown', 'unknown', 'down']);
});

test('worse is believed at once, better only after it has held', () => {
  const bad: Verdict = { status: 'partial_outage', text: 'bad', judged: true };
  const good: Verdict = { status: 'operational', text: 'good', judged: true };
  let held: Held = hold(undefined, good, 0);
  held = hold(held, bad, 1_000);
  assert.equal(held.status, 'partial_outage');
  assert.equal(held.since, 1_000);
  held = hold(held, good, 2_000);
  assert.equal(held.status, 'partial_outage');
  held = hold(held, bad, 3_000);
  held = hold(held, good, 4_000);
  held = hold(held, good, 4_000 + RECOVER_MS - 1);
  assert.equal(held.status, 'partial_outage', 'a relapse starts the count again');
  held = hold(held, good, 4_000 + RECOVER_MS);
  assert.equal(held.status, 'operational');
});

test('a silent feed of a bff that answers probes is stale figures, not an outage', () => {
  assert.equal(judgeGateway(up, true, []).status, 'operational');
  assert.match(judgeGateway(up, true, []).text, /stale/);
  assert.equal(judgeGateway(down, true, []).status, 'major_outage');
});

test('turns that failed at every provider are not the gateway\'s fault, others are', () => {
  const attempts = [{ provider: 'openai', model: 'm', outcome: 'error' as const, firstContent: null, total: 30 }];
  assert.equal(judgeGateway(up, false, many(10, { outcome: 'error', attempts })).status, 'operational');
  assert.equal(judgeGateway(up, false, many(10, { outcome: 'error', attempts: [] })).status, 'partial_outage');
  assert.equal(judgeGateway(up, false, [...many(8), ...many(2, { outcome: 'error', attempts: [] })]).status, 'degraded_performance');
  assert.equal(judgeGateway(up, false, [...many(5), ...many(1, { outcome: 'error', attempts: [] })]).status, 'operational', 'one is no trend');
});

test('a late first token is blamed on the side that took the time', () => {
  const timing = { queue: 0, dispatch: 0, memory: 0, route: 0, provider: 0, tools: 0, gateway: 0, firstToken: 900, total: 1_500 };
  const slowProvider = many(6, { provider: 'openai', timing, attempts: [{ provider: 'openai', model: 'm', outcome: 'ok', firstContent: 800, total: 1_400 }] });
  const slowOwn = many(6, { provider: 'openai', timing, attempts: [{ provider: 'openai', model: 'm', outcome: 'ok', firstContent: 100, total: 700 }] });
  assert.equal(judgeGateway(up, false, slowProvider).status, 'operational');
  assert.equal(judgeProvider(false, provider('openai', 'up'), slowProvider).status, 'degraded_performance');
  assert.equal(judgeGateway(up, false, slowOwn).status, 'degraded_performance');
  assert.equal(judgeProvider(false, provider('openai', 'up'), slowOwn).status, 'operational');
  assert.match(judgeGateway(up, false, slowOwn).text, /900 ms in the middle of the last 6 turns/);
});

test('a provider that is down says why in plain words; one without a key is no fault', () => {
  const refused = judgeProvider(false, provider('openai', 'down', { failure: 'auth' }), []);
  assert.deepEqual(refused, { status: 'major_outage', text: 'Out: the key was refused.', judged: true });
  const off = judgeProvider(false, provider('openai', 'off'), []);
  assert.deepEqual(off, { status: 'operational', text: 'Not configured.', judged: false });
  assert.equal(judgeProvider(false, provider('openai', 'unknown'), []).judged, false);
});

test('the queue is judged by who was turned away and who waits', () => {
  const calm = { depth: 0, inFlight: 1, capacity: 8 };
  assert.equal(judgeQueue(false, false, calm, many(10)).status, 'operational');
  assert.equal(judgeQueue(false, false, calm, [...many(6), ...many(4, { outcome: 'refused' })]).status, 'partial_outage');
  assert.equal(judgeQueue(false, false, { depth: 8, inFlight: 8, capacity: 8 }, []).status, 'degraded_performance');
  assert.equal(judgeQueue(true, true, calm, []).status, 'major_outage');
  assert.equal(judgeQueue(false, true, calm, []).judged, false);
});

test('tools are judged by their calls', () => {
  const call = (outcome: 'ok' | 'error') => many(5, { tools: [{ name: 'docs', outcome, ms: 3 }] });
  assert.equal(judgeTools(false, call('ok')).status, 'operational');
  assert.equal(judgeTools(false, call('error')).status, 'major_outage');
  assert.equal(judgeTools(false, [...call('ok'), ...call('error')]).status, 'partial_outage');
  assert.equal(judgeTools(true, call('error')).judged, false);
});

test('a model goes with its provider, then by its own attempts', () => {
  const fine: Verdict = { status: 'operational', text: '', judged: true };
  assert.equal(judgeModel({ ...fine, status: 'major_outage', judged: false }, 'm', []), 'major_outage', 'the last that is known');
  const attempts = [{ provider: 'openai', model: 'm', outcome: 'error' as const, firstContent: null, total: 30 }];
  assert.equal(judgeModel(fine, 'm', many(5, { attempts })), 'major_outage');
  assert.equal(judgeModel(fine, 'other', many(5, { attempts })), 'operational');
});

test('the overall word: who still answers decides', () => {
  const verdict = (status: Verdict['status'], judged = true): Verdict => ({ status, text: '', judged });
  const gateway = { id: 'gateway', kind: 'gateway' as const, builtin: false, verdict: verdict('operational') };
  const one = (id: string, status: Verdict['status'], judged = true) => ({ id, kind: 'provider' as const, builtin: id === 'builtin', verdict: verdict(status, judged) });
  assert.equal(overall([gateway, one('openai', 'operational')], []), 'none');
  assert.equal(overall([gateway, one('openai', 'major_outage'), one('anthropic', 'operational')], []), 'minor');
  assert.equal(overall([gateway, one('openai', 'major_outage'), one('builtin', 'operational')], []), 'major', 'only the builtin answers');
  assert.equal(overall([gateway, one('openai', 'major_outage')], []), 'critical');
  assert.equal(overall([gateway, one('openai', 'operational', false), one('builtin', 'operational')], []), 'none', 'no key is no fault');
  assert.equal(overall([{ ...gateway, verdict: verdict('major_outage') }], []), 'critical');
  assert.equal(overall([gateway], ['minor']), 'minor');
});
