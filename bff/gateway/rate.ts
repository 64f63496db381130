/** Token buckets in this process's memory: so many requests a minute for each key, bounded in number. */

/** Keys held at most; the longest untouched go first. */
const KEYS_MAX = 50_000;
type Bucket = { tokens: number; at: number };

/** `take(key)` returns 0 when the request may pass, else the seconds until the next one may. */
export function createRate(perMinute: number, now: () => number = Date.now) {
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / 60_000;

  return {
    take(key: string): number {
      const at = now();
      const before = buckets.get(key) ?? { tokens: perMinute, at };
      const tokens = Math.min(perMinute, before.tokens + (at - before.at) * perMs);
      buckets.delete(key); // set again below: the map's order is the order of last use
      if (buckets.size >= KEYS_MAX) buckets.delete(buckets.keys().next().value ?? '');
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at });
      return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / perMs / 1_000));
    },
  };
}
export type Rate = ReturnType<typeof createRate>;
/** Per visitor; per network address, which several visitors may share; and for new sessions per address. */
export type Rates = { visitor: Rate; address: Rate; session: Rate };
