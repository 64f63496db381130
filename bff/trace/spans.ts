/** The spans of one turn: consecutive hops that add up to the whole, and what happened inside them. */
import type { Timing } from '@halfsecond/shared/wire';
import type { Span } from '@halfsecond/shared/trace';
import type { Spans } from '../layers.ts';

type Hop = 'accept' | Parameters<Spans['enter']>[0];
type Part = { name: string; from: number; to: number };
/** A hop ends where the next one begins; `parent` says in which hop something happened. */
type Inside = Part & { parent: number; id: string | undefined; parts: Part[] | undefined };
/**
 * Names and numbers only, and functions that all share: a turn that waits holds them for as long, and spans are made of
 * them when it is over.
 */
type Recorder = Spans & { now: () => number; hops: Hop[]; starts: number[]; within: Inside[] | null; spoke: number | null; toldAfter: number | null; leftAfter: number | null; end: number | null };

const clock = (): number => performance.now();

/** `arrivedAt` and `now` on the clock of `performance.now()`. */
export function recordSpans(arrivedAt: number, now: () => number = clock): Spans {
  const recorder: Recorder = { enter, inside, token, firstToken, told, left, timing, finish, now, hops: ['accept'], starts: [arrivedAt], within: null, spoke: null, toldAfter: null, leftAfter: null, end: null };
  return recorder;
}

function enter(this: Recorder, next: Hop): void {
  if (next === this.hops.at(-1)) return;
  // Copies of the size that is needed: a list that grows by itself makes room for sixteen more.
  this.hops = [...this.hops, next];
  this.starts = [...this.starts, this.now()];
}

function inside(this: Recorder, name: string, from: number, to: number, id?: string, parts?: Part[]): void {
  (this.within ??= []).push({ parent: this.hops.length - 1, name, from, to, id, parts });
}

function token(this: Recorder): void {
  if (this.spoke !== null) return;
  this.spoke = this.now() - (this.starts[0] ?? 0);
  // What is said in one turn of the event loop leaves at its end.
  setImmediate(leaves, this);
}

function leaves(recorder: Recorder): void {
  recorder.leftAfter = recorder.now() - (recorder.starts[0] ?? 0);
}

function firstToken(this: Recorder): number | null {
  return this.spoke;
}

function told(this: Recorder): void {
  this.toldAfter ??= this.now() - (this.starts[0] ?? 0);
}

function left(this: Recorder): ReturnType<Spans['left']> {
  return { told: this.toldAfter, token: this.leftAfter };
}

function timing(this: Recorder): Timing {
  return sumUp(hopsOf(this.hops, this.starts, this.end ?? this.now()), this.spoke);
}

function finish(this: Recorder): Span[] {
  const [arrivedAt = 0] = this.starts;
  const all = hopsOf(this.hops, this.starts, (this.end ??= this.now()));
  const add = (id: string | undefined, parent: string, { name, from, to }: Part): string => {
    const span: Span = { id: id ?? `s${all.length}`, parent, name, start: from - arrivedAt, ms: to - from };
    all.push(span);
    return span.id;
  };
  for (const within of this.within ?? []) {
    const id = add(within.id, `s${within.parent}`, within);
    for (const part of within.parts ?? []) add(undefined, id, part);
  }
  return all;
}

function hopsOf(hops: Hop[], starts: number[], end: number): Span[] {
  const [origin = end] = starts;
  return hops.map((name, at) => {
    const from = starts[at] ?? end;
    return { id: `s${at}`, name, start: from - origin, ms: (starts[at + 1] ?? end) - from };
  });
}

/** What the hops add up to; `gateway` is all that belongs to no other layer. Hundredths of a millisecond. */
function sumUp(hops: Span[], firstToken: number | null): Timing {
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
