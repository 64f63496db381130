/**
 * What the router believes about its providers: a pure fold of what happened into a state, and views of it. The
 * order of models, the races and the status page all read this one state.
 *
 * Every sign of illness is a strike, more than one for the worse kinds; being well takes strikes away. At THREE
 * the model rests. A model that only kept us waiting may still be asked behind all others while it rests; one that
 * failed may not. After its rest a single call may try it, and another model is asked beside it almost at once.
 */
import type { FailureKind, ProviderHealth, ProviderState } from '@halfsecond/shared/status';
import { chance, observe, observeLonger, observeMiss, unknown, type Sketch } from './sketch.ts';

/** Times are epoch ms; `ms` is the age of the call. */
export type HealthEvent = { at: number; provider: string; model: string } & (
  | { type: 'started' }
  /** No content yet, later than this model usually is, and the call is still open. Once per call. */
  | { type: 'overdue' }
  /** The first content. `late`: it was overdue before. */
  | { type: 'content'; ms: number; late: boolean }
  /** The whole answer. */
  | { type: 'ended'; ms: number }
  /** `spoke`: content had come before. */
  | { type: 'failed'; failure: FailureKind; retryAfter: number | null; spoke: boolean }
  /** Ended by us. `lost`: another call was first; otherwise the visitor stopped. */
  | { type: 'stopped'; ms: number; lost: boolean; spoke: boolean }
  /** It was not begun after all. */
  | { type: 'withdrawn' }
);
/** A whole answer. `fallback`: the model that the configuration prefers failed, rests or is at its limit. */
export type Answered = { type: 'answered'; at: number; fallback: boolean };

/** `first`, `reply`: times until first content and until the end. `errors`: failures by kind, each fading by itself. */
type Entry = {
  asked: boolean;
  strikes: number;
  /** What the last strike that mattered was; null when all is well. */
  failure: FailureKind | null;
  restsUntil: number;
  /** Rests in a row: each is twice as long as the one before. */
  rests: number;
  /** It rests only because it kept us waiting. */
  onlyLate: boolean;
  /** A call tries whether it is well again. */
  trial: boolean;
  heardAt: number;
  first: Sketch;
  reply: Sketch;
  errors: Partial<Record<FailureKind, Sketch>>;
};
type Seen = { state: ProviderState; since: number; failure: FailureKind | null };
export type HealthState = {
  providers: Record<string, Seen & { kind: string; models: Record<string, Entry> }>;
  fallbackSince: number | null;
};
/** `late`: rests, but may be asked when nobody else can. `rested`: one call may try it. */
export type Standing = 'well' | 'rested' | 'late' | 'resting';

/** Strikes at which a model rests, and what each kind of sign weighs. */
const THREE = 3;
const WEIGHT: Partial<Record<FailureKind, number>> = { auth: 3, throttled: 3, timeout: 1.5, network: 1.5 };
/** What a call that went well takes away. */
const RELIEF = 0.25;
const REST_MS = 5_000;
const REST_MAX_MS = 60_000;
/** No provider may send us away for longer than this. */
const RETRY_AFTER_MAX_MS = 600_000;
/** A wrong key does not heal by itself, but keys are rotated. */
const AUTH_REST_MS = 30_000;
/** A model unheard of for this long may be sent a probe (ms). */
const QUIET_MS = 900_000;
/** Sooner (ms) when it was left alone because less than this share of its calls came in time: that may be over. */
const DOUBTED_MS = 60_000;
const DOUBTED = 0.9;

const fresh: Entry = {
  asked: false, strikes: 0, failure: null, restsUntil: 0, rests: 0, onlyLate: false, trial: false, heardAt: 0, first: unknown, reply: unknown, errors: {},
};

/** The state before anything happened. `off`: configured, but not usable. */
export function createHealth(providers: { id: string; kind: string; off: boolean }[], at: number): HealthState {
  return {
    providers: Object.fromEntries(providers.map(({ id, kind, off }) => [id, { kind, state: initial(kind, off), since: at, failure: null, models: {} }])),
    fallbackSince: null,
  };
}

function initial(kind: string, off: boolean): ProviderState {
  if (off) return 'off';
  return kind === 'builtin' ? 'up' : 'unknown';
}

/** The state after `event`. The old one is left as it was. */
export function foldHealth(state: HealthState, event: HealthEvent | Answered): HealthState {
  if (event.type === 'answered') return { ...state, fallbackSince: event.fallback ? state.fallbackSince ?? event.at : null };
  const provider = state.providers[event.provider];
  if (provider === undefined) return state;
  const models = { ...provider.models, [event.model]: foldEntry(provider.models[event.model] ?? fresh, event) };
  if (event.type === 'ended') {
    // One key and one network path for all models: a success clears what was held against the others for these.
    for (const [id, entry] of Object.entries(models)) {
      if (entry.failure === 'auth' || entry.failure === 'network') models[id] = { ...entry, ...well };
    }
  }
  const next = judge(Object.values(models));
  const same = next.state === provider.state && next.failure === provider.failure;
  const seen: Seen = { ...next, since: next.state === provider.state ? provider.since : event.at };
  return { ...state, providers: { ...state.providers, [event.provider]: { ...provider, ...(same ? {} : seen), models } } };
}

const well = { strikes: 0, failure: null, restsUntil: 0, rests: 0, onlyLate: false, trial: false } as const;

function foldEntry(before: Entry, event: HealthEvent): Entry {
  const { at } = event;
  const resting = before.restsUntil > 0;
  const entry = event.type === 'started' ? before : { ...before, heardAt: at };
  // What happens during a rest says whether the model is well again, not how it is when it is well.
  const timed = (after: (sketch: Sketch) => Sketch): Sketch => (resting ? entry.first : after(entry.first));
  switch (event.type) {
    case 'started':
      return { ...entry, asked: true, trial: entry.trial || (resting && at >= entry.restsUntil) };
    case 'withdrawn':
      return { ...before, trial: false };
    case 'overdue':
      return strike(entry, at, 'timeout', 1, true);
    case 'content': {
      const first = timed((sketch) => observe(sketch, event.ms, at));
      if (event.late && entry.trial) return rest(entry, at, entry.onlyLate, null);
      // Content in time is the cure for being late; for the rest, only a whole answer is.
      return event.late || (entry.failure !== null && !entry.onlyLate) ? { ...entry, first } : { ...relieve(entry), first };
    }
    case 'ended':
      return { ...(entry.failure === null || entry.onlyLate ? entry : relieve(entry)), reply: observe(entry.reply, event.ms, at) };
    case 'failed': {
      // Withheld because of the words: that says nothing about the provider.
      if (event.failure === 'refused' || event.failure === 'cancelled') return { ...entry, trial: false };
      const struck = strike(entry, at, event.failure, WEIGHT[event.failure] ?? 1, false, restOf(event.failure, event.retryAfter));
      const errors = { ...entry.errors, [event.failure]: observeMiss(entry.errors[event.failure] ?? unknown, at) };
      // A 429 says when to come back, not how quick the model is: the rest is answer enough.
      return { ...struck, errors, first: event.spoke || event.failure === 'throttled' ? entry.first : timed((sketch) => observeMiss(sketch, at)) };
    }
    case 'stopped': {
      const first = event.spoke ? entry.first : timed((sketch) => observeLonger(sketch, event.ms, at));
      if (!entry.trial) return { ...entry, first };
      return event.lost ? rest({ ...entry, first }, at, entry.onlyLate, null) : { ...entry, first, trial: false };
    }
  }
}

/** A good call. Back from a rest the model is on probation: one more strike, and it rests for longer than before. */
function relieve(entry: Entry): Entry {
  if (entry.restsUntil > 0) return { ...entry, strikes: THREE - 1, failure: null, restsUntil: 0, onlyLate: false, trial: false };
  const strikes = Math.max(0, entry.strikes - RELIEF);
  return { ...entry, strikes, failure: null, rests: strikes === 0 ? 0 : entry.rests };
}

function strike(entry: Entry, at: number, failure: FailureKind, weight: number, late: boolean, named: number | null = null): Entry {
  const struck = { ...entry, strikes: entry.strikes + weight, failure: late ? entry.failure : failure, trial: entry.trial && late };
  if (struck.strikes < THREE) return struck;
  // The calls that were open when the rest began make it no longer, unless they say how long it must be.
  if (at < entry.restsUntil) return named === null ? struck : { ...struck, onlyLate: false, restsUntil: Math.max(entry.restsUntil, at + named) };
  return rest({ ...struck, failure }, at, late && (entry.onlyLate || entry.restsUntil === 0), named);
}

function rest(entry: Entry, at: number, onlyLate: boolean, named: number | null): Entry {
  const ms = named ?? Math.min(REST_MAX_MS, REST_MS * 2 ** entry.rests);
  return { ...entry, trial: false, onlyLate, rests: entry.rests + 1, restsUntil: at + ms };
}

/** How long the failure itself says that the model should be left alone (ms). */
function restOf(failure: FailureKind, retryAfter: number | null): number | null {
  if (failure === 'auth') return AUTH_REST_MS;
  return failure === 'throttled' && retryAfter !== null ? Math.min(retryAfter, RETRY_AFTER_MAX_MS) : null;
}

/** A provider is as well as its models: down when none of those that were asked works; slow is not down. */
function judge(entries: Entry[]): Omit<Seen, 'since'> {
  const asked = entries.filter((entry) => entry.asked);
  const ill = asked.filter((entry) => entry.failure !== null);
  const down = ill.filter((entry) => !entry.onlyLate && entry.failure !== 'throttled' && entry.strikes >= THREE);
  const failure = (down[0] ?? ill[0])?.failure ?? null;
  if (down.some((entry) => entry.failure === 'auth') || (down.length > 0 && down.length === asked.length)) return { state: 'down', failure };
  if (ill.length > 0) return { state: 'degraded', failure };
  return { state: asked.some((entry) => entry.reply !== unknown) ? 'up' : 'unknown', failure: null };
}

/** Whether a model may be asked at `at`. A wrong key rules out all models of its provider. */
export function standingOf(state: HealthState, provider: string, model: string, at: number): Standing {
  const all = state.providers[provider]?.models ?? {};
  let standing: Standing = 'well';
  for (const [id, entry] of Object.entries(all)) {
    if (entry.restsUntil === 0 || (id !== model && entry.failure !== 'auth')) continue;
    if (at < entry.restsUntil || entry.trial) {
      if (!entry.onlyLate) return 'resting';
      standing = 'late';
    } else if (standing === 'well') standing = 'rested';
  }
  return standing;
}

/** Times until first content and until the end, and failures by kind, as far as they have been seen. */
export function timesOf(state: HealthState, provider: string, model: string): { first: Sketch; reply: Sketch; errors: Partial<Record<FailureKind, Sketch>> } {
  return state.providers[provider]?.models[model] ?? fresh;
}

/** Whether nothing has been heard of a model for so long that a probe should ask it; never while it rests. `within` (ms) is what in time means. */
export function probeDue(state: HealthState, provider: string, model: string, within: number, at: number): boolean {
  const entry = state.providers[provider]?.models[model] ?? fresh;
  const standing = standingOf(state, provider, model, at);
  const quiet = chance(entry.first, within, at) < DOUBTED ? DOUBTED_MS : QUIET_MS;
  return standing === 'rested' || (standing === 'well' && at - entry.heardAt >= quiet);
}

/** The view that is published. */
export function viewHealth(state: HealthState): ProviderHealth[] {
  return Object.entries(state.providers).map(([id, { kind, state: now, since, failure }]) => ({
    id, kind, state: now, since, ...(failure !== null && { failure }),
  }));
}
