/** Finds the few snippets for a question: a visitor's turns, what was read out of them, and the site's knowledge, one list, packed into the budget. */
import type { Recall, Recalled, RecallInput } from '../layers.ts';
import { checkedId } from './filter.ts';
import { rankFacts } from './facts.ts';
import type { FindSections } from './knowledge.ts';
import { pack, type Candidate } from './pack.ts';
import { readQuestion } from './question.ts';
import { rankTurns } from './rescore.ts';
import type { TurnRow } from './schema.ts';
import { unlessAborted } from './serial.ts';
import { shelfTurn, type Shelves } from './shelf.ts';
import type { Store } from './store.ts';
import type { Embedder } from './vectors.ts';
import { sittings } from './views.ts';
import { queryTerms, words } from './words.ts';

/** Older turns that full text hands over. */
const CANDIDATES = 40;
/** Words of a long question that are searched for. */
const QUERY_WORDS = 48;
/** No snippet of one turn is longer than this, whatever the budget (tokens). */
const TURN_TOKENS = 160;
/** Of a deadline, what the question's vector may take: the rest is for finding by words. */
const VECTOR_SHARE = 0.5;
/** And without a deadline (ms). */
const VECTOR_MS = 2_000;

type Parts = { store: Store; shelves: Shelves; embedder: Embedder | null; sections: FindSections; warn: (sentence: string) => void };

/**
 * The recall layer. Rejects with the signal's reason once it aborts. With a `deadline` it answers in time with what is
 * there by then. Throws `memory_bad_id` for ids outside the alphabet.
 */
export function makeRecall({ store, shelves, embedder, sections, warn }: Parts): Recall {
  let slow = false;

  /** Turns before those on the shelf: by full text from the table, and whatever no table has yet. */
  async function olderTurns(site: string, visitor: string, query: string): Promise<TurnRow[]> {
    const waiting = shelves.tailOf(site, visitor);
    const found = await store.findTurns(site, visitor, words(query).slice(0, QUERY_WORDS).join(' '), CANDIDATES);
    return [...new Map([...waiting, ...found.map(({ row }) => row)].map((row) => [row.key, row])).values()];
  }

  async function turns(input: RecallInput, asked: Promise<Float32Array | null>): Promise<Candidate[]> {
    const { site, visitor, query, exclude } = input;
    if (visitor === null) return [];
    const [shelf, vector] = await Promise.all([shelves.of(site, visitor), asked]);
    const older = shelf.complete ? [] : await olderTurns(site, visitor, query);
    const known = new Set(shelf.turns.map((turn) => turn.row.key));
    const before = older.filter((row) => !known.has(row.key)).sort((a, b) => a.at - b.at).map((row) => shelfTurn(row, embedder));
    const all = [...before, ...shelf.turns].filter(({ row }) => row.id !== exclude && row.text.trim() !== '');
    const sessions = sittings(all.map(({ row }) => row));
    const views = all.map(({ view, vector: own }, at) => ({ ...view, session: sessions[at] ?? 0, vector: own }));
    const now = Date.now();
    const question = readQuestion(query, new Set(views.flatMap((view) => [...view.head])), now);
    const facts = rankFacts(query, question, shelf.facts.filter(({ row }) => row.turn !== exclude), vector, now);
    const said = rankTurns(question, views, vector, embedder?.alike).map(({ at, score, why }): Candidate => {
      const { row } = all[at] as (typeof all)[number];
      const role = row.role === 'assistant' ? 'assistant' : 'user';
      return {
        id: row.id, lead: row.name === null ? '' : `${row.name}: `, text: row.text, most: TURN_TOKENS, score, tokens: 0, at: row.at, source: { kind: 'turn', chat: row.chat, role },
        ...(input.explain === true ? { why } : {}),
      };
    });
    return [...facts.map(({ why = {}, ...snippet }) => (input.explain === true ? { ...snippet, why } : snippet)), ...said];
  }

  /** The question's vector; null when nothing can be said about it, or whoever makes vectors does not answer. */
  async function vectorOf({ query, deadline }: RecallInput, signal: AbortSignal): Promise<Float32Array | null> {
    if (embedder === null) return null;
    if (embedder.now) return embedder.now(query);
    const patience = Math.min(VECTOR_MS, Math.ceil((deadline ?? Infinity) * VECTOR_SHARE));
    const soon = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    try {
      return (await embedder.embed([query], soon))[0] ?? null;
    } catch (error) {
      if (!soon.aborted) warn(`the question goes on without a vector: ${String(error)}`);
      else if (!signal.aborted && !slow) warn(`${embedder.id} took longer than ${patience} ms for a question, which went on by its words, as others may: a longer memory.deadline gives it more time.`);
      slow ||= soon.aborted && !signal.aborted;
      return null;
    }
  }

  return async (input, signal): Promise<Recalled> => {
    signal.throwIfAborted();
    checkedId('site', input.site);
    if (input.visitor !== null) checkedId('visitor', input.visitor);
    const wanted = queryTerms(input.query);
    if (wanted.length === 0 || input.k <= 0 || input.tokenBudget <= 0) return { snippets: [], tokens: 0 };
    const vector = vectorOf(input, signal);
    const lists = await unlessAborted(Promise.all([
      input.scope === 'visitor' ? [] : inTime(vector.then((asked) => sections(input, wanted, asked)), input.deadline),
      input.scope === 'knowledge' ? [] : inTime(turns(input, vector), input.deadline),
    ]), signal);
    return pack(lists.flat(), input.k, input.tokenBudget, wanted);
  };
}

/** The list, or an empty one once `ms` have passed; the work goes on, so that the next question finds it done. */
async function inTime(list: Promise<Candidate[]>, ms: number | undefined): Promise<Candidate[]> {
  if (ms === undefined) return list;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Candidate[]>((resolve) => {
    timer = setTimeout(() => resolve([]), ms);
  });
  try {
    return await Promise.race([list, late]);
  } finally {
    clearTimeout(timer);
  }
}
