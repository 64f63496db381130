/**
 * Reads facts out of conversations in the background: one conversation at a time, once it has paused. Nothing of it is
 * on the way of a turn: what is remembered is found as it was said, with or without facts.
 */
import type { ExtractFacts, MemoryTurn } from '../layers.ts';
import { accept, factOf, isOpen } from './accept.ts';
import { reason } from './errors.ts';
import { keyOf, nameOf } from './filter.ts';
import type { FactRow, TurnRow } from './schema.ts';
import type { Serial } from './serial.ts';
import type { Shelves } from './shelf.ts';
import type { Place, Store } from './store.ts';
import { VERSION_MS } from './turns.ts';
import { keep, type Embedder } from './vectors.ts';
import { terms } from './words.ts';

export type FactReader = {
  /** Turns have been remembered. */
  heard(turns: Place[]): void;
  /** Ends what is read of a visitor, so that nothing of it is written any more. */
  forget(site: string, visitor: string): void;
  /** Resolves when nothing is being read. */
  settled(): Promise<void>;
  /** Ends what runs. */
  stop(): Promise<void>;
};
/** A conversation that is to be read at a moment (epoch ms); `failures`: attempts at it that failed, in a row. */
type Due = { place: Place; at: number; failures: number };
type Parts = { extract: ExtractFacts; pause: number; store: Store; shelves: Shelves; embedder: Embedder | null; serial: Serial; written: () => void; warn: (sentence: string) => void };

/** Turns and characters of one call, turns ahead of them, and known facts beside them. */
const TURNS = 24;
const CHARACTERS = 8_000;
const BEFORE = 4;
const KNOWN = 20;
/** A cheap model writes a dozen sentences in a few seconds (ms). */
const CALL_MS = 60_000;
/** What arrived in this time before a start and was not read is read now (ms). */
const WEEK_MS = 7 * 86_400_000;
/** When nobody can be asked it is tried again after this, then twice as long, and so on (ms). */
const AGAIN_MS = 30_000;
const AGAIN_MAX_MS = 3_600_000;
/** Answers that nothing can be made of, after which a conversation is given up. */
const GARBLED_MAX = 3;
/** Each reading is a small write; the tables are tidied at this many fragments. */
const FRAGMENTS = 14;

/** `pause`: a conversation is read once nobody spoke for so long (ms). */
export function makeFactReader({ extract, pause, store, shelves, embedder, serial, written, warn }: Parts): FactReader {
  const ending = new AbortController();
  const due = new Map<string, Due>();
  const garbled = new Map<string, number>();
  let current: { place: Place; abort: AbortController } | null = null;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let wakesAt = Infinity;
  /** How many conversations in a row failed at their first attempt, and until when nobody is asked because of that. */
  let failing = 0;
  let notBefore = 0;

  /** The last turns of a chat that were read, and the first that were not, in the order of their arrival: those in the log as well as those in the table. */
  async function turnsOf({ site, visitor, chat }: Place, upTo: number): Promise<{ before: TurnRow[]; unread: TurnRow[] }> {
    const waiting = shelves.tailOf(site, visitor).filter((row) => row.chat === chat); // Before the table: what is written meanwhile is then seen twice, not missed.
    const stored = await store.turnsAround({ site, visitor, chat }, upTo, BEFORE, TURNS + 1);
    const all = [...new Map([...stored, ...waiting].map((row) => [row.key, row])).values()].sort((a, b) => a.seq - b.seq);
    return { before: all.filter(({ seq }) => seq <= upTo).slice(-BEFORE), unread: all.filter(({ seq }) => seq > upTo) };
  }

  /** Reads the next turns of a chat. `more`: there are others behind them; `later`: nobody could be asked. */
  async function read(place: Place, signal: AbortSignal): Promise<'done' | 'more' | 'later'> {
    const upTo = await store.readUpTo(place);
    const [{ before, unread }, known] = await Promise.all([turnsOf(place, upTo), store.factsOf(place.site, place.visitor)]);
    const heard = some(unread);
    const last = heard.at(-1);
    if (last === undefined) return 'done';
    const said = { before: spoken(before), turns: spoken(heard) };
    const answer = said.turns.length === 0 ? { facts: [] } : await extract({ ...place, ...said, known: nearest(known, said.turns).map(factOf) }, AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]));
    if ('failed' in answer && (answer.failed === 'later' || (answer.failed === 'garbled' && !givenUp(place)))) return 'later';
    const changed = await serial(async () => {
      signal.throwIfAborted();
      // Meanwhile turns and facts may have been erased, or have become too old: nothing of them comes back.
      const left = new Set((await turnsOf(place, upTo)).unread.map(({ id }) => id));
      if (!heard.some(({ id }) => left.has(id))) return 0;
      const rows = accept('facts' in answer ? answer.facts : [], { before: said.before, heard: said.turns.filter(({ id }) => left.has(id)), known: await store.factsOf(place.site, place.visitor), place });
      await store.putFacts(embedder?.now ? rows.map((row) => ({ ...row, ...keep(embedder, embedder.now?.(row.text) ?? null) })) : rows);
      await store.putReading({ key: keyOf(place.site, place.visitor, place.chat), ...place, seq: last.seq, at: Date.now() });
      for (const table of ['facts', 'readings'] as const) {
        if ((await store.figures(table)).fragments >= FRAGMENTS) await store.tidy(table, new Date(Date.now() - VERSION_MS));
      }
      return rows.length;
    });
    garbled.delete(nameOf(place));
    if (changed > 0) {
      shelves.drop(place.site, place.visitor);
      written();
    }
    return heard.length < unread.length ? 'more' : 'done';
  }

  function givenUp(place: Place): boolean {
    const times = (garbled.get(nameOf(place)) ?? 0) + 1;
    garbled.set(nameOf(place), times);
    if (times < GARBLED_MAX) return false;
    warn(`facts: ${times} answers about a conversation could not be used; it is left as it is.`);
    return true;
  }

  async function attempt(place: Place): Promise<'done' | 'more' | 'later'> {
    const abort = new AbortController();
    current = { place, abort };
    try {
      return await read(place, AbortSignal.any([ending.signal, abort.signal]));
    } catch (error) {
      if (ending.signal.aborted || abort.signal.aborted) return 'done';
      warn(`facts: a conversation could not be read: ${reason(error)}.`);
      return 'later';
    } finally {
      current = null;
    }
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted && Date.now() >= notBefore) {
      const now = Date.now();
      const next = due.values().filter(({ at }) => at <= now).reduce<Due | null>((best, one) => (best === null || one.failures < best.failures ? one : best), null);
      if (next === null) return;
      due.delete(nameOf(next.place));
      const outcome = await attempt(next.place);
      if (outcome === 'later') putOff(next);
      else failing = 0;
      if (outcome === 'more') put(next.place, Date.now());
    }
  }

  /** A conversation that fails again and again waits ever longer by itself, behind all others; only when others fail too nobody is asked for as long. */
  function putOff({ place, failures }: Due): void {
    put(place, Date.now() + waitAfter(failures), failures + 1);
    notBefore = Date.now() + waitAfter(failures === 0 ? failing++ : 0);
  }

  /** What somebody said there meanwhile keeps its own time. */
  function put(place: Place, at: number, failures = 0): void {
    due.set(nameOf(place), { place, at: due.get(nameOf(place))?.at ?? at, failures });
  }

  /** Sees to it that reading goes on at a moment (epoch ms), or sooner. */
  function wake(at: number): void {
    const when = Math.max(at, notBefore);
    if (ending.signal.aborted || running !== null || when >= wakesAt) return;
    if (timer) clearTimeout(timer);
    wakesAt = when;
    timer = setTimeout(() => {
      wakesAt = Infinity;
      running = run().finally(() => {
        running = null;
        wake(due.values().reduce((earliest, one) => Math.min(earliest, one.at), Infinity));
      });
    }, Math.max(0, when - Date.now())).unref();
  }

  function heard(places: Place[]): void {
    const at = Date.now() + pause;
    for (const { site, visitor, chat } of places) {
      const place = { site, visitor, chat };
      due.set(nameOf(place), { place, at, failures: due.get(nameOf(place))?.failures ?? 0 });
    }
    wake(at);
  }

  const listed = store.unread((Date.now() - WEEK_MS) * 1_000).then(heard, (error: unknown) => warn(`facts: what was not read before the start could not be listed: ${reason(error)}.`));

  return {
    heard,
    forget(site, visitor) {
      const of = (place: Place): boolean => place.site === site && place.visitor === visitor;
      if (current && of(current.place)) current.abort.abort();
      for (const [name, { place }] of due) if (of(place)) due.delete(name);
    },
    settled: async () => void (await running),
    async stop() {
      ending.abort();
      if (timer) clearTimeout(timer);
      await Promise.all([listed, running]);
    },
  };
}

/** Until the next attempt after so many others that failed (ms). */
function waitAfter(failures: number): number {
  return Math.min(AGAIN_MAX_MS, AGAIN_MS * 2 ** failures);
}

/** The first turns that go into one call, at least one. */
function some(turns: TurnRow[]): TurnRow[] {
  let characters = 0;
  const end = turns.findIndex(({ text }, at) => {
    characters += text.length;
    return at > 0 && (at >= TURNS || characters > CHARACTERS);
  });
  return end < 0 ? turns : turns.slice(0, end);
}

function spoken(rows: TurnRow[]): MemoryTurn[] {
  return rows.filter(({ text }) => text.trim() !== '').map(({ id, site, visitor, chat, role, name, text, at }) => (
    { id, site, visitor, chat, role: role === 'assistant' ? 'assistant' : 'user', ...(name === null ? {} : { name }), text: text.slice(0, CHARACTERS), at }
  ));
}

/** The facts that turns could change: those that share most words with them, then the newest. */
function nearest(known: FactRow[], turns: MemoryTurn[]): FactRow[] {
  const said = new Set(turns.flatMap(({ text }) => terms(text)));
  const shared = (row: FactRow): number => new Set(terms(row.text)).intersection(said).size;
  return known.filter(isOpen).map((row) => ({ row, shared: shared(row) })).sort((a, b) => b.shared - a.shared || b.row.at - a.row.at).slice(0, KNOWN).map(({ row }) => row);
}
