/** WordNet's examples, definitions and pairs of words, and which of its words are nouns, verbs and adjectives. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shuffle } from './chance.ts';

export type WordNet = { examples: string[]; definitions: string[]; pairs: string[]; nouns: string[]; verbs: string[]; adjectives: string[]; rank: Map<string, number> };

/** A question is made of common words only. */
const COMMON = 7_000;

/** Reads the folder of the files `data.noun`, `index.noun` and so on. `words`: the commonest first. */
export function readWordNet(folder: string, words: string[]): WordNet {
  const rank = new Map(words.slice(0, COMMON).map((word, n) => [word, n]));
  const examples = new Set<string>();
  const definitions: string[] = [];
  const pairs: string[] = [];
  for (const kind of ['noun', 'verb', 'adj', 'adv']) {
    for (const line of linesOf(join(folder, `data.${kind}`))) {
      const gloss = line.split(' | ')[1] ?? '';
      for (const [, example = ''] of gloss.matchAll(/"([^"]{8,110})"/g)) examples.add(example.trim().toLowerCase());
      const definition = (gloss.split(/[;"]/)[0] ?? '').trim().toLowerCase();
      const length = definition.split(' ').length;
      if (length >= 3 && length <= 14) definitions.push(definition);
      const lemma = (line.split(' ')[4] ?? '').replaceAll('_', ' ').toLowerCase();
      const parts = lemma.split(' ');
      if (parts.length === 2 && parts.every((part) => rank.has(part))) pairs.push(lemma);
    }
  }
  return { examples: [...examples].sort(), definitions: shuffle(definitions, 1), pairs: shuffle(pairs, 2), nouns: usedAs('noun'), verbs: usedAs('verb'), adjectives: usedAs('adj'), rank };

  /** Common words that WordNet's own texts use as this part of speech. */
  function usedAs(kind: string): string[] {
    return linesOf(join(folder, `index.${kind}`)).flatMap((line) => {
      const fields = line.split(' ');
      const [word = '', , , pointers = '0'] = fields;
      const counted = Number(fields[4 + Number(pointers) + 1] ?? 0);
      return word.length > 2 && rank.has(word) && counted > 0 ? [word] : [];
    });
  }
}

/** Without the licence, whose lines begin with two spaces. */
function linesOf(path: string): string[] {
  return readFileSync(path, 'latin1').split('\n').filter((line) => line !== '' && !line.startsWith('  '));
}
