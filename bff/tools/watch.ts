/** What is known of one tool: whether it answers lately, how long it takes, and a pause for one that keeps failing. */
import type { ToolHealth } from '@halfsecond/shared/status';
import { MIN_SAMPLES } from '@halfsecond/shared/limits';

/** Failures in a row after which a tool is not called for a while. */
const FAILURES = 3;
/** The first pause and the longest (ms); each further failure doubles it. */
const PAUSE_MS = 5_000;
const PAUSE_MAX_MS = 60_000;
/** Calls that the figures are taken from. */
const SAMPLES = 200;

export type Watch = {
  /** False while the tool rests. After the rest one call is let through to try it. */
  admit(): boolean;
  /** A call is over; `void`: it says nothing about the tool. `ms` is how long it took. */
  over(how: 'ok' | 'bad' | 'void', ms: number): void;
  /** `since` in epoch ms; figures in ms, null below MIN_SAMPLES. */
  view(): Omit<ToolHealth, 'name'>;
};

/** @param now epoch ms; another clock lets a test rest in no time */
export function createWatch(now: () => number = Date.now): Watch {
  const times: number[] = [];
  let failures = 0;
  let restsUntil = 0;
  let trying = false;
  let state: 'unknown' | 'up' | 'down' = 'unknown';
  let since = now();

  function become(next: typeof state): void {
    if (next !== state) since = now();
    state = next;
  }

  return {
    admit() {
      if (failures < FAILURES) return true;
      if (trying || now() < restsUntil) return false;
      trying = true;
      return true;
    },
    over(how, ms) {
      trying = false;
      if (how === 'void') return;
      times.push(ms);
      if (times.length > SAMPLES) times.shift();
      failures = how === 'ok' ? 0 : failures + 1;
      if (failures >= FAILURES) restsUntil = now() + Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** (failures - FAILURES));
      become(failures === 0 ? 'up' : failures >= FAILURES ? 'down' : state);
    },
    view() {
      const sorted = [...times].sort((a, b) => a - b);
      const at = (share: number): number | null => (sorted.length < MIN_SAMPLES ? null : (sorted[Math.floor(sorted.length * share)] ?? null));
      return { state, since, p50: at(0.5), p95: at(0.95), n: sorted.length };
    },
  };
}
