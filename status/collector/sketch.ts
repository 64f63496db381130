/**
 * Log-bucket sketches of durations: how percentiles of a minute, an hour and a day come from the same counts.
 * Sketches are merged by adding counts; percentiles are never averaged. A quantile is off by at most 0.84 %.
 */

/** Ratio between the edges of neighbouring buckets. */
const GAMMA = 1.0168;
const LOG_GAMMA = Math.log(GAMMA);
/** Everything up to this many ms shares bucket 0. */
const FLOOR_MS = 0.1;

/** Bucket number → count. */
export type Sketch = Map<number, number>;

/** Adds one duration in ms (negative or non-finite values are a caller's mistake and count as 0). */
export function add(sketch: Sketch, ms: number): void {
  const bucket = ms > FLOOR_MS && Number.isFinite(ms) ? Math.ceil(Math.log(ms / FLOOR_MS) / LOG_GAMMA) : 0;
  sketch.set(bucket, (sketch.get(bucket) ?? 0) + 1);
}

/** Adds every count of `other` to `into`. */
export function merge(into: Sketch, other: Sketch): void {
  for (const [bucket, count] of other) into.set(bucket, (into.get(bucket) ?? 0) + count);
}

export function count(sketch: Sketch): number {
  let n = 0;
  for (const each of sketch.values()) n += each;
  return n;
}

/** The q-quantile (0..1, nearest rank) in ms; null when empty. */
export function quantile(sketch: Sketch, q: number): number | null {
  const n = count(sketch);
  if (n === 0) return null;
  let left = Math.max(1, Math.ceil(q * n));
  let at = 0;
  for (const [bucket, each] of [...sketch].sort((a, b) => a[0] - b[0])) {
    at = bucket;
    left -= each;
    if (left <= 0) break;
  }
  if (at === 0) return FLOOR_MS;
  // The point with the same relative distance to both edges of its bucket.
  return (FLOOR_MS * GAMMA ** at * 2) / (1 + GAMMA);
}

/** Bytes for storage: pairs of varints, the distance from the bucket before and the count. */
export function encode(sketch: Sketch): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (const [bucket, each] of [...sketch].sort((a, b) => a[0] - b[0])) {
    varint(bytes, bucket - before);
    varint(bytes, each);
    before = bucket;
  }
  return Uint8Array.from(bytes);
}

/** Reverse of `encode`. Bytes that end in the middle of a pair lose that pair only. */
export function decode(bytes: Uint8Array): Sketch {
  const sketch: Sketch = new Map();
  let bucket = 0;
  let value = 0;
  let scale = 1;
  let distance: number | null = null;
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte & 0x80) continue;
    if (distance === null) distance = value;
    else {
      bucket += distance;
      sketch.set(bucket, value);
      distance = null;
    }
    value = 0;
    scale = 1;
  }
  return sketch;
}

function varint(bytes: number[], value: number): void {
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}
