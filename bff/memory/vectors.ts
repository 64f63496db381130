/** Vectors of texts: what makes them, how a row keeps them, how two compare. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Embed } from '../layers.ts';
import { MemoryError } from './errors.ts';

/**
 * What turns texts into vectors. `now`: the same at once, without a call to anybody; null where that is not possible.
 * `embed` gives a vector of unit length per text, null for one that says nothing to it, and rejects when it cannot.
 * `alike`: as in `Embed`.
 */
export type Embedder = {
  id: string;
  size: number;
  now: ((text: string) => Float32Array | null) | null;
  embed(texts: string[], signal: AbortSignal): Promise<(Float32Array | null)[]>;
  /** Lets go of what it holds. */
  close(): Promise<void>;
  alike?: Embed['alike'];
};
/** What a row keeps: who made the vector, how many numbers it has, and the numbers in eight bits each. */
export type Kept = { embedder: string | null; size: number | null; vector: Uint8Array | null };

export const UNEMBEDDED: Kept = { embedder: null, size: null, vector: null };
/** Texts embedded in one go before others get the thread. */
const SLICE = 32;
const ID_MAX = 100;

/** The shipped table of words as an embedder. */
export function fromWords(words: Embed): Embedder {
  const now = (text: string): Float32Array | null => unit(words.embed(text), words.size, words.id);
  return {
    id: words.id, size: words.size, now, alike: words.alike,
    async embed(texts, signal) {
      const vectors = [];
      for (const [at, text] of texts.entries()) {
        if (at % SLICE === SLICE - 1) await setImmediate();
        signal.throwIfAborted();
        vectors.push(now(text));
      }
      return vectors;
    },
    close: async () => undefined,
  };
}

/** In the alphabet of ids; what had to change leaves a hash behind. */
export function embedderId(kind: string, model: string): string {
  const text = model.replace(/[^A-Za-z0-9_.:-]/g, '-').slice(-ID_MAX);
  return text === model ? `${kind}:${text}` : `${kind}:${text}-${createHash('sha256').update(model).digest('hex').slice(0, 8)}`;
}

/** The vector with length one, or null for one of zeros. Throws `memory_bad_value` for another size or a number that is none. */
export function unit(vector: ArrayLike<number>, size: number, id: string): Float32Array | null {
  if (vector.length !== size) throw new MemoryError('memory_bad_value', `The embedder ${id} gave a vector of ${vector.length} numbers: expected ${size}.`);
  const out = Float32Array.from(vector);
  let sum = 0;
  for (const value of out) sum += value * value;
  if (!Number.isFinite(sum)) throw new MemoryError('memory_bad_value', `The embedder ${id} gave a vector with a number that is none.`);
  if (sum === 0) return null;
  const length = Math.sqrt(sum);
  for (let n = 0; n < out.length; n++) out[n] = (out[n] ?? 0) / length;
  return out;
}

/** For a row. The length is always one, so that only the proportions are kept. */
export function keep(embedder: Pick<Embedder, 'id' | 'size'>, vector: Float32Array | null): Kept {
  if (vector === null) return { embedder: embedder.id, size: embedder.size, vector: null };
  const most = vector.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return { embedder: embedder.id, size: embedder.size, vector: new Uint8Array(Int8Array.from(vector, (value) => Math.round((value / most) * 127)).buffer) };
}

/** A row's vector, null when it has none that this embedder made. */
export function kept(row: Kept, embedder: Pick<Embedder, 'id' | 'size'> | null): Float32Array | null {
  if (embedder === null || row.vector === null || row.embedder !== embedder.id || row.vector.length !== embedder.size) return null;
  return unit(new Int8Array(row.vector.buffer, row.vector.byteOffset, row.vector.length), embedder.size, embedder.id);
}

/** Of two vectors of unit length: the cosine. */
export function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let n = 0; n < one.length; n++) sum += (one[n] ?? 0) * (other[n] ?? 0);
  return sum;
}
