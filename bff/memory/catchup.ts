/** Gives rows the vectors that they lack, in the background: after another embedder was set up, or when making vectors takes a call. */
import { reason } from './errors.ts';
import { keyOf } from './filter.ts';
import { sectionText } from './ingest.ts';
import type { Library } from './library.ts';
import type { Serial } from './serial.ts';
import type { Shelves } from './shelf.ts';
import type { Embedded, RowOf, Store } from './store.ts';
import { VERSION_MS } from './turns.ts';
import { keep, type Embedder } from './vectors.ts';

export type CatchUp = {
  /** There may be rows without a vector. */
  poke(): void;
  /** Resolves when no row lacks a vector or the last attempt failed. */
  settled(): Promise<void>;
  /** Ends what runs, and lets go of the embedder. */
  stop(): Promise<void>;
};
type Row = RowOf[Embedded];
type Parts = { store: Store; shelves: Shelves; embedder: Embedder; library: Pick<Library, 'changed'>; serial: Serial; warn: (sentence: string) => void };

/** Rows per call and per write, at first and at most; old rows stay searchable by their words meanwhile. */
const FEW_ROWS = 16;
const ROWS = 128;
/** After a quicker call the next one has twice the rows, after a slower one half of them (ms). */
const QUICK_MS = 2_000;
const SLOW_MS = 15_000;
/** Writes between two rounds of tidying. */
const WRITES = 12;
const CALL_MS = 60_000;
/** After a failure it is tried again (ms). */
const AGAIN_MS = 30_000;

export function makeCatchUp({ store, shelves, embedder, library, serial, warn }: Parts): CatchUp {
  const ending = new AbortController();
  let running: Promise<void> | null = null;
  let again = false;
  let timer: NodeJS.Timeout | null = null;
  let limit = FEW_ROWS;

  /** The rows' vectors, and how many rows the next call should have, so that none takes too long, whatever the model. */
  async function vectorsOf(rows: Row[]): Promise<(Float32Array | null)[]> {
    const started = performance.now();
    const vectors = await embedder.embed(rows.map(textOf), AbortSignal.any([ending.signal, AbortSignal.timeout(CALL_MS)]));
    const took = performance.now() - started;
    if (took < QUICK_MS) limit = Math.min(ROWS, limit * 2);
    else if (took > SLOW_MS) limit = Math.max(1, limit >> 1);
    return vectors;
  }

  /** The rows as they are by now with the vectors made for them: meanwhile a document may have been handed in anew, or a fact have ended. Call inside `serial`. */
  async function upToDate(table: Embedded, rows: Row[]): Promise<Row[]> {
    if (table === 'turns') return rows;
    const owners = new Map(rows.flatMap((row) => ('valid_from' in row ? [[keyOf(row.site, row.visitor), row]] : [])));
    const there = table === 'sections' ? await store.sectionsOf(rows.map((row) => row.key)) : (await Promise.all([...owners.values()].map(({ site, visitor }) => store.factsOf(site, visitor)))).flat();
    const now = new Map<string, Row>(there.map((row) => [row.key, row]));
    return rows.flatMap((row) => {
      const current = now.get(row.key);
      return current === undefined || textOf(current) !== textOf(row) ? [] : [{ ...current, embedder: row.embedder, size: row.size, vector: row.vector }];
    });
  }

  async function fill(table: Embedded): Promise<void> {
    for (let writes = 0; !ending.signal.aborted; writes++) {
      const rows: Row[] = await store.without(table, embedder.id, limit);
      const done = rows.length < limit;
      if (rows.length > 0) {
        const vectors = await vectorsOf(rows);
        for (const [n, row] of rows.entries()) Object.assign(row, keep(embedder, vectors[n] ?? null));
        await serial(async () => store.update(table, await upToDate(table, rows)));
        shelves.embedded(rows.filter((row) => 'role' in row));
        for (const row of rows) if ('valid_from' in row) shelves.drop(row.site, row.visitor);
        for (const site of new Set(rows.flatMap((row) => ('document' in row ? [row.site] : [])))) library.changed(site);
      }
      if (writes > 0 && (done || writes % WRITES === 0)) await serial(() => store.tidy(table, new Date(Date.now() - VERSION_MS)));
      if (done) return;
    }
  }

  function poke(): void {
    again = true;
    if (timer) clearTimeout(timer);
    timer = null;
    running ??= (async () => {
      try {
        while (again && !ending.signal.aborted) {
          again = false;
          await fill('sections');
          await fill('turns');
          await fill('facts');
        }
      } catch (error) {
        if (ending.signal.aborted) return;
        limit = FEW_ROWS;
        warn(`Rows without a vector of ${embedder.id} wait, and are found by their words until then: ${reason(error)}.`);
        timer = setTimeout(poke, AGAIN_MS).unref();
      } finally {
        running = null;
      }
    })();
  }

  return {
    poke,
    settled: async () => void (await running),
    async stop() {
      ending.abort();
      if (timer) clearTimeout(timer);
      await running;
      await embedder.close();
    },
  };
}

/** What of a row its vector is made from. */
function textOf(row: Row): string {
  return 'document' in row ? sectionText(row) : row.text;
}
