/** The vectors of a site's sections in the process, for the sections nearest to a question. */
import type { Store } from './store.ts';
import type { Embedder } from './vectors.ts';

/** `nearest` is empty for sites with too many sections: theirs are found by words, and compared by vector after that. */
export type Nearest = {
  nearest(site: string, vector: Float32Array, limit: number): Promise<{ key: string; near: number }[]>;
  /** Sections of the site have changed. */
  changed(site: string): void;
};

/** Looking through as many takes about 5 ms; beyond it would hold up other visitors. */
const SECTIONS_MAX = 20_000;
const SITES_MAX = 32;
/** Texts less alike than this have nothing to do with each other. */
const NEAR_LEAST = 0.3;

type Matrix = { keys: string[]; values: Int8Array; lengths: Float32Array };

export function makeNearest(store: Pick<Store, 'sectionVectors'>, { id, size }: Pick<Embedder, 'id' | 'size'>): Nearest {
  const sites = new Map<string, Promise<Matrix>>();

  async function load(site: string): Promise<Matrix> {
    const found = await store.sectionVectors(site, id, SECTIONS_MAX + 1);
    const rows = found.length > SECTIONS_MAX ? [] : found.filter(({ vector }) => vector.length === size);
    const matrix: Matrix = { keys: [], values: new Int8Array(rows.length * size), lengths: new Float32Array(rows.length) };
    for (const [n, { key, vector }] of rows.entries()) {
      const values = new Int8Array(vector.buffer, vector.byteOffset, size);
      matrix.values.set(values, n * size);
      matrix.lengths[n] = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
      matrix.keys.push(key);
    }
    return matrix;
  }

  function matrixOf(site: string): Promise<Matrix> {
    let matrix = sites.get(site);
    if (matrix === undefined) {
      const fresh = load(site);
      fresh.catch(() => { if (sites.get(site) === fresh) sites.delete(site); }); // The caller sees the error; the next one tries again.
      matrix = fresh;
    }
    sites.delete(site);
    sites.set(site, matrix);
    const [oldest] = sites.keys();
    if (sites.size > SITES_MAX && oldest !== undefined) sites.delete(oldest);
    return matrix;
  }

  return {
    async nearest(site, vector, limit) {
      const { keys, values, lengths } = await matrixOf(site);
      const found: { key: string; near: number }[] = [];
      for (const [n, key] of keys.entries()) {
        let sum = 0;
        for (let d = 0, from = n * size; d < size; d++) sum += (vector[d] ?? 0) * (values[from + d] ?? 0);
        const near = sum / (lengths[n] || 1);
        if (near >= NEAR_LEAST) found.push({ key, near });
      }
      return found.sort((a, b) => b.near - a.near).slice(0, limit);
    },
    changed: (site) => void sites.delete(site),
  };
}
