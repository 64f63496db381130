/**
 * Training at load: from labelled texts to sparse TF-IDF vectors, and a softmax over them learned in plain typed
 * arrays. No randomness: the same configuration always gives the same classifier.
 */
import { featuresOf, normalise, wordsOf } from './text.ts';

/** One labelled text. `label` counts from 0. */
export type Lesson = { text: string; label: number; weight: number };
/** A sparse vector of length one (shorter when parts of the text were never seen); indexes without repeats. */
export type Sparse = { at: Int32Array; value: Float32Array };
export type Vocabulary = { index: Map<string, number>; idf: Float32Array; unknownIdf: number };

/** Share of the vector's squared length that whole words get; runs of letters get the rest. */
const WORD_SHARE = 0.35;
/** More weights than this and rare features are left out (32 MB of floats). */
const MOST_WEIGHTS = 8_000_000;
/** Multiplications that training may spend: about half a second. More classes get fewer rounds. */
const BUDGET = 300_000_000;
const MOST_ROUNDS = 16;
const RATE = 6;
const DECAY = 2e-5;
/** A share too small to be worth a correction. */
const NEGLIGIBLE = 0.002;

/** Which features exist and how rare each is, over all lessons. */
export function buildVocabulary(tokens: string[][], labels: number): Vocabulary {
  const documents = new Map<string, number>();
  for (const words of tokens) {
    const { wordly, lettered } = featuresOf(words);
    for (const part of [wordly, lettered]) for (const key of part.keys()) documents.set(key, (documents.get(key) ?? 0) + 1);
  }
  const least = documents.size * labels > MOST_WEIGHTS ? 2 : 1;
  const index = new Map<string, number>();
  const idf: number[] = [];
  for (const [key, n] of documents) {
    if (n < least && !key.startsWith('w:')) continue;
    index.set(key, idf.length);
    idf.push(1 + Math.log((1 + tokens.length) / (1 + n)));
  }
  return { index, idf: Float32Array.from(idf), unknownIdf: 1 + Math.log(1 + tokens.length) };
}

/**
 * The vector of a text's words. Unseen words still take their share of the length, so that a text that is mostly
 * unseen stays near zero and wins no class by a single known word.
 */
export function vectorOf(words: string[], vocabulary: Vocabulary): Sparse {
  const { wordly, lettered } = featuresOf(words);
  const at: number[] = [];
  const value: number[] = [];
  for (const [part, share] of [[wordly, WORD_SHARE], [lettered, 1 - WORD_SHARE]] as const) {
    const from = value.length;
    let square = 0;
    for (const [key, times] of part) {
      const feature = vocabulary.index.get(key);
      const weight = (1 + Math.log(times)) * (feature === undefined ? vocabulary.unknownIdf : (vocabulary.idf[feature] ?? 0));
      square += weight * weight;
      if (feature === undefined) continue;
      at.push(feature);
      value.push(weight);
    }
    const scale = square > 0 ? Math.sqrt(share / square) : 0;
    for (let i = from; i < value.length; i++) value[i] = (value[i] ?? 0) * scale;
  }
  return { at: Int32Array.from(at), value: Float32Array.from(value) };
}

export function tokensOf(text: string): string[] {
  return wordsOf(normalise(text));
}

/**
 * Multinomial logistic regression by gradient descent, one text at a time in a fixed shuffled order. Returns the
 * weights row by row (`feature * labels + label`).
 */
export function trainSoftmax(vectors: Sparse[], lessons: { label: number; weight: number }[], features: number, labels: number): Float32Array {
  const weights = new Float32Array(features * labels);
  const scores = new Float64Array(labels);
  const sizes = new Float64Array(labels);
  const movers = new Int32Array(labels);
  for (const lesson of lessons) sizes[lesson.label] = (sizes[lesson.label] ?? 0) + lesson.weight;
  const even = lessons.length / labels;
  const work = vectors.reduce((sum, vector) => sum + vector.at.length, 0) * labels * 2;
  const rounds = Math.max(2, Math.min(MOST_ROUNDS, Math.floor(BUDGET / Math.max(1, work))));
  const order = shuffled(vectors.length);
  for (let round = 0; round < rounds; round++) {
    const rate = RATE / (1 + (3 * round) / rounds);
    for (const n of order) {
      const vector = vectors[n];
      const lesson = lessons[n];
      if (!vector || !lesson) continue;
      addScores(vector, weights, labels, scores);
      softmax(scores);
      // Small classes count as much as large ones, within reason.
      const balance = Math.min(3, Math.max(0.3, Math.sqrt(even / (sizes[lesson.label] ?? even)))) * lesson.weight;
      scores[lesson.label] = (scores[lesson.label] ?? 0) - 1;
      // Classes that are out of the question already are left alone: with many classes that is nearly all of them.
      let moving = 0;
      for (let k = 0; k < labels; k++) if (Math.abs(scores[k] ?? 0) > NEGLIGIBLE) movers[moving++] = k;
      for (let i = 0; i < vector.at.length; i++) {
        const row = (vector.at[i] ?? 0) * labels;
        const step = rate * balance * (vector.value[i] ?? 0);
        for (let m = 0; m < moving; m++) {
          const k = movers[m] ?? 0;
          weights[row + k] = (weights[row + k] ?? 0) - step * (scores[k] ?? 0);
        }
      }
    }
    const keep = 1 - DECAY * rate * vectors.length;
    for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] ?? 0) * keep;
  }
  return weights;
}

/** Fills `scores` with the raw class scores of a vector. */
export function addScores(vector: Sparse, weights: Float32Array, labels: number, scores: Float64Array): void {
  scores.fill(0);
  for (let i = 0; i < vector.at.length; i++) {
    const row = (vector.at[i] ?? 0) * labels;
    const value = vector.value[i] ?? 0;
    // The one hot loop: indexes are in range by construction.
    for (let k = 0; k < labels; k++) (scores[k] as number) += value * (weights[row + k] as number);
  }
}

/** In place: raw scores to shares that add up to one. */
export function softmax(scores: Float64Array): void {
  let highest = -Infinity;
  for (const score of scores) highest = Math.max(highest, score);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    const share = Math.exp((scores[k] ?? 0) - highest);
    scores[k] = share;
    sum += share;
  }
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] ?? 0) / sum;
}

/** 0..n-1 in an order that looks random and is always the same. */
function shuffled(n: number): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  let state = 20_240_607;
  for (let i = n - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    const moved = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = moved;
  }
  return order;
}
