/** What a hop usually takes: the median of the last day, from counts in buckets that are 2 % wide. */

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** The smallest bucket holds everything up to this (ms). */
const LEAST = 0.01;
const WIDTH = Math.log(1.02);
const BUCKETS = Math.ceil(Math.log(3_600_000 / LEAST) / WIDTH) + 1;

export type Usual = { add(hop: string, ms: number, at: number): void; of(hop: string): number | null };

/** `now` in epoch ms. Memory: 4 KB for every hour and hop in which something happened. */
export function createUsual(now: () => number = Date.now): Usual {
  const counts = new Map<string, Map<number, Uint32Array>>();

  function hoursOf(hop: string): Map<number, Uint32Array> {
    const hours = counts.get(hop) ?? new Map<number, Uint32Array>();
    counts.set(hop, hours);
    return hours;
  }

  return {
    /** `at` in epoch ms; what is older than a day is not counted. */
    add(hop, ms, at) {
      const current = Math.floor(now() / HOUR_MS);
      const hour = Math.floor(at / HOUR_MS);
      if (hour <= current - HOURS || hour > current) return;
      const hours = hoursOf(hop);
      let buckets = hours.get(hour);
      if (buckets === undefined) {
        hours.set(hour, (buckets = new Uint32Array(BUCKETS)));
        for (const old of hours.keys()) if (old <= current - HOURS) hours.delete(old);
      }
      const at2 = ms <= LEAST ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / LEAST) / WIDTH));
      buckets[at2] = (buckets[at2] ?? 0) + 1;
    },
    /** The median in ms; null below two. */
    of(hop) {
      const oldest = Math.floor(now() / HOUR_MS) - HOURS;
      const hours = [...(counts.get(hop) ?? [])].flatMap(([hour, buckets]) => (hour > oldest ? [buckets] : []));
      const total = hours.reduce((sum, buckets) => sum + buckets.reduce((all, count) => all + count, 0), 0);
      if (total < 2) return null;
      let left = total / 2;
      for (let at = 0; at < BUCKETS; at += 1) {
        left -= hours.reduce((sum, buckets) => sum + (buckets[at] ?? 0), 0);
        if (left <= 0) return at === 0 ? LEAST : LEAST * Math.exp((at - 0.5) * WIDTH);
      }
      return null;
    },
  };
}
