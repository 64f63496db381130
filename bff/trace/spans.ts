/** The spans of one turn: consecutive hops that add up to the whole, and what happened inside them. */
import type { Timing } from '@halfsecond/shared/wire';
import type { Span, Spans } from '../layers.ts';

type Hop = 'accept' | Parameters<Spans['enter']>[0];

/** `arrivedAt` and `now` on the clock of `performance.now()`. */
export function recordSpans(arrivedAt: number, now: () => number = () => performance.now()): Spans {
  const spans: Span[] = [];
  let count = 0;
  let hop: { id: string; name: Hop; from: number } = { id: 's0', name: 'accept', from: arrivedAt };
  let firstToken: number | null = null;

  const span = (id: string, name: string, from: number, to: number): Span => ({ id, name, start: from - arrivedAt, ms: to - from });

  return {
    enter(next) {
      if (next === hop.name) return;
      const at = now();
      spans.push(span(hop.id, hop.name, hop.from, at));
      hop = { id: `s${(count += 1)}`, name: next, from: at };
    },
    inside(name, from, to) {
      spans.push({ ...span(`s${(count += 1)}`, name, from, to), parent: hop.id });
    },
    token() {
      firstToken ??= now() - arrivedAt;
    },
    firstToken: () => firstToken,
    timing() {
      return timing([...spans, span(hop.id, hop.name, hop.from, now())], firstToken);
    },
    finish() {
      spans.push(span(hop.id, hop.name, hop.from, now()));
      return spans;
    },
  };
}

/** What the hops add up to; `gateway` is all that belongs to no other layer. Hundredths of a millisecond. */
function timing(spans: Span[], firstToken: number | null): Timing {
  const hops = spans.filter((entry) => entry.parent === undefined);
  const sum = (...names: Hop[]) => hundredths(hops.filter(({ name }) => names.includes(name as Hop)).reduce((total, { ms }) => total + ms, 0));
  return {
    queue: sum('queue'), dispatch: sum('dispatch'), memory: sum('recall'), route: sum('route'), provider: sum('provider'), tools: sum('tool'),
    gateway: sum('accept', 'write'),
    firstToken: firstToken === null ? null : hundredths(firstToken),
    total: hundredths(hops.reduce((total, { ms }) => total + ms, 0)),
  };
}

function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
