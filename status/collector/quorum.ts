/** Several probers, one verdict: what each has seen in a row, and what enough of them agree on. Pure but for its own memory. */
import type { ProberView } from '@halfsecond/shared/status';
import { reach, type Reach } from './judge.ts';

/** A prober that has said nothing for so long does not count (ms). */
export const SILENT_AFTER_MS = 3_500;
/** Probers may disagree so long before it is believed (ms): a change reaches them one after the other. */
export const DISPUTE_MS = 10_000;
/** Providers are asked less often than the bff. */
const PROVIDER_SILENT_AFTER_MS = 60_000;
const PROBERS_MAX = 20;
const BFF = 'bff';

/** `down` of `of` probers do not reach it; `partial`: a lasting disagreement that is more than one voice against the others. */
export type Reached = { state: 'unknown' | 'up' | 'partial' | 'down'; down: number; of: number };
export type Board = ReturnType<typeof createBoard>;
type Seen = { reach: Reach; at: number; ms: number | null };

/** @param expected probers that are known to come: before they speak, the first one to speak decides nothing alone */
export function createBoard(expected: number) {
  const probers = new Map<string, Map<string, Seen>>();
  let disputedSince: number | null = null;
  const started = { at: Number.NaN };

  function votes(target: string, silentAfter: number, now: number): Seen[] {
    return [...probers.values()].flatMap((each) => each.get(target) ?? []).filter((seen) => now - seen.at <= silentAfter);
  }

  return {
    /** One result of one prober; `now` on a clock that only goes forward (ms). False: there are too many probers. */
    report(prober: string, target: string, ok: boolean, ms: number | null, now: number): boolean {
      if (Number.isNaN(started.at)) started.at = now;
      const own = probers.get(prober) ?? new Map<string, Seen>();
      if (!probers.has(prober)) {
        if (probers.size >= PROBERS_MAX) return false;
        probers.set(prober, own);
      }
      const before = own.get(target);
      const silence = target === BFF ? SILENT_AFTER_MS : PROVIDER_SILENT_AFTER_MS;
      // Whoever was away starts counting afresh: three failures in a row means in a row.
      const from = before && now - before.at <= silence ? before.reach : { state: before?.reach.state ?? 'unknown', failed: 0, good: 0 } as const;
      own.set(target, { reach: reach(from, ok), at: now, ms });
      return true;
    },

    /** What the probers together say of the bff. */
    bff(now: number): Reached {
      const seen = votes(BFF, SILENT_AFTER_MS, now);
      const awaited = now - started.at <= SILENT_AFTER_MS ? expected : 0;
      const verdict = together(seen.map((each) => each.reach.state), Math.max(seen.length, awaited));
      if (verdict.state !== 'partial') {
        disputedSince = null;
        return verdict;
      }
      disputedSince ??= now;
      return now - disputedSince >= DISPUTE_MS ? verdict : { ...verdict, state: 'up' };
    },

    /** What they say of a provider's public endpoint; `unknown` when none of them asks it. */
    provider(id: string, now: number): Reached {
      const seen = votes(`provider:${id}`, PROVIDER_SILENT_AFTER_MS, now);
      return together(seen.map((each) => each.reach.state), seen.length);
    },

    /** Each prober's own word on the bff; `shift` moves `at` onto the wall clock. */
    views(now: number, shift: number): ProberView[] {
      return [...probers].flatMap(([name, targets]): ProberView[] => {
        const seen = targets.get(BFF);
        if (!seen) return [];
        const silent = now - seen.at > SILENT_AFTER_MS;
        return [{ name, state: silent ? 'silent' : seen.reach.state, at: Math.round(seen.at + shift), ms: silent ? null : seen.ms }];
      }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

/**
 * More than half of `of` decide for down. One voice against two or more changes nothing: it may be its own network,
 * or it may lie. Two or more voices, or one of two, are a disagreement.
 */
export function together(states: Reach['state'][], of: number): Reached {
  const down = states.filter((state) => state === 'down').length;
  const up = states.filter((state) => state === 'up').length;
  if (down > of / 2) return { state: 'down', down, of };
  if (up === 0) return { state: 'unknown', down, of };
  return { state: down > 1 || (down === 1 && of === 2) ? 'partial' : 'up', down, of };
}
