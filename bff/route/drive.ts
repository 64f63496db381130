/**
 * One step of an answer on real calls: does what race.ts decides and tells it what happens. Several attempts may
 * run; only the parts of the one that answers pass, and the others are ended the moment it has content.
 */
import type { Model, RouteInput, RoutePart, RouteSettings } from '../layers.ts';
import { runAttempt, type Attempted } from './attempt.ts';
import type { Answered, HealthEvent, Standing } from './health.ts';
import type { Choice } from './pick.ts';
import type { Places, Taken } from './places.ts';
import { costOf, type Price } from './prices.ts';
import type { CallModel, Heard } from './provider.ts';
import { advance, createRace, type Purse, type RaceAction, type RaceEvent } from './race.ts';
import { BUDGET_REASON, realCost, tokensAtMost, worstCost, type Spend } from './spend.ts';
import { snippetsUsed } from './answer/cite.ts';

/** What all steps share. `purse` is replaced by every move of every race. */
export type Table = {
  settings: RouteSettings;
  purse: Purse;
  places: Places;
  spend: Spend;
  /** How long a step waits in line (ms). */
  wait: number;
  happened(event: HealthEvent | Answered): void;
  standing(model: Model): Standing;
  priceOf(model: Model): Price;
  /** The way to a model; throws where the text may not go. */
  callOf(model: Model): CallModel;
  log(line: string): void;
};
/** `preferred`: the model that the configuration would take if all were well. `handoff`: why a person is offered when builtin answers. */
export type Step = { input: RouteInput; order: Choice[]; preferred: string | null; handoff: string | null; callOf: Table['callOf']; now: () => number };

/** A call that runs. `held`: what it has said while it is not yet clear who answers. `takeover`: it is still to be said that it takes over. */
type Running = { choice: Choice; fallback: boolean; stop: AbortController; held: Heard[]; delivered: boolean; takeover: boolean };

/** Resolves when the step has ended by an `end` or `fail` part, or `signal` has aborted and every call is over. */
export function drive({ input, order, preferred, handoff, callOf, now }: Step, table: Table, signal: AbortSignal, push: (part: RoutePart) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const deadline = performance.now() + table.wait;
  const tokens = tokensAtMost(input);
  const calls = new Map<number, Running>();
  const events: RaceEvent[] = [];
  let race = createRace(order, now());
  let queued: Taken | null = null;
  let named: string | null = null;
  let said = '';
  let spent = 0;
  let active = 0;
  let over = false;
  let moving = false;
  let timer: NodeJS.Timeout | undefined;

  const left = (): void => happen({ type: 'left' });
  signal.addEventListener('abort', left, { once: true });
  happen(signal.aborted ? { type: 'left' } : { type: 'begun' });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', left);
  });

  /** One event after the other, also those that come up while one is dealt with. */
  function happen(event: RaceEvent): void {
    events.push(event);
    if (moving) return;
    moving = true;
    try {
      for (let next = events.shift(); next !== undefined; next = events.shift()) move(next);
    } catch (error) {
      for (const { stop } of calls.values()) stop.abort();
      reject(error);
    } finally {
      moving = false;
    }
    if ((over || signal.aborted) && active === 0) resolve();
  }

  function move(event: RaceEvent): void {
    if (over) return;
    const next = advance(race, table.purse, event, now(), table.settings, table.places.busy());
    race = next.race;
    table.purse = next.purse;
    for (const told of next.told) table.happened(told);
    for (const action of next.actions) act(action);
    clearTimeout(timer);
    const { wakeAt } = next;
    if (wakeAt !== null && !over) timer = setTimeout(() => happen({ type: 'time' }), Math.max(1, wakeAt - now()));
  }

  function act(action: RaceAction): void {
    switch (action.do) {
      case 'start':
        return start(action.call, action.choice, action.reason, action.beside);
      case 'deliver':
        return deliver(calls.get(action.call));
      case 'cancel':
        return calls.get(action.call)?.stop.abort();
      case 'queue':
        return queue(action.models);
      case 'fail':
        over = true;
        push({ type: 'fail', code: action.code });
    }
  }

  function start(id: number, choice: Choice, reason: string, beside: boolean): void {
    const { model } = choice;
    const call = callOf(model);
    const place = queued ?? table.places.take([model.id]);
    queued = null;
    if (place === null) return happen({ type: 'withheld', call: id, why: `${model.id} is at its limit` });
    const price = table.priceOf(model);
    const settle = table.spend.reserve(worstCost(tokens, model, price));
    if (settle === null) {
      place.leave();
      table.spend.passed();
      return happen({ type: 'withheld', call: id, why: BUDGET_REASON });
    }
    const fallback = model.id !== preferred;
    const partial = said.trim() === '' ? '' : said;
    const running: Running = { choice, fallback, stop: new AbortController(), held: [], delivered: false, takeover: partial !== '' };
    calls.set(id, running);
    active += 1;
    if (!beside) {
      named = model.id;
      push({ type: 'model', provider: model.provider, model: model.id, fallback, reason });
    }
    const { chat, lang, system, messages, snippets, tools } = input;
    const ask = { model, chat, lang, system, messages, snippets, tools: model.tools ? tools : [], partial, standIn: fallback };
    void runAttempt(call, ask, running.stop.signal, (part) => hear(id, running, part)).then((attempted) => {
      const cost = realCost(attempted, tokens, price);
      settle(cost);
      spent += cost;
      place.leave();
      active -= 1;
      done(id, running, attempted, price);
    }).catch(reject);
  }

  function hear(id: number, running: Running, part: Heard): void {
    if (race.winner === id) return pass(running, part);
    running.held.push(part);
    if (running.held.length === 1) happen({ type: 'content', call: id });
  }

  /** From here on what this call says is the answer. */
  function deliver(running: Running | undefined): void {
    if (running === undefined) return;
    running.delivered = true;
    const { choice: { model: { id, provider } }, fallback, held } = running;
    if (named !== id) push({ type: 'answers', provider, model: id, fallback });
    named = id;
    for (const part of held.splice(0)) pass(running, part);
  }

  function pass(running: Running, part: Heard): void {
    if (part.type === 'working') return;
    announce(running);
    push(part);
  }

  function announce(running: Running): void {
    if (!running.takeover) return;
    running.takeover = false;
    const { id, provider } = running.choice.model;
    push({ type: 'takeover', provider, model: id });
  }

  function done(id: number, running: Running, { report, ended, failure, text }: Attempted, price: Price): void {
    const open = race.calls[id]?.open ?? false;
    const { choice: { model, builtin }, fallback } = running;
    if (open && ended !== null) happen({ type: 'ended', call: id });
    if (race.winner === id && ended !== null) announce(running);
    if (running.delivered) said += text;
    push({ type: 'attempt', attempt: report });
    if (ended === null || race.winner !== id) {
      if (!open) return happen({ type: 'time' });
      const cause = failure?.kind ?? 'other';
      table.log(`${model.provider}/${model.id} failed (${cause}): ${failure?.message ?? ''} trace=${input.traceId}`);
      return happen({ type: 'failed', call: id, failure: cause, retryAfter: failure?.retryAfter ?? null, said: said.trim() !== '' });
    }
    tellAnswered(fallback);
    for (const call of ended.calls) push({ type: 'call', call });
    if (!builtin) for (const snippet of snippetsUsed(said, input.snippets)) push({ type: 'cite', snippet });
    if (builtin && handoff !== null) push({ type: 'handoff', reason: handoff });
    const losses = spent - realCost({ report, ended, failure, text }, tokens, price);
    push({ type: 'end', reason: ended.reason, provider: model.provider, model: model.id, fallback, usage: ended.usage, cost: costOf(ended.usage, price) + losses });
    over = true;
    happen({ type: 'time' });
  }

  /** Who was merely quicker is no sign that the preferred model is out. */
  function tellAnswered(fallback: boolean): void {
    const overtaken = fallback && race.calls.some(({ choice: { model } }) => model.id === preferred && !race.out.includes(model.id));
    if (!overtaken) table.happened({ type: 'answered', at: now(), fallback });
  }

  function queue(models: string[]): void {
    table.places.wait(models, deadline, signal, (position) => push({ type: 'waiting', position })).then((taken) => {
      if (signal.aborted) {
        taken?.leave();
        return happen({ type: 'time' });
      }
      const choice = order.find(({ model }) => model.id === taken?.model);
      if (taken === null || choice === undefined) return happen({ type: 'unplaced', models, timedOut: true });
      // It may have fallen ill while this turn stood in line.
      if (table.standing(choice.model) === 'resting') {
        taken.leave();
        return happen({ type: 'unplaced', models: [taken.model], timedOut: false });
      }
      queued = taken;
      happen({ type: 'placed', model: taken.model });
    }, reject);
  }
}
