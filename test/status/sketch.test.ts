/** Sketches against exact percentiles, merged and stored. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, count, decode, encode, merge, quantile, type Sketch } from '../../status/collector/sketch.ts';

/** The same numbers at every run. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

test('merged minutes give the percentiles of the whole within 1 %, where averaging would not', () => {
  const random = numbers(7);
  const exact: number[] = [];
  const merged: Sketch = new Map();
  const averaged: number[] = [];
  for (let minute = 0; minute < 60; minute += 1) {
    const sketch: Sketch = new Map();
    // One minute in twelve is bad.
    const scale = minute % 12 === 0 ? 8_000 : 300;
    for (let turn = 0; turn < 50; turn += 1) {
      const ms = 20 + scale * (random.next().value ?? 0) ** 2;
      exact.push(ms);
      add(sketch, ms);
    }
    averaged.push(quantile(sketch, 0.95) ?? 0);
    merge(merged, sketch);
  }
  exact.sort((a, b) => a - b);
  assert.equal(count(merged), 3_000);
  for (const q of [0.5, 0.95, 0.99]) {
    const truth = exact[Math.ceil(q * exact.length) - 1] ?? 0;
    assert.ok(Math.abs((quantile(merged, q) ?? 0) - truth) / truth < 0.01, `p${q * 100}`);
  }
  const truth = exact[Math.ceil(0.95 * exact.length) - 1] ?? 0;
  assert.ok(Math.abs(averaged.reduce((sum, each) => sum + each, 0) / 60 - truth) / truth > 0.2);
});

test('stored bytes come back as the same counts; a cut end loses one pair at most', () => {
  const sketch: Sketch = new Map([[0, 3], [5, 1], [700, 70_000], [1_190, 2]]);
  const bytes = encode(sketch);
  assert.deepEqual(decode(bytes), sketch);
  assert.deepEqual(decode(bytes.slice(0, -1)), new Map([...sketch].slice(0, 3)));
});

test('zero, negative and endless durations land at the floor, nothing is empty', () => {
  const sketch: Sketch = new Map();
  assert.equal(quantile(sketch, 0.5), null);
  for (const odd of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) add(sketch, odd);
  assert.deepEqual([...sketch], [[0, 4]]);
  assert.equal(quantile(sketch, 0.95), 0.1);
});
