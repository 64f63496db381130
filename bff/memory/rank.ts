/**
 * Scores between 0 and 1 for candidates of one query: BM25 divided by the best a text could reach for that
 * query, so that turns, sections and a growing tail can stand in one list. Pure.
 */

/**
 * What scoring needs of one text: its terms with their counts, those of its own heading or speaker, and those of
 * the headings above it.
 */
export type Scored = { terms: Map<string, number>; length: number; head: Set<string>; above?: Set<string> };
/** How often each query term occurs over the collection, and how large the collection is. */
export type Spread = { documents: number; averageLength: number; frequency: Map<string, number> };

const K1 = 1.2;
const B = 0.6;

/** Counts the query's terms over the texts at hand. `atLeast` widens a sample to the collection that it came from. */
export function spreadOf(query: string[], texts: Scored[], atLeast = 0): Spread {
  const frequency = new Map(query.map((term) => [term, 0]));
  let length = 0;
  for (const text of texts) {
    length += text.length;
    for (const term of query) if (occurs(term, text)) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  }
  return { documents: Math.max(texts.length, atLeast), averageLength: Math.max(1, length / Math.max(1, texts.length)), frequency };
}

function occurs(term: string, text: Scored): boolean {
  return text.terms.has(term) || text.head.has(term);
}

function rarity(term: string, spread: Spread): number {
  const found = spread.frequency.get(term) ?? 0;
  return Math.log(1 + (spread.documents - found + 0.5) / (found + 0.5));
}

/** BM25 of a text, 0 to 1: 1 would be every query term saturated. */
export function lexical(query: string[], text: Scored, spread: Spread): number {
  let score = 0;
  let best = 0;
  for (const term of query) {
    const weight = rarity(term, spread);
    const count = text.terms.get(term) ?? 0;
    best += weight * (K1 + 1);
    score += (weight * count * (K1 + 1)) / (count + K1 * (1 - B + (B * text.length) / spread.averageLength));
  }
  return best === 0 ? 0 : score / best;
}

/** Which share of the query's weight is there, 0 to 1; `held` says how far a term (the nth) is, 0 to 1. */
export function coverage(query: string[], held: (term: string, n: number) => number, spread: Spread): number {
  let found = 0;
  let all = 0;
  for (const [n, term] of query.entries()) {
    const weight = rarity(term, spread);
    all += weight;
    found += weight * held(term, n);
  }
  return all === 0 ? 0 : found / all;
}

/** What a word in a title or an outer heading counts beside one in the text: it says what all of the page is about. */
const ABOVE = 0.6;

/** One section: its own words, how much of the question it covers, how much its heading does, and what full text said (0 to 1). */
export function sectionScore(query: string[], text: Scored, spread: Spread, fullText: number): number {
  const covered = coverage(query, (term) => (occurs(term, text) ? 1 : text.above?.has(term) === true ? ABOVE : 0), spread);
  const headed = coverage(query, (term) => Number(text.head.has(term)), spread);
  return 0.3 * lexical(query, text, spread) + 0.2 * covered + 0.2 * headed + 0.3 * fullText * covered;
}
