/** From a ranked list to a few snippets that fit a token budget. Pure. */
import type { Recalled, Snippet } from '../layers.ts';
import { clipTokens, estimateTokens } from './tokens.ts';
import { terms } from './words.ts';

/** Below this many tokens a cut snippet says nothing. */
const WORTHWHILE = 24;

/** The best `k` that fit, best first, none twice; a snippet too long for what is left gives its fitting passage. */
export function pack(snippets: Snippet[], k: number, budget: number, wanted: string[]): Recalled {
  const chosen: Snippet[] = [];
  const seen = new Set<string>();
  let left = budget;
  for (const snippet of snippets.toSorted((a, b) => b.score - a.score || (b.at ?? 0) - (a.at ?? 0))) {
    if (chosen.length >= k || left <= 0) break;
    if (seen.has(snippet.text)) continue;
    const whole = estimateTokens(snippet.text);
    const text = whole <= left ? snippet.text : left >= WORTHWHILE ? passage(snippet.text, wanted, left) : '';
    if (text === '') continue;
    const tokens = whole <= left ? whole : estimateTokens(text);
    seen.add(snippet.text);
    chosen.push({ ...snippet, text, tokens });
    left -= tokens;
  }
  return { snippets: chosen, tokens: budget - left };
}

/** The run of sentences within `limit` tokens that holds most of the wanted terms; the text itself when it fits. */
export function passage(text: string, wanted: string[], limit: number): string {
  if (estimateTokens(text) <= limit) return text;
  const sentences = text.split(/(?<=[.!?。！？])\s+|\n+/u).filter((sentence) => sentence.trim() !== '');
  const want = new Set(wanted);
  const weights = sentences.map((sentence) => new Set(terms(sentence).filter((term) => want.has(term))).size);
  const costs = sentences.map(estimateTokens);
  let best = { from: 0, to: 0, weight: -1 };
  let from = 0;
  let cost = 0;
  let weight = 0;
  for (let to = 0; to < sentences.length; to++) {
    cost += costs[to] ?? 0;
    weight += weights[to] ?? 0;
    while (cost > limit && from <= to) {
      cost -= costs[from] ?? 0;
      weight -= weights[from] ?? 0;
      from++;
    }
    if (from <= to && weight > best.weight) best = { from, to: to + 1, weight };
  }
  return best.weight >= 0 ? sentences.slice(best.from, best.to).join(' ') : clipTokens(text, limit);
}
