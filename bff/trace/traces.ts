/**
 * Turns and where their time went: the last thousands in this process, all of a day on disk, what complaints, the
 * operator and the medians ask for. What is inside the hops stays on disk for turns that were slow, failed or complained about.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as atEndOfLoop } from 'node:timers/promises';
import type { Marks } from '@halfsecond/shared/wire';
import type { Complaint, Span, StoredTrace, TraceReport } from '@halfsecond/shared/trace';
import type { Question, TurnRecord } from '../layers.ts';
import { keyOf, look, surround, type Offset } from './browser.ts';
import { createDays, type Row } from './days.ts';
import { decode, encode, hopsOf, rowOf, totalOf, type Kept } from './kept.ts';
import { rank } from './rank.ts';
import { createRing } from './ring.ts';
import { tell } from './tell.ts';
import { createUsual } from './usual.ts';

/** Turns kept in this process; the oldest go first. About 2 KB each. */
const KEEP = 5_000;
const DAY_MS = 86_400_000;
/** Browsers whose clock is remembered. */
const CLOCKS = 5_000;
/** Two clocks are read for the arrival of a turn: they differ by less (ms). */
const SAME_MS = 20;
/** A turn that is loaded holds up nobody: after so many the loop goes round. */
const PER_LOAD = 200;

type Visitor = { site: string; visitor: string };
/** A turn that has ended. `arrivedAt` epoch ms; `left` ms after it, when the acknowledgement and the first token left. `row`: its figures for the comparison of days. */
type Entry = { kept: Kept; arrivedAt: number; left: { told: number; token: number | null }; sentAt: number | null; row: Row | null; marks: Marks | null };
export type TracesOptions = {
  /** Null: in memory only. */
  folder: string | null;
  version: string;
  /** A first token later than this makes a turn slow (ms). */
  slow: number;
  /** Sites whose questions and answers are kept with the turns that are kept in full. */
  text: (site: string) => boolean;
  log: (line: string) => void;
  now?: () => number;
};
export type Traces = ReturnType<typeof createTraces>;

export function createTraces({ folder, version, slow, text, log, now = Date.now }: TracesOptions) {
  const entries = new Map<string, Entry>();
  /** Turns that run, and what their browsers have told meanwhile. */
  const running = new Map<string, { owner: string; marks: Marks | null }>();
  const clocks = new Map<string, Offset>();
  const usual = createUsual(now);
  const days = createDays({ folder: folder === null ? null : join(folder, 'days'), version, log, now });
  const ring = folder === null ? null : createRing<Kept>({ folder, encode, log, now });

  const told = (kept: Kept): StoredTrace => tell(kept, usual.of);
  const recent = (): Kept[] => [...entries.values()].map(({ kept }) => kept).filter(({ at }) => at > now() - DAY_MS).sort((a, b) => b.at - a.at);

  function hold(entry: Entry): void {
    entries.delete(entry.kept.id);
    entries.set(entry.kept.id, entry);
    if (entries.size > KEEP) entries.delete(entries.keys().next().value ?? '');
  }

  function applyMarks(entry: Entry, marks: Marks): void {
    const { kept, arrivedAt, left, sentAt } = entry;
    entry.marks = marks;
    const seen = look(marks, { ack: left.told, firstToken: left.token, arrivedAt, elapsed: Math.max(0, now() - arrivedAt), sentAt }, clocks.get(kept.owner) ?? null);
    if (seen.offset) {
      clocks.delete(kept.owner);
      clocks.set(kept.owner, seen.offset);
      if (clocks.size > CLOCKS) clocks.delete(clocks.keys().next().value ?? '');
    }
    kept.spans = surround(kept.spans.filter(({ name, parent }) => parent !== undefined || name !== 'key'), seen);
    kept.at = arrivedAt - seen.up - seen.key;
    kept.browser = seen.browser;
    kept.full ||= seen.browser.painted > slow;
    if (seen.browser.clamped) return;
    for (const { name, ms } of hopsOf(kept.spans)) if (name === 'key' || name === 'network' || name === 'paint') usual.add(name, ms, arrivedAt);
    entry.row?.splice(0, entry.row.length, ...rowOf(kept));
  }

  /** A trace that only the disk still has, if it has it. */
  async function older(traceId: string): Promise<Kept | null> {
    const line = /^[0-9a-f]{32}$/.test(traceId) ? await ring?.find(`"id":"${traceId}"`) : null;
    return line ? decode(line) : null;
  }

  return {
    /** A turn begins: from here on its browser may tell of it. */
    begin({ traceId, owner }: Question): void {
      running.set(traceId, { owner: ownerOf(owner), marks: null });
    },
    add(record: TurnRecord): void {
      const { question, spans, outcome, code, agent, model, provider, left, timing: { firstToken } } = record;
      const { traceId: id, owner: { site, visitor, chat }, arrivedAt, sent } = question;
      const owner = ownerOf({ site, visitor });
      const begun = running.get(id);
      running.delete(id);
      if (begun?.owner === '') return; // erased while it ran
      // A page that names somebody else's trace as its own does not get into it.
      const before = entries.get(id);
      if (before && before.kept.owner !== owner) return;
      const at = now() - (performance.now() - arrivedAt);
      const kept: Kept = {
        id, owner, chat, at, version, outcome, code, agent, model, provider, firstToken, spans,
        full: outcome === 'error' || outcome === 'refused' || (firstToken ?? totalOf(spans)) > slow,
        ...(text(site) ? { text: { question: question.text, answer: record.text } } : {}),
      };
      const entry: Entry = { kept, arrivedAt: at, left: { told: left.told ?? totalOf(spans), token: firstToken === null ? null : (left.token ?? totalOf(spans)) }, sentAt: sent?.at ?? null, row: null, marks: null };
      hold(entry);
      if (outcome === 'ok') {
        for (const { name, ms } of spans) if (HOP.has(name)) usual.add(name, ms, at);
        const row = rowOf(kept);
        if (days.add(row)) entry.row = row;
      }
      const key = keyOf(sent?.keyToSend);
      if (begun?.marks) applyMarks(entry, begun.marks);
      else if (key !== null) {
        kept.spans = [{ id: 'b1', name: 'key', start: 0, ms: key }, ...spans.map((span) => ({ ...span, start: span.start + key }))];
        kept.at = at - key;
      }
      ring?.put(kept);
    },
    /** The browser's own times of a turn, once; false when the turn is not this visitor's or not known. */
    mark(visitor: Visitor, marks: Marks): boolean {
      const owner = ownerOf(visitor);
      const begun = running.get(marks.traceId);
      if (begun?.owner === owner) {
        begun.marks ??= marks;
        return true;
      }
      const entry = entries.get(marks.traceId);
      if (entry?.kept.owner !== owner) return false;
      if (entry.marks || entry.kept.browser) return true;
      applyMarks(entry, marks);
      ring?.put(entry.kept);
      return true;
    },
    /** A visitor's word on an answer: its trace is kept in full from here on. A trace that is gone is kept as that word alone. Rejects when the disk refuses. */
    async complain({ site, visitor, chat }: Visitor & { chat: string }, traceId: string, rating: 'up' | 'down', comment: string | undefined): Promise<void> {
      const owner = ownerOf({ site, visitor });
      const known = entries.get(traceId)?.kept ?? (await older(traceId));
      if (known && known.owner !== owner) return;
      const kept: Kept = known ?? { id: traceId, owner, chat, at: now(), version, outcome: 'ok', code: null, agent: null, model: null, provider: null, firstToken: null, spans: [], full: false };
      kept.feedback = { rating, ...(comment === undefined ? {} : { comment }), at: now() };
      kept.full ||= rating === 'down' && entries.has(traceId);
      if (!entries.has(traceId)) hold({ kept, arrivedAt: kept.at, left: { told: 0, token: kept.firstToken }, sentAt: null, row: null, marks: null });
      ring?.put(kept);
    },
    async get(traceId: string): Promise<StoredTrace | null> {
      const entry = entries.get(traceId);
      if (entry) return told(entry.kept);
      const kept = await older(traceId);
      return kept && told(kept);
    },
    /** Newest first, or the `slowest` ones; `since` is epoch ms. At most 100. */
    list({ slowest, since }: { slowest: number; since: number }): StoredTrace[] {
      const found = recent().filter((kept) => kept.at >= since && kept.spans.length > 0);
      if (slowest > 0) found.sort((a, b) => totalOf(b.spans) - totalOf(a.spans));
      return found.slice(0, slowest > 0 ? Math.min(slowest, 100) : 100).map(told);
    },
    report: (): TraceReport => rank(recent(), usual.of),
    complaints: (): Complaint[] => recent().flatMap((kept) => (kept.feedback?.rating === 'down' ? [{ at: kept.feedback.at, comment: kept.feedback.comment ?? null, trace: told(kept) }] : [])).sort((a, b) => b.at - a.at).slice(0, 100),
    /** The hops of a turn that is held here, with what its browser has told by now; null when it is not. */
    hops(traceId: string, arrivedAt: number): { at: number; spans: Span[] } | null {
      const entry = entries.get(traceId);
      // A page may give several turns the same trace.
      return entry && Math.abs(entry.arrivedAt - arrivedAt) < SAME_MS ? { at: entry.kept.at, spans: entry.kept.spans } : null;
    },
    samples: days.of,
    names: days.names,
    dropped: (): number => ring?.dropped() ?? 0,
    /** Reads what was kept before this process; ended turns may be added meanwhile. Never rejects. */
    async load(): Promise<void> {
      await days.load();
      if (!ring) return;
      try {
        let count = 0;
        const found = new Map<string, Kept>();
        for await (const line of ring.lines()) {
          const kept = decode(line);
          if (kept && kept.at > now() - DAY_MS) found.set(kept.id, kept);
          if ((count += 1) % PER_LOAD === 0) await atEndOfLoop();
        }
        for (const kept of found.values()) if (kept.outcome === 'ok') for (const { name, ms } of hopsOf(kept.spans)) if (!kept.browser?.clamped) usual.add(name, ms, kept.at);
        const since = [...entries];
        entries.clear();
        for (const kept of found.values()) hold({ kept, arrivedAt: kept.at, left: { told: 0, token: kept.firstToken }, sentAt: null, row: null, marks: null });
        for (const [, entry] of since) hold(entry);
      } catch (error) {
        log(`the traces of before cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    /** Resolves with how many turns are gone, from memory and disk. Rejects when the disk refuses. */
    async forget(site: string, visitor: string): Promise<number> {
      const owner = ownerOf({ site, visitor });
      const theirs = [...entries].filter(([, { kept }]) => kept.owner === owner);
      for (const [id] of theirs) entries.delete(id);
      for (const turn of running.values()) if (turn.owner === owner) turn.owner = '';
      clocks.delete(owner);
      return Math.max(theirs.length, (await ring?.erase(owner)) ?? 0);
    },
    async close(): Promise<void> {
      await Promise.all([ring?.close(), days.close()]);
    },
  };
}

const HOP = new Set(['accept', 'queue', 'dispatch', 'recall', 'route', 'provider', 'tool', 'write']);

/** Traces know their owner by a hash only: enough to tell who may add to them, and what to erase. */
function ownerOf({ site, visitor }: Visitor): string {
  return createHash('sha256').update(`${site}\n${visitor}`).digest('base64url').slice(0, 24);
}
