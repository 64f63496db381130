/**
 * When the next model is asked and who answers: one step of an answer as a pure function of its state, what
 * happened and the time. The rules:
 * - The next is started when the first is later than it usually is, after `nextStart` at the latest; a further one
 *   sooner after that, if it still has a chance to be in time. A slow call is never given up for it: the first
 *   content decides, then the others are ended at once.
 * - A call that fails before anybody has answered is replaced at once.
 * - Calls beyond a turn's first are paid from a purse that every turn fills by `extraCalls`. A third call, and what
 *   only makes us faster, leaves a reserve in it; where nothing runs any more the purse may fall below zero.
 * - With `extraCalls` of 1 or more two or more are asked from the start.
 */
import type { FailureKind } from '@halfsecond/shared/status';
import type { RouteSettings } from '../layers.ts';
import type { HealthEvent } from './health.ts';
import { nextOf, TOOLLESS, type Choice } from './pick.ts';
import { hope, quantile } from './sketch.ts';

/** `lateAt`: from then on (epoch ms) the call is later than its model usually is. */
type Call = { choice: Choice; startedAt: number; lateAt: number; late: boolean; open: boolean };
/**
 * `nextAt`: when the next is due (epoch ms); null when nobody is waited for. `out`: models not to be asked any more.
 * `cause`: why the one before could not answer. `extras`: calls that were started beside another that was late.
 */
export type Race = { begunAt: number; order: Choice[]; calls: Call[]; out: string[]; winner: number | null; cause: string | null; extras: number; nextAt: number | null };
/** Extra calls that may be made, over all turns. */
export type Purse = number;

/** `call` is the index of a call, in the order of their starts. */
export type RaceEvent =
  | { type: 'begun' }
  | { type: 'time' }
  /** The first content of a call. */
  | { type: 'content'; call: number }
  | { type: 'ended'; call: number }
  /** `said`: some of the answer has been shown, by this call or one before it. */
  | { type: 'failed'; call: number; failure: FailureKind; retryAfter: number | null; said: boolean }
  /** The call could not be begun, which is nobody's fault. */
  | { type: 'withheld'; call: number; why: string }
  /** After `queue`: a place at this model is ours, or there was none in time at any of `models`. */
  | { type: 'placed'; model: string }
  | { type: 'unplaced'; models: string[]; timedOut: boolean }
  /** The visitor wants no answer any more. */
  | { type: 'left' };
export type RaceAction =
  /** `beside`: of what the visitor need not hear: another call to the same model, or at the same time. */
  | { do: 'start'; call: number; choice: Choice; reason: string; beside: boolean }
  /** From now on what this call says is the answer. */
  | { do: 'deliver'; call: number }
  | { do: 'cancel'; call: number }
  /** All that could be asked are at their limit: stand in line for one of them. */
  | { do: 'queue'; models: string[] }
  | { do: 'fail'; code: string };
/** `told` is for health. `wakeAt`: when a 'time' event is wanted at the latest (epoch ms). */
export type Advance = { race: Race; purse: Purse; actions: RaceAction[]; told: HealthEvent[]; wakeAt: number | null };

/** What the purse holds at the start and at most, and what is kept for rescues. */
export const PURSE_START: Purse = 100;
const PURSE_MAX = 200;
const RESERVE = 100;
/**
 * A call is late when this share of its model's calls had already said something, or after so many times the time
 * that half of them need: where the slow ones are many, the share alone would wait for one of these. When time
 * presses, a smaller share.
 */
const USUAL = 0.92;
const TIMES = 2;
const PRESSED = 0.75;
/** A call is not worth a coin when its chance to make it in the time that is left is smaller. */
const WORTH = 0.4;
/** When nobody could be started although it was time: try again after this (ms). */
const AGAIN_MS = 100;

export function createRace(order: Choice[], now: number): Race {
  return { begunAt: now, order, calls: [], out: [], winner: null, cause: null, extras: 0, nextAt: null };
}

/** `busy`: models that take no further call now. The race handed in is left as it was. */
export function advance(before: Race, purse: Purse, event: RaceEvent, now: number, settings: RouteSettings, busy: ReadonlySet<string>): Advance {
  const race: Race = { ...before, calls: before.calls.map((call) => ({ ...call })), out: [...before.out] };
  const actions: RaceAction[] = [];
  const told: HealthEvent[] = [];
  let coins = purse;

  switch (event.type) {
    case 'begun':
      coins = Math.min(settings.extraCalls > 0 ? PURSE_MAX : 0, coins + settings.extraCalls);
      replace(false);
      for (let n = 1; n <= settings.extraCalls && coins >= RESERVE + 1; n++) rival();
      break;
    case 'time':
      break;
    case 'content':
      if (race.winner === null) won(event.call);
      break;
    case 'ended': {
      const call = opened(event.call);
      if (race.winner === null) won(event.call);
      call.open = false;
      tell(call, { type: 'ended', ms: now - call.startedAt });
      break;
    }
    case 'failed':
      tell(opened(event.call), { type: 'failed', failure: event.failure, retryAfter: event.retryAfter, spoke: race.winner === event.call });
      gone(event.call, `the model before failed: ${event.failure}`, event.said);
      break;
    case 'withheld':
      // Another may have had content in the same instant, and ended this one.
      if (!race.calls[event.call]?.open) break;
      tell(opened(event.call), { type: 'withdrawn' });
      gone(event.call, event.why, false);
      break;
    case 'placed': {
      const choice = race.order.find(({ model }) => model.id === event.model);
      if (choice) start(choice, reasonFor(choice));
      break;
    }
    case 'unplaced':
      race.out.push(...event.models);
      if (event.timedOut && race.cause === null) actions.push({ do: 'fail', code: 'queue_timeout' });
      else replace(false);
      break;
    case 'left':
      race.nextAt = null;
      for (const [index, call] of race.calls.entries()) if (call.open) stop(call, index, false);
      break;
  }
  if (race.winner === null) watch();
  return { race, purse: coins, actions, told, wakeAt: wakeAt() };

  /** The first content: this call answers, the others are ended. Who was overtaken by a later start was overdue. */
  function won(at: number): void {
    const winner = opened(at);
    race.winner = at;
    race.nextAt = null;
    actions.push({ do: 'deliver', call: at });
    tell(winner, { type: 'content', ms: now - winner.startedAt, late: winner.late });
    for (const [index, call] of race.calls.entries()) {
      if (!call.open || index === at) continue;
      if (!call.late && call.startedAt < winner.startedAt) overdue(call);
      stop(call, index, true);
    }
  }

  /** A call without a whole answer: another takes its place, beside those that run only if the purse allows it. */
  function gone(at: number, cause: string, said: boolean): void {
    const call = opened(at);
    call.open = false;
    race.out.push(call.choice.model.id);
    race.cause = cause;
    if (race.winner === at) race.winner = null;
    if (race.winner !== null) return;
    if (!race.calls.some((entry) => entry.open)) replace(said);
    else if (coins >= 1) extra();
  }

  function stop(call: Call, index: number, lost: boolean): void {
    call.open = false;
    actions.push({ do: 'cancel', call: index });
    tell(call, { type: 'stopped', ms: now - call.startedAt, lost, spoke: race.winner === index });
  }

  /** Marks who is late and starts the next when it is time. */
  function watch(): void {
    for (const call of race.calls) if (call.open && !call.late && now >= call.lateAt) overdue(call);
    if (race.nextAt === null || now < race.nextAt) return;
    const rescue = race.extras === 0 || now - race.begunAt >= settings.firstTokenLimit;
    if (coins >= (rescue ? 1 : RESERVE + 1) && extra()) return;
    race.nextAt = now + AGAIN_MS;
  }

  /** One more beside those that run: another model, or one that is late by its own measure once more. */
  function extra(): boolean {
    const times = (id: string): number => race.calls.filter(({ choice }) => choice.model.id === id).length;
    // One without the tools takes a place that is free, it never competes with who has them.
    const others = askable().filter(({ model, group }) => times(model.id) === 0 && (group !== TOOLLESS || race.order[0]?.group === TOOLLESS));
    const again = askable().filter(({ model, standing }) => standing === 'well' && times(model.id) === 1 && race.calls.every((call) => call.late || call.choice.model.id !== model.id));
    const pool = race.extras === 0 && others.length > 0 ? others : [...others, ...again];
    const left = settings.firstTokenLimit - (now - race.begunAt);
    const choice = nextOf(pool, left > 0 ? left : settings.firstTokenTarget, now);
    if (choice === null || (left > 0 && hope(choice.first, left, now) < WORTH)) return false;
    race.extras += 1;
    coins -= 1;
    start(choice, race.cause ?? `${race.calls.findLast((call) => call.open)?.choice.model.id ?? ''} is late`, times(choice.model.id) > 0);
    return true;
  }

  /** A second call from the start: where the chance of being on target is best, which may be the same model. */
  function rival(): void {
    const lead = race.calls[0]?.choice;
    const pool = askable().filter(({ group }) => group === lead?.group);
    if (lead === undefined || pool.length === 0) return;
    const likely = (choice: Choice): number => (choice.standing === 'rested' ? 0 : hope(choice.first, settings.firstTokenTarget, now));
    coins -= 1;
    start(pool.reduce((best, choice) => (likely(choice) > likely(best) ? choice : best)), 'asked at the same time', true);
  }

  /** Nobody runs: the next that is free, a place in line when all are busy, builtin when no model is left. */
  function replace(said: boolean): void {
    const models = race.order.filter(({ builtin, model }) => !builtin && !race.out.includes(model.id));
    const free = askable();
    // Builtin speaks in whole sentences of the documents: it cannot continue another's.
    const last = said ? undefined : race.order.find(({ builtin, model }) => builtin && !race.out.includes(model.id));
    const choice = race.calls.length === 0 ? free[0] : nextOf(free, settings.firstTokenTarget, now);
    if (choice) return start(choice, reasonFor(choice));
    if (models.length > 0) return void actions.push({ do: 'queue', models: models.map(({ model }) => model.id) });
    if (last) return start(last, reasonFor(last));
    actions.push({ do: 'fail', code: said ? 'answer_interrupted' : 'no_model_available' });
  }

  function start(choice: Choice, reason: string, beside = false): void {
    const { model, first, standing, builtin } = choice;
    if (race.calls.length > 0 && !builtin && !race.calls.some((call) => call.open)) coins = Math.max(coins - 1, -PURSE_MAX);
    const half = quantile(first, 0.5, now);
    const usual = half === null ? settings.nextStart : Math.min(quantile(first, USUAL, now) ?? settings.nextStart, TIMES * half);
    const late = clamp(usual, settings.firstTokenTarget / 2, settings.firstTokenLimit);
    // One that rested until now is on trial: the visitor should not have to wait for the verdict.
    const patience = standing === 'rested' ? settings.firstTokenTarget / 2
      // Where two were asked from the start the target is lost with both: what is left to save has time.
      : race.extras === 0 ? (beside ? settings.nextStart : Math.min(late, settings.nextStart))
      : quantile(first, PRESSED, now) ?? settings.nextStart / 2;
    race.nextAt = builtin ? null : now + patience;
    actions.push({ do: 'start', call: race.calls.length, choice, reason, beside });
    race.calls.push({ choice, startedAt: now, lateAt: builtin ? Infinity : now + late, late: false, open: true });
    told.push({ type: 'started', at: now, provider: model.provider, model: model.id });
  }

  function reasonFor(choice: Choice): string {
    if (race.cause !== null) return race.cause;
    const first = race.order[0];
    return choice === first || first === undefined ? choice.reason : `${first.model.id} is at its limit`;
  }

  function askable(): Choice[] {
    return race.order.filter(({ builtin, model }) => !builtin && !race.out.includes(model.id) && !busy.has(model.id));
  }
  function overdue(call: Call): void {
    call.late = true;
    tell(call, { type: 'overdue' });
  }
  function tell({ choice: { model } }: Call, what: Untold): void {
    told.push({ ...what, at: now, provider: model.provider, model: model.id });
  }
  function opened(at: number): Call {
    const call = race.calls[at];
    if (!call?.open) throw new Error(`call ${at} of this race is not open`);
    return call;
  }
  function wakeAt(): number | null {
    if (race.winner !== null) return null;
    const times = race.calls.flatMap((call) => (call.open && !call.late && call.lateAt < Infinity ? [call.lateAt] : []));
    if (race.nextAt !== null && race.calls.some((call) => call.open)) times.push(race.nextAt);
    return times.length > 0 ? Math.min(...times) : null;
  }
}

type Untold = HealthEvent extends infer E ? (E extends HealthEvent ? Omit<E, 'at' | 'provider' | 'model'> : never) : never;

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
