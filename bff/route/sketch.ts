/**
 * What a model's waiting times look like lately: counts in logarithmic buckets that fade with time, beside the
 * calls that gave nothing. Pure; merging two sketches is adding their counts at the same instant.
 */

/** `counts` and `misses` as they stood at `at` (epoch ms). */
export type Sketch = { at: number; counts: readonly number[]; misses: number };

/** What was seen this long ago counts half (ms). */
const HALF_LIFE_MS = 1_800_000;
const FLOOR_MS = 20;
/** Width of a bucket: 10 %. The last one begins at about 37 s and holds whatever took longer. */
const LOG_GROWTH = Math.log(1.1);
const BUCKETS = 80;
/**
 * What is supposed of a model until it is known: half of its calls say something within this time (ms), 96 % within
 * 1.5 s; a log-logistic curve of this steepness. It weighs as much as these many calls.
 */
const SUPPOSED_MS = 550;
const STEEPNESS = 3.2;
const SUPPOSED = 4;
/** Below this weight there is no saying how long a model usually takes. */
const KNOWN = 5;

/** The supposed calls by bucket. */
const supposed = Array.from({ length: BUCKETS }, (_, bucket) => SUPPOSED * ((bucket === BUCKETS - 1 ? 1 : supposedBelow(edge(bucket + 1))) - supposedBelow(edge(bucket))));

export const unknown: Sketch = { at: 0, counts: Array.from({ length: BUCKETS }, () => 0), misses: 0 };

/** After one more call that took `ms`. */
export function observe(sketch: Sketch, ms: number, at: number): Sketch {
  const { counts, misses } = faded(sketch, at);
  const bucket = Math.min(BUCKETS - 1, Math.floor(place(ms)));
  counts[bucket] = (counts[bucket] ?? 0) + 1;
  return { at, counts, misses };
}

/**
 * After a call that was ended when it had said nothing for `ms`. It would have taken longer, nobody knows how much:
 * its weight goes to the longer times, in proportion to what is known of them. Left out, slow calls would vanish from the picture because
 * they are slow, and every model would look quicker than it is.
 */
export function observeLonger(sketch: Sketch, ms: number, at: number): Sketch {
  const { counts, misses } = faded(sketch, at);
  const from = Math.min(BUCKETS - 1, Math.floor(place(ms)));
  const parts = counts.map((count, bucket) => (bucket < from ? 0 : count + (supposed[bucket] ?? 0)));
  const beyond = sum(parts);
  for (let bucket = from; bucket < BUCKETS; bucket++) counts[bucket] = (counts[bucket] ?? 0) + (parts[bucket] ?? 0) / beyond;
  return { at, counts, misses };
}

/** After a call that failed before it said anything. */
export function observeMiss(sketch: Sketch, at: number): Sketch {
  const { counts, misses } = faded(sketch, at);
  return { at, counts, misses: misses + 1 };
}

/** Chance (0..1) that a call begun `now` has its content within `ms`; failures count against it. */
export function chance(sketch: Sketch, ms: number, now: number): number {
  const keep = fading(sketch, now);
  const weight = keep * (sum(sketch.counts) + sketch.misses);
  return (keep * below(sketch.counts, place(ms)) + SUPPOSED * supposedBelow(ms)) / (weight + SUPPOSED);
}

/** The same with the benefit of the doubt: one standard error more, so that what is hardly known gets tried. */
export function hope(sketch: Sketch, ms: number, now: number): number {
  const likely = chance(sketch, ms, now);
  return Math.min(1, likely + Math.sqrt(likely * (1 - likely) / (weightOf(sketch, now) + SUPPOSED)));
}

/** The time (ms) within which this share of the calls that said anything did so; null while too little is known. */
export function quantile(sketch: Sketch, share: number, now: number): number | null {
  const total = sum(sketch.counts);
  if (total * fading(sketch, now) < KNOWN) return null;
  let left = share * total;
  for (const [bucket, count] of sketch.counts.entries()) {
    if (count >= left) return edge(bucket + left / count);
    left -= count;
  }
  return edge(BUCKETS);
}

/** Weight of everything seen, faded to `now`, in calls. */
export function weightOf(sketch: Sketch, now: number): number {
  return fading(sketch, now) * (sum(sketch.counts) + sketch.misses);
}

/** Where `ms` lies on the scale of buckets, with its fraction. */
function place(ms: number): number {
  return ms <= FLOOR_MS ? 0 : Math.min(BUCKETS, Math.log(ms / FLOOR_MS) / LOG_GROWTH);
}

function edge(bucket: number): number {
  return FLOOR_MS * Math.exp(bucket * LOG_GROWTH);
}

function supposedBelow(ms: number): number {
  return 1 / (1 + (SUPPOSED_MS / ms) ** STEEPNESS);
}

function below(counts: readonly number[], to: number): number {
  const whole = Math.floor(to);
  let total = (counts[whole] ?? 0) * (to - whole);
  for (let bucket = 0; bucket < whole; bucket++) total += counts[bucket] ?? 0;
  return total;
}

function fading({ at }: Sketch, now: number): number {
  return now > at ? 2 ** ((at - now) / HALF_LIFE_MS) : 1;
}

function faded(sketch: Sketch, at: number): { counts: number[]; misses: number } {
  const keep = fading(sketch, at);
  return { counts: sketch.counts.map((count) => count * keep), misses: sketch.misses * keep };
}

function sum(counts: readonly number[]): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
