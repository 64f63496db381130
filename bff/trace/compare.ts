/**
 * Two sets of turns, hop by hop: is one slower, by how much, and how sure is that? Medians, a 95 % interval of their
 * difference by bootstrap, and the rank test of Mann and Whitney with ties, corrected for the number of hops. Pure.
 */

/** Resamples for the interval. */
const RESAMPLES = 500;
/** Fewer turns on one side say nothing. */
const LEAST = 8;

/** Milliseconds; `low` and `high` bound the difference `b - a` of the medians with 95 % confidence. `p`: chance of ranks this far apart if nothing had changed. */
export type Change = { hop: string; a: number; b: number; diff: number; low: number; high: number; p: number; turns: [number, number]; sure: boolean };

/** `rows` hold a number for each of `hops`, null where nothing is known. Hops with too few turns on a side are left out. `random` gives 0 ≤ x < 1. */
export function compare(hops: readonly string[], rowsA: (number | null)[][], rowsB: (number | null)[][], random: () => number = Math.random): Change[] {
  const changes = hops.flatMap((hop, at) => {
    const [a, b] = [column(rowsA, at), column(rowsB, at)];
    if (a.length < LEAST || b.length < LEAST || (a.at(-1) === 0 && b.at(-1) === 0)) return [];
    return [{ hop, a: median(a), b: median(b), diff: median(b) - median(a), ...interval(a, b, random), p: mannWhitney(a, b), turns: [a.length, b.length] as [number, number], sure: false }];
  });
  return holm(changes).sort((x, y) => Number(y.sure) - Number(x.sure) || Math.abs(y.diff) - Math.abs(x.diff));
}

/** Every further look is a further chance to be wrong: Holm's steps keep all of them together at 5 %. The interval has to agree. */
function holm(changes: Change[]): Change[] {
  let holds = true;
  for (const [at, change] of [...changes].sort((x, y) => x.p - y.p).entries()) {
    holds &&= change.p < 0.05 / (changes.length - at);
    change.sure = holds && (change.low > 0 || change.high < 0);
  }
  return changes;
}

/** Two-sided, by the normal approximation with the correction for ties. Both sorted. */
export function mannWhitney(a: number[], b: number[]): number {
  const all = [...a.map((value) => ({ value, first: true })), ...b.map((value) => ({ value, first: false }))].sort((x, y) => x.value - y.value);
  let ranks = 0;
  let ties = 0;
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    const count = to - from;
    ties += count ** 3 - count;
    for (let at = from; at < to; at += 1) if (all[at]?.first) ranks += (from + to + 1) / 2;
    from = to;
  }
  const [n, m, total] = [a.length, b.length, all.length];
  const u = ranks - (n * (n + 1)) / 2;
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - ties / (total * (total - 1))));
  if (deviation === 0) return 1;
  return 2 * upperTail(Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / deviation);
}

/** The normal distribution above `z`, to seven digits (Abramowitz and Stegun 26.2.17). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

function interval(a: number[], b: number[], random: () => number): { low: number; high: number } {
  const diffs = Float64Array.from({ length: RESAMPLES }, () => resampled(b, random) - resampled(a, random)).sort();
  return { low: diffs[Math.floor(RESAMPLES * 0.025)] ?? 0, high: diffs[Math.ceil(RESAMPLES * 0.975) - 1] ?? 0 };
}

function resampled(values: number[], random: () => number): number {
  return median(Float64Array.from({ length: values.length }, () => values[Math.floor(random() * values.length)] ?? 0).sort());
}

function column(rows: (number | null)[][], at: number): number[] {
  return rows.flatMap((row) => (row[at] == null ? [] : [row[at]])).sort((x, y) => x - y);
}

function median(sorted: ArrayLike<number>): number {
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}
