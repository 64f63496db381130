/** Which of the given snippets a language model's answer rests on: those whose words it took up. Pure. */
import type { Snippet } from '../../layers.ts';
import { readerFor } from './reader.ts';

/** An answer shares at least so many different content words with a snippet, and so large a part of its own. */
const LEAST_SHARED = 3;
const LEAST_PART = 0.3;

/** The knowledge snippets that the answer drew on, the closest first. `lang`: BCP 47, of the visitor. */
export function snippetsUsed(answer: string, snippets: Snippet[], lang: string): Snippet[] {
  const { contentWords } = readerFor(lang);
  const said = new Set(contentWords(answer));
  if (said.size === 0) return [];
  return snippets
    .filter((snippet) => snippet.source.kind === 'knowledge')
    .map((snippet) => {
      const words = new Set(contentWords(snippet.text));
      let shared = 0;
      for (const word of said) if (words.has(word)) shared++;
      return { snippet, shared, part: shared / Math.min(said.size, Math.max(1, words.size)) };
    })
    .filter(({ shared, part }) => shared >= LEAST_SHARED && part >= LEAST_PART)
    .sort((a, b) => b.part - a.part)
    .map(({ snippet }) => snippet);
}
