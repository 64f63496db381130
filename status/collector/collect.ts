/** One second of the collector: probe and pull, remember, judge, hand out the state. */
import { STALE_AFTER_MS } from '@halfsecond/shared/limits';
import { feed as feedSchema, type Feed, type ProviderHealth } from '@halfsecond/shared/status';
import { open, type PublishedIncident } from '../src/incident.ts';
import { follow, ours, skew } from './follow.ts';
import {
  hold, judgeGateway, judgeModel, judgeProvider, judgeQueue, judgeTools, JUDGE_WINDOW_MS, overall, reach, type Held, type Reach, type Recent, type Verdict,
} from './judge.ts';
import { probe, PROBE_DEADLINE_MS } from './probe.ts';
import { pull, type PullOptions } from './pull.ts';
import { figuresOf, headline, latestTurn, latestTurns, WINDOW_MS, type Component, type ModelView, type Snapshot } from './snapshot.ts';
import type { Store } from './store.ts';

const RECENT_TURNS = 500;
/** A tick that comes later than this after the one before leaves a hole in what was watched (ms). */
const GAP_MS = 3_000;

export type Observed = Omit<Snapshot, 'seq' | 'previous'>;
export type Collect = {
  /** One round. Null until the first probes have said whether the bff lives. */
  tick: (stop: AbortSignal, incidents: PublishedIncident[]) => Promise<Observed | null>;
};

/** @param clock epoch ms; another one lets a test age what was read */
export function createCollect(options: PullOptions, store: Store, log: (line: string) => void, clock: () => number = Date.now): Collect {
  let reached: Reach = { state: 'unknown', failed: 0, good: 0 };
  let feed: Feed | null = kept(store, 'feed', (value) => feedSchema.parse(value));
  let shift = 0;
  let readAt = Number(store.meta('readAt')) || null;
  let fault: string | null = null;
  let pulling: Promise<void> | null = null;
  let tickedAt: number | null = null;
  // Kept over a restart, so that "since" stays true and a dead bff does not take the page's contents with it.
  const held = new Map<string, Held>(kept(store, 'held', (value) => value as [string, Held][]) ?? []);

  /** Never rejects: it may end long after the round that began it. */
  async function pullOnce(stop: AbortSignal): Promise<void> {
    let told: string | null;
    try {
      let step = await read(stop);
      if (step === 'restart') step = await read(stop);
      told = step === 'read' ? null : step === 'restart' ? 'The feed changes its epoch at every reading.' : step.fault;
    } catch (error) {
      log(`What was read cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
      told = 'The status host cannot keep what it reads.';
    }
    if (stop.aborted || told === fault) return;
    fault = told;
    log(told ?? 'The feed is read again.');
  }

  async function read(stop: AbortSignal): Promise<'read' | 'restart' | { fault: string }> {
    const position = store.position();
    const pulled = await pull(options, position?.read ?? 0, stop);
    if ('fault' in pulled) return pulled;
    const now = clock();
    const step = follow(position, store.pastEpochs(), pulled.feed);
    if (step.kind === 'refuse') return step;
    if (step.kind === 'restart') {
      store.record(step.position, [], now);
      return 'restart';
    }
    shift = skew(pulled.feed, now);
    store.record(step.position, step.samples.map((sample) => ({ ...sample, at: ours(sample.at, shift, now) })), now);
    feed = pulled.feed;
    readAt = now;
    store.setMeta('readAt', String(now));
    store.setMeta('feed', JSON.stringify({ ...feed, samples: [] }));
    return 'read';
  }

  function judge(now: number, stale: boolean): { components: Component[]; builtins: Set<string>; recent: Recent[] } {
    const recent = store.turnsSince(now - JUDGE_WINDOW_MS, RECENT_TURNS);
    const down = reached.state === 'down';
    const blind = down || stale;
    const components: Component[] = [];
    const builtins = new Set<string>();
    const put = (id: string, name: string, kind: Component['kind'], configured: boolean, verdict: Verdict): void => {
      if (components.some((each) => each.id === id)) return;
      const before = held.get(id);
      // Blind means: keep saying what was last known, but do not count it.
      const seen = !verdict.judged && before && configured ? { ...verdict, status: before.status } : verdict;
      const settled = hold(before, seen, now);
      held.set(id, settled);
      components.push({ id, name, kind, configured, status: settled.status, text: settled.text, judged: settled.judged, since: settled.since });
    };
    put('gateway', 'Gateway', 'gateway', true, judgeGateway(reached, stale, recent));
    put('queue', 'Queue', 'queue', true, judgeQueue(down, stale, feed?.queue ?? null, recent));
    for (const health of feed?.providers ?? []) {
      if (health.kind === 'builtin') builtins.add(health.id);
      put(health.id, health.id, 'provider', health.state !== 'off', judgeProvider(blind, health, recent));
    }
    if (feed && feed.tools.length > 0) put('tools', 'Tools', 'tools', true, judgeTools(blind, recent));
    return { components, builtins, recent };
  }

  function models(now: number, blind: boolean, components: Component[], recent: Recent[]): ModelView[] {
    const off = new Set((feed?.providers ?? []).filter((each: ProviderHealth) => each.state === 'off').map((each) => each.id));
    const known = new Map((feed?.models ?? []).filter((each) => !off.has(each.provider)).map((each) => [each.id, each.provider]));
    for (const id of store.modelsSince(now - WINDOW_MS)) if (!known.has(id)) known.set(id, store.turnsOf(id, 1)[0]?.provider ?? id);
    return [...known].map(([id, provider]) => {
      const last = store.turnsOf(id, 1)[0];
      return {
        id,
        provider,
        firstToken: figuresOf(store, 'minute', id, 'firstToken', now - WINDOW_MS),
        reply: figuresOf(store, 'minute', id, 'reply', now - WINDOW_MS),
        window: WINDOW_MS,
        asOf: readAt ?? now,
        state: judgeModel(components.find((each) => each.kind === 'provider' && each.id === provider), id, recent),
        last: last ? latestTurn(last) : null,
        judged: !blind,
      };
    });
  }

  return {
    async tick(stop, incidents) {
      pulling ??= pullOnce(stop).finally(() => { pulling = null; });
      const [good] = await Promise.all([probe(options.source, stop), settledWithin(pulling, PROBE_DEADLINE_MS)]);
      if (stop.aborted) return null;
      const before = reached.state;
      reached = reach(reached, good);
      if (reached.state !== before) log(`The bff is ${reached.state}.`);
      if (reached.state === 'unknown') return null;
      const now = clock();
      const stale = readAt === null || now - readAt > STALE_AFTER_MS;
      const blind = stale || reached.state === 'down';
      const { components, builtins, recent } = judge(now, stale);
      store.setMeta('held', JSON.stringify([...held]));
      const elapsed = tickedAt === null ? 1_000 : now - tickedAt;
      tickedAt = now;
      if (elapsed > 0 && elapsed <= GAP_MS) {
        store.watch(components.filter((each) => each.judged && each.configured), elapsed / 1_000, now);
      }
      const openIncidents = incidents.filter(open);
      const indicator = overall(
        components.map((each) => ({ id: each.id, kind: each.kind, builtin: builtins.has(each.id), verdict: each })),
        openIncidents.map((each) => each.impact),
      );
      return {
        version: 1,
        asOf: now,
        indicator,
        headline: headline(indicator, components, stale, openIncidents),
        metrics: { asOf: readAt, stale, fault: stale && reached.state !== 'down' ? fault : null },
        components,
        models: models(now, blind, components, recent),
        queue: { depth: feed?.queue.depth ?? null, inFlight: feed?.queue.inFlight ?? null, capacity: feed?.queue.capacity ?? null, asOf: readAt },
        // What may have ended unseen is not claimed.
        fallbackSince: blind || feed?.fallbackSince == null ? null : ours(feed.fallbackSince, shift, now),
        turns: latestTurns(store, now),
        openIncidents,
      };
    },
  };
}

/** What an earlier life of this collector wrote; null when there is none that can be read. */
function kept<T>(store: Store, key: string, read: (value: unknown) => T): T | null {
  const text = store.meta(key);
  if (text === null) return null;
  try {
    return read(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Resolves when `work` does or when `ms` have passed, whichever is first; the timer does not outlive it. */
async function settledWithin(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => { timer = setTimeout(resolve, ms); });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
