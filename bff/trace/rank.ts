/** What each hop costs the median visitor, and the turns that are worth a look. Pure. */
import type { StoredTrace, TraceReport } from '@halfsecond/shared/trace';
import { HOPS, hopsOf, rowOf, totalOf, type Kept } from './kept.ts';
import { excess, tell } from './tell.ts';

const LOOK_AT = 5;
/** Of these so many may be complaints: the slow ones are to be seen as well. */
const COMPLAINTS = 2;

/** `turns`: newest first, of a day at most. */
export function rank(turns: Kept[], usualOf: (hop: string) => number | null): TraceReport {
  const answered = turns.filter(({ outcome, spans }) => outcome === 'ok' && spans.length > 0);
  const visitors = new Map<string, (number | null)[][]>();
  for (const kept of answered) visitors.set(kept.owner, [...(visitors.get(kept.owner) ?? []), rowOf(kept)]);
  const hops = HOPS.map((name, at) => {
    const perVisitor = [...visitors.values()].map((rows) => column(rows, at)).filter((values) => values.length > 0).map((values) => quantile(values, 0.5));
    const all = column([...visitors.values()].flat(), at);
    return { name, median: quantile(perVisitor, 0.5), p95: quantile(all, 0.95), turns: all.length };
  }).filter((hop) => hop.turns > 0);
  const sum = hops.reduce((total, { median }) => total + median, 0);
  return {
    turns: turns.length, visitors: visitors.size, since: turns.at(-1)?.at ?? null,
    hops: hops.map((hop) => ({ ...hop, share: sum > 0 ? hop.median / sum : 0 })).sort((a, b) => b.median - a.median || b.p95 - a.p95),
    look: worthALook(turns, usualOf),
  };
}

function worthALook(turns: Kept[], usualOf: (hop: string) => number | null): { why: string; trace: StoredTrace }[] {
  const known = turns.filter(({ spans }) => spans.length > 0);
  const complained = known.filter(({ feedback }) => feedback?.rating === 'down').slice(0, COMPLAINTS);
  const above = (kept: Kept): number => hopsOf(kept.spans).reduce((sum, hop) => sum + Math.max(0, excess(hop, usualOf)), 0);
  const others = known.filter((kept) => !complained.includes(kept)).map((kept) => ({ kept, above: above(kept) })).sort((a, b) => b.above - a.above || totalOf(b.kept.spans) - totalOf(a.kept.spans));
  return [...complained, ...others.map(({ kept }) => kept)].slice(0, LOOK_AT).map((kept) => {
    const trace = tell(kept, usualOf);
    return { why: whyOf(trace), trace };
  });
}

function whyOf({ feedback, outcome, code, above, slowest }: StoredTrace): string {
  if (feedback?.rating === 'down') return 'a visitor complained';
  if (outcome === 'error' || outcome === 'refused') return `${outcome}: ${code ?? 'no code'}`;
  const { name, ms, usual } = above ?? slowest;
  return usual === null ? `${name} took ${ms.toFixed(1)} ms` : `${name} took ${ms.toFixed(1)} ms, usually ${usual.toFixed(1)} ms`;
}

function column(rows: (number | null)[][], at: number): number[] {
  return rows.flatMap((row) => (row[at] == null ? [] : [row[at]]));
}

/** 0 of nothing. */
function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
