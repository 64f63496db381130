/** Finds the pieces of the given passages that answer a question, or finds that none does. Pure. */
import type { Snippet } from '../../layers.ts';
import { kindOf, withoutPointing, type Kind } from './kind.ts';
import { inAny } from './languages.ts';
import type { Reader } from './reader.ts';
import { adjoin } from './unspaced.ts';
import { asks, leadsOn, unitsOf, type Unit } from './units.ts';
import { meantBy, type Lexicon } from './words.ts';

export type Piece = { unit: Unit; snippet: Snippet; score: number };
/** `pieces` in the order in which they should be read. Empty: the passages do not answer. */
export type Extract = { pieces: Piece[]; coverage: number };

type Scored = Piece & { own: number; coverage: number; words: string[]; at: number };

const hasFigure = inAny(({ tells }) => tells.figure);
const givesReason = inAny(({ tells }) => tells.because);
const tellsWhatToDo = inAny(({ tells }) => tells.does);
const hangsOn = inAny(({ tells }) => tells.hangsOn);

/** Share of the question's weight that a piece and its headings must carry, to be an answer at all. */
const ENOUGH = 0.56;
/** Words of a title count less than words of the sentence itself. */
const HEADING_WEIGHT = 0.8;
/** Words such as "support" or "show" shape a question, but the rest of it must be found. */
const SOFT_WEIGHT = 0.35;
/** "Why" is answered by a reason; a sentence without one must fit the question better. */
const ENOUGH_WITHOUT_REASON = 0.9;
/** A sentence of more content words mentions much and says little of each. */
const LONG = 32;
const NOTHING: Extract = { pieces: [], coverage: 0 };
const MAX_SENTENCES = 3;
/** An answer joins so many passages at most: more is a list of everything that mentions it. */
const MAX_PASSAGES = 2;
const MAX_ITEMS = 6;
const MAX_LIST = 8;
/** Longest sentence that is kept beside a block of code (characters). */
const MAX_BESIDE_CODE = 220;
const MAX_CODE_LINES = 16;

/** The best answer that the passages hold. `before`: what the visitor asked last, when this question goes on from there. */
export function extract(question: string, snippets: Snippet[], reader: Reader, before = ''): Extract {
  const { contentWords, isSoft } = reader;
  const kind = kindOf(question);
  const units = snippets.flatMap((snippet) => unitsOf(snippet.text).map((unit) => ({ unit, snippet, words: contentWords(unit.text) })));
  if (units.length === 0) return NOTHING;
  const asked = [...new Set(contentWords(withoutPointing(question)))];
  if (asked.length === 0) return before === '' && kind !== 'other' ? overview(units) : NOTHING;

  const titles = new Map(snippets.map((snippet) => [snippet, titleWords(snippet, reader)]));
  const terms = spelled(asked, units, [...titles.values()]);
  const context = contentWords(before);
  const weights = weightsOf(terms, units, reader);
  const titleWeights = terms.map((term) => titleWeightOf(term, [...titles.values()], reader));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const scored = units.map(({ unit, snippet, words }, at): Scored => {
    const headings = headingWords(unit, snippet, reader);
    const title = titles.get(snippet) ?? [];
    let own = 0;
    let all = 0;
    for (const [n, term] of terms.entries()) {
      const weight = weights[n] ?? 0;
      const inText = best(term, words, reader);
      own += weight * inText;
      all += weight * Math.max(inText, HEADING_WEIGHT * best(term, headings, reader), HEADING_WEIGHT * (titleWeights[n] ?? 0) * best(term, title, reader));
    }
    const coverage = all / total;
    const near = context.length === 0 ? 0 : context.filter((term) => best(term, [...words, ...headings], reader) >= 0.85).length / context.length;
    const score = coverage + 0.25 * (own / total) + bonus(kind, unit, terms, reader) * Math.max(0.3, own / total) + 0.12 * near + 0.15 * snippet.score - (words.length > LONG ? 0.3 : 0);
    return { unit, snippet, words, at, own: own / total, coverage, score };
  });
  const single = terms.filter((term) => !isSoft(term)).length < 2;
  const pieces = choose(scored, kind, single);
  return { pieces, coverage: Math.max(0, ...scored.filter((entry) => pieces.some((piece) => piece.unit === entry.unit)).map((entry) => entry.coverage)) };
}

/** Terms that no passage knows are read as the word that they most likely stand for. */
function spelled(terms: string[], units: { words: string[] }[], titles: string[][]): string[] {
  const known = new Set([...units.flatMap(({ words }) => words), ...titles.flat()]);
  return terms.map((term) => (known.has(term) ? term : meantBy(term, known) ?? term));
}

/** `single`: the question has one word to go by, which is too little to join passages. */
function choose(scored: Scored[], kind: Kind, single: boolean): Piece[] {
  const enough = (entry: Scored): boolean => entry.coverage >= (kind === 'reason' && !givesReason(entry.unit.text) ? ENOUGH_WITHOUT_REASON : ENOUGH);
  const answering = scored.filter((entry) => enough(entry) && entry.unit.kind !== 'code').sort((a, b) => b.score - a.score);
  const code = kind === 'howto' ? bestCode(scored) : null;
  const lead = answering[0];
  if (lead === undefined) return code === null ? [] : withCode(code, scored);
  const chosen: Scored[] = [lead];
  const limit = lead.unit.kind === 'sentence' ? MAX_SENTENCES : MAX_ITEMS;
  for (const entry of answering.slice(1)) {
    if (chosen.length >= limit) break;
    const sameSnippet = entry.snippet.id === lead.snippet.id;
    if (single && !sameSnippet) continue;
    if (new Set([...chosen, entry].map((other) => other.snippet.id)).size > MAX_PASSAGES) continue;
    const close = entry.unit.block === lead.unit.block && sameSnippet;
    // A second voice must speak to the question itself, not only stand under the right heading.
    if (entry.score < lead.score * (close ? (entry.unit.kind === 'sentence' ? 0.6 : 0.85) : 0.8) || (!close && (entry.own < lead.own * 0.75 || entry.coverage < lead.coverage * 0.9))) continue;
    if (entry.unit.kind !== 'sentence' && entry.unit.kind !== lead.unit.kind) continue;
    if (leadsOn(entry.unit.text)) continue;
    if (chosen.some((other) => overlap(entry.words, other.words) > 0.6)) continue;
    chosen.push(entry);
  }
  if (lead.unit.kind === 'item' || lead.unit.kind === 'row') addList(chosen, scored, lead, kind);
  addContext(chosen, scored, lead, kind);
  const ordered = chosen.sort((a, b) => Number(b.snippet.id === lead.snippet.id) - Number(a.snippet.id === lead.snippet.id) || a.at - b.at);
  if (code === null || code.score < lead.score * 0.75) return ordered;
  return withCode(code, scored);
}

/** Commands answer "how do I"; the sentence before and the one after belong to them. */
function withCode(code: Scored, scored: Scored[]): Piece[] {
  return [scored[code.at - 1], code, scored[code.at + 1]].filter((entry) => entry !== undefined).filter((entry) => entry === code
    || (entry.unit.kind === 'sentence' && (entry.at < code.at || !leadsOn(entry.unit.text)) && entry.snippet.id === code.snippet.id && entry.unit.heading === code.unit.heading && entry.unit.text.length <= MAX_BESIDE_CODE));
}

/** When the title is what fits, the question is about the whole list and not about one line of it. */
function addList(chosen: Scored[], scored: Scored[], lead: Scored, kind: Kind): void {
  const asked = kind === 'list' && leadsOn(lead.unit.lead);
  if (!asked && ((kind !== 'list' && kind !== 'other') || lead.own >= lead.coverage * 0.75)) return;
  const list = scored.filter((entry) => entry.snippet.id === lead.snippet.id && entry.unit.block === lead.unit.block);
  if (list.length <= MAX_LIST) chosen.splice(0, chosen.length, ...list);
}

/** The sentence after a definition or a short lead usually carries the rest of the thought. */
function addContext(chosen: Scored[], scored: Scored[], lead: Scored, kind: Kind): void {
  if (lead.unit.kind !== 'sentence' || chosen.length >= MAX_SENTENCES) return;
  const next = scored[lead.at + 1];
  if (next === undefined || chosen.includes(next) || next.snippet.id !== lead.snippet.id) return;
  const sameThought = next.unit.kind === 'sentence' && !leadsOn(next.unit.text) && next.unit.block === lead.unit.block
    && (kind === 'definition' || hangsOn(next.unit.text));
  if (sameThought) chosen.push(next);
  if (leadsOn(lead.unit.text)) {
    if (isShort(next.unit)) chosen.push(next);
    chosen.push(...scored.slice(lead.at + 1).filter((entry) => entry.snippet.id === lead.snippet.id && entry.unit.kind === 'item' && entry.unit.lead === lead.unit.text && !chosen.includes(entry)).slice(0, MAX_ITEMS));
  }
}

/** Code of few lines, its fences not counted. */
function isShort({ kind, text }: Unit): boolean {
  return kind === 'code' && text.split('\n').length <= MAX_CODE_LINES + 2;
}

/** Code answers "how do I …" when its own heading, its lead or its lines speak of the question. */
function bestCode(scored: Scored[]): Scored | null {
  const blocks = scored.filter((entry) => isShort(entry.unit));
  const judged = blocks.map((entry) => {
    const before = scored[entry.at - 1];
    const near = before?.snippet.id === entry.snippet.id && before.unit.kind === 'sentence' && before.unit.text.length <= MAX_BESIDE_CODE ? before.coverage : 0;
    return { ...entry, coverage: Math.max(entry.coverage, near), score: Math.max(entry.score, near + 0.2) };
  });
  const found = judged.filter((entry) => entry.coverage >= ENOUGH).sort((a, b) => b.score - a.score)[0];
  return found ?? null;
}

/** "What is it?": the opening of the best passage. */
function overview(units: { unit: Unit; snippet: Snippet }[]): Extract {
  const first = units.find(({ unit }) => unit.kind === 'sentence' && /\b(is|are|ist|sind)\b/.test(unit.text)) ?? units.find(({ unit }) => unit.kind === 'sentence');
  if (first === undefined) return NOTHING;
  const same = units.filter(({ unit, snippet }) => snippet.id === first.snippet.id && unit.kind === 'sentence' && !leadsOn(unit.text) && unit.block === first.unit.block);
  return { pieces: same.slice(0, 2).map(({ unit, snippet }) => ({ unit, snippet, score: 1 })), coverage: ENOUGH };
}

function bonus(kind: Kind, unit: Unit, terms: string[], { allWords, stem, is, likeness }: Reader): number {
  const text = unit.text;
  if (asks(text)) return -0.4;
  if (kind === 'measure') return hasFigure(text) ? 0.35 : -0.1;
  if (kind === 'reason') return givesReason(text) ? 0.3 : 0;
  if (kind === 'howto') return unit.kind === 'item' || tellsWhatToDo(text) ? 0.2 : 0;
  if (kind === 'list') return unit.kind !== 'item' ? 0 : leadsOn(unit.lead) ? 0.4 : 0.1;
  if (kind !== 'definition') return 0;
  const opening = allWords(text).slice(0, 6);
  const verb = opening.findIndex((word) => is.has(word));
  if (verb < 0 && opening.slice(0, 3).some((word) => terms.some((term) => likeness(term, stem(word)) >= 0.85))) return 0.25;
  const subject = verb > 0 && opening.slice(0, verb).some((word) => terms.some((term) => likeness(term, stem(word)) >= 0.85));
  return subject ? 0.5 : 0;
}

/**
 * Rare words weigh more; a word that the passages do not know weighs most, so that it can sink an answer. Not so a pair
 * of Chinese letters beside one that they know: it may only be where two words meet.
 */
function weightsOf(terms: string[], units: { words: string[] }[], lexicon: Lexicon): number[] {
  const holding = terms.map((term) => units.filter(({ words }) => best(term, words, lexicon) >= 0.85).length);
  return terms.map((term, at) => {
    const held = holding[at] ?? 0;
    const seam = held === 0 && ((adjoin(terms[at - 1], term) && (holding[at - 1] ?? 0) > 0) || (adjoin(term, terms[at + 1]) && (holding[at + 1] ?? 0) > 0));
    if (!seam && !lexicon.isSoft(term)) return Math.log(1 + units.length / (0.5 + held));
    return SOFT_WEIGHT * Math.log(1 + units.length / (0.5 + Math.max(held, units.length / 4)));
  });
}

/** A name that stands in every title, such as the product's, tells no passage from another. */
function titleWeightOf(term: string, titles: string[][], lexicon: Lexicon): number {
  if (titles.length < 3) return 1;
  return 1 - titles.filter((title) => best(term, title, lexicon) > 0).length / titles.length;
}

function headingWords(unit: Unit, snippet: Snippet, { contentWords }: Reader): string[] {
  const section = snippet.source.kind === 'knowledge' ? snippet.source.heading ?? '' : '';
  return contentWords(`${section} ${unit.heading} ${unit.kind === 'sentence' ? '' : unit.lead}`);
}
function titleWords(snippet: Snippet, { contentWords }: Reader): string[] {
  return snippet.source.kind === 'knowledge' ? contentWords(snippet.source.title) : [];
}

function best(term: string, words: string[], { likeness }: Lexicon): number {
  let found = 0;
  for (const word of words) found = Math.max(found, likeness(term, word));
  return found;
}

function overlap(a: string[], b: string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const other = new Set(b);
  return a.filter((word) => other.has(word)).length / Math.min(a.length, b.length);
}
