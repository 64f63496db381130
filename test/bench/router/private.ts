/**
 * The private pool under fire: regulated turns through the router's own pick, race, drive and wall, over random
 * rosters whose calls fail in every way that a call can fail. No sockets: the calls are functions, so that 100,000
 * turns take seconds. Counts what public models were asked.
 */
import type { FailureKind } from '@halfsecond/shared/status';
import type { DataClass, Model, Provider, RouteInput, RoutePart } from '@halfsecond/bff/layers.ts';
import { drive } from '@halfsecond/bff/route/drive.ts';
import { ProviderFailure } from '@halfsecond/bff/route/failure.ts';
import { createHealth, foldHealth, standingOf, timesOf } from '@halfsecond/bff/route/health.ts';
import { pick } from '@halfsecond/bff/route/pick.ts';
import { createPlaces } from '@halfsecond/bff/route/places.ts';
import type { CallModel } from '@halfsecond/bff/route/provider.ts';
import { PURSE_START } from '@halfsecond/bff/route/race.ts';
import { unlimited } from '@halfsecond/bff/route/spend.ts';
import type { Table } from '@halfsecond/bff/route/table.ts';
import { behindWall } from '@halfsecond/bff/route/wall.ts';
import { dice } from './world.ts';

/** `toPublic` must be 0. `unended`: turns without exactly one end. `byKind`: what became of the calls. */
export type Fuzzed = { turns: number; calls: number; toPublic: number; unended: number; byKind: Record<string, number> };

const FAILURES: FailureKind[] = ['auth', 'throttled', 'server', 'network', 'timeout', 'cut', 'protocol', 'empty', 'refused', 'other'];
/** So many of them at once. */
const TURNS_PER_ROSTER = 250;
const AT_ONCE = 125;
const BUILTIN: Provider = { kind: 'builtin', private: false, timeouts: { headers: 1, firstContent: 1, silence: 1 } };

/** Plays `turns` turns. Half of them race from the start; the class is regulated, or internal kept in. */
export async function fuzzPrivate(turns: number, seed: number): Promise<Fuzzed> {
  const draw = dice(seed, 77);
  const result: Fuzzed = { turns: 0, calls: 0, toPublic: 0, unended: 0, byKind: {} };
  while (result.turns < turns) {
    const play = roster(draw, result);
    for (let round = 0; round < TURNS_PER_ROSTER && result.turns < turns; round += AT_ONCE) await Promise.all(Array.from({ length: Math.min(AT_ONCE, turns - result.turns) }, play));
  }
  return result;
}

function roster(draw: () => number, result: Fuzzed): () => Promise<void> {
  const roll = (sides: number): number => Math.floor(draw() * sides);
  const settings = { firstTokenTarget: 2, firstTokenLimit: 5, nextStart: 1 + roll(3), extraCalls: [0, 0.1, 1, 2][roll(4)] ?? 0, internal: 'private' as const };
  const providers: Record<string, Provider> = { builtin: BUILTIN };
  const models: Model[] = [model('builtin', 'builtin', 1)];
  for (let at = 0; at <= roll(4); at++) {
    providers[`p${at}`] = { ...BUILTIN, kind: 'openai', private: roll(2) === 0 };
    for (let more = 0; more <= roll(2); more++) models.push(model(`m${at}-${more}`, `p${at}`, 1 + roll(5)));
  }
  /** Every turn is a little later than the one before, so that what rests comes back. */
  let later = 0;
  let health = createHealth(Object.keys(providers).map((id) => ({ id, kind: 'openai', off: false })), 0);
  const table: Omit<Table, 'plan' | 'now'> = {
    settings, drives: new Set(), purse: PURSE_START, places: createPlaces(new Map(models.map(({ id }) => [id, id === 'builtin' ? 10_000 : 1 + roll(40)]))), spend: unlimited, wait: 3,
    happened: (event) => {
      health = foldHealth(health, event);
    },
    standing: ({ id, provider }) => standingOf(health, provider, id, Date.now() + later),
    priceOf: () => ({ input: 0, output: 0 }),
    callOf: ({ provider }) => {
      result.calls += 1;
      if (provider !== 'builtin' && providers[provider]?.private !== true) result.toPublic += 1;
      return provider === 'builtin' ? says('From the documents.') : callOf(roll(14));
    },
    log: () => {},
  };

  function callOf(what: number): CallModel {
    const kind = FAILURES[what] ?? (what === 10 ? 'hang' : what === 11 ? 'cut in mid-answer' : 'answer');
    result.byKind[kind] = (result.byKind[kind] ?? 0) + 1;
    if (kind === 'answer') return says('Here it is.');
    return (_, stop, sink) => {
      if (kind === 'hang') return new Promise((_done, fail) => {
        stop.call = { cancel: () => fail(new ProviderFailure('cancelled', 'stopped')) };
      });
      if (kind === 'cut in mid-answer') sink({ type: 'text', text: 'Here it ' });
      return Promise.reject(new ProviderFailure(FAILURES[what] ?? 'cut', 'broken'));
    };
  }

  return async () => {
    const dataClass: DataClass = roll(3) === 0 ? 'internal' : 'regulated';
    const input: RouteInput = { site: 's', chat: 'c', traceId: 't', agent: null, dataClass, system: '', messages: [{ role: 'user', text: 'My card is 4111' }], snippets: [], tools: [], lang: 'en' };
    later += 4_000;
    const ahead = later;
    const now = Date.now() + ahead;
    const order = pick(models.map((entry) => ({
      model: entry, builtin: entry.provider === 'builtin', private: providers[entry.provider]?.private ?? false, off: roll(8) === 0, fits: roll(9) > 0, able: true, cost: entry.quality,
      standing: table.standing(entry), first: timesOf(health, entry.provider, entry.id).first,
    })), { dataClass: 'regulated', need: 1 + roll(5), within: settings.firstTokenLimit, now });
    const plan = { input, tokens: 1, order, preferred: null, handoff: null, callOf: behindWall(table.callOf, dataClass, settings, providers) };
    const own: Table = {
      ...table, plan: () => plan, now: () => Date.now() + ahead,
      get purse() { return table.purse; },
      set purse(coins) { table.purse = coins; },
    };
    const parts: RoutePart[] = [];
    // Nobody waits for a hang for ever: the visitor leaves.
    const left = AbortSignal.timeout(50);
    try {
      for await (const part of drive(input, own, left)) parts.push(part);
    } catch (error) {
      if (!left.aborted) throw error;
    }
    result.turns += 1;
    if (!left.aborted && parts.filter(({ type }) => type === 'end' || type === 'fail').length !== 1) result.unended += 1;
  };
}

function says(text: string): CallModel {
  return async (_, __, sink) => {
    sink({ type: 'text', text });
    return { reason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, calls: [] };
  };
}

function model(id: string, provider: string, quality: number): Model {
  return { id, provider, model: id, quality, maxConcurrent: 100, maxOutputTokens: 100, tools: true };
}
