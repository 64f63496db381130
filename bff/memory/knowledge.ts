/** Sections of knowledge for a question: by words, by vector, and by the names that lead from one to the next. */
import type { RecallInput, Snippet } from '../layers.ts';
import { keyOf } from './filter.ts';
import { namesAsked, namesIn, plain, standing } from './graph.ts';
import type { Library, LibrarySection } from './library.ts';
import type { Nearest } from './nearest.ts';
import { sectionScore, spreadOf } from './rank.ts';
import type { SectionRow } from './schema.ts';
import type { Store } from './store.ts';
import { dot } from './vectors.ts';
import { spellings, terms, words } from './words.ts';

/** Candidates by words, by vector, and by names. */
const BY_WORDS = 40;
const BY_VECTOR = 24;
const BY_NAMES = 12;
/** The best sections, from which the names lead on. */
const SEEDS = 3;
/**
 * When rarity is judged, the best candidates stand for a collection at least this large. A small number on purpose:
 * what tells candidates apart is what few of them have, and that measured better than rarity in the whole table.
 */
const COLLECTION = 60;
/** The same for names, which are compared with those of all sections. */
const NAMED_COLLECTION = 2_000;
/** Documents whose beginning is looked at for a question without a word of its own. */
const OPENINGS = 20;
/** Words of a long question that are searched for. */
const QUERY_WORDS = 48;
/** What likeness and standing count beside the words, and what a section reaches that is best in all. */
const NEAR = 0.3;
const STANDING = 0.8;
const EXCELLENT = 1.7;
/** What was found by a misspelt word alone. */
const LEAST = 0.001;

type Candidate = { section: LibrarySection; fullText: number };
export type FindSections = (input: RecallInput, wanted: string[], vector: Float32Array | null) => Promise<Snippet[]>;

export function makeFindSections(store: Pick<Store, 'findSections' | 'openings'>, library: Library, near: Nearest | null): FindSections {
  async function candidatesOf({ site, query }: RecallInput, vector: Float32Array | null): Promise<Candidate[]> {
    const [byWords, byVector] = await Promise.all([
      store.findSections(site, words(query).slice(0, QUERY_WORDS).flatMap(spellings).join(' '), BY_WORDS),
      vector === null || near === null ? [] : near.nearest(site, vector, BY_VECTOR),
    ]);
    const best = Math.max(...byWords.map(({ score }) => score), Number.MIN_VALUE);
    const fullText = new Map(byWords.map(({ key, score }) => [key, score / best]));
    const sections = await library.sections(site, [...new Set([...fullText.keys(), ...byVector.map(({ key }) => key)])]);
    return sections.map((section) => ({ section, fullText: fullText.get(section.row.key) ?? 0 }));
  }

  /** Where the names of the question and of the best sections lead. */
  async function reach(site: string, query: string, seeds: { row: SectionRow; score: number }[]): Promise<Map<string, number>> {
    const entity = (name: string): string => keyOf(site, name);
    const { names, titles } = namesAsked(query);
    const asked = new Set(names.map(entity));
    const maybe = new Set(titles.map(entity));
    const led = seeds.flatMap(({ row }) => [plain(row.title), ...namesIn(row.text)]).map(entity);
    const mentions = await library.mentions(site, [...new Set([...asked, ...maybe, ...led])]);
    for (const mention of mentions) if (mention.titled === 1 && maybe.has(mention.entity)) asked.add(mention.entity);
    const known = new Set([...asked, ...led]);
    return mentions.length === 0 ? new Map() : standing(mentions.filter((mention) => known.has(mention.entity)), new Map(seeds.map(({ row, score }) => [row.key, score])), asked, NAMED_COLLECTION);
  }

  return async (input, wanted, vector) => {
    const { site, query } = input;
    // A question of nothing but "what is this" is about all of it: the documents' openings say.
    if (terms(query).length === 0) return (await store.openings(site, OPENINGS)).map((row) => snippetOf(row, 1 / (1 + row.document.length), null));
    const first = await candidatesOf(input, vector);
    if (first.length === 0) return [];
    const like = ({ vector: own }: LibrarySection): number => (own === null || vector === null ? 0 : Math.max(0, dot(vector, own)));
    const scored = scores(first, wanted).map((score, at) => {
      const { section } = first[at] as Candidate;
      return { row: section.row, words: score, near: like(section) };
    });
    const base = ({ words: own, near: alike }: { words: number; near: number }): number => own + NEAR * alike;
    const best = scored.toSorted((a, b) => base(b) - base(a));
    const seeds = best.slice(0, SEEDS).map((entry) => ({ row: entry.row, score: base(entry) }));
    const reached = await reach(site, query, seeds);
    const known = new Set(scored.map(({ row }) => row.key));
    const led = [...reached].filter(([key]) => !known.has(key)).sort((a, b) => b[1] - a[1]).slice(0, BY_NAMES).map(([key]) => key);
    const all = [...first, ...(await library.sections(site, led)).map((section) => ({ section, fullText: 0 }))];
    const top = Math.min(1, seeds[0]?.score ?? 0);
    return scores(all, wanted).map((own, at) => {
      const { section } = all[at] as Candidate;
      const { row } = section;
      const alike = like(section);
      // Without names that lead anywhere, the words and vectors stand alone.
      const linked = reached.size === 0 ? own + NEAR * alike : top * Math.sqrt(reached.get(row.key) ?? 0);
      const why = { words: own, near: NEAR * alike, linked: STANDING * linked };
      return snippetOf(row, between(LEAST, (why.words + why.near + why.linked) / EXCELLENT), input.explain === true ? why : null);
    });
  };
}

function between(least: number, score: number): number {
  return Math.max(least, Math.min(1, score));
}

/** By words alone; rarity is judged among all that are handed in. */
function scores(candidates: Candidate[], wanted: string[]): number[] {
  const texts = candidates.map(({ section }) => section.scored);
  const spread = spreadOf(wanted, texts, COLLECTION);
  return texts.map((text, at) => sectionScore(wanted, text, spread, candidates[at]?.fullText ?? 0));
}

function snippetOf(row: SectionRow, score: number, why: Record<string, number> | null): Snippet {
  const { document, title, heading, url } = row;
  return { id: `${document}#${row.ordinal}`, text: row.text, score, tokens: 0, at: row.at, source: { kind: 'knowledge', document, title, heading, url }, ...(why === null ? {} : { why }) };
}
