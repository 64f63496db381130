/**
 * The providers of the router's simulator: four models with published first-token times and the incidents that
 * befall them. Every draw hangs on the seed, the turn, the model and the number of the call alone, so that all
 * policies meet the same weather and the same luck.
 */
import type { FailureKind } from '@halfsecond/shared/status';

/** Times in ms; prices in US dollars per million tokens. `slow` is the share of calls in the long tail. */
export type SimModel = { id: string; provider: string; input: number; output: number; usual: Lognormal; slow: number; tail: Lognormal };
type Lognormal = { median: number; sigma: number };
/** `factor`: times are multiplied. `share`: part of the calls that fail. `retryAfter` in ms. */
export type Incident = { model: string; from: number; to: number } & (
  | { kind: 'brownout'; factor: number }
  | { kind: 'hang' }
  | { kind: 'errors'; share: number }
  | { kind: 'throttle'; share: number; retryAfter: number | null }
);
/** What became of a call: content after `ms`, or a failure after `ms`; a hang never ends by itself. */
export type Fate = { ms: number; failure: FailureKind | null; retryAfter: number | null };
export type World = { models: SimModel[]; incidents: Incident[]; seed: number };

/** Fitted to the published p50 / p95 / p99 of 24 hours: 311/1142/3080, 536/844/4461, 477/776/1309, 541/1591/4117. */
export const MODELS: SimModel[] = [
  { id: 'flash-lite', provider: 'google', input: 0.1, output: 0.4, usual: { median: 302, sigma: 0.3 }, slow: 0.07, tail: { median: 1_700, sigma: 0.6 } },
  { id: '4o-mini', provider: 'openai', input: 0.15, output: 0.6, usual: { median: 533, sigma: 0.25 }, slow: 0.025, tail: { median: 3_800, sigma: 0.3 } },
  { id: 'flash', provider: 'google', input: 0.3, output: 2.5, usual: { median: 474, sigma: 0.27 }, slow: 0.02, tail: { median: 1_300, sigma: 0.35 } },
  { id: 'haiku', provider: 'anthropic', input: 1, output: 5, usual: { median: 525, sigma: 0.35 }, slow: 0.07, tail: { median: 2_400, sigma: 0.5 } },
];
export const NEVER = 1e9;

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** The fate of call `nth` to `model` in turn `turn`, begun at `at`. */
export function fateOf({ models, incidents, seed }: World, model: string, turn: number, nth: number, at: number): Fate {
  const index = models.findIndex(({ id }) => id === model);
  const sim = models[index];
  if (sim === undefined) throw new Error(`no model ${model}`);
  const draw = dice(seed, turn * 64 + index * 8 + Math.min(nth, 7));
  const part = draw() < sim.slow ? sim.tail : sim.usual;
  let ms = part.median * Math.exp(part.sigma * normal(draw));
  for (const incident of incidents) {
    if (incident.model !== model || at < incident.from || at >= incident.to) continue;
    if (incident.kind === 'hang') return { ms: NEVER, failure: null, retryAfter: null };
    if (incident.kind === 'brownout') ms *= incident.factor;
    else if (draw() < incident.share) {
      const throttled = incident.kind === 'throttle';
      return { ms: (throttled ? 80 : 150) * Math.exp(0.4 * normal(draw)), failure: throttled ? 'throttled' : 'server', retryAfter: throttled ? incident.retryAfter : null };
    }
  }
  return { ms, failure: null, retryAfter: null };
}

/** Two days of brownouts, outages and bursts of 429 on every model, many more of them than real providers have. */
export function twoDays(seed: number): World & { ms: number } {
  const ms = 48 * HOUR;
  const incidents: Incident[] = [];
  for (const [index, { id: model }] of MODELS.entries()) {
    const draw = dice(seed, -1 - index);
    const happen = (times: number, median: number, make: (from: number, to: number) => Incident): void => {
      for (let n = 0; n < times; n++) {
        const from = draw() * ms;
        incidents.push(make(from, from + median * Math.exp(0.5 * normal(draw))));
      }
    };
    happen(4, 24 * MINUTE, (from, to) => ({ model, from, to, kind: 'brownout', factor: 2 + 4 * draw() }));
    happen(1, 20 * MINUTE, (from, to) => (draw() < 0.5 ? { model, from, to, kind: 'hang' } : { model, from, to, kind: 'errors', share: 1 }));
    happen(8, 6 * MINUTE, (from, to) => ({ model, from, to, kind: 'throttle', share: 0.6, retryAfter: draw() < 0.5 ? 2_000 + 8_000 * draw() : null }));
  }
  return { models: MODELS, incidents, seed, ms };
}

/** When turns begin: at random, one a second on average, for `ms`. */
export function arrivals(seed: number, ms: number, perSecond = 1): number[] {
  const draw = dice(seed, -100);
  const times: number[] = [];
  for (let at = 0; ; ) {
    at -= Math.log(1 - draw()) * 1_000 / perSecond;
    if (at >= ms) return times;
    times.push(at);
  }
}

/** Numbers in 0..1 that depend on both arguments only. */
export function dice(seed: number, stream: number): () => number {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(stream + 0x7f4a7c15, 0x85ebca6b)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function normal(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}
