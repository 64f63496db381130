/** From a ranked list to a few snippets that fit a token budget. Pure. */
import type { Recalled, Snippet } from '../layers.ts';
import { clipTokens, estimateTokens } from './tokens.ts';
import { terms } from './words.ts';

/** Below this many tokens a cut snippet says nothing. */
const WORTHWHILE = 24;

const FENCE = '```';
const EMPTY_FENCE = /```\s*```/g;
/** A sentence or a line with the space behind it. */
const SENTENCE = /[^\n]+?(?:[.!?。！？]+\s+|\n+|$)/gu;

/** A snippet as it was found, whole. `lead` stays before whatever passage is taken; `most`: it gets no more tokens than this. */
export type Candidate = Snippet & { lead?: string; most?: number };

/** The best `k` that fit, best first, none twice; a snippet too long for what is left gives its fitting passage. Only those that are looked at are measured and cut. */
export function pack(candidates: Candidate[], k: number, budget: number, wanted: string[]): Recalled {
  const chosen: Snippet[] = [];
  const seen = new Set<string>();
  let left = budget;
  for (const { lead = '', most = Infinity, ...snippet } of candidates.toSorted((a, b) => b.score - a.score || (b.at ?? 0) - (a.at ?? 0))) {
    if (chosen.length >= k || left <= 0) break;
    const whole = `${lead}${snippet.text}`;
    if (seen.has(whole)) continue;
    const room = Math.min(left, most);
    const cost = estimateTokens(whole);
    const cut = cost <= room || room < WORTHWHILE ? '' : passage(snippet.text, wanted, room - estimateTokens(lead));
    if (cost > room && cut === '') continue;
    const text = cost <= room ? whole : `${lead}${cut}`;
    const tokens = cost <= room ? cost : estimateTokens(text);
    seen.add(whole);
    chosen.push({ ...snippet, text, tokens });
    left -= tokens;
  }
  return { snippets: chosen, tokens: budget - left };
}

/** The run of sentences within `limit` tokens that holds most of the wanted terms; the text itself when it fits. Code that is cut stays fenced. */
export function passage(text: string, wanted: string[], limit: number): string {
  if (estimateTokens(text) <= limit) return text;
  const room = text.includes(FENCE) ? limit - 2 * estimateTokens(FENCE) : limit;
  const sentences = [...text.matchAll(SENTENCE)];
  const want = new Set(wanted);
  const weights = sentences.map(([sentence]) => new Set(terms(sentence).filter((term) => want.has(term))).size);
  const costs = sentences.map(([sentence]) => estimateTokens(sentence));
  let best = { from: 0, to: 0, weight: -1 };
  let from = 0;
  let cost = 0;
  let weight = 0;
  for (let to = 0; to < sentences.length; to++) {
    cost += costs[to] ?? 0;
    weight += weights[to] ?? 0;
    while (cost > room && from <= to) {
      cost -= costs[from] ?? 0;
      weight -= weights[from] ?? 0;
      from++;
    }
    if (from <= to && weight > best.weight) best = { from, to: to + 1, weight };
  }
  const [first, last] = [sentences[best.from], sentences[best.to - 1]];
  if (best.weight < 0 || !first || !last) return clipTokens(text.replaceAll(FENCE, ''), limit).trim();
  return fenced(text, first.index, last.index + last[0].length);
}

/** The text between two places; fences that the cut left open are closed, and opened before code that it begins in. */
function fenced(text: string, from: number, to: number): string {
  const cut = text.slice(from, to).trim();
  const inside = (end: number): boolean => (text.slice(0, end).split(FENCE).length - 1) % 2 === 1;
  return `${inside(from) ? `${FENCE}\n` : ''}${cut}${inside(to) ? `\n${FENCE}` : ''}`.replace(EMPTY_FENCE, '').trim();
}
