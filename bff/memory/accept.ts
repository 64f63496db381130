/** Which of the facts that a model found are kept, and what they do to those before. Pure. */
import type { Extracted, Fact, MemoryTurn } from '../layers.ts';
import { oneLine } from './blocks.ts';
import { keyOf } from './filter.ts';
import type { FactRow } from './schema.ts';
import type { Place } from './store.ts';
import { UNEMBEDDED } from './vectors.ts';
import { terms, words } from './words.ts';

/** Facts of one reading, characters of one, and facts of one visitor; with more only those that replace another are kept. */
const READING_MAX = 16;
const LENGTH_MIN = 5;
const LENGTH_MAX = 300;
const VISITOR_MAX = 500;
/** More facts than this are not made untrue by one sentence: a model that names them all did not read them. */
const REPLACED_MAX = 4;
/** The share of a fact's words that stands in what was said: a model that makes things up uses words of its own. */
const GROUNDED = 0.5;
/** Letters that two forms of a word have in common, and letters that endings may have. */
const ROOT = 4;
const ENDING = 3;
/** Words for whom a fact is about. */
const WHO = new Set([
  'visitor user customer client person assistant agent they themselves', 'besucher besucherin nutzer nutzerin kunde kundin', 'visiteur visiteuse cliente utilisateur', 'visitante usuario visitatore utente bezoeker klant',
].flatMap(terms));
/** Stop words that turn a sentence around; other languages keep theirs among the terms. */
const DENIAL = new Set(['no', 'not', 'nor', 't']);
/** Days that may be worked out from "yesterday". */
const DATE = /\b\d{4}-\d{2}(?:-\d{2})?\b|\b\d{1,2}(?=(?:st|nd|rd|th)\b)/g;
/** Two digits or more, of any script, with what groups them. */
const NUMBER = /\p{Nd}(?:[\p{Nd}.,'’]*\p{Nd})/gu;

/** `heard`: the turns read, in order, and `before` those ahead of them; `known`: all facts of the visitor. Returns the rows to write: new ones, and known ones that end. */
export function accept(found: Extracted[], { before, heard, known, place }: { before: MemoryTurn[]; heard: MemoryTurn[]; known: FactRow[]; place: Place }): FactRow[] {
  const rows = new Map(known.map((row) => [row.id, row]));
  const changed = new Map<string, FactRow>();
  const put = (row: FactRow): void => void (rows.set(row.id, row), changed.set(row.id, row));
  const all = [...before, ...heard];
  const open = new Set(known.filter(isOpen).map(({ text }) => sense(text)));

  for (const one of found.slice(0, READING_MAX)) {
    const text = oneLine(one.text.toWellFormed());
    const turn = heard.find(({ id }) => id === one.turn);
    if (turn === undefined || text.length < LENGTH_MIN || text.length > LENGTH_MAX) continue;
    const id = `fact:${keyOf(turn.id, sense(text)).slice(0, 16)}`;
    if (rows.has(id) || open.has(sense(text))) continue;
    const replaced = one.replaces.length > REPLACED_MAX ? [] : one.replaces.flatMap((other) => rows.get(other) ?? []).filter(isOpen);
    const at = all.indexOf(turn);
    if (!grounded(text, turn.at, [...all.slice(Math.max(0, at - 2), at + 2), ...replaced].map((source) => source.text))) continue;
    if (rows.size >= VISITOR_MAX && replaced.length === 0) continue;
    open.add(sense(text));

    // Nobody says since when what is over was true: then it is past from the start.
    const from = one.from ?? Math.min(turn.at, one.until ?? Infinity);
    const fresh: FactRow = {
      key: keyOf(place.site, place.visitor, id), ...place, id, turn: turn.id, text, at: turn.at,
      valid_from: from, valid_to: one.until !== null && one.until >= from ? one.until : null, superseded_by: null, ...UNEMBEDDED,
    };
    // A history that is imported late must not overrule what was said after it.
    const later = replaced.find((row) => row.at > turn.at);
    put(later === undefined ? fresh : { ...fresh, valid_to: Math.max(from, later.valid_from), superseded_by: later.id });
    for (const row of replaced) if (row.at <= turn.at) put({ ...row, valid_to: Math.max(row.valid_from, from), superseded_by: id });
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

/** Enough of its words, and every number, were said; years that are near `at` (epoch ms) may be worked out from "last year". */
function grounded(text: string, at: number, sources: string[]): boolean {
  const said = new Set(sources.flatMap(terms));
  const own = [...new Set(terms(text))].filter((term) => !WHO.has(term));
  const year = new Date(at).getUTCFullYear();
  const numbers = new Set([...sources.flatMap(numbersOf), ...[year - 1, year, year + 1].map(String)]);
  return own.length > 0 && own.filter((term) => wasSaid(term, said)).length >= GROUNDED * own.length && numbersOf(text.replace(DATE, ' ')).every((number) => numbers.has(number));
}

/** A word in one of its forms: "wohnt" was said by whom "wohne" is from. */
function wasSaid(term: string, said: Set<string>): boolean {
  if (said.has(term)) return true;
  const root = term.slice(0, Math.max(ROOT, term.length - ENDING));
  return term.length >= ROOT && [...said].some((other) => other.startsWith(root));
}

function numbersOf(text: string): string[] {
  return (text.match(NUMBER) ?? []).map((number) => number.replace(/\P{Nd}/gu, ''));
}

/** Equal for facts that say the same in other order or forms. */
function sense(text: string): string {
  return [...new Set(terms(text))].sort().join(' ') + (words(text).some((word) => DENIAL.has(word)) ? ' not' : '');
}
