/** Ended turns, kept in this process for a day at most: what a complaint, the operator and the median ask for. */
import type { Marks } from '@halfsecond/shared/wire';
import type { Span, StoredTrace, TurnRecord } from '../layers.ts';

/** Turns kept; the oldest go first. About 2 KB each. */
const KEEP = 5_000;
/** How many of the last turns the usual duration of a hop is taken from. */
const USUAL_FROM = 200;

type Kept = { owner: { site: string; visitor: string }; trace: Omit<StoredTrace, 'slowest'>; marked: boolean };
export type Traces = ReturnType<typeof createTraces>;

export function createTraces() {
  const kept = new Map<string, Kept>();

  /** The hop without parent that took longest, against its median over the last turns. */
  function complete({ trace }: Kept): StoredTrace {
    const hops = trace.spans.filter((span) => span.parent === undefined);
    const slowest = hops.reduce<Span | null>((most, span) => (most && most.ms >= span.ms ? most : span), null);
    const name = slowest?.name ?? 'accept';
    const recent = [...kept.values()].slice(-USUAL_FROM).flatMap((entry) => entry.trace.spans.filter((span) => span.name === name && span.parent === undefined));
    const { traceId, ...rest } = trace;
    return { traceId, ...rest, slowest: { name, ms: slowest?.ms ?? 0, usual: recent.length > 1 ? median(recent.map((span) => span.ms)) : null } };
  }

  return {
    add({ question, spans, outcome }: TurnRecord): void {
      const { traceId, owner } = question;
      const total = spans.reduce((sum, span) => sum + (span.parent === undefined ? span.ms : 0), 0);
      kept.delete(traceId);
      kept.set(traceId, { owner, marked: false, trace: { traceId, chatId: owner.chat, startedAt: Date.now() - total, total, outcome, spans } });
      if (kept.size > KEEP) kept.delete(kept.keys().next().value ?? '');
    },
    /** The browser's own times of a turn, once; false when the turn is not this visitor's or not known. */
    mark(visitor: { site: string; visitor: string }, marks: Marks): boolean {
      const entry = kept.get(marks.traceId);
      if (!entry || entry.owner.site !== visitor.site || entry.owner.visitor !== visitor.visitor) return false;
      if (!entry.marked) entry.trace = withMarks(entry.trace, marks);
      entry.marked = true;
      return true;
    },
    complain(traceId: string, rating: 'up' | 'down', comment: string | undefined): void {
      const entry = kept.get(traceId);
      if (entry) entry.trace.feedback = { rating, ...(comment === undefined ? {} : { comment }) };
    },
    get(traceId: string): StoredTrace | null {
      const entry = kept.get(traceId);
      return entry ? complete(entry) : null;
    },
    /** Newest first, or the `slowest` ones; `since` is epoch ms. At most 100. */
    list({ slowest, since }: { slowest: number; since: number }): StoredTrace[] {
      const found = [...kept.values()].filter((entry) => entry.trace.startedAt >= since).reverse();
      if (slowest > 0) found.sort((a, b) => b.trace.total - a.trace.total);
      return found.slice(0, slowest > 0 ? Math.min(slowest, 100) : 100).map(complete);
    },
    forget(site: string, visitor: string): number {
      const theirs = [...kept].filter(([, { owner }]) => owner.site === site && owner.visitor === visitor);
      for (const [id] of theirs) kept.delete(id);
      return theirs.length;
    },
  };
}

/** Puts the browser's hops around the server's: key and network before, paint after; times move by what came first. */
function withMarks(trace: Kept['trace'], marks: Marks): Kept['trace'] {
  const accept = trace.spans.find((span) => span.name === 'accept')?.ms ?? 0;
  // What lies between sending and the first byte and is not ours was the network's, both ways.
  const network = Math.max(0, marks.sendToFirstByte - accept);
  const before = marks.keyToSend + network;
  const spans: Span[] = [
    { id: 'b1', name: 'key', start: 0, ms: marks.keyToSend },
    { id: 'b2', name: 'network', start: marks.keyToSend, ms: network },
    ...trace.spans.map((span) => ({ ...span, start: span.start + before })),
    { id: 'b3', name: 'paint', start: before + trace.total, ms: marks.firstByteToPaint },
  ];
  return { ...trace, spans, total: before + trace.total + marks.firstByteToPaint };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
