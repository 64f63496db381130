/** The collector's rounds over real sockets against a bff that is honest, slow, silent or lying. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { createCollect, type Collect, type Observed } from '../../status/collector/collect.ts';
import { alive, probe, PROBE_DEADLINE_MS } from '../../status/collector/probe.ts';
import { createBoard } from '../../status/collector/quorum.ts';
import { count } from '../../status/collector/sketch.ts';
import { openStore, type Store } from '../../status/collector/store.ts';
import type { PublishedIncident } from '../../status/src/incident.ts';
import { until } from './harness.ts';
import { provider, sampleOf, sendFeed, startFakeBff, type FakeBff } from './fake-bff.ts';

type Watch = {
  bff: FakeBff; store: Store; log: string[]; folder: string; collect: Collect;
  round: (incidents?: PublishedIncident[], by?: Collect) => Promise<Observed>;
  /** Ages everything by `ms`; `jump` only sets the clock. */
  pass: (ms: number) => void; jump: (ms: number) => void;
  /** Another collector over the same store. */
  another: (store?: Store) => { tick: (rounds: number) => Promise<(Observed | null)[]> };
};
const PROBERS = ['a', 'b', 'c'];

async function watch(t: TestContext, key?: string): Promise<Watch> {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-status-'));
  const log: string[] = [];
  const ahead = { wall: 0, steady: 0 };
  const steady = () => performance.now() + ahead.steady;
  const time = { wall: () => Date.now() + ahead.wall, steady };
  const bff = await startFakeBff();
  const store = openStore(join(folder, 'status.db'), (line) => log.push(line));
  const stop = new AbortController();
  t.after(async () => {
    stop.abort();
    await bff.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const make = (on: Store) => {
    const board = createBoard(PROBERS.length);
    const collect = createCollect({ source: bff.url, key }, board, on, (line) => log.push(line), time);
    return { collect, tick: async (incidents: PublishedIncident[] = []) => {
      const { ok, ms } = await probe(`${bff.url}/healthz`, PROBE_DEADLINE_MS, alive, stop.signal);
      for (const prober of PROBERS) board.report(prober, 'bff', ok, ms, steady());
      return (await collect.tick(stop.signal, { incidents, maintenances: [], faults: [] }))?.observed ?? null;
    } };
  };
  const first = make(store);
  return {
    bff, store, log, folder, collect: first.collect,
    pass: (ms) => { ahead.wall += ms; ahead.steady += ms; },
    jump: (ms) => { ahead.wall += ms; },
    another: (on = store) => {
      const { tick } = make(on);
      return { tick: async (rounds) => {
        const all: (Observed | null)[] = [];
        for (let at = 0; at < rounds; at += 1) all.push(await tick());
        return all;
      } };
    },
    async round(incidents = []) {
      const observed = await first.tick(incidents);
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

test('what cannot be kept ends neither the round nor the process', async (t) => {
  const { store, log, another } = await watch(t);
  const broken = { ...store, record(): void { throw new Error('database or disk is full'); } };
  assert.equal((await another(broken).tick(1))[0]?.components[0]?.status, 'operational');
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
  assert.equal((await round()).components[0]?.text, 'Does not answer our probes (3 of 3 probers).', 'better has to last');
  bff.health = 'hanging';
  await round();
  await round();
  assert.equal((await round()).indicator, 'critical');
});

test('a collector that starts again beside a dead bff keeps what is known and since when', async (t) => {
  const { bff, round, another } = await watch(t);
  bff.feed.providers = [provider('openai', 'down', { failure: 'auth' }), provider('builtin', 'up')];
  bff.feed.queue = { depth: 2, inFlight: 1, capacity: 9 };
  const before = await round();
  await bff.close();
  const [first, , after] = await another().tick(3);
  assert.equal(first, null, 'nothing is said before it is known');
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
  const byItself = { ...incident, condition: 'gateway-down' };
  const well = await round([byItself]);
  assert.deepEqual([well.indicator, well.headline, well.openIncidents.length], ['none', 'All systems operational', 1], 'opened by itself, and what it is about works again');
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

test('our own clock set forward or back by a day is no outage, no staleness and no forgotten turn', async (t) => {
  const day = 86_400_000;
  for (const by of [day, -day]) {
    await t.test(`${by > 0 ? 'forward' : 'back'}`, async (inner) => {
      const { bff, round, jump, log } = await watch(inner);
      bff.turn();
      const before = await round();
      jump(by);
      bff.lie = () => undefined;
      const after = await round();
      assert.match(log.join('\n'), /clock of this host was set/);
      assert.deepEqual([after.metrics.stale, after.indicator], [false, 'none']);
      assert.ok(Math.abs((after.metrics.asOf ?? 0) - (before.metrics.asOf ?? 0) - by) < 2_000, 'the reading is as old as it was');
      bff.lie = null;
      bff.turn();
      const later = await until(() => round(), (each) => each.turns.some((turn) => Math.abs(turn.at - each.asOf) < 5_000), 5_000);
      assert.equal(later.gaps?.length, by > 0 ? 1 : 0, 'nobody watched the day that was skipped');
    });
  }
});

test('what the collector did not watch is a gap: after a pause, a restart and a silence of all probers', async (t) => {
  const { round, pass, store, another, collect } = await watch(t);
  await round();
  pass(60_000);
  const after = await round();
  assert.equal(after.gaps?.length, 1);
  const [gap] = after.gaps ?? [];
  assert.ok(gap && Math.abs(gap.until - gap.from - 60_000) < 2_000);
  const seconds = store.watched('gateway', 0).reduce((sum, each) => sum + each.operational, 0);
  assert.ok(seconds < 5, `${seconds} s were watched`);
  pass(120_000);
  const [again] = await another().tick(1);
  const [longer] = again?.gaps ?? [];
  assert.ok(longer && longer.until - longer.from > 179_000, 'a restart does not hide that nobody was there');
  pass(5_000);
  const { signal } = new AbortController();
  const unseen = await collect.tick(signal, { incidents: [], maintenances: [], faults: [] });
  assert.equal(unseen?.reached.state, 'unknown');
  assert.equal(component(unseen.observed, 'gateway').judged, false, 'no probers is no outage');
});

test('a full disk: figures go on in memory, the page says so, and later nothing is missing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-status-'));
  const log: string[] = [];
  let full = true;
  const path = join(folder, 'status.db');
  const store = openStore(path, (line) => log.push(line), (at) => {
    const db = new DatabaseSync(at);
    if (full) db.exec('PRAGMA max_page_count = 40');
    return db;
  });
  t.after(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const now = Date.now();
  for (let seq = 1; seq <= 400; seq += 1) store.record({ epoch: 'one', read: seq, seq, asOf: now }, [sampleOf(seq)], now);
  assert.match(store.fault() ?? '', /takes nothing/);
  assert.match(log.join('\n'), /cannot be written \(database or disk is full\)/);
  assert.equal(count(store.sketch('day', 'builtin', 'reply', 0)), 400);
  full = false;
  assert.equal(store.heal(true), true);
  assert.equal(store.fault(), null);
  const reopened = new DatabaseSync(path);
  assert.equal(reopened.prepare('SELECT count(*) AS n FROM sample').get()?.['n'], 400);
  reopened.close();
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
