/** The judge alone: observations in, Statuspage's words out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hold, judgeGateway, judgeModel, judgeProvider, judgeQueue, judgeTools, overall, reach, RECOVER_MS, type Held, type Reach, type Traffic, type Verdict,
} from '../../status/collector/judge.ts';
import { addsUp, blameOf, partsOf, type Recent } from '../../status/collector/hops.ts';
import type { Reached } from '../../status/collector/quorum.ts';
import { provider, sampleOf } from './fake-bff.ts';

const builtin = new Set(['builtin']);
const up: Reached = { state: 'up', down: 0, of: 3 };
const down: Reached = { state: 'down', down: 3, of: 3 };
const inRow = (state: 'up' | 'down'): Reach => ({ state, failed: 0, good: 0 });
const traffic = (recent: Recent[] = []): Traffic => ({ recent, builtin, now: Date.now() });
const many = (n: number, over: Parameters<typeof sampleOf>[1] = {}) => Array.from({ length: n }, (_, at) => sampleOf(at + 1, over));
const walk = (from: Reach, probes: string): Reach['state'][] => {
  let now = from;
  return [...probes].map((each) => (now = reach(now, each === '+')).state);
};

test('three failures in a row open, two and a good one do not; three good ones close', () => {
  assert.deepEqual(walk(inRow('up'), '--+--+'), ['up', 'up', 'up', 'up', 'up', 'up']);
  assert.deepEqual(walk(inRow('up'), '---'), ['up', 'up', 'down']);
  assert.deepEqual(walk(inRow('down'), '++-+++'), ['down', 'down', 'down', 'down', 'down', 'up']);
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
  assert.equal(judgeGateway(up, true, traffic()).status, 'operational');
  assert.match(judgeGateway(up, true, traffic()).text, /stale/);
  assert.equal(judgeGateway(down, true, traffic()).status, 'major_outage');
});

test('turns that failed at every provider are not the gateway\'s fault, others are', () => {
  const attempts = [{ provider: 'openai', model: 'm', outcome: 'error' as const, firstContent: null, total: 30 }];
  assert.equal(judgeGateway(up, false, traffic(many(10, { outcome: 'error', attempts }))).status, 'operational');
  assert.equal(judgeGateway(up, false, traffic(many(10, { outcome: 'error', attempts: [] }))).status, 'partial_outage');
  assert.equal(judgeGateway(up, false, traffic([...many(8), ...many(2, { outcome: 'error', attempts: [] })])).status, 'degraded_performance');
  assert.equal(judgeGateway(up, false, traffic([...many(5), ...many(1, { outcome: 'error', attempts: [] })])).status, 'operational', 'one is no trend');
});

test('a late first token is blamed on the side that took the time', () => {
  const timing = (over: object) => ({ queue: 0, dispatch: 5, memory: 5, route: 5, provider: 0, tools: 0, gateway: 5, firstToken: 900, total: 1_500, ...over });
  const attempts = (firstContent: number) => [{ provider: 'openai', model: 'm', outcome: 'ok' as const, firstContent, total: firstContent + 600 }];
  const slowProvider = many(6, { provider: 'openai', timing: timing({ provider: 1_480 }), attempts: attempts(880) });
  const slowOwn = many(6, { provider: 'openai', timing: timing({ memory: 785, provider: 700 }), attempts: attempts(100) });
  const slowQueue = many(6, { provider: 'openai', timing: timing({ queue: 780, provider: 700 }), attempts: attempts(100) });
  const calm = { depth: 0, inFlight: 1, capacity: 8 };
  const told = (turns: Recent[]) => [judgeGateway(up, false, traffic(turns)).status, judgeQueue(false, false, calm, traffic(turns)).status, judgeProvider(false, provider('openai', 'up'), traffic(turns)).status];
  assert.deepEqual(told(slowProvider), ['operational', 'operational', 'degraded_performance']);
  assert.deepEqual(told(slowOwn), ['degraded_performance', 'operational', 'operational']);
  assert.deepEqual(told(slowQueue), ['operational', 'degraded_performance', 'operational']);
  assert.match(judgeGateway(up, false, traffic(slowOwn)).text, /900 ms in the middle of the last 6 turns/);
  assert.deepEqual(blameOf(slowProvider[0] as Recent, builtin), { side: 'provider', where: 'openai' });
  assert.deepEqual(blameOf({ ...(slowProvider[0] as Recent), attempts: [{ provider: 'builtin', model: 'm', outcome: 'ok', firstContent: 880, total: 900 }], provider: 'builtin' }, builtin), { side: 'own', where: 'gateway' }, 'what runs in our process is ours');
});

test('queue, gateway and provider add up to the total; hops that do not are the gateway\'s own fault', () => {
  const turn = sampleOf(1, { timing: { queue: 10, dispatch: 4, memory: 12, route: 1, provider: 700, tools: 20, gateway: 6, firstToken: 640, total: 753 } });
  assert.deepEqual(partsOf(turn), { queue: 10, gateway: 23, provider: 720 });
  assert.equal(addsUp(turn), true);
  const lie = { ...turn, timing: { ...turn.timing, total: 900 } };
  assert.equal(addsUp(lie), false);
  assert.deepEqual(blameOf(lie, builtin), { side: 'own', where: 'gateway' });
});

test('few late turns among many are no trend; half of the newest ten are', () => {
  const late = { ...sampleOf(1).timing, memory: 900, firstToken: 960, total: 1_130 };
  const judged = (n: number) => judgeGateway(up, false, traffic([...many(n, { at: Date.now() - 5_000, timing: late }), ...many(40, { at: Date.now() - 9_000 })])).status;
  assert.equal(judged(5), 'operational');
  assert.equal(judged(6), 'degraded_performance');
});

test('what probes from outside say of a provider: blind they are believed, else they explain', () => {
  const health = provider('openai', 'up');
  assert.deepEqual([judgeProvider(true, health, traffic()).judged, judgeProvider(true, health, traffic(), 'down').status], [false, 'major_outage']);
  assert.equal(judgeProvider(false, health, traffic(), 'down').status, 'degraded_performance');
  assert.equal(judgeProvider(false, health, traffic(many(3, { provider: 'openai' })), 'down').status, 'operational', 'its calls succeed');
  assert.match(judgeProvider(false, provider('openai', 'down', { failure: 'network' }), traffic(), 'up').text, /may lie on our side/);
});

test('a provider that is down says why in plain words; one without a key is no fault', () => {
  const refused = judgeProvider(false, provider('openai', 'down', { failure: 'auth' }), traffic());
  assert.deepEqual(refused, { status: 'major_outage', text: 'Out: the key was refused.', judged: true, cause: 'health' });
  const off = judgeProvider(false, provider('openai', 'off'), traffic());
  assert.deepEqual(off, { status: 'operational', text: 'Not configured.', judged: false });
  assert.equal(judgeProvider(false, provider('openai', 'unknown'), traffic()).judged, false);
});

test('the queue is judged by who was turned away and who waits', () => {
  const calm = { depth: 0, inFlight: 1, capacity: 8 };
  assert.equal(judgeQueue(false, false, calm, traffic(many(10))).status, 'operational');
  assert.equal(judgeQueue(false, false, calm, traffic([...many(6), ...many(4, { outcome: 'refused' })])).status, 'partial_outage');
  assert.equal(judgeQueue(false, false, { depth: 8, inFlight: 8, capacity: 8 }, traffic([])).status, 'degraded_performance');
  assert.equal(judgeQueue(true, true, calm, traffic([])).status, 'major_outage');
  assert.equal(judgeQueue(false, true, calm, traffic([])).judged, false);
});

test('tools are judged by their calls', () => {
  const call = (outcome: 'ok' | 'error') => many(5, { tools: [{ name: 'docs', outcome, ms: 3 }] });
  assert.equal(judgeTools(false, traffic(call('ok')), []).status, 'operational');
  assert.equal(judgeTools(false, traffic(call('error')), []).status, 'major_outage');
  assert.equal(judgeTools(false, traffic([...call('ok'), ...call('error')]), []).status, 'partial_outage');
  assert.equal(judgeTools(true, traffic(call('error')), []).judged, false);
});

test('a tool that has changed or rests shows, and how long each takes', () => {
  const health = (state: 'up' | 'down' | 'changed' | 'off') => [{ name: 'docs.search', state, since: 0, p50: 12.4, p95: 40, n: 30 }, { name: 'crm.call', state: 'unknown' as const, since: 0, p50: null, p95: null, n: 0 }];
  assert.equal(judgeTools(false, traffic(), health('changed')).status, 'degraded_performance');
  assert.match(judgeTools(false, traffic(), health('changed')).text, /changed definition is accepted/);
  assert.match(judgeTools(false, traffic(), health('off')).text, /cannot be reached/);
  assert.match(judgeTools(false, traffic(), health('down')).text, /^1 of 2 tools rest/);
  assert.deepEqual([judgeTools(false, traffic(), health('up')).status, judgeTools(false, traffic(), health('up')).text], ['operational', 'No calls in the last minute. docs.search: 12 ms, 95 % within 40 ms.']);
});

test('a model goes with its provider, then by its own attempts', () => {
  const fine: Verdict = { status: 'operational', text: '', judged: true };
  assert.equal(judgeModel({ ...fine, status: 'major_outage', judged: false }, 'm', traffic([])), 'major_outage', 'the last that is known');
  const attempts = [{ provider: 'openai', model: 'm', outcome: 'error' as const, firstContent: null, total: 30 }];
  assert.equal(judgeModel(fine, 'm', traffic(many(5, { attempts }))), 'major_outage');
  assert.equal(judgeModel(fine, 'other', traffic(many(5, { attempts }))), 'operational');
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
