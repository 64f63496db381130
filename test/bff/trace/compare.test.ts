/** Two sets of turns: a change is found and measured, no change is not invented. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, mannWhitney } from '@halfsecond/bff/trace/compare.ts';
import { comparison } from '@halfsecond/bff/cli/trace-text.ts';

let seed = 1;
const random = (): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
/** Long-tailed, as times are. */
const draw = (median: number): number => median * Math.exp((random() + random() + random() - 1.5) * 0.8);
const HOPS = ['recall', 'route', 'provider', 'paint'];
const rows = (count: number, medians: (number | null)[]) => Array.from({ length: count }, () => medians.map((median) => (median === null ? null : draw(median))));

test('the hop that changed is named with its size; the others are not', () => {
  const changes = compare(HOPS, rows(200, [5, 2, 400, null]), rows(150, [9, 2, 400, null]), random);
  const [first, ...others] = changes;
  assert.equal(first?.hop, 'recall');
  assert.ok(first.sure && first.low < 4 && first.high > 4 && first.p < 0.001, JSON.stringify(first));
  assert.deepEqual(others.map(({ hop, sure }) => [hop, sure]).sort(), [['provider', false], ['route', false]]);
  const text = comparison('2026-11-21', '2026-11-22', 200, 150, changes);
  assert.match(text, /recall is slower in 2026-11-22 by \d\.\d\d ms: with 95 % confidence by \d\.\d\d to \d\.\d\d ms; chance alone would do that in less than one of a thousand/);
});

test('of a hundred comparisons of the same with the same, few name a hop', () => {
  let named = 0;
  for (let at = 0; at < 100; at += 1) if (compare(HOPS, rows(40, [5, 2, 400, 8]), rows(40, [5, 2, 400, 8]), random).some(({ sure }) => sure)) named += 1;
  assert.ok(named <= 8, `${named} of 100`);
  assert.match(comparison('a', 'b', 3, 3, compare(HOPS, rows(3, [1, 1, 1, 1]), rows(3, [1, 1, 1, 1]))), /too few turns/);
});

test('the rank test agrees with counting every possible order', () => {
  const a = [1.1, 2.2, 3.3, 4.4, 5.5, 6.6, 7.7, 8.8];
  for (const shift of [0.05, 2.05, 4.05]) {
    const b = [1, 2, 3, 4, 5, 6, 7, 8].map((value) => value + shift);
    const exact = exactly(a, b);
    assert.ok(Math.abs(mannWhitney(a, b) - exact) < 0.03, `${mannWhitney(a, b)} for ${exact}`);
  }
  assert.equal(mannWhitney([1, 1, 1], [1, 1, 1]), 1);
});

/** The share of all ways to split the values in two that have ranks as far apart. */
function exactly(a: number[], b: number[]): number {
  const all = [...a, ...b].sort((x, y) => x - y);
  const middle = (a.length * (all.length + 1)) / 2;
  const seen = Math.abs(a.reduce((sum, value) => sum + all.indexOf(value) + 1, 0) - middle);
  let [ways, far] = [0, 0];
  const choose = (from: number, left: number, sum: number): void => {
    if (left === 0) {
      ways += 1;
      if (Math.abs(sum - middle) >= seen) far += 1;
      return;
    }
    for (let at = from; at <= all.length - left; at += 1) choose(at + 1, left - 1, sum + at + 1);
  };
  choose(0, a.length, 0);
  return far / ways;
}
