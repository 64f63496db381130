/** Finds the few snippets for a question: candidates, one score, one list, packed into the budget. */
import type { Recall, Recalled, RecallInput, Snippet } from '../layers.ts';
import { PATH_MARK } from './blocks.ts';
import { checkedId } from './filter.ts';
import { pack, passage } from './pack.ts';
import { sectionScore, spreadOf, turnScores, type Scored } from './rank.ts';
import type { SectionRow, TurnRow } from './schema.ts';
import { unlessAborted } from './serial.ts';
import { shelfTurn, type Shelves, type ShelfTurn } from './shelf.ts';
import type { Found, Store } from './store.ts';
import { counted, queryTerms, spellings, terms, words } from './words.ts';

/** Candidates that full text hands over. */
const CANDIDATES = 40;
/**
 * When rarity is judged, the best candidates stand for a collection at least this large. A small number on purpose:
 * what tells candidates apart is what few of them have, and that measured better than rarity in the whole table.
 */
const COLLECTION = 60;
/** Documents whose beginning is looked at for a question without a word of its own. */
const OPENINGS = 20;
/** A pause that ends a sitting (ms). */
const PAUSE_MS = 4 * 3_600_000;
/** Words of a long question that are searched for. */
const QUERY_WORDS = 48;
/** Turns that are worth cutting to passages. */
const SHORTLIST = 100;
/** No snippet of one turn is longer than this, whatever the budget (tokens). */
const TURN_TOKENS = 160;

/**
 * The recall layer. Rejects with the signal's reason once it aborts: whoever sets a deadline goes on without
 * snippets. Throws `memory_bad_id` for ids outside the alphabet.
 */
export function makeRecall(store: Store, shelves: Shelves): Recall {
  async function sections({ site, query }: RecallInput, wanted: string[]): Promise<Snippet[]> {
    // A question of nothing but "what is this" is about all of it: the documents' openings say.
    if (terms(query).length === 0) return (await store.openings(site, OPENINGS)).map((row) => snippetOf(row, 1 / (1 + row.document.length)));
    const found = await store.findSections(site, words(query).slice(0, QUERY_WORDS).flatMap(spellings).join(' '), CANDIDATES);
    return rankSections(found, wanted);
  }

  /** Turns before those on the shelf: by full text from the table, and whatever no table has yet. */
  async function olderTurns(site: string, visitor: string, query: string): Promise<TurnRow[]> {
    const waiting = shelves.tailOf(site, visitor);
    const found = await store.findTurns(site, visitor, words(query).slice(0, QUERY_WORDS).join(' '), CANDIDATES);
    return [...new Map([...waiting, ...found.map(({ row }) => row)].map((row) => [row.key, row])).values()];
  }

  async function turns({ site, visitor, query, exclude }: RecallInput, wanted: string[]): Promise<Snippet[]> {
    if (visitor === null) return [];
    const shelf = await shelves.of(site, visitor);
    const older = shelf.complete ? [] : await olderTurns(site, visitor, query);
    const known = new Set(shelf.turns.map((turn) => turn.row.key));
    const all = [...older.filter((row) => !known.has(row.key)).sort((a, b) => a.at - b.at).map(shelfTurn), ...shelf.turns];
    return rankTurns(all, wanted, exclude);
  }

  return async (input, signal): Promise<Recalled> => {
    signal.throwIfAborted();
    checkedId('site', input.site);
    if (input.visitor !== null) checkedId('visitor', input.visitor);
    const wanted = queryTerms(input.query);
    if (wanted.length === 0 || input.k <= 0 || input.tokenBudget <= 0) return { snippets: [], tokens: 0 };
    const lists = await unlessAborted(Promise.all([
      input.scope === 'visitor' ? [] : sections(input, wanted),
      input.scope === 'knowledge' ? [] : turns(input, wanted),
    ]), signal);
    return pack(lists.flat(), input.k, input.tokenBudget, wanted);
  };
}

function rankSections(found: Found<SectionRow>[], wanted: string[]): Snippet[] {
  const texts = found.map(({ row }): Scored => {
    const list = terms(row.text);
    const path = [row.title, ...(row.heading?.split(PATH_MARK) ?? [])];
    const own = path.pop() ?? '';
    return { terms: counted(list), length: list.length, head: new Set(terms(own)), above: new Set(terms(path.join(' '))) };
  });
  const spread = spreadOf(wanted, texts, COLLECTION);
  const best = Math.max(...found.map(({ score }) => score), Number.MIN_VALUE);
  return found.flatMap(({ row, score }, at) => {
    const text = texts[at];
    return text ? [snippetOf(row, sectionScore(wanted, text, spread, score / best))] : [];
  });
}

function snippetOf(row: SectionRow, score: number): Snippet {
  const { document, title, heading, url } = row;
  return { id: `${document}#${row.ordinal}`, text: row.text, score, tokens: 0, at: row.at, source: { kind: 'knowledge', document, title, heading, url } };
}

function rankTurns(turns: ShelfTurn[], wanted: string[], exclude: string | undefined): Snippet[] {
  let session = 0;
  const features = turns.map((turn, at) => {
    const before = turns[at - 1]?.row;
    if (before && (before.chat !== turn.row.chat || turn.row.at - before.at > PAUSE_MS)) session++;
    return { ...turn, session };
  });
  const scores = turnScores(wanted, features, spreadOf(wanted, features));
  const best = turns.map(({ row }, at) => ({ row, score: scores[at] ?? 0 })).filter(({ row, score }) => score > 0 && row.id !== exclude && row.text.trim() !== '');
  return best.sort((a, b) => b.score - a.score).slice(0, SHORTLIST).map(({ row, score }) => {
    const text = passage(row.text, wanted, TURN_TOKENS);
    const role = row.role === 'assistant' ? 'assistant' : 'user';
    return { id: row.id, text: row.name === null ? text : `${row.name}: ${text}`, score, tokens: 0, at: row.at, source: { kind: 'turn', chat: row.chat, role } };
  });
}
