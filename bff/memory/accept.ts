/** Which of the facts that a model found are kept, and what they do to those before. Pure. */
import type { Extracted, Fact, MemoryTurn } from '../layers.ts';
import { oneLine } from './blocks.ts';
import { keyOf } from './filter.ts';
import type { FactRow } from './schema.ts';
import type { Place } from './store.ts';
import { UNEMBEDDED } from './vectors.ts';
import { terms } from './words.ts';

/** Facts of one reading, characters of one, and facts of one visitor; with more only those that replace another are kept. */
const READING_MAX = 16;
const LENGTH_MIN = 8;
const LENGTH_MAX = 300;
const VISITOR_MAX = 500;
/** The share of a fact's words that stands in what was said: a model that makes things up uses words of its own. */
const GROUNDED = 0.5;
/** Two facts with this share of their words in common say the same. */
const SAME = 0.9;
/** Words for whom a fact is about. */
const WHO = new Set(['visitor', 'user', 'customer', 'client', 'person', 'assistant', 'agent', 'they', 'themselves'].flatMap(terms));
/** Numbers that must have been said; days and years may be worked out from "yesterday". */
const DATE = /\b(?:19|20)\d{2}(?:-\d{2}(?:-\d{2})?)?\b|\b\d{1,2}(?=(?:st|nd|rd|th)\b)/g;
const NUMBER = /\d{2,}/g;

/** `heard`: the turns read, in order, and `before` those ahead of them; `known`: all facts of the visitor. Returns the rows to write: new ones, and known ones that end. */
export function accept(found: Extracted[], { before, heard, known, place }: { before: MemoryTurn[]; heard: MemoryTurn[]; known: FactRow[]; place: Place }): FactRow[] {
  const rows = new Map(known.map((row) => [row.id, row]));
  const changed = new Map<string, FactRow>();
  const put = (row: FactRow): void => void (rows.set(row.id, row), changed.set(row.id, row));
  const all = [...before, ...heard];

  for (const one of found.slice(0, READING_MAX)) {
    const text = oneLine(one.text.toWellFormed());
    const turn = heard.find(({ id }) => id === one.turn);
    if (turn === undefined || text.length < LENGTH_MIN || text.length > LENGTH_MAX) continue;
    const replaced = one.replaces.flatMap((id) => rows.get(id) ?? []).filter(isOpen);
    const at = all.indexOf(turn);
    if (!grounded(text, [...all.slice(Math.max(0, at - 2), at + 2), ...replaced].map((source) => source.text))) continue;
    if ([...rows.values()].some((row) => isOpen(row) && !replaced.includes(row) && same(row.text, text))) continue;
    if (rows.size >= VISITOR_MAX && replaced.length === 0) continue;

    const from = one.from ?? turn.at;
    const id = `fact:${keyOf(turn.id, ...terms(text)).slice(0, 16)}`;
    const fresh: FactRow = {
      key: keyOf(place.site, place.visitor, id), ...place, id, turn: turn.id, text, at: turn.at,
      valid_from: from, valid_to: one.until !== null && one.until > from ? one.until : null, superseded_by: null, ...UNEMBEDDED,
    };
    // A history that is imported late must not overrule what was said after it.
    const later = replaced.find((row) => row.at > turn.at);
    put(later === undefined ? fresh : { ...fresh, valid_to: Math.max(from, later.valid_from), superseded_by: later.id });
    for (const row of replaced) if (row.at <= turn.at && row.id !== id) put({ ...row, valid_to: Math.max(row.valid_from, from), superseded_by: id });
  }
  return [...changed.values()];
}

/** Nothing has taken its place. */
export function isOpen({ superseded_by: by }: Pick<FactRow, 'superseded_by'>): boolean {
  return by === null;
}

/** As the other layers see it. */
export function factOf({ id, text, chat, turn, at, valid_from: validFrom, valid_to: validTo, superseded_by: supersededBy }: FactRow): Fact {
  return { id, text, chat, turn, at, validFrom, validTo, supersededBy };
}

/** Enough of its words, and every number, were said. */
function grounded(text: string, sources: string[]): boolean {
  const said = new Set(sources.flatMap(terms));
  const own = [...new Set(terms(text))].filter((term) => !WHO.has(term));
  const numbers = text.replace(DATE, ' ').match(NUMBER) ?? [];
  const joined = sources.join(' ');
  return own.length > 0 && own.filter((term) => said.has(term)).length >= GROUNDED * own.length && numbers.every((number) => joined.includes(number));
}

function same(one: string, other: string): boolean {
  const [a, b] = [new Set(terms(one)), new Set(terms(other))];
  return a.intersection(b).size >= SAME * a.union(b).size;
}
