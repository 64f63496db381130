/** What memory takes and gives, as types; handed on by `layers.ts`. */
import type { DataClass } from './layers.ts';

/**
 * Texts as vectors. `embed` gives `size` numbers of length one together, all zero when no word of the text is known;
 * well under a millisecond. The vector may be handed to others too: nobody writes into it. `id` names what made them: vectors of two ids are not comparable.
 * `alike`: how near two words (lower case, without accents) are in meaning, -1 to 1, 0 when one is not known; where that can be told in less
 * than a microsecond.
 */
export type Embed = { id: string; size: number; embed(text: string): Float32Array; alike?: (one: string, other: string) => number };
/** An embedder that has a list of words: whether one (lower case, without accents) is on it. */
export type Words = Embed & { knows(word: string): boolean };

export type SnippetSource =
  | { kind: 'knowledge'; document: string; title: string; heading: string | null; url: string | null }
  | { kind: 'turn'; chat: string; role: 'user' | 'assistant' }
  | ({ kind: 'fact' } & Pick<Fact, 'chat' | 'turn' | 'validFrom' | 'validTo' | 'supersededBy'>);
/** `id` is the turn's id, the fact's or the document's, a section as `docid#3`. `score` 0..1. `at` epoch ms or null. `dataClass`: of the conversation that it was said in. `why`: what each feature added to its place, when asked. */
export type Snippet = { id: string; text: string; score: number; tokens: number; at: number | null; source: SnippetSource; dataClass?: DataClass; why?: Record<string, number> };
export type RecallInput = {
  site: string;
  /** Null: site knowledge only. */
  visitor: string | null;
  query: string;
  scope: 'visitor' | 'knowledge' | 'all';
  k: number;
  tokenBudget: number;
  /** A turn that must not come back as its own context. */
  exclude?: string;
  /** Says of each snippet why it was chosen. */
  explain?: boolean;
  /** Answer after so many ms with what is there by then. */
  deadline?: number;
};
export type Recalled = { snippets: Snippet[]; tokens: number };
export type Recall = (input: RecallInput, signal: AbortSignal) => Promise<Recalled>;

export type MemoryTurn = {
  id: string;
  site: string;
  visitor: string;
  chat: string;
  role: 'user' | 'assistant';
  name?: string;
  text: string;
  at: number;
};
/** Resolves when the turns are durable and searchable. Idempotent by turn id within a visitor. */
export type Remember = (turns: MemoryTurn[]) => Promise<void>;

/**
 * One sentence about a visitor, read out of a conversation: said in `turn` of `chat` at `at`, true from `validFrom` until
 * `validTo` (epoch ms; null: until further notice), and `supersededBy` the id of the fact that took its place.
 */
export type Fact = { id: string; text: string; chat: string; turn: string; at: number; validFrom: number; validTo: number | null; supersededBy: string | null };
/** What a model says that a turn says. `turn` is a turn's id; `from` and `until` epoch ms where it names a time; `replaces`: ids of known facts that it makes untrue. */
export type Extracted = { text: string; turn: string; from: number | null; until: number | null; replaces: string[] };
/**
 * `later`: nobody can be asked now, or the day's share of the budget is used up. `barred`: no model may see this
 * conversation. `garbled`: an answer came that nothing can be made of.
 */
export type Extraction = { facts: Extracted[] } | { failed: 'later' | 'barred' | 'garbled' };
/**
 * Reads the facts out of the newest `turns` of one chat. `before`: the last turns ahead of them, for what "it" means;
 * `known`: facts of the visitor that they may replace. Never throws except when `signal` aborts.
 */
export type ExtractFacts = (input: { site: string; visitor: string; chat: string; before: MemoryTurn[]; turns: MemoryTurn[]; known: Fact[] }, signal: AbortSignal) => Promise<Extraction>;
