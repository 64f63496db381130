/** The collector's rounds over real sockets against a bff that is honest, slow, silent or lying. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createCollect, type Observed } from '../../status/collector/collect.ts';
import { count } from '../../status/collector/sketch.ts';
import { openStore, type Store } from '../../status/collector/store.ts';
import type { PublishedIncident } from '../../status/src/incident.ts';
import { provider, sampleOf, sendFeed, startFakeBff, type FakeBff } from './fake-bff.ts';

type Watch = { bff: FakeBff; store: Store; round: (incidents?: PublishedIncident[]) => Promise<Observed>; log: string[]; pass: (ms: number) => void; folder: string };

async function watch(t: TestContext, key?: string): Promise<Watch> {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-status-'));
  const log: string[] = [];
  let ahead = 0;
  const bff = await startFakeBff();
  const store = openStore(join(folder, 'status.db'), (line) => log.push(line));
  const collect = createCollect({ source: bff.url, key }, store, (line) => log.push(line), () => Date.now() + ahead);
  const stop = new AbortController();
  t.after(async () => {
    stop.abort();
    await bff.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    bff, store, log, folder,
    pass: (ms) => { ahead += ms; },
    async round(incidents = []) {
      const observed = await collect.tick(stop.signal, incidents);
      assert.ok(observed, 'the first probe has answered');
      return observed;
    },
  };
}

const component = (observed: Observed, id: string) => {
  const found = observed.components.find((each) => each.id === id);
  assert.ok(found, `component ${id}`);
  return found;
};

test('one turn shows with its very times, percentiles only from twenty on', async (t) => {
  const { bff, round } = await watch(t);
  bff.turn({ agent: 'billing' });
  const first = await round();
  assert.equal(first.indicator, 'none');
  assert.equal(first.turns[0]?.agent, 'billing');
  assert.equal(first.turns[0]?.firstToken, 84);
  assert.deepEqual(first.models[0]?.firstToken, { p50: null, p95: null, n: 1 });
  assert.equal(first.models[0]?.last?.total, 230);
  for (let at = 0; at < 19; at += 1) bff.turn();
  const later = await round();
  assert.equal(later.models[0]?.firstToken.n, 20);
  assert.ok(Math.abs((later.models[0]?.firstToken.p50 ?? 0) - 84) <= 1);
  assert.deepEqual(bff.asked, [0, 1], 'only what is new is asked for');
});

test('a new life of the bff is read from its beginning; nothing is counted twice', async (t) => {
  const { bff, round, log } = await watch(t);
  bff.turn();
  bff.turn();
  await round();
  bff.feed = { ...bff.feed, epoch: 'second-life', seq: 0, samples: [] };
  bff.turn();
  const after = await round();
  assert.equal(after.models[0]?.firstToken.n, 3);
  assert.deepEqual(bff.asked, [0, 2, 0]);
  bff.feed = { ...bff.feed, epoch: 'third-life', seq: 0, samples: [] };
  await round();
  bff.feed = { ...bff.feed, epoch: 'second-life', seq: 9 };
  const replayed = await round();
  assert.equal(replayed.models[0]?.firstToken.n, 3, 'an ended life does not come back');
  assert.match(log.join('\n'), /from an earlier life/);
});

const lies: { name: string; tell: (bff: FakeBff) => FakeBff['lie']; said: RegExp }[] = [
  { name: 'no signature', tell: () => (response, honest) => void response.writeHead(200).end(honest), said: /not signed with our key/ },
  { name: 'a foreign signature', tell: () => (response, honest) => sendFeed(response, honest, 'another-key'), said: /not signed with our key/ },
  { name: 'garbage that is signed', tell: (bff) => (response) => sendFeed(response, '<html>200 OK</html>', bff.key), said: /not JSON/ },
  { name: 'a wrong schema', tell: (bff) => (response, honest) => sendFeed(response, honest.replace('"depth":0', '"depth":"<b>0</b>"'), bff.key), said: /does not fit its schema \(at queue\.depth\)/ },
  { name: 'a sequence that goes back', tell: (bff) => (response, honest) => sendFeed(response, honest.replace('"seq":2', '"seq":1'), bff.key), said: /went back/ },
  { name: 'a sample numbered beyond the feed', tell: (bff) => {
    bff.turn();
    return (response, honest) => sendFeed(response, honest.replace('"seq":3', '"seq":2'), bff.key);
  }, said: /numbers its samples wrongly/ },
  { name: 'a body without end', tell: () => (response) => {
    response.writeHead(200);
    const piece = Buffer.alloc(1_000_000, 32);
    const more = (): void => { while (!response.destroyed && response.write(piece)); };
    response.on('drain', more);
    more();
  }, said: /too large/ },
  { name: 'too many providers', tell: (bff) => {
    bff.feed.providers = Array.from({ length: 101 }, (_, at) => provider(`p${at}`, 'up'));
    return null;
  }, said: /more than 100 providers/ },
  { name: 'a redirect', tell: (bff) => (response) => {
    bff.lie = null;
    response.writeHead(302, { location: `${bff.url}/status/feed?after=0` }).end();
    response.once('close', () => { bff.lie = () => undefined; });
  }, said: /could not be read/ },
  { name: 'a refusal', tell: () => (response) => void response.writeHead(401).end(), said: /STATUS_FEED_KEY/ },
];
for (const { name, tell, said } of lies) {
  test(`a lie is refused and the page stays: ${name}`, async (t) => {
    const { bff, round, log, pass } = await watch(t);
    bff.turn();
    bff.turn();
    const before = await round();
    bff.lie = tell(bff);
    await round();
    pass(11_000);
    const after = await round();
    assert.match(log.join('\n'), said);
    assert.match(after.metrics.fault ?? '', said);
    assert.equal(after.metrics.stale, true);
    assert.equal(after.indicator, 'none', 'it answers probes');
    assert.match(after.headline, /figures are stale/);
    assert.deepEqual(after.turns, before.turns);
    assert.equal(component(after, 'gateway').status, 'operational');
    assert.equal(component(after, 'builtin').judged, false);
  });
}

test('samples with impossible durations are left out, the others are kept', async (t) => {
  const { bff, round } = await watch(t);
  const { timing } = bff.turn();
  bff.turn({ timing: { ...timing, firstToken: -40 } });
  bff.turn({ timing: { ...timing, total: 9e15 } });
  bff.turn();
  const observed = await round();
  assert.equal(observed.models[0]?.firstToken.n, 2);
});

test('a bff whose clock is a day off is read on our clock', async (t) => {
  const { bff, round } = await watch(t);
  const day = 86_400_000;
  bff.turn({ at: Date.now() + day - 3_000 });
  bff.lie = (response, honest) => sendFeed(response, JSON.stringify({ ...JSON.parse(honest), asOf: Date.now() + day }), bff.key);
  const observed = await round();
  const ended = observed.turns[0]?.at ?? 0;
  assert.ok(Math.abs(observed.asOf - 3_000 - ended) < 1_500, `${observed.asOf - ended} ms ago`);
});

test('a feed that hangs does not hold up the rounds and turns into stale figures', async (t) => {
  const { bff, round, pass } = await watch(t);
  await round();
  bff.lie = () => undefined;
  const started = performance.now();
  await round();
  assert.ok(performance.now() - started < 1_500);
  pass(11_000);
  const stale = await round();
  assert.equal(stale.metrics.stale, true);
  assert.equal(stale.indicator, 'none');
});

test('what cannot be kept, a full disk say, ends neither the round nor the process', async (t) => {
  const { bff, store, log } = await watch(t);
  const full = { ...store, record(): void { throw new Error('database or disk is full'); } };
  const collect = createCollect({ source: bff.url, key: undefined }, full, (line) => log.push(line));
  const stop = new AbortController();
  t.after(() => stop.abort());
  assert.equal((await collect.tick(stop.signal, []))?.components[0]?.status, 'operational');
  assert.match(log.join('\n'), /cannot be kept: database or disk is full/);
});

test('killed is down after three probes, hung too; up again after three good ones', async (t) => {
  const { bff, round } = await watch(t);
  bff.feed.providers = [provider('openai', 'up')];
  bff.feed.fallbackSince = Date.now();
  await round();
  bff.health = 'failing';
  await round();
  assert.equal((await round()).indicator, 'none');
  const down = await round();
  assert.equal(down.indicator, 'critical');
  assert.equal(down.headline, 'The chat does not answer');
  assert.equal(component(down, 'queue').status, 'major_outage');
  assert.equal(component(down, 'openai').judged, false, 'nothing is known of it now');
  assert.equal(down.fallbackSince, null);
  bff.health = 'ok';
  await round();
  await round();
  assert.equal((await round()).components[0]?.text, 'Does not answer our probes.', 'better has to last');
  bff.health = 'hanging';
  await round();
  await round();
  assert.equal((await round()).indicator, 'critical');
});

test('a collector that starts again beside a dead bff keeps what is known and since when', async (t) => {
  const { bff, round, store } = await watch(t);
  bff.feed.providers = [provider('openai', 'down', { failure: 'auth' }), provider('builtin', 'up')];
  bff.feed.queue = { depth: 2, inFlight: 1, capacity: 9 };
  const before = await round();
  await bff.close();
  const again = createCollect({ source: bff.url, key: undefined }, store, () => undefined);
  const stop = new AbortController();
  t.after(() => stop.abort());
  assert.equal(await again.tick(stop.signal, []), null, 'nothing is said before it is known');
  await again.tick(stop.signal, []);
  const after = await again.tick(stop.signal, []);
  assert.ok(after);
  assert.equal(after.headline, 'The chat does not answer');
  assert.equal(after.queue.capacity, 9);
  assert.deepEqual([component(after, 'openai').status, component(after, 'openai').judged], ['major_outage', false]);
  assert.equal(component(after, 'openai').since, component(before, 'openai').since);
});

test('a refused key is that provider being out, in words; a missing one is not a fault', async (t) => {
  const { bff, round } = await watch(t);
  bff.feed.providers = [provider('openai', 'down', { failure: 'auth' }), provider('anthropic', 'off'), provider('builtin', 'up')];
  bff.feed.models = [{ id: 'gpt-5-mini', provider: 'openai' }, { id: 'claude', provider: 'anthropic' }, { id: 'builtin', provider: 'builtin' }];
  const observed = await round();
  assert.equal(component(observed, 'openai').status, 'major_outage');
  assert.equal(component(observed, 'openai').text, 'Out: the key was refused.');
  assert.equal(component(observed, 'anthropic').configured, false);
  assert.equal(observed.indicator, 'major');
  assert.equal(observed.headline, 'openai is out, the chat answers');
  assert.deepEqual(observed.models.map((each) => [each.id, each.state]), [['gpt-5-mini', 'major_outage'], ['builtin', 'operational']]);
});

test('an open incident that people wrote raises the page and heads it; one that is over does not', async (t) => {
  const { round } = await watch(t);
  const incident: PublishedIncident = {
    id: 'now', title: 'Invoices are wrong', status: 'identified', impact: 'major', startedAt: Date.now(), resolvedAt: null, components: ['gateway'], updates: [], rootCause: null, fix: null,
  };
  const open = await round([incident]);
  assert.deepEqual([open.indicator, open.headline, open.openIncidents.length], ['major', 'Invoices are wrong', 1]);
  const over = await round([{ ...incident, status: 'resolved' }]);
  assert.deepEqual([over.indicator, over.headline, over.openIncidents.length], ['none', 'All systems operational', 0]);
});

test('with STATUS_FEED_KEY the feed is signed with it', async (t) => {
  const { bff, round } = await watch(t, 'shared-secret');
  bff.key = 'shared-secret';
  bff.turn();
  assert.equal((await round()).models[0]?.firstToken.n, 1);
});

test('the same samples written twice count once, whoever sends them', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-status-'));
  const store = openStore(join(folder, 'status.db'), () => undefined);
  t.after(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const now = Date.now();
  for (const read of [2, 2]) store.record({ epoch: 'one', read, seq: 2, asOf: now }, [sampleOf(1), sampleOf(2)], now);
  assert.equal(count(store.sketch('minute', 'builtin', 'firstToken', now - 120_000)), 2);
  assert.equal(count(store.sketch('day', 'builtin', 'reply', 0)), 2);
  store.trim(now + 3 * 86_400_000);
  assert.equal(count(store.sketch('minute', 'builtin', 'firstToken', 0)), 0, 'minutes are kept for two days');
  assert.equal(count(store.sketch('day', 'builtin', 'reply', 0)), 2);
});

test('a damaged database is set aside, not deleted, and the watch begins anew', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-status-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const log: string[] = [];
  writeFileSync(join(folder, 'status.db'), 'this is not a database, whatever its name says'.repeat(200));
  const store = openStore(join(folder, 'status.db'), (line) => log.push(line));
  store.setMeta('begun', '1');
  assert.equal(store.meta('begun'), '1');
  store.close();
  assert.match(log[0] ?? '', /damaged/);
  assert.ok(readdirSync(folder).some((name) => name.startsWith('status.db.damaged-')));
});
