/**
 * Which of some labelled groups a message belongs to, and how sure that is. Pure: learned once from what people
 * wrote, then the same answer for the same message. Beside the groups stands a background of everyday messages
 * that belong to none of them.
 */
import type { Embed } from '../layers.ts';
import { background } from './background.ts';
import { addScores, buildVocabulary, softmax, tokensOf, trainSoftmax, vectorOf } from './train.ts';
import type { Lesson, Sparse, Vocabulary } from './train.ts';

/** `texts` are examples of what a visitor says, `topics` single words or phrases, `about` describing sentences. */
export type Group = { name: string; about: string; topics: string[]; examples: string[] };
/**
 * `score`: how likely (0..1) a message like this belongs to the group; the rest to 1 is "another, or none".
 * `share`: its part beside all groups and the background. `close`: how strong it is beside the best one (0..1, the best has 1).
 */
export type Guess = { name: string; score: number; share: number; close: number };
export type Classifier = {
  /** Best first, every group once. */
  classify: (text: string) => Guess[];
  /** The words of the text that speak for a group, strongest first; `weight` is what its score loses without the word. */
  words: (text: string, name: string) => { word: string; weight: number }[];
};

/** Of the closeness of two texts this much is that of their sentence vectors, the rest that of words and letters. */
const NEAR_MEANING = 0.5;
/** By how much a group's nearest text speaks for it beside its share; only the order of groups rests on it. */
const NEAR_BOOST = 3;
/** Words of a text that are weighed, its first ones: each takes a classification. */
const WEIGHED = 40;
/** How many texts are compared with the rest to learn how close texts of one group usually are. */
const USUAL_SAMPLE = 100;
/** A background message closer than this to a group's own words is left out: here it is on topic. */
const TOO_CLOSE = 0.47;
/**
 * From raw strength to an honest share: a logistic curve fitted on messages whose group is known, a quarter of them
 * off topic (test/bench/dispatch.ts measures the error). In order: constant, log-odds of the best group, cosine of
 * its nearest text, share of known words, how close the texts of a group usually are to one another.
 */
const CALIBRATION = [0, 0.58, 6.58, 1.18, -4.82] as const;

/** Learns the groups. Deterministic; 50 groups of 20 examples take well under a second. */
export function trainClassifier(groups: Group[], embed: Embed): Classifier {
  const none = groups.length;
  const labels = groups.length + 1;
  const lessons = [...groups.flatMap(lessonsOf), ...background.map((text): Lesson => ({ text, label: none, weight: 1 }))];
  const tokens = lessons.map((lesson) => tokensOf(lesson.text));
  const vocabulary = buildVocabulary(tokens, labels);
  const all = tokens.map((words, n) => vectorOf(words, vocabulary, embed.embed(lessons[n]?.text ?? '')));
  const own = lessons.findIndex((lesson) => lesson.label === none);
  const nearest = nearestIndex(all.slice(0, own), lessons, vocabulary.idf.length, groups.length);
  const usual = usualCloseness(all.slice(0, own), lessons, nearest);
  const kept = all.map((vector, n) => n < own || nearest(vector).every((cosine) => cosine < TOO_CLOSE));
  const vectors = all.filter((_, n) => kept[n]);
  const taught = lessons.filter((_, n) => kept[n]);
  const weights = trainSoftmax(vectors, taught, vocabulary.idf.length, labels);
  const scores = new Float64Array(labels);

  /** Fills `scores` with each label's share and returns how near each group's nearest text is. */
  function measure(words: string[], text: string): Float64Array {
    const vector = vectorOf(words, vocabulary, embed.embed(text));
    addScores(vector, weights, labels, scores);
    softmax(scores);
    return nearest(vector);
  }

  return {
    classify(text) {
      const words = tokensOf(text);
      const closeness = measure(words, text);
      const shares = groups
        .map((group, k) => ({ name: group.name, share: scores[k] ?? 0, near: closeness[k] ?? 0 }))
        .map((entry) => ({ ...entry, strength: entry.share * Math.exp(NEAR_BOOST * entry.near) }))
        .sort((a, b) => b.strength - a.strength || (a.name < b.name ? -1 : 1));
      const [best] = shares;
      if (!best) return [];
      // The calibration is for the best. The others keep their proportion to it, or share what it leaves if that is less.
      const score = words.length === 0 ? 0 : honest(best.share, best.near, knownShare(words, vocabulary), usual);
      const scale = Math.min(score / Math.max(best.share, 1e-9), (1 - score) / Math.max(1 - best.share, 1e-9));
      return shares.map(({ name, share, strength }, k) => ({ name, share, score: k === 0 ? score : scale * share, close: strength / Math.max(best.strength, 1e-12) }));
    },
    words(text, name) {
      const label = groups.findIndex((group) => group.name === name);
      if (label < 0) return [];
      const all = tokensOf(text);
      const strengthOf = (words: string[]): number => {
        const closeness = measure(words, words.join(' '));
        return words.length === 0 ? 0 : honest(scores[label] ?? 0, closeness[label] ?? 0, knownShare(words, vocabulary), usual);
      };
      const whole = strengthOf(all);
      return [...new Set(all)].slice(0, WEIGHED)
        .map((word) => ({ word, weight: whole - strengthOf(all.filter((other) => other !== word)) }))
        .filter(({ weight }) => weight > 0)
        .sort((a, b) => b.weight - a.weight);
    },
  };
}

function lessonsOf(group: Group, label: number): Lesson[] {
  const sentences = group.about.split(/(?<=[.!?;])\s+/).filter((text) => text.trim() !== '');
  return [
    { text: group.name.replace(/[-_.:]+/g, ' '), label, weight: 0.5 },
    ...sentences.map((text) => ({ text, label, weight: 1 })),
    ...group.topics.map((text) => ({ text, label, weight: 1 })),
    ...group.examples.map((text) => ({ text, label, weight: 1 })),
  ];
}

/** For each label, the cosine (0..1) of its text nearest to a vector; the text number `without` is not looked at. */
function nearestIndex(vectors: Sparse[], lessons: Lesson[], features: number, labels: number): (vector: Sparse, without?: number) => Float64Array {
  const starts = new Int32Array(features + 1);
  for (const vector of vectors) for (const feature of vector.at) starts[feature + 1] = (starts[feature + 1] ?? 0) + 1;
  for (let i = 0; i < features; i++) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0);
  const fill = starts.slice();
  const documents = new Int32Array(starts[features] ?? 0);
  const values = new Float32Array(documents.length);
  for (const [n, vector] of vectors.entries()) {
    for (let i = 0; i < vector.at.length; i++) {
      const feature = vector.at[i] ?? 0;
      const slot = fill[feature] ?? 0;
      fill[feature] = slot + 1;
      documents[slot] = n;
      values[slot] = vector.value[i] ?? 0;
    }
  }
  const owner = Int32Array.from(lessons.slice(0, vectors.length), (lesson) => lesson.label);
  const cosine = new Float32Array(vectors.length);
  const size = vectors[0]?.meaning.length ?? 0;
  const meanings = new Float32Array(vectors.length * size);
  for (const [n, { meaning }] of vectors.entries()) meanings.set(meaning, n * size);
  return (vector, without) => {
    const own = vector.meaning;
    for (let n = 0; n < cosine.length; n++) {
      let sum = 0;
      let from = n * size;
      let d = 0;
      for (; d + 3 < size; d += 4, from += 4) {
        sum += (own[d] as number) * (meanings[from] as number) + (own[d + 1] as number) * (meanings[from + 1] as number) + (own[d + 2] as number) * (meanings[from + 2] as number) + (own[d + 3] as number) * (meanings[from + 3] as number);
      }
      for (; d < size; d++, from++) sum += (own[d] as number) * (meanings[from] as number);
      cosine[n] = sum * NEAR_MEANING;
    }
    for (let i = 0; i < vector.at.length; i++) {
      const feature = vector.at[i] ?? 0;
      const value = vector.value[i] ?? 0;
      for (let slot = starts[feature] ?? 0; slot < (starts[feature + 1] ?? 0); slot++) {
        const n = documents[slot] ?? 0;
        cosine[n] = (cosine[n] ?? 0) + (1 - NEAR_MEANING) * value * (values[slot] ?? 0);
      }
    }
    const best = new Float64Array(labels);
    for (let n = 0; n < cosine.length; n++) {
      const label = owner[n] ?? 0;
      if (n !== without && (cosine[n] ?? 0) > (best[label] ?? 0)) best[label] = cosine[n] ?? 0;
    }
    return best;
  };
}

/** The mean closeness of a group's text to the nearest other of its group, over some of them: small where a group says much in few texts. */
function usualCloseness(vectors: Sparse[], lessons: Lesson[], nearest: (vector: Sparse, without?: number) => Float64Array): number {
  const step = Math.max(1, Math.ceil(vectors.length / USUAL_SAMPLE));
  let sum = 0;
  let count = 0;
  for (let n = 0; n < vectors.length; n += step) {
    const vector = vectors[n];
    if (!vector) continue;
    sum += nearest(vector, n)[lessons[n]?.label ?? 0] ?? 0;
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

/** Share of the words that any lesson has. */
function knownShare(words: string[], vocabulary: Vocabulary): number {
  if (words.length === 0) return 0;
  return words.filter((word) => vocabulary.index.has(`w:${word}`)).length / words.length;
}

function honest(share: number, near: number, known: number, usual: number): number {
  const [constant, odds, nearest, words, density] = CALIBRATION;
  const logOdds = Math.log(Math.max(share, 1e-9)) - Math.log(Math.max(1 - share, 1e-9));
  return 1 / (1 + Math.exp(-(constant + odds * logOdds + nearest * near + words * known + density * usual)));
}
