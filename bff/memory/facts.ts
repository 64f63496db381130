/** A visitor's facts in the order of how well they answer a question. Pure. */
import type { Snippet } from '../layers.ts';
import type { Question } from './question.ts';
import { coverage, lexical, spreadOf } from './rank.ts';
import type { FactRow } from './schema.ts';
import type { ShelfFact } from './shelf.ts';
import { dot } from './vectors.ts';

/** When rarity is judged, a visitor's few facts stand for at least so many. */
const COLLECTION = 60;
/** Facts less alike than this, with no word in common, have nothing to do with the question. */
const NEAR_LEAST = 0.4;
const DAY_MS = 86_400_000;
/** What asks for how things were; "before" does so at the end, or of what has been: not in "before I pay". */
const PAST = /\b(?:used to|previous(?:ly)?|former(?:ly)?|originally|at first|in the past|back then|früher|vorher|zuvor|damals|auparavant|autrefois|anteriormente|in passato|vroeger)\b|\b(?:was|were|did|had)\b.*\b(?:before|earlier|use to)\b|\bbefore\s*[?.!]*$/i;

/**
 * Snippets of the facts that have to do with a question. What is past is left out, unless the question asks for the
 * past or for a day on which it was true; it then says until when. `vector` is the question's, or null; `now` epoch ms.
 */
export function rankFacts(query: string, question: Question, facts: ShelfFact[], vector: Float32Array | null, now: number): Snippet[] {
  const fitting = facts.filter(({ row }) => isTrue(row, now) || PAST.test(query) || question.days.some((days) => wasTrue(row, days)));
  const spread = spreadOf(question.terms, fitting.map(({ scored }) => scored), COLLECTION);
  return fitting.flatMap(({ row, scored, vector: own }) => {
    const covered = coverage(question.terms, (term) => Number(scored.terms.has(term)), spread);
    const near = vector === null || own === null ? 0 : Math.max(0, dot(vector, own));
    if (covered === 0 && near < NEAR_LEAST) return [];
    // On the scale of turns, see rescore.ts: both stand in one list.
    const why = vector === null
      ? { covered: 0.65 * covered, own: 0.35 * lexical(question.terms, scored, spread) }
      : { covered: 0.45 * covered, own: 0.2 * lexical(question.terms, scored, spread), near: 0.35 * near };
    const score = Object.values(why).reduce((sum, part) => sum + part, 0);
    const { chat, turn, valid_from: validFrom, valid_to: validTo, superseded_by: supersededBy } = row;
    return [{ id: row.id, text: dated(row, now), score, tokens: 0, at: row.at, source: { kind: 'fact' as const, chat, turn, validFrom, validTo, supersededBy }, why }];
  }).sort((a, b) => b.score - a.score);
}

function isTrue({ valid_to: to }: FactRow, now: number): boolean {
  return to === null || to > now;
}

function wasTrue({ valid_from: from, valid_to: to }: FactRow, days: Question['days'][number]): boolean {
  return days.yearly || (days.from < (to ?? Infinity) && days.to > from);
}

/** The date of a snippet is the day on which it was said; since when and until when is said where it differs. */
function dated({ text, at, valid_from: from, valid_to: to }: FactRow, now: number): string {
  const day = (moment: number): string => new Date(moment).toISOString().slice(0, 10);
  const since = Math.abs(from - at) < DAY_MS || from === to ? '' : `since ${day(from)}`;
  const until = to === null ? '' : to > now ? `until ${day(to)}` : `not true any more since ${day(to)}`;
  const note = [since, until].filter((part) => part !== '').join(', ');
  return note === '' ? text : `${text} (${note})`;
}
