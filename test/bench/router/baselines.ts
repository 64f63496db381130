/** What others do, in the same world: the cheapest model alone, retry with cooldown, and what foresight could reach. */
import { fateOf, NEVER, type World } from './world.ts';

/** First content after `first` ms (NEVER when none came), with this many calls. */
export type Outcome = { at: number; first: number; calls: number };

/** The cheapest model, one call, no deadline. */
export function cheapestOnly(world: World, arrivals: number[]): Outcome[] {
  const model = world.models[0]?.id ?? '';
  return arrivals.map((at, turn) => {
    const { ms, failure } = fateOf(world, model, turn, 0, at);
    return { at, first: failure === null ? ms : NEVER, calls: 1 };
  });
}

/**
 * A router of the usual kind: a deadline of 600 s, two retries with growing pauses after a server error, the next
 * model after a 429, and a failed model left alone for 5 s.
 */
export function retryAndCooldown(world: World, arrivals: number[]): Outcome[] {
  const coolUntil = new Map<string, { from: number; to: number }>();
  const cooling = (model: string, at: number): boolean => {
    const pause = coolUntil.get(model);
    return pause !== undefined && at >= pause.from && at < pause.to;
  };
  return arrivals.map((begun, turn) => {
    let at = begun;
    let calls = 0;
    for (const { id } of world.models) {
      if (cooling(id, at)) continue;
      for (let attempt = 0; attempt <= 2; attempt++) {
        const { ms, failure } = fateOf(world, id, turn, attempt, at);
        calls += 1;
        at += ms;
        if (failure === null) return { at: begun, first: at - begun, calls };
        if (failure === 'throttled' || attempt === 2) break;
        at += 500 * 2 ** attempt;
      }
      coolUntil.set(id, { from: at, to: at + 5_000 });
    }
    return { at: begun, first: NEVER, calls };
  });
}

/** Who knows in advance which model will be first, and asks only that one. */
export function clairvoyant(world: World, arrivals: number[]): Outcome[] {
  return arrivals.map((at, turn) => ({
    at, calls: 1,
    first: Math.min(...world.models.map(({ id }) => fateOf(world, id, turn, 0, at)).map(({ ms, failure }) => (failure === null ? ms : NEVER))),
  }));
}
