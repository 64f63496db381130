/** Orders a visitor's turns by what speaks for them, with weights learned from conversations of our own. Pure. */
import { FEATURES, turnFeatures, unlike, type Alike, type Feature, type Features, type TurnView } from './features.ts';
import type { Question } from './question.ts';
import { WEIGHTS } from './weights.ts';

/** `at`: place in the list of turns; `score` 0 to 1; `why`: what each feature added to the order, zeros left out. */
export type Ranked = { at: number; score: number; why: Partial<Record<Feature, number>> };

/** What a turn loses for each better one of the same sitting: several sittings often answer together. */
const SAME_SITTING = 0.2;
/** How far below the best, in weights, a turn's score halves. */
const HALF = 5;

/** The best turns, best first. `vector` is the question's, or null without an embedder; `alike` counts beside a vector only. */
export function rankTurns(question: Question, turns: TurnView[], vector: Float32Array | null, alike: Alike = unlike): Ranked[] {
  const weights = vector === null ? WEIGHTS.words : WEIGHTS.vectors;
  const found = turnFeatures(question, turns, vector, vector === null ? unlike : alike).map(({ at, values }) => ({ at, values, sum: weigh(values, weights) })).sort((a, b) => b.sum - a.sum);
  const best = found[0];
  if (best === undefined) return [];
  const strength = Math.max(...found.slice(0, 3).map(({ values }) => (vector === null ? 0.65 * values.window + 0.35 * values.own : 0.45 * values.window + 0.2 * values.own + 0.35 * values.near)));
  const seen = new Map<number, number>();
  const ranked: Ranked[] = [];
  let least = 1;
  while (found.length > 0) {
    let pick = 0;
    let most = -Infinity;
    for (let n = 0; n < found.length; n++) {
      const { at, sum } = found[n] as (typeof found)[number];
      if (sum <= most) break; // The best by weights come first, and nothing adds to them.
      const value = sum - SAME_SITTING * (seen.get(turns[at]?.session ?? 0) ?? 0);
      if (value > most) [pick, most] = [n, value];
    }
    const [entry] = found.splice(pick, 1);
    if (entry === undefined) break;
    const session = turns[entry.at]?.session ?? 0;
    seen.set(session, (seen.get(session) ?? 0) + 1);
    least = Math.min(least, strength * 2 ** ((most - best.sum) / HALF));
    ranked.push({ at: entry.at, score: least, why: parts(entry.values, weights) });
  }
  return ranked;
}

function weigh(values: Features, weights: Features): number {
  let sum = 0;
  for (const name of FEATURES) sum += weights[name] * values[name];
  return sum;
}

function parts(values: Features, weights: Features): Partial<Record<Feature, number>> {
  const why: Partial<Record<Feature, number>> = {};
  for (const name of FEATURES) {
    const part = Math.round(weights[name] * values[name] * 1_000) / 1_000;
    if (part !== 0) why[name] = part;
  }
  return why;
}
