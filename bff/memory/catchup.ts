/** Gives rows the vectors that they lack, in the background: after another embedder was set up, or when making vectors takes a call. */
import { reason } from './errors.ts';
import { sectionText } from './ingest.ts';
import type { Nearest } from './nearest.ts';
import type { Serial } from './serial.ts';
import type { Shelves } from './shelf.ts';
import type { Embedded, Store } from './store.ts';
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
type Parts = { store: Store; shelves: Shelves; embedder: Embedder; near: Nearest; serial: Serial; warn: (sentence: string) => void };

/** Rows per call and per write; old rows stay searchable by their words meanwhile. */
const ROWS = 128;
/** Writes between two rounds of tidying. */
const WRITES = 12;
const CALL_MS = 60_000;
/** After a failure it is tried again (ms). */
const AGAIN_MS = 30_000;

export function makeCatchUp({ store, shelves, embedder, near, serial, warn }: Parts): CatchUp {
  const ending = new AbortController();
  let running: Promise<void> | null = null;
  let again = false;
  let timer: NodeJS.Timeout | null = null;

  async function fill(table: Embedded): Promise<void> {
    for (let writes = 0; !ending.signal.aborted; writes++) {
      const rows = await store.without(table, embedder.id, ROWS);
      if (rows.length > 0) {
        const texts = rows.map((row) => ('document' in row ? sectionText(row) : row.text));
        const vectors = await embedder.embed(texts, AbortSignal.any([ending.signal, AbortSignal.timeout(CALL_MS)]));
        for (const [n, row] of rows.entries()) Object.assign(row, keep(embedder, vectors[n] ?? null));
        await serial(() => store.update(table, rows));
        shelves.embedded(rows.filter((row) => 'role' in row));
        for (const row of rows) if ('valid_from' in row) shelves.drop(row.site, row.visitor);
        for (const site of new Set(rows.flatMap((row) => ('document' in row ? [row.site] : [])))) near.changed(site);
      }
      const done = rows.length < ROWS;
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
