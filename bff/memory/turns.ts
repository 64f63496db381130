/** The way of a turn to disk: log, then searchable, then in batches into the table. */
import type { MemoryTurn } from '../layers.ts';
import { MemoryError, reason } from './errors.ts';
import { checkedId, keyOf } from './filter.ts';
import type { Log } from './log.ts';
import { isMoment } from './moment.ts';
import { spoken } from './rows.ts';
import { isTurnRow, type TurnRow } from './schema.ts';
import { inPieces, type Serial } from './serial.ts';
import type { Shelves } from './shelf.ts';
import type { Store } from './store.ts';
import { keep, UNEMBEDDED, type Embedder } from './vectors.ts';

/**
 * Rows that make a batch worth writing at once, and how long fewer wait (ms). Waiting costs nobody anything: the rows are
 * on disk in the log and are found in the process. Writing costs about 20 ms of CPU, however few they are.
 */
const BATCH = 512;
const LINGER_MS = 20_000;
/** After a failure it is tried again sooner (ms). */
const AGAIN_MS = 2_000;
/** With more than these waiting a writer waits for the table, so that an import cannot outrun it. */
const BACKLOG = 8_000;
/** Rows in one write to the table: about 100 ms of this thread, also in a bulk import. */
const CHUNK = 2_000;
/** A table is tidied at this many fragments, and after an import of so many rows: at 100,000 rows a visitor's turns are read in 1 ms from one fragment and in 6 ms from 20. */
const FRAGMENTS = 14;
const IMPORT = 5_000;
/** With fewer it is tidied once nothing was written for so long (ms), so that it does not compete with the writers. */
const QUIET_MS = 3_000;
const FEW_FRAGMENTS = 3;
/** Versions are kept this long for queries that are still reading them (ms). */
export const VERSION_MS = 60_000;
/** Turns of one call that get their vectors before they are acknowledged (50 µs each); those of a larger import get them on their way to the table, which begins at once. */
const EMBEDDED_AT_ONCE = 1_000;
/** A chunk takes well under a second (ms). */
const EMBED_MS = 60_000;
/** A turn longer than this is kept without its end, in characters. */
const TEXT_MAX = 32_000;

type Parts = { store: Store; log: Log; shelves: Shelves; serial: Serial; embedder: Embedder | null; flushed: () => void; warn: (sentence: string) => void };
export type TurnWriter = {
  remember(turns: MemoryTurn[]): Promise<void>;
  /** Takes turns of an earlier process, already in log files, into the table. */
  recover(entries: unknown[], files: string[]): Promise<void>;
  /** Writes everything that is waiting into the table and removes its log. Call inside `serial`. */
  flush(): Promise<void>;
  stop(): void;
};

export function makeTurnWriter({ store, log, shelves, serial, embedder, flushed, warn }: Parts): TurnWriter {
  let seq = 0;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let stopped = false;
  let quiet: NodeJS.Timeout | null = null;
  /** After a failure only the clock tries again, not every new turn. */
  let failing = false;
  let obsolete: string[] = [];

  async function flush(): Promise<void> {
    obsolete.push(...await log.rotate());
    const rows = shelves.tail();
    for (let at = 0; at < rows.length; at += CHUNK) {
      const chunk = rows.slice(at, at + CHUNK);
      await embed(chunk);
      await store.addTurns(chunk);
      shelves.flushed(chunk);
    }
    if (obsolete.length > 0) {
      await store.settle();
      await log.drop(obsolete);
    }
    obsolete = [];
    if (rows.length > 0) flushed();
    if (rows.length === 0) return;
    if (quiet) clearTimeout(quiet);
    quiet = null;
    const { fragments } = await store.figures('turns');
    if (rows.length >= IMPORT || fragments >= FRAGMENTS) await tidy();
    else if (fragments > FEW_FRAGMENTS && !stopped) quiet = setTimeout(() => void serial(tidy).catch((error: unknown) => warn(`The turns could not be tidied: ${reason(error)}.`)), QUIET_MS).unref();
  }

  async function tidy(): Promise<void> {
    await store.tidy('turns', new Date(Date.now() - VERSION_MS));
  }

  /** Gives turns their vectors, where that takes no call to anybody; the others get theirs later. */
  async function embed(rows: TurnRow[]): Promise<void> {
    const bare = rows.filter((row) => row.embedder === null);
    if (embedder?.now === null || embedder === null || bare.length === 0) return;
    const vectors = await embedder.embed(bare.map((row) => row.text), AbortSignal.timeout(EMBED_MS));
    for (const [n, row] of bare.entries()) Object.assign(row, keep(embedder, vectors[n] ?? null));
    shelves.embedded(bare);
  }

  /** Starts a flush for a full batch, at once, or for less after a while. */
  function schedule(): void {
    if (shelves.waiting() >= BATCH && !failing) void run();
    else timer ??= setTimeout(() => void run(), LINGER_MS).unref();
  }

  function run(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    running ??= serial(flush)
      .then(() => { failing = false; })
      .catch((error: unknown) => {
        failing = true;
        warn(`The turns stay in the log for now, the table did not take them: ${reason(error)}.`);
      })
      .then(() => {
        running = null;
        if (shelves.waiting() > 0 && !stopped) timer ??= setTimeout(() => void run(), failing ? AGAIN_MS : LINGER_MS).unref();
      });
    return running;
  }

  function rowOf(turn: MemoryTurn): TurnRow {
    const site = checkedId('site', turn.site);
    const visitor = checkedId('visitor', turn.visitor);
    const id = checkedId('turn', turn.id);
    if (turn.role !== 'user' && turn.role !== 'assistant') throw new MemoryError('memory_bad_value', `Turn ${id} has no known role: expected user or assistant.`);
    if (typeof turn.text !== 'string' || !isMoment(turn.at)) throw new MemoryError('memory_bad_value', `Turn ${id} needs text and a time in epoch milliseconds that a calendar has.`);
    const text = turn.text.slice(0, TEXT_MAX).toWellFormed();
    const name = turn.name === undefined ? null : turn.name.slice(0, 200).toWellFormed();
    seq = Math.max(seq + 1, Date.now() * 1_000); // Grows over restarts as well.
    return { key: keyOf(site, visitor, id), site, visitor, id, chat: checkedId('chat', turn.chat), role: turn.role, name, text, search: spoken(name, text), at: turn.at, seq, ...UNEMBEDDED };
  }

  return {
    async remember(turns) {
      const fresh = (await inPieces(turns, rowOf)).filter((row) => !shelves.has(row));
      if (fresh.length === 0) return;
      if (fresh.length <= EMBEDDED_AT_ONCE) await embed(fresh);
      await log.append(fresh.map((row) => ({ ...row, ...UNEMBEDDED })));
      shelves.add(fresh);
      if (shelves.waiting() >= BACKLOG && !failing) await run();
      else schedule();
    },
    async recover(entries, files) {
      const rows = entries.filter(isTurnRow).map((row) => ({ ...row, ...UNEMBEDDED }));
      if (rows.length < entries.length) warn(`${entries.length - rows.length} turns of another version's log cannot be read and are left out.`);
      shelves.add(rows);
      obsolete.push(...files);
      await serial(flush);
    },
    flush,
    stop() {
      stopped = true;
      for (const one of [timer, quiet]) if (one) clearTimeout(one);
      timer = null;
      quiet = null;
    },
  };
}
