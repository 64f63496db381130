/** The product's own policy in the simulated world: the very functions pick, foldHealth and advance, on a simulated clock. */
import { createHealth, foldHealth, probeDue, standingOf, timesOf, type HealthState } from '@halfsecond/bff/route/health.ts';
import type { Model, RouteSettings } from '@halfsecond/bff/layers.ts';
import { pick } from '@halfsecond/bff/route/pick.ts';
import { advance, createRace, PURSE_START, type Race, type RaceEvent } from '@halfsecond/bff/route/race.ts';
import type { Outcome } from './baselines.ts';
import { fateOf, NEVER, type World } from './world.ts';

export const SETTINGS: RouteSettings = { firstTokenTarget: 500, firstTokenLimit: 1_500, nextStart: 900, extraCalls: 0.1 };
/** A question with its snippets, and an answer (tokens); an answer takes this long (ms); a hung call is given up after this. */
const ASKED = 900;
const ANSWERED = 250;
const REPLY_MS = 2_500;
/** How often it is looked whether a probe is due (ms). */
const PROBE_EVERY = 10_000;
const GIVE_UP_MS = 12_000;

export type Run = { outcomes: Outcome[]; probes: number; cost: number; decisions: Float64Array };
type Turn = { index: number; at: number; race: Race; first: number; calls: number; asked: Map<string, number>; wake: number };

/** Plays all turns; `fateIn` is what becomes of a call. `decisions` holds the CPU time of pick and race of each turn (ms). */
export function ours(world: World, arrivals: number[], settings: RouteSettings, fateIn: typeof fateOf = fateOf): Run {
  const models = world.models.map(({ id, provider, input, output }): Model => ({ id, provider, model: id, inputPrice: input, outputPrice: output, quality: 2, maxConcurrent: 10_000, maxOutputTokens: 1_000, tools: true }));
  const nobody: ReadonlySet<string> = new Set();
  const within = settings.extraCalls >= 1 ? settings.firstTokenTarget : settings.firstTokenLimit;
  const agenda = createAgenda();
  const outcomes: Outcome[] = [];
  const decisions = new Float64Array(arrivals.length);
  let health: HealthState = createHealth([...new Set(world.models.map(({ provider }) => provider))].map((id) => ({ id, kind: 'openai', off: false })), 0);
  let purse = PURSE_START;
  let cost = 0;
  let probes = 0;

  function begin(index: number, at: number): void {
    const from = performance.now();
    const order = pick(models.map((model) => ({
      model, builtin: false, private: false, off: false, fits: true, able: true, cost: costOf(model, ANSWERED),
      standing: standingOf(health, model.provider, model.id, at), first: timesOf(health, model.provider, model.id).first,
    })), { dataClass: 'public', need: 1, within, now: at });
    decisions[index] = performance.now() - from;
    happen({ index, at, race: createRace(order, at), first: NEVER, calls: 0, asked: new Map(), wake: 0 }, { type: 'begun' }, at);
  }

  function happen(turn: Turn, event: RaceEvent, now: number): void {
    const from = performance.now();
    const next = advance(turn.race, purse, event, now, settings, nobody);
    decisions[turn.index] = (decisions[turn.index] ?? 0) + performance.now() - from;
    turn.race = next.race;
    purse = next.purse;
    for (const told of next.told) health = foldHealth(health, told);
    for (const action of next.actions) {
      if (action.do === 'start') call(turn, action.call, action.choice.model, now);
      else if (action.do === 'deliver') turn.first = now - turn.at;
    }
    if (turn.race.winner !== null || next.actions.some((action) => action.do === 'fail')) outcomes[turn.index] = { at: turn.at, first: turn.first, calls: turn.calls };
    const wake = (turn.wake += 1);
    if (next.wakeAt !== null) agenda.add(next.wakeAt, () => wake === turn.wake && happen(turn, { type: 'time' }, Math.max(next.wakeAt ?? now, now)));
  }

  function call(turn: Turn, id: number, model: Model, now: number): void {
    const nth = turn.asked.get(model.id) ?? 0;
    turn.asked.set(model.id, nth + 1);
    turn.calls += 1;
    cost += costOf(model, 0);
    const fate = fateIn(world, model.id, turn.index, nth, now);
    const open = (): boolean => turn.race.calls[id]?.open ?? false;
    if (fate.failure !== null || fate.ms > GIVE_UP_MS) {
      const event = { type: 'failed' as const, call: id, failure: fate.failure ?? 'timeout' as const, retryAfter: fate.retryAfter, said: false };
      agenda.add(now + Math.min(fate.ms, GIVE_UP_MS), (at) => open() && happen(turn, event, at));
      return;
    }
    agenda.add(now + fate.ms, (at) => {
      if (!open()) return;
      happen(turn, { type: 'content', call: id }, at);
      cost += costOf(model, ANSWERED) - costOf(model, 0);
      agenda.add(at + REPLY_MS, (end) => happen(turn, { type: 'ended', call: id }, end));
    });
  }

  function probe(at: number): void {
    for (const model of models) {
      if (!probeDue(health, model.provider, model.id, settings.firstTokenLimit, at)) continue;
      if (purse < 1) continue;
      purse -= 1;
      const about = { provider: model.provider, model: model.id };
      const fate = fateIn(world, model.id, -1 - Math.floor(at / PROBE_EVERY), 0, at);
      probes += 1;
      health = foldHealth(health, { type: 'started', at, ...about });
      agenda.add(at + Math.min(fate.ms, GIVE_UP_MS), (end) => {
        if (fate.failure === null && fate.ms <= GIVE_UP_MS) {
          health = foldHealth(health, { type: 'content', at: end, ...about, ms: fate.ms, late: fate.ms > settings.firstTokenLimit });
          health = foldHealth(health, { type: 'ended', at: end, ...about, ms: fate.ms });
        } else health = foldHealth(health, { type: 'failed', at: end, ...about, failure: fate.failure ?? 'timeout', retryAfter: fate.retryAfter, spoke: false });
      });
    }
    if (at + PROBE_EVERY < (arrivals.at(-1) ?? 0)) agenda.add(at + PROBE_EVERY, probe);
  }

  probe(0);
  for (const [index, at] of arrivals.entries()) {
    agenda.until(at);
    begin(index, at);
  }
  agenda.until(Infinity);
  return { outcomes, probes: probes / arrivals.length, cost: cost / arrivals.length, decisions };
}

function costOf({ inputPrice = 0, outputPrice = 0 }: Model, outputTokens: number): number {
  return (ASKED * inputPrice + outputTokens * outputPrice) / 1_000_000;
}

type Job = (at: number) => unknown;

/** Jobs in the order of their times: a binary heap. */
function createAgenda() {
  const heap: { at: number; job: Job }[] = [];
  const less = (a: number, b: number): boolean => (heap[a]?.at ?? Infinity) < (heap[b]?.at ?? Infinity);
  const swap = (a: number, b: number): void => {
    const [x, y] = [heap[a], heap[b]];
    if (x && y) [heap[a], heap[b]] = [y, x];
  };
  return {
    add(at: number, job: Job): void {
      heap.push({ at, job });
      for (let child = heap.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (!less(child, parent)) break;
        swap(child, parent);
        child = parent;
      }
    },
    /** Runs what is due before `limit`. */
    until(limit: number): void {
      for (let top = heap[0]; top !== undefined && top.at <= limit; top = heap[0]) {
        const last = heap.pop();
        if (last && heap.length > 0) {
          heap[0] = last;
          for (let parent = 0; ; ) {
            const left = 2 * parent + 1;
            const child = less(left + 1, left) ? left + 1 : left;
            if (!less(child, parent)) break;
            swap(child, parent);
            parent = child;
          }
        }
        top.job(top.at);
      }
    },
  };
}
