/** The spans of one turn: consecutive hops that add up to the whole, and what happened inside them. */
import type { Timing } from '@halfsecond/shared/wire';
import type { Span, Spans } from '../layers.ts';

type Hop = 'accept' | Parameters<Spans['enter']>[0];
/** A hop ends where the next one begins; `parent` says in which hop something happened. */
type Inside = { parent: number; name: string; from: number; to: number };

const clock = (): number => performance.now();

/** `arrivedAt` and `now` on the clock of `performance.now()`. */
export function recordSpans(arrivedAt: number, now: () => number = clock): Spans {
  // Names and numbers only: a turn that waits holds them for as long, and spans are made of them when it is over.
  const hops: Hop[] = ['accept'];
  const starts = [arrivedAt];
  let inside: Inside[] | null = null;
  let firstToken: number | null = null;

  return {
    enter(next) {
      if (next === hops.at(-1)) return;
      hops.push(next);
      starts.push(now());
    },
    inside(name, from, to) {
      (inside ??= []).push({ parent: hops.length - 1, name, from, to });
    },
    token() {
      firstToken ??= now() - arrivedAt;
    },
    firstToken: () => firstToken,
    timing: () => timing(hopsOf(hops, starts, now()), firstToken),
    finish: () => [...hopsOf(hops, starts, now()), ...(inside ?? []).map(({ parent, name, from, to }, at): Span => ({ id: `s${hops.length + at}`, name, start: from - arrivedAt, ms: to - from, parent: `s${parent}` }))],
  };
}

function hopsOf(hops: Hop[], starts: number[], end: number): Span[] {
  const [origin = end] = starts;
  return hops.map((name, at) => {
    const from = starts[at] ?? end;
    return { id: `s${at}`, name, start: from - origin, ms: (starts[at + 1] ?? end) - from };
  });
}

/** What the hops add up to; `gateway` is all that belongs to no other layer. Hundredths of a millisecond. */
function timing(hops: Span[], firstToken: number | null): Timing {
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
