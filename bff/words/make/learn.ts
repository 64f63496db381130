/**
 * Learns the rows of words and word pairs and the hidden layer, so that the sum over a text points where the teacher
 * points. Plain gradients: Adagrad for rows, of which a text touches few, Adam for the layer, which every text touches.
 */
import { crc32 } from 'node:zlib';
import { tokensOf } from '../tokens.ts';
import { chances, shuffle } from './chance.ts';
import { rarity } from './vectors.ts';

export type Sizes = { pairs: number; size: number; hidden: number };
export type Learnt = { rows: Float32Array; inner: Float32Array; bias: Float32Array; outer: Float32Array };
type Task = { texts: string[]; targets: Float32Array; words: string[]; start: Float32Array; sizes: Sizes; rounds: number; log: (line: string) => void };

/** As in words.ts: what the layer sees is the sum's direction times this. */
const GAIN = 8;
const BATCH = 64;
const ROW_RATE = 0.05;
const LAYER_RATE = 0.001;
const WORDS_MAX = 24;
const HELD = 2_000;

/** `targets`: one row of `sizes.size` a text; `start`: where single words point, one row a word. Logs how close texts come that it never learnt from. */
export function learn({ texts, targets, words, start, sizes: { pairs, size, hidden }, rounds, log }: Task): Learnt {
  const index = new Map(words.map((word, n) => [word, n]));
  const parts = texts.map((text) => partsOf(text, index, pairs));
  const usable = shuffle(parts.flatMap((list, n) => (list.length > 0 ? [n] : [])), 3);
  const [held, lessons] = [usable.slice(0, HELD), usable.slice(HELD)];
  const rows = firstRows(start, words.length, pairs, size);
  const squares = new Float32Array(words.length + pairs).fill(1e-8);
  const next = chances(7);
  const inner = Float32Array.from({ length: size * hidden }, () => (next() + next() + next() + next() - 2) * 0.085);
  const layers = [inner, new Float32Array(hidden), new Float32Array(hidden * size)].map((weights) => ({ weights, slope: new Float64Array(weights.length), mean: new Float64Array(weights.length), spread: new Float64Array(weights.length) }));
  const [W, B, O] = layers as [Layer, Layer, Layer];
  const [sum, grad, out] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const [layer, back] = [new Float64Array(hidden), new Float64Array(hidden)];
  let steps = 0;

  /** Fills `sum` (length one), `layer` and `out`; returns the lengths of both before that, and how close `out` is to the target. */
  function forward(n: number): { summed: number; length: number; close: number } {
    sum.fill(0);
    for (const part of parts[n] ?? []) for (let d = 0; d < size; d++) sum[d] = (sum[d] as number) + (rows[part * size + d] as number);
    const summed = Math.hypot(...sum) + 1e-6;
    for (let h = 0; h < hidden; h++) layer[h] = B.weights[h] as number;
    for (let d = 0; d < size; d++) {
      const value = (sum[d] = (sum[d] as number) / summed);
      for (let h = 0, from = d * hidden; h < hidden; h++) layer[h] = (layer[h] as number) + GAIN * value * (W.weights[from + h] as number);
    }
    out.set(sum);
    for (let h = 0; h < hidden; h++) {
      const value = layer[h] as number;
      if (value > 0) for (let d = 0, from = h * size; d < size; d++) out[d] = (out[d] as number) + value * (O.weights[from + d] as number);
    }
    const length = Math.hypot(...out) + 1e-6;
    let close = 0;
    for (let d = 0; d < size; d++) close += ((out[d] as number) / length) * (targets[n * size + d] as number);
    return { summed, length, close };
  }

  function lesson(n: number, rate: number): number {
    const { summed, length, close } = forward(n);
    for (let d = 0; d < size; d++) grad[d] = (close * ((out[d] as number) / length) - (targets[n * size + d] as number)) / length;
    for (let h = 0; h < hidden; h++) {
      const value = layer[h] as number;
      back[h] = 0;
      if (value <= 0) continue;
      let pull = 0;
      for (let d = 0, from = h * size; d < size; d++) {
        pull += (grad[d] as number) * (O.weights[from + d] as number);
        O.slope[from + d] = (O.slope[from + d] as number) + value * (grad[d] as number);
      }
      back[h] = pull;
      B.slope[h] = (B.slope[h] as number) + pull;
    }
    let along = 0;
    for (let d = 0; d < size; d++) {
      let pull = 0;
      for (let h = 0, from = d * hidden; h < hidden; h++) {
        const value = back[h] as number;
        if (value === 0) continue;
        pull += value * (W.weights[from + h] as number);
        W.slope[from + h] = (W.slope[from + h] as number) + GAIN * value * (sum[d] as number);
      }
      grad[d] = (grad[d] as number) + GAIN * pull;
      along += (grad[d] as number) * (sum[d] as number);
    }
    let square = 0;
    for (let d = 0; d < size; d++) {
      grad[d] = ((grad[d] as number) - along * (sum[d] as number)) / summed;
      square += (grad[d] as number) ** 2 / size;
    }
    for (const part of parts[n] ?? []) {
      squares[part] = (squares[part] as number) + square;
      const step = rate / Math.sqrt(squares[part] as number);
      for (let d = 0; d < size; d++) rows[part * size + d] = (rows[part * size + d] as number) - step * (grad[d] as number);
    }
    return close;
  }

  for (let round = 0; round < rounds; round++) {
    const rate = ROW_RATE * (1 - round / rounds) + 0.003;
    let sumOfClose = 0;
    for (const [at, n] of shuffle(lessons, 100 + round).entries()) {
      sumOfClose += lesson(n, rate);
      if ((at + 1) % BATCH === 0) for (const part of layers) adam(part, (steps += 1 / layers.length));
    }
    const unseen = held.reduce((total, n) => total + forward(n).close, 0) / held.length;
    log(`round ${round + 1} of ${rounds}: cosine ${(sumOfClose / lessons.length).toFixed(4)}, of unseen texts ${unseen.toFixed(4)}`);
  }
  return { rows, inner: W.weights, bias: B.weights, outer: O.weights };
}

type Layer = { weights: Float32Array; slope: Float64Array; mean: Float64Array; spread: Float64Array };

function adam({ weights, slope, mean, spread }: Layer, step: number): void {
  const [first, second] = [1 - 0.9 ** Math.max(1, step), 1 - 0.999 ** Math.max(1, step)];
  for (let n = 0; n < weights.length; n++) {
    const pull = (slope[n] as number) / BATCH;
    slope[n] = 0;
    mean[n] = 0.9 * (mean[n] as number) + 0.1 * pull;
    spread[n] = 0.999 * (spread[n] as number) + 0.001 * pull * pull;
    weights[n] = (weights[n] as number) - (LAYER_RATE * ((mean[n] as number) / first)) / (Math.sqrt((spread[n] as number) / second) + 1e-8);
  }
}

/** The rows that a text touches: its words, then its pairs of neighbours. */
function partsOf(text: string, index: Map<string, number>, pairs: number): number[] {
  const words = tokensOf(text, 1_000).map((word) => (index.has(word) ? word : (word.split("'")[0] ?? word)));
  const known = words.flatMap((word) => index.get(word) ?? []);
  const neighbours = words.slice(1).map((word, n) => index.size + (crc32(`${words[n]} ${word}`) % pairs));
  return known.length === 0 ? [] : [...known.slice(0, WORDS_MAX), ...neighbours.slice(0, WORDS_MAX)];
}

/** Words begin where the teacher puts them, the rarer the longer; pairs begin at nothing. */
function firstRows(start: Float32Array, words: number, pairs: number, size: number): Float32Array {
  const rows = new Float32Array((words + pairs) * size);
  const weights = rarity(words);
  let lengths = 0;
  for (let n = 0; n < words; n++) {
    for (let d = 0; d < size; d++) rows[n * size + d] = (start[n * size + d] ?? 0) * (weights[n] ?? 0);
    lengths += Math.hypot(...rows.subarray(n * size, (n + 1) * size)) / words;
  }
  for (let n = 0; n < words * size; n++) rows[n] = (rows[n] ?? 0) / lengths;
  return rows;
}
