/** Results that a tool says may be used again, each for its own visitor and its own arguments only. */
import type { ToolContext } from '../layers.ts';

/** Results kept; the oldest go first. Each is bounded by OUTPUT_BYTES_MAX. */
const KEEP = 200;
/** Longest that any result is used again (ms). */
const KEEP_MAX_MS = 3_600_000;

export type Cache = ReturnType<typeof createCache>;

/** @param now epoch ms */
export function createCache(now: () => number = Date.now) {
  const kept = new Map<string, { output: unknown; until: number }>();

  return {
    /** Undefined when nothing fresh is there. */
    find(key: string): { output: unknown } | undefined {
      const found = kept.get(key);
      if (found && found.until > now()) return found;
      kept.delete(key);
      return undefined;
    },
    put(key: string, output: unknown, ms: number): void {
      if (!(ms > 0)) return;
      kept.delete(key);
      kept.set(key, { output, until: now() + Math.min(ms, KEEP_MAX_MS) });
      if (kept.size > KEEP) kept.delete(kept.keys().next().value ?? '');
    },
    /** Lets go of everything of a visitor; returns how many. */
    forget(site: string, visitor: string): number {
      const head = JSON.stringify([site, visitor]).slice(0, -1);
      const theirs = [...kept.keys()].filter((key) => key.startsWith(`${head},`));
      for (const key of theirs) kept.delete(key);
      return theirs.length;
    },
  };
}

/** The same call of the same visitor has the same key, in whatever order the arguments were written. */
export function keyOf(name: string, input: unknown, { site, visitor }: ToolContext): string {
  return JSON.stringify([site, visitor, name, sorted(input)]);
}

/** A copy with the keys of all objects in order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, sorted(entry)]));
}
