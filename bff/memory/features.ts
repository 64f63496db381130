/** What speaks for each of a visitor's turns as the answer to a question, as numbers, a row a turn. Pure. */
import { dateFit, holds, type Asks, type Question } from './question.ts';
import { coverage, lexical, spreadOf, type Scored, type Spread } from './rank.ts';
import { dot } from './vectors.ts';

/** A turn in its order. `words`: each once; `session` counts sittings; `head`: terms of the speaker's name; `own`: it says I or my. */
export type TurnView = Scored & {
  text: string; words: string[]; session: number; at: number; role: string; question: boolean; own: boolean; vector: Float32Array | null;
};

/** The features by name, in the order of a row. */
export const FEATURES = [
  'own', 'ownTop', 'covered', 'before', 'after', 'before2', 'after2', 'wider', 'window', 'reply',
  'session', 'sessionTop', 'speaker', 'role', 'question', 'length', 'firstPerson',
  'time', 'number', 'place', 'person', 'reason', 'date', 'feedback', 'meant', 'meantAround', 'near', 'nearTop', 'nearAround', 'nearSession',
] as const;
export type Feature = (typeof FEATURES)[number];
export type Features = Record<Feature, number>;

/** Turns that are looked at closely. */
const CLOSELY = 200;
/** Words less alike than this have nothing to do with each other. */
const ALIKE_LEAST = 0.35;
/** Turns whose words are taken as a second question, and how many of their words. */
const FEEDBACK_TURNS = 6;
const FEEDBACK_TERMS = 14;
const NOTHING = 1e-6;

/** How near two words are in meaning, at most 1. */
export type Alike = (one: string, other: string) => number;
export const unlike: Alike = () => 0;

/** The features of the turns that could answer at all, with their place in the list. `vector` is the question's, or null. */
export function turnFeatures(question: Question, turns: TurnView[], vector: Float32Array | null, alike: Alike = unlike): { at: number; values: Features }[] {
  const spread = spreadOf(question.terms, turns);
  const own = turns.map((turn) => lexical(question.terms, turn, spread));
  const top = Math.max(NOTHING, ...own);
  const near = turns.map((turn) => (vector === null || turn.vector === null ? 0 : Math.max(0, dot(vector, turn.vector))));
  const nearTop = Math.max(NOTHING, ...near);
  const together = (at: number, session: number): TurnView | null => (turns[at]?.session === session ? (turns[at] ?? null) : null);
  const score = (at: number, session: number): number => (together(at, session) === null ? 0 : (own[at] ?? 0) / top);
  const sessions = sessionFits(question.terms, turns, spread, near);
  const feedback = feedbackScores(question.terms, turns, own);

  const first = turns.map(({ session }, at) => ({
    at,
    score: (own[at] ?? 0) / top + 0.3 * Math.max(score(at - 1, session), score(at + 1, session)) + 0.15 * (score(at - 2, session) + score(at + 2, session)) + (near[at] ?? 0) / nearTop
      + 0.2 * (feedback[at] ?? 0),
  })).filter((entry) => entry.score > 0).sort((a, b) => b.score - a.score).slice(0, CLOSELY);

  const meant = meaning(question, turns, alike);
  const share = first.map(({ at }) => coverage(question.terms, (_, n) => meant(at)[n] ?? 0, spread));
  const shareTop = Math.max(NOTHING, ...share);

  return first.map(({ at }, place) => {
    const turn = turns[at] as TurnView;
    const { session } = turn;
    const fit = sessions.get(session);
    const before = score(at - 1, session);
    const previous = together(at - 1, session);
    const next = together(at + 1, session);
    const has = (other: TurnView | null, term: string): boolean => other?.terms.has(term) === true;
    const kind: Asks = question.asks !== 'other' && holds(turn.text, question.asks) ? question.asks : 'other';
    const values: Features = {
      own: own[at] ?? 0,
      ownTop: (own[at] ?? 0) / top,
      covered: coverage(question.terms, (term) => Number(turn.terms.has(term)), spread),
      before,
      after: score(at + 1, session),
      before2: score(at - 2, session),
      after2: score(at + 2, session),
      wider: (score(at - 3, session) + score(at + 3, session) + score(at - 4, session) + score(at + 4, session)) / 4,
      window: coverage(question.terms, (term) => Number(has(turn, term) || has(previous, term) || has(next, term)), spread),
      reply: previous?.question === true && previous.role !== turn.role ? before : 0,
      session: fit?.covered ?? 0,
      sessionTop: fit?.top ?? 0,
      speaker: question.names.length === 0 ? 0 : question.names.some((name) => turn.head.has(name)) ? 1 : -1,
      role: question.names.length > 0 || question.role === null ? 0 : question.role === turn.role ? 1 : -1,
      question: Number(turn.question),
      length: Math.min(1, Math.log1p(turn.length) / 4),
      firstPerson: Number(turn.own),
      time: Number(kind === 'time'),
      number: Number(kind === 'number'),
      place: Number(kind === 'place'),
      person: Number(kind === 'person'),
      reason: Number(kind === 'reason'),
      date: question.days.length === 0 ? 0 : dateFit(turn.at, question.days),
      feedback: feedback[at] ?? 0,
      meant: (share[place] ?? 0) / shareTop,
      meantAround: coverage(question.terms, (_, n) => Math.max(meant(at)[n] ?? 0, previous === null ? 0 : (meant(at - 1)[n] ?? 0), next === null ? 0 : (meant(at + 1)[n] ?? 0)), spread),
      near: near[at] ?? 0,
      nearTop: (near[at] ?? 0) / nearTop,
      nearAround: Math.max(previous === null ? 0 : (near[at - 1] ?? 0), next === null ? 0 : (near[at + 1] ?? 0)),
      nearSession: fit?.near ?? 0,
    };
    return { at, values };
  });
}

/** How far a turn says each of the question's words, 0 to 1: 1 for the word itself, less for the one most like it. */
function meaning({ terms, words }: Question, turns: TurnView[], alike: Alike): (at: number) => Float64Array {
  const likeness = new Map<string, Float64Array | null>();
  const said = new Map<number, Float64Array>();
  /** Null for the many words that are like none of the question's. */
  function likenessOf(word: string): Float64Array | null {
    const values = new Float64Array(words.length);
    for (let n = 0; n < words.length; n++) values[n] = alike(words[n] ?? '', word);
    return values.some((value) => value >= ALIKE_LEAST) ? values.map((value) => (value < ALIKE_LEAST ? 0 : value)) : null;
  }
  return (at) => {
    const known = said.get(at);
    if (known !== undefined) return known;
    const turn = turns[at] as TurnView;
    const held = new Float64Array(terms.length);
    for (let n = 0; n < terms.length; n++) held[n] = Number(turn.terms.has(terms[n] ?? ''));
    for (const word of alike === unlike ? [] : turn.words) {
      let values = likeness.get(word);
      if (values === undefined) likeness.set(word, (values = likenessOf(word)));
      if (values !== null) for (let n = 0; n < held.length; n++) held[n] = Math.max(held[n] ?? 0, values[n] ?? 0);
    }
    said.set(at, held);
    return held;
  };
}

type Fit = { covered: number; top: number; near: number };

/** How well each sitting fits as a whole. */
function sessionFits(query: string[], turns: TurnView[], spread: Spread, near: number[]): Map<number, Fit> {
  const bags = new Map<number, { terms: Map<string, number>; length: number; head: Set<string>; near: number }>();
  for (const [at, turn] of turns.entries()) {
    const bag = bags.get(turn.session) ?? { terms: new Map(), length: 0, head: new Set(), near: 0 };
    bags.set(turn.session, bag);
    bag.length += turn.length;
    bag.near = Math.max(bag.near, near[at] ?? 0);
    for (const term of query) {
      const count = turn.terms.get(term) ?? 0;
      if (count > 0) bag.terms.set(term, (bag.terms.get(term) ?? 0) + count);
    }
  }
  const all = [...bags.values()];
  const between = spreadOf(query, all);
  const scores = all.map((bag) => lexical(query, bag, between));
  const top = Math.max(NOTHING, ...scores);
  return new Map([...bags].map(([session, bag], n) => [session, { covered: coverage(query, (term) => Number(bag.terms.has(term)), spread), top: (scores[n] ?? 0) / top, near: bag.near }]));
}

/** The words that the best turns share with few others, asked as a second question: 0 to 1. */
function feedbackScores(query: string[], turns: TurnView[], own: number[]): number[] {
  const first = own.map((score, at) => ({ at, score })).filter(({ score }) => score > 0).sort((a, b) => b.score - a.score).slice(0, FEEDBACK_TURNS);
  const weights = new Map<string, number>();
  for (const { at, score } of first) for (const term of turns[at]?.terms.keys() ?? []) if (!query.includes(term)) weights.set(term, (weights.get(term) ?? 0) + score);
  const spread = spreadOf([...weights.keys()], turns);
  const often = (term: string): number => spread.frequency.get(term) ?? 0;
  const chosen = [...weights].filter(([term]) => often(term) > 1).map(([term, weight]) => ({ term, weight: weight * Math.log(1 + turns.length / (1 + often(term))) }))
    .sort((a, b) => b.weight - a.weight).slice(0, FEEDBACK_TERMS);
  const scores = turns.map((turn) => chosen.reduce((sum, { term, weight }) => sum + (turn.terms.has(term) ? weight / (1 + turn.length / spread.averageLength / 2) : 0), 0));
  const top = Math.max(NOTHING, ...scores);
  return scores.map((score) => score / top);
}
