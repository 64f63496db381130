/** What needs no processes: thirty days of probes that fail by chance, and percentiles of merged counts beside exact ones. */
import { createBoard } from '../../../status/collector/quorum.ts';
import { add, decode, encode, merge, quantile, type Sketch } from '../../../status/collector/sketch.ts';

const DAY_SECONDS = 86_400;
const PROBERS = ['a', 'b', 'c'];

/** The same numbers at every run, 0 to 1. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Times that the verdict became an outage, partial or whole, although the bff was well. */
export function falseOpens(days: number, share: number, seed: number): number {
  const board = createBoard(PROBERS.length);
  const random = dice(seed);
  let opened = 0;
  let well = true;
  for (let second = 0; second < days * DAY_SECONDS; second += 1) {
    const now = second * 1_000;
    for (const prober of PROBERS) board.report(prober, 'bff', random() >= share, 5, now);
    const { state } = board.bff(now);
    const fine = state === 'up' || state === 'unknown';
    if (well && !fine) opened += 1;
    well = fine;
  }
  return opened;
}

const shapes: Record<string, (random: () => number) => number> = {
  'even, 20 to 2,000 ms': (random) => 20 + random() * 1_980,
  'long tail': (random) => 180 * Math.exp(normal(random) * 0.9),
  'two humps': (random) => (random() < 0.8 ? 240 : 2_600) * Math.exp(normal(random) * 0.15),
  'one bad minute in twelve': (random) => 300 * Math.exp(normal(random) * 0.3),
  'very short': (random) => 0.4 + random() * 5,
};

/** Worst relative error of p50, p95 and p99 of a day of merged, stored minutes; what averaging them would have given. */
export function percentiles(seed: number): { shape: string; errors: number[]; averaged: number }[] {
  return Object.entries(shapes).map(([shape, draw]) => {
    const random = dice(seed);
    const exact: number[] = [];
    const merged: Sketch = new Map();
    let sum = 0;
    for (let minute = 0; minute < 1_440; minute += 1) {
      const sketch: Sketch = new Map();
      for (let turn = 0; turn < 40; turn += 1) {
        const ms = draw(random) * (shape.startsWith('one bad') && minute % 12 === 0 ? 20 : 1);
        exact.push(ms);
        add(sketch, ms);
      }
      merge(merged, decode(encode(sketch)));
      sum += quantile(sketch, 0.95) ?? 0;
    }
    const sorted = Float64Array.from(exact).toSorted();
    const off = (value: number, q: number): number => {
      const truth = sorted[Math.ceil(q * sorted.length) - 1] ?? 0;
      return Math.abs(value - truth) / truth;
    };
    return { shape, errors: [0.5, 0.95, 0.99].map((q) => off(quantile(merged, q) ?? 0, q)), averaged: off(sum / 1_440, 0.95) };
  });
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
