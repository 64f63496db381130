/** One second of the collector: read and listen to the probers, remember, judge, hand out the state. */
import { STALE_AFTER_MS } from '@halfsecond/shared/limits';
import type { ProviderHealth, Side } from '@halfsecond/shared/status';
import type { Written } from '../incidents/ledger.ts';
import { open, type PublishedIncident } from '../src/incident.ts';
import { judgeComponents } from './components.ts';
import { blameOf } from './hops.ts';
import { judgeModel, JUDGE_WINDOW_MS, overall, type Held, type Traffic } from './judge.ts';
import { PROBE_DEADLINE_MS } from './probe.ts';
import type { PullOptions } from './pull.ts';
import type { Board, Reached } from './quorum.ts';
import { createReader, kept, type Reader } from './reader.ts';
import { figuresOf, headline, latestTurn, latestTurns, WINDOW_MS, type Component, type ModelView, type Snapshot } from './snapshot.ts';
import type { Store } from './store.ts';

const RECENT_TURNS = 500;
/** A tick that comes later than this after the one before leaves a hole in what was watched (ms). */
const GAP_MS = 3_000;
/** Our clock was set when it moved by so much more, or less, than time passed (ms). */
const JUMP_MS = 2_000;
const DAY = 86_400_000;

export type Observed = Omit<Snapshot, 'seq' | 'previous'>;
/** Epoch ms, and ms on a clock that nobody sets. */
export type Time = { wall: () => number; steady: () => number };
export type Collect = {
  /** One round. Null until the first probes have said whether the bff lives; `hurry`: without waiting for the feed. */
  tick: (stop: AbortSignal, written: Written, hurry?: boolean) => Promise<Ticked | null>;
};
/** `builtin`: providers inside the bff's own process. */
export type Ticked = { observed: Observed; reached: Reached; builtin: ReadonlySet<string> };

const realTime: Time = { wall: Date.now, steady: () => performance.now() };

/** @param time another one lets a test age what was read */
export function createCollect(options: PullOptions, board: Board, store: Store, log: (line: string) => void, time: Time = realTime): Collect {
  const reader = createReader(options, store, log, time.wall);
  // Kept over a restart, so that "since" stays true and a dead bff does not take the page's contents with it.
  const held = new Map<string, Held>(kept(store, 'held', (value) => value as [string, Held][]) ?? []);
  let ticked = { wall: Number(store.meta('tickedAt')) || null, steady: Number.NaN };
  let said: Reached['state'] = 'unknown';
  let known = false;

  /** Seconds that this tick stands for; 0 after a hole, which is remembered. */
  function passed(now: number, steady: number): number {
    const before = ticked;
    ticked = { wall: now, steady };
    if (before.wall === null) return 1;
    const elapsed = steady - before.steady;
    const moved = now - before.wall;
    if (Number.isNaN(elapsed)) {
      if (moved > GAP_MS) store.gap(before.wall, now);
      return 1;
    }
    const jump = moved - elapsed;
    if (Math.abs(jump) > JUMP_MS) {
      log(`The clock of this host was set ${jump > 0 ? 'forward' : 'back'} by ${Math.round(Math.abs(jump) / 1_000)} s.`);
      reader.moveClock(jump);
      for (const each of held.values()) if (each.betterSince !== null) each.betterSince += jump;
    }
    if (moved > GAP_MS) store.gap(before.wall, now);
    return elapsed > GAP_MS ? 0 : elapsed / 1_000;
  }

  return {
    async tick(stop, written, hurry = false) {
      await settledWithin(reader.read(stop), hurry ? 0 : PROBE_DEADLINE_MS);
      if (stop.aborted) return null;
      const [now, steady] = [time.wall(), time.steady()];
      const reached = board.bff(steady);
      if (reached.state !== said) log(`The bff is ${reached.state} (${reached.down} of ${reached.of} probers do not reach it).`);
      said = reached.state;
      known ||= reached.state !== 'unknown';
      if (!known) return null;

      const seconds = passed(now, steady);
      const [feed, readAt] = [reader.feed(), reader.readAt()];
      const stale = readAt === null || now - readAt > STALE_AFTER_MS;
      const blind = stale || reached.state === 'down' || reached.state === 'unknown';
      const builtin = new Set((feed?.providers ?? []).filter((each) => each.kind === 'builtin').map((each) => each.id));
      const traffic: Traffic = { recent: store.turnsSince(now - JUDGE_WINDOW_MS, RECENT_TURNS, now), builtin, now };
      const outside = (id: string) => board.provider(id, steady).state;
      const components = judgeComponents(held, { reached, stale, feed, traffic, outside, maintenances: written.maintenances });
      store.setMeta('held', JSON.stringify([...held]));
      store.setMeta('tickedAt', String(now));
      // Nobody reported: this second was not watched by anyone.
      if (reached.state === 'unknown') store.gap(now - seconds * 1_000, now);
      else if (seconds > 0) store.watch(components.filter((each) => each.judged && each.configured), seconds, now);

      const diskFault = store.fault();
      const openIncidents = written.incidents.filter(open);
      // What is only being watched still has an incident, but the chat works; so does what was opened by itself and is well again.
      const raising = openIncidents.filter((each) => each.status !== 'monitoring' && !isWell(each, components));
      const indicator = overall(
        components.map((each) => ({ id: each.id, kind: each.kind, builtin: builtin.has(each.id), verdict: each })),
        raising.map((each) => each.impact),
      );
      const observed: Observed = {
        version: 1,
        asOf: now,
        indicator,
        headline: headline(indicator, components, stale, raising),
        metrics: { asOf: readAt, stale, fault: stale && reached.state !== 'down' ? reader.fault() : null },
        components,
        models: models(store, reader, blind, components, traffic),
        queue: { depth: feed?.queue.depth ?? null, inFlight: feed?.queue.inFlight ?? null, capacity: feed?.queue.capacity ?? null, asOf: readAt },
        // What may have ended unseen is not claimed.
        fallbackSince: blind || feed?.fallbackSince == null ? null : reader.ours(feed.fallbackSince, now),
        turns: latestTurns(store, now),
        openIncidents,
        incidents: written.incidents,
        maintenances: written.maintenances,
        probers: board.views(steady, now - steady),
        gaps: store.gaps(now - DAY),
        blame: blamed(traffic),
        faults: [...written.faults, ...(diskFault === null ? [] : [diskFault])],
      };
      return { observed, reached, builtin };
    },
  };
}

function models(store: Store, reader: Reader, blind: boolean, components: Component[], traffic: Traffic): ModelView[] {
  const { now } = traffic;
  const feed = reader.feed();
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
      asOf: reader.readAt() ?? now,
      state: judgeModel(components.find((each) => each.kind === 'provider' && each.id === provider), id, traffic),
      last: last ? latestTurn(last) : null,
      judged: !blind,
    };
  });
}

/** Whose fault the faulty turns of the last minute were. */
function blamed({ recent, builtin }: Traffic): Record<Side, number> & { n: number } {
  const counts = { own: 0, provider: 0, n: recent.length };
  for (const turn of recent) {
    const blame = blameOf(turn, builtin);
    if (blame) counts[blame.side] += 1;
  }
  return counts;
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

/** Whether an incident that people did not write is about components that all work by now: it is open until that has lasted. */
function isWell({ condition, components }: PublishedIncident, all: Component[]): boolean {
  const own = all.filter(({ id }) => components.includes(id));
  return condition !== null && condition !== undefined && own.length > 0 && own.every(({ judged, status }) => judged && status === 'operational');
}
