/**
 * What the router believes about its providers: a pure fold of what happened into a state, and views of it.
 * A model that keeps failing rests for a while; after that one attempt at a time may try it again.
 */
import type { FailureKind, ProviderHealth, ProviderState } from '@halfsecond/shared/status';

/** Times are epoch ms. `target` is the first-content time that counts as on time (ms). */
export type HealthEvent =
  | { type: 'started'; at: number; provider: string; model: string }
  | { type: 'succeeded'; at: number; provider: string; model: string; firstContent: number; target: number }
  | { type: 'failed'; at: number; provider: string; model: string; failure: FailureKind; retryAfter: number | null }
  /** The attempt ended without saying anything about the provider: the visitor stopped it. */
  | { type: 'stopped'; at: number; provider: string; model: string }
  /** A whole answer: by the model that the configuration prefers, or by another. */
  | { type: 'answered'; at: number; fallback: boolean };

/** `streak`: failures in a row. `restsUntil`: not to be asked before. `onTime`: decayed share, null when unknown. */
type Entry = { streak: number; failure: FailureKind | null; restsUntil: number; trial: boolean; asked: boolean; onTime: number | null };
type Seen = { state: ProviderState; since: number; failure: FailureKind | null };
export type HealthState = {
  providers: Record<string, Seen & { kind: string; models: Record<string, Entry> }>;
  fallbackSince: number | null;
};
/** `rested`: may be tried again, by one attempt. */
export type Standing = 'well' | 'resting' | 'rested';

/** Failures in a row before a model rests. A hang costs the visitor most, so it counts sooner. */
const PATIENCE: Partial<Record<FailureKind, number>> = { auth: 1, throttled: 1, timeout: 2, network: 2 };
const PATIENCE_ELSE = 3;
const REST_MS = 5_000;
const REST_MAX_MS = 60_000;
/** No provider may send us away for longer than this. */
const RETRY_AFTER_MAX_MS = 600_000;
/** A wrong key does not heal by itself, but keys are rotated. */
const AUTH_REST_MS = 30_000;
/** Weight of the newest answer in `onTime`. */
const NEWEST = 0.1;

const fresh: Entry = { streak: 0, failure: null, restsUntil: 0, trial: false, asked: false, onTime: null };

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
export function foldHealth(state: HealthState, event: HealthEvent): HealthState {
  if (event.type === 'answered') {
    return { ...state, fallbackSince: event.fallback ? state.fallbackSince ?? event.at : null };
  }
  const provider = state.providers[event.provider];
  if (provider === undefined) return state;
  const models = { ...provider.models, [event.model]: foldEntry(provider.models[event.model] ?? fresh, event) };
  if (event.type === 'succeeded') {
    // One key and one network path for all models: a success clears what was held against the others for these.
    for (const [id, entry] of Object.entries(models)) {
      if (entry.failure === 'auth' || entry.failure === 'network') models[id] = { ...entry, streak: 0, failure: null, restsUntil: 0 };
    }
  }
  const next = judge(Object.values(models));
  const same = next.state === provider.state && next.failure === provider.failure;
  const seen: Seen = { ...next, since: next.state === provider.state ? provider.since : event.at };
  return { ...state, providers: { ...state.providers, [event.provider]: { ...provider, ...(same ? {} : seen), models } } };
}

function foldEntry(entry: Entry, event: Exclude<HealthEvent, { type: 'answered' }>): Entry {
  switch (event.type) {
    case 'started':
      return { ...entry, asked: true, trial: entry.restsUntil > 0 && event.at >= entry.restsUntil };
    case 'stopped':
      return { ...entry, trial: false };
    case 'succeeded': {
      const onTime = event.firstContent <= event.target ? 1 : 0;
      return {
        ...fresh,
        asked: true,
        onTime: entry.onTime === null ? onTime : entry.onTime + NEWEST * (onTime - entry.onTime),
      };
    }
    case 'failed': {
      const ended = { ...entry, trial: false };
      // Stopped by us, or withheld because of the words: neither says that the provider is ill.
      if (event.failure === 'cancelled' || event.failure === 'refused') return ended;
      const streak = entry.streak + 1;
      const rest = restAfter(event.failure, streak, event.retryAfter);
      return {
        ...ended,
        streak,
        failure: event.failure,
        restsUntil: rest > 0 ? Math.max(entry.restsUntil, event.at + rest) : entry.restsUntil,
        onTime: (entry.onTime ?? 1) * (1 - NEWEST),
      };
    }
  }
}

/** How long a model rests after its `streak`th failure in a row (ms); 0 while patience lasts. */
function restAfter(failure: FailureKind, streak: number, retryAfter: number | null): number {
  if (failure === 'throttled' && retryAfter !== null) return Math.min(retryAfter, RETRY_AFTER_MAX_MS);
  if (failure === 'auth') return AUTH_REST_MS;
  const over = streak - (PATIENCE[failure] ?? PATIENCE_ELSE);
  return over < 0 ? 0 : Math.min(REST_MAX_MS, REST_MS * 2 ** over);
}

/** A provider is as well as its models: down when none of those that were asked works. */
function judge(entries: Entry[]): Omit<Seen, 'since'> {
  const asked = entries.filter((entry) => entry.asked);
  const ill = asked.filter((entry) => entry.failure !== null);
  const down = ill.filter(isDown);
  const failure = (down[0] ?? ill[0])?.failure ?? null;
  if (down.some((entry) => entry.failure === 'auth') || (down.length > 0 && down.length === asked.length)) return { state: 'down', failure };
  if (ill.length > 0) return { state: 'degraded', failure };
  return { state: asked.some((entry) => entry.onTime !== null) ? 'up' : 'unknown', failure: null };
}

function isDown(entry: Entry): boolean {
  if (entry.failure === null || entry.failure === 'throttled') return false;
  return entry.failure === 'auth' || entry.streak >= (PATIENCE[entry.failure] ?? PATIENCE_ELSE);
}

/** Whether a model may be asked at `at`. A wrong key rules out all models of its provider. */
export function standingOf(state: HealthState, provider: string, model: string, at: number): Standing {
  const all = state.providers[provider]?.models ?? {};
  const holding = Object.entries(all).filter(([id, entry]) => (id === model || entry.failure === 'auth') && entry.restsUntil > 0).map(([, entry]) => entry);
  if (holding.some((entry) => at < entry.restsUntil || entry.trial)) return 'resting';
  return holding.length > 0 ? 'rested' : 'well';
}

/** Decayed share of answers that began on time, null before the first. */
export function onTimeOf(state: HealthState, provider: string, model: string): number | null {
  return state.providers[provider]?.models[model]?.onTime ?? null;
}

/** The view that is published. */
export function viewHealth(state: HealthState): ProviderHealth[] {
  return Object.entries(state.providers).map(([id, { kind, state: now, since, failure }]) => ({
    id, kind, state: now, since, ...(failure !== null && { failure }),
  }));
}
