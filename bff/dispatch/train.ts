/**
 * Training at load: from labelled texts to sparse TF-IDF vectors, and a softmax over them learned in plain typed
 * arrays. No randomness: the same configuration always gives the same classifier.
 */
import { featuresOf, normalise, wordsOf } from './text.ts';

/** One labelled text. `label` counts from 0. */
export type Lesson = { text: string; label: number; weight: number };
/**
 * The features of a text that were seen before, with their weights: of length one, shorter when parts were never seen.
 * Indexes without repeats. `meaning` is its sentence vector, of length one, or zero when no word of it is known.
 */
export type Sparse = { at: Int32Array; value: Float32Array; meaning: Float32Array };
export type Vocabulary = { index: Map<string, number>; idf: Float32Array; unknownIdf: number };
/** Weights by class: of features (`feature * labels + label`) and of the sentence vector's numbers (`number * labels + label`). */
export type Weights = { features: Float32Array; meaning: Float32Array };

/** Share of the vector's squared length that whole words get; runs of letters get the rest. */
const WORD_SHARE = 0.35;
/** More weights than this and rare features are left out (32 MB of floats). */
const MOST_WEIGHTS = 8_000_000;
/** Multiplications that training may spend: well under a second. More classes get fewer rounds. */
const BUDGET = 900_000_000;
const MOST_ROUNDS = 16;
const LEAST_ROUNDS = 2;
/** With hundreds of classes even the fewest rounds are too many: beyond this each text is held against some of the classes at a time. */
const MOST_WORK = 1_500_000_000;
/** How much the sentence vector counts beside words and letters. */
export const MEANING = 0.8;
const RATE = 8;
const DECAY = 0.037;
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
export function vectorOf(words: string[], vocabulary: Vocabulary, meaning: Float32Array): Sparse {
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
  return { at: Int32Array.from(at), value: Float32Array.from(value), meaning };
}

export function tokensOf(text: string): string[] {
  return wordsOf(normalise(text));
}

/**
 * Multinomial logistic regression by gradient descent, one text at a time in a fixed shuffled order.
 */
export function trainSoftmax(vectors: Sparse[], lessons: { label: number; weight: number }[], features: number, labels: number): Weights {
  const meanings = vectors[0]?.meaning.length ?? 0;
  const weights: Weights = { features: new Float32Array(features * labels), meaning: new Float32Array(meanings * labels) };
  const scores = new Float64Array(labels);
  const sizes = new Float64Array(labels);
  const movers = new Int32Array(labels);
  for (const lesson of lessons) sizes[lesson.label] = (sizes[lesson.label] ?? 0) + lesson.weight;
  const even = lessons.length / labels;
  const work = vectors.reduce((sum, vector) => sum + vector.at.length + meanings, 0) * labels * 2;
  const rounds = Math.max(LEAST_ROUNDS, Math.min(MOST_ROUNDS, Math.floor(BUDGET / Math.max(1, work))));
  const window = Math.max(1, Math.min(labels, Math.floor((labels * MOST_WORK) / (rounds * work))));
  // Classes that are left out of a comparison would have had their share: those that are in stand for them.
  const absent = Math.log(labels / window);
  const order = shuffled(vectors.length);
  for (let round = 0; round < rounds; round++) {
    const rate = RATE / (1 + (3 * round) / rounds);
    for (const [turn, n] of order.entries()) {
      const vector = vectors[n];
      const lesson = lessons[n];
      if (!vector || !lesson) continue;
      compare(vector, lesson.label, turn + round);
      // Small classes count as much as large ones, within reason.
      const balance = Math.min(3, Math.max(0.3, Math.sqrt(even / (sizes[lesson.label] ?? even)))) * lesson.weight;
      scores[lesson.label] = (scores[lesson.label] ?? 0) - 1;
      // Classes that are out of the question already are left alone: with many classes that is nearly all of them.
      let moving = 0;
      for (let k = 0; k < labels; k++) if (Math.abs(scores[k] ?? 0) > NEGLIGIBLE) movers[moving++] = k;
      const pull = rate * balance;
      for (let i = 0; i < vector.at.length; i++) move(weights.features, (vector.at[i] ?? 0) * labels, pull * (vector.value[i] ?? 0), moving);
      for (let d = 0; d < meanings; d++) move(weights.meaning, d * labels, pull * MEANING * (vector.meaning[d] ?? 0), moving);
    }
    const keep = 1 - DECAY * rate;
    for (const part of [weights.features, weights.meaning]) for (let i = 0; i < part.length; i++) part[i] = (part[i] ?? 0) * keep;
  }
  return weights;

  /** Fills `scores` with the shares of the classes that the text is held against, always its own among them; others get none. */
  function compare(vector: Sparse, own: number, turn: number): void {
    if (window === labels) {
      addScores(vector, weights, labels, scores);
      softmax(scores);
      return;
    }
    const from = (turn * window) % (labels - window + 1);
    scores.fill(-Infinity);
    scores.fill(0, from, from + window);
    scores[own] = 0;
    addScoresWithin(vector, weights, labels, scores, from, from + window);
    for (let k = from; k < from + window; k++) scores[k] = (scores[k] ?? 0) + absent;
    if (own < from || own >= from + window) addScoresWithin(vector, weights, labels, scores, own, own + 1);
    else scores[own] = (scores[own] ?? 0) - absent;
    softmax(scores);
  }

  function move(part: Float32Array, row: number, step: number, moving: number): void {
    for (let m = 0; m < moving; m++) {
      const k = movers[m] as number;
      part[row + k] = (part[row + k] as number) - step * (scores[k] as number);
    }
  }
}

/** Fills `scores` with the raw class scores of a vector. */
export function addScores(vector: Sparse, weights: Weights, labels: number, scores: Float64Array): void {
  scores.fill(0);
  addScoresWithin(vector, weights, labels, scores, 0, labels);
}

/** Adds the raw scores of the classes `from` up to `to`. The one hot loop: rows are taken by four, indexes are in range by construction. */
function addScoresWithin({ at, value, meaning }: Sparse, weights: Weights, labels: number, scores: Float64Array, from: number, to: number): void {
  const { features, meaning: dense } = weights;
  let i = 0;
  for (; i + 3 < at.length; i += 4) {
    const [a, b, c, d] = [(at[i] as number) * labels, (at[i + 1] as number) * labels, (at[i + 2] as number) * labels, (at[i + 3] as number) * labels];
    const [p, q, r, s] = [value[i] as number, value[i + 1] as number, value[i + 2] as number, value[i + 3] as number];
    for (let k = from; k < to; k++) (scores[k] as number) += p * (features[a + k] as number) + q * (features[b + k] as number) + r * (features[c + k] as number) + s * (features[d + k] as number);
  }
  for (; i < at.length; i++) for (let k = from, row = (at[i] as number) * labels, p = value[i] as number; k < to; k++) (scores[k] as number) += p * (features[row + k] as number);
  let n = 0;
  for (; n + 3 < meaning.length; n += 4) {
    const [p, q, r, s] = [MEANING * (meaning[n] as number), MEANING * (meaning[n + 1] as number), MEANING * (meaning[n + 2] as number), MEANING * (meaning[n + 3] as number)];
    const row = n * labels;
    for (let k = from; k < to; k++) (scores[k] as number) += p * (dense[row + k] as number) + q * (dense[row + labels + k] as number) + r * (dense[row + 2 * labels + k] as number) + s * (dense[row + 3 * labels + k] as number);
  }
  for (; n < meaning.length; n++) for (let k = from, row = n * labels, p = MEANING * (meaning[n] as number); k < to; k++) (scores[k] as number) += p * (dense[row + k] as number);
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
