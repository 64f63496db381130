/**
 * One step of an answer on real calls: does what race.ts decides and tells it what happens. Several attempts may
 * run; only the parts of the one that answers pass, and the others are ended the moment it has content.
 */
import { randomBytes } from 'node:crypto';
import { causeOf, type RouteInput, type RoutePart } from '../layers.ts';
import { runAttempt, type Attempted } from './attempt.ts';
import { createChannel, type Source } from './channel.ts';
import type { Choice } from './pick.ts';
import type { Taken } from './places.ts';
import { costOf, type Price } from './prices.ts';
import { askToStop, type Heard, type Stop } from './provider.ts';
import { advance, createRace, type Race, type RaceAction, type RaceEvent } from './race.ts';
import { createShaper, finish, say, type Shaper } from './shape.ts';
import { BUDGET_REASON, realCost, worstCost, type Settle } from './spend.ts';
import type { Plan, Table } from './table.ts';
import { snippetsUsed } from './answer/cite.ts';

/** A call that runs. `held`: what it has said while it is not yet clear who answers. `takeover`: it is still to be said that it takes over. */
type Running = { choice: Choice; fallback: boolean; stop: Stop; held: Heard[] | null; delivered: boolean; takeover: boolean; place: Taken; settle: Settle; price: Price };

/** One step as it runs: a record with functions that all share, because it is held through every silence of the answer. */
export type Drive = Source & {
  /** The visitor's signal has aborted. */
  handleEvent(): void;
  table: Table;
  signal: AbortSignal;
  out: Shaper;
  plan: Plan;
  /** By the race's number of the call. */
  calls: (Running | undefined)[];
  events: RaceEvent[];
  race: Race;
  /** What turns `performance.now()` into epoch ms: the clock on the wall may be set while a race runs. */
  epoch: number;
  deadline: number;
  queued: Taken | null;
  line: AbortController | null;
  named: string | null;
  said: string;
  spent: number;
  active: number;
  /** `over`: the last part has been said. `left`: why nobody wants the answer any more. */
  over: boolean;
  left: Error | null;
  moving: boolean;
  timer: NodeJS.Timeout | undefined;
};

/** Runs the step once its parts are asked for. They end with an `end` or `fail` part, or throw when `signal` has aborted and every call is over. */
export function drive(input: RouteInput, table: Table, signal: AbortSignal): AsyncIterable<RoutePart> {
  const channel = createChannel<RoutePart>();
  const source: Drive = {
    started, abandoned, handleEvent,
    table, signal, out: createShaper(channel), plan: { input, tokens: 0, order: [], preferred: null, handoff: null, callOf: table.callOf },
    calls: [], events: [], race: createRace([], 0), epoch: 0, deadline: 0, queued: null, line: null, named: null, said: '', spent: 0, active: 0,
    over: false, left: null, moving: false, timer: undefined,
  };
  channel.source = source;
  return channel;
}

function started(this: Drive): void {
  const { table, signal, plan: { input } } = this;
  table.drives.add(this);
  signal.addEventListener('abort', this, { once: true });
  try {
    this.plan = table.plan(input);
    this.epoch = Date.now() - performance.now();
    this.deadline = performance.now() + table.wait;
    this.race = createRace(this.plan.order, now(this));
  } catch (error) {
    return broke(this, error);
  }
  if (this.plan.input !== input) say(this.out, { type: 'class', dataClass: this.plan.input.dataClass });
  if (signal.aborted) this.handleEvent();
  else happen(this, { type: 'begun' });
}

function abandoned(this: Drive): void {
  leave(this, new Error('nobody listens'));
}

function handleEvent(this: Drive): void {
  leave(this, this.signal.reason instanceof Error ? this.signal.reason : new Error('stopped'));
}

/** Nobody wants the answer any more: every call is ended, and whoever still listens is told why. */
export function leave(drive: Drive, reason: Error): void {
  drive.left ??= reason;
  drive.line?.abort();
  happen(drive, { type: 'left' });
}

/** Something is wrong in here: the step fails, the cause goes to the log. */
function broke(drive: Drive, error: unknown): void {
  drive.over = true;
  for (const call of drive.calls) askToStop(call?.stop);
  drive.table.log(`route broke: ${causeOf(error)} trace=${drive.plan.input.traceId}`);
  say(drive.out, { type: 'fail', code: 'internal' });
  close(drive, null);
}

function close(drive: Drive, error: Error | null): void {
  clearTimeout(drive.timer);
  drive.signal.removeEventListener('abort', drive);
  drive.table.drives.delete(drive);
  finish(drive.out, error ?? undefined);
}

function now({ table, epoch }: Drive): number {
  return table.now ? table.now() : epoch + performance.now();
}

/** One event after the other, also those that come up while one is dealt with. */
function happen(drive: Drive, event: RaceEvent): void {
  drive.events.push(event);
  if (drive.moving) return;
  drive.moving = true;
  try {
    for (const next of drive.events) move(drive, next); // those that come up meanwhile as well
  } catch (error) {
    broke(drive, error);
  } finally {
    drive.moving = false;
    drive.events = [];
  }
  if ((drive.over || drive.left) && drive.active === 0) close(drive, drive.left);
}

function move(drive: Drive, event: RaceEvent): void {
  if (drive.over) return;
  const { table } = drive;
  const next = advance(drive.race, table.purse, event, now(drive), table.settings, table.places.busy());
  drive.race = next.race;
  table.purse = next.purse;
  for (const told of next.told) table.happened(told);
  for (const action of next.actions) act(drive, action);
  clearTimeout(drive.timer);
  drive.timer = undefined;
  if (next.wakeAt !== null && !drive.over) drive.timer = setTimeout(wake, Math.max(1, next.wakeAt - now(drive)), drive);
}

function wake(drive: Drive): void {
  happen(drive, { type: 'time' });
}

function act(drive: Drive, action: RaceAction): void {
  switch (action.do) {
    case 'start':
      return start(drive, action.call, action.choice, action.reason, action.beside);
    case 'deliver':
      return deliver(drive, drive.calls[action.call]);
    case 'cancel':
      return askToStop(drive.calls[action.call]?.stop);
    case 'queue':
      return queue(drive, action.models);
    case 'fail':
      drive.over = true;
      say(drive.out, { type: 'fail', code: action.code });
  }
}

function start(drive: Drive, id: number, choice: Choice, reason: string, beside: boolean): void {
  const { table, said, plan: { input, tokens, preferred, callOf } } = drive;
  const { model } = choice;
  const call = callOf(model);
  const place = drive.queued ?? table.places.take([model.id]);
  drive.queued = null;
  if (place === null) return happen(drive, { type: 'withheld', call: id, why: `${model.id} is at its limit` });
  const price = table.priceOf(model);
  const settle = table.spend.reserve(worstCost(tokens, model, price));
  if (settle === null) {
    place.leave();
    table.spend.passed();
    return happen(drive, { type: 'withheld', call: id, why: BUDGET_REASON });
  }
  const fallback = model.id !== preferred;
  const partial = said.trim() === '' ? '' : said;
  const running: Running = { choice, fallback, stop: { asked: false, call: null }, held: null, delivered: false, takeover: partial !== '', place, settle, price };
  drive.calls = Array.from({ length: id + 1 }, (_, at) => (at === id ? running : drive.calls[at]));
  drive.active += 1;
  if (!beside) {
    drive.named = model.id;
    say(drive.out, { type: 'model', provider: model.provider, model: model.id, fallback, reason });
  }
  const { chat, lang, system, messages, snippets, tools } = input;
  const ask = { model, chat, lang, system, messages, snippets, tools: model.tools ? tools : [], partial, standIn: fallback, traceparent: `00-${input.traceId}-${randomBytes(8).toString('hex')}-01` };
  runAttempt(call, ask, running.stop, (part) => hear(drive, id, running, part))
    .then((attempted) => done(drive, id, running, attempted))
    .catch((error: unknown) => broke(drive, error));
}

function hear(drive: Drive, id: number, running: Running, part: Heard): void {
  if (drive.race.winner === id) return pass(drive, running, part);
  const first = running.held === null;
  (running.held ??= []).push(part);
  if (first) happen(drive, { type: 'content', call: id });
}

/** From here on what this call says is the answer. */
function deliver(drive: Drive, running: Running | undefined): void {
  if (running === undefined) return;
  running.delivered = true;
  const { choice: { model: { id, provider } }, fallback, held } = running;
  running.held = null;
  if (drive.named !== id) say(drive.out, { type: 'answers', provider, model: id, fallback });
  drive.named = id;
  for (const part of held ?? []) pass(drive, running, part);
}

function pass(drive: Drive, running: Running, part: Heard): void {
  if (part.type === 'working') return;
  announce(drive, running);
  say(drive.out, part);
}

function announce(drive: Drive, running: Running): void {
  if (!running.takeover) return;
  running.takeover = false;
  const { id, provider } = running.choice.model;
  say(drive.out, { type: 'takeover', provider, model: id });
}

function done(drive: Drive, id: number, running: Running, attempted: Attempted): void {
  const { table, out, plan: { input, tokens, handoff } } = drive;
  const { report, ended, failure, text } = attempted;
  const { choice: { model, builtin }, fallback, place, settle, price } = running;
  const cost = realCost(attempted, tokens, price);
  settle(cost);
  drive.spent += cost;
  place.leave();
  drive.active -= 1;
  const open = drive.race.calls[id]?.open ?? false;
  if (open && ended !== null) happen(drive, { type: 'ended', call: id });
  if (drive.race.winner === id && ended !== null) announce(drive, running);
  if (running.delivered) drive.said += text;
  say(out, { type: 'attempt', attempt: report });
  if (ended === null || drive.race.winner !== id) {
    if (!open) return happen(drive, { type: 'time' });
    const cause = failure?.kind ?? 'other';
    table.log(`${model.provider}/${model.id} failed (${cause}): ${failure?.message ?? ''} trace=${input.traceId}`);
    return happen(drive, { type: 'failed', call: id, failure: cause, retryAfter: failure?.retryAfter ?? null, said: drive.said.trim() !== '' });
  }
  tellAnswered(drive, fallback);
  for (const call of ended.calls) say(out, { type: 'call', call });
  if (!builtin) for (const snippet of snippetsUsed(drive.said, input.snippets, input.lang)) say(out, { type: 'cite', snippet });
  if (builtin && handoff !== null) say(out, { type: 'handoff', reason: handoff });
  say(out, { type: 'end', reason: ended.reason, provider: model.provider, model: model.id, fallback, usage: ended.usage, cost: costOf(ended.usage, price) + drive.spent - cost });
  drive.over = true;
  happen(drive, { type: 'time' });
}

/** Who was merely quicker is no sign that the preferred model is out. */
function tellAnswered(drive: Drive, fallback: boolean): void {
  const { race, table, plan: { preferred } } = drive;
  const overtaken = fallback && race.calls.some(({ choice: { model } }) => model.id === preferred && !race.out.includes(model.id));
  if (!overtaken) table.happened({ type: 'answered', at: now(drive), fallback });
}

function queue(drive: Drive, models: string[]): void {
  const { table, deadline, race: { order } } = drive;
  const { signal } = (drive.line = new AbortController());
  table.places.wait(models, deadline, signal, (position) => say(drive.out, { type: 'waiting', position })).then((taken) => {
    drive.line = null;
    if (drive.left) {
      taken?.leave();
      return happen(drive, { type: 'time' });
    }
    const choice = order.find(({ model }) => model.id === taken?.model);
    if (taken === null || choice === undefined) return happen(drive, { type: 'unplaced', models, timedOut: true });
    // It may have fallen ill while this turn stood in line.
    if (table.standing(choice.model) === 'resting') {
      taken.leave();
      return happen(drive, { type: 'unplaced', models: [taken.model], timedOut: false });
    }
    drive.queued = taken;
    happen(drive, { type: 'placed', model: taken.model });
  }).catch((error: unknown) => broke(drive, error));
}
