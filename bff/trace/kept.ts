/** A turn as it is kept: its hops always, what happened inside them when it is to be kept in full; as one line of JSON. */
import type { Outcome } from '@halfsecond/shared/status';
import type { Span } from '@halfsecond/shared/trace';

/** The hops of a turn from the key press to the painted token, in this order. */
export const HOPS = ['key', 'network', 'accept', 'queue', 'dispatch', 'recall', 'route', 'provider', 'tool', 'write', 'paint'] as const;

/** `painted`: from the key press to the first painted token. `offset`: how far its clock is ahead of ours. Milliseconds. `clamped`: its times could not all be. */
export type Browser = { painted: number; offset?: number; clamped?: true };
/** A visitor's word on an answer; `at` epoch ms. */
export type Feedback = { rating: 'up' | 'down'; comment?: string; at: number };

/** `owner`: the hash of site and visitor. `at`: the key press, or the arrival while no browser told of it; epoch ms. */
export type Kept = {
  id: string;
  owner: string;
  chat: string;
  at: number;
  version: string;
  outcome: Outcome;
  code: string | null;
  agent: string | null;
  model: string | null;
  provider: string | null;
  /** Ms from the request's arrival. */
  firstToken: number | null;
  spans: Span[];
  full: boolean;
  browser?: Browser;
  feedback?: Feedback;
  text?: { question: string; answer: string };
};

/** Hops as name and duration, they follow each other; `in` as id, parent, name, start, duration. */
type Line = Omit<Kept, 'spans' | 'full'> & { hops: [string, string, number][]; in?: [string, string, string, number, number][] };

/** What took how long in a row: the hops, without what is inside them. */
export function hopsOf(spans: Span[]): Span[] {
  return spans.filter((span) => span.parent === undefined);
}

export function totalOf(spans: Span[]): number {
  return spans.reduce((sum, span) => (span.parent === undefined ? sum + span.ms : sum), 0);
}

/** Milliseconds of each hop of `HOPS` in a turn; a hop that was gone through twice counts with both, one that nothing is known of is null. */
export function rowOf({ spans, browser }: Pick<Kept, 'spans' | 'browser'>): (number | null)[] {
  const seen = browser !== undefined && browser.clamped === undefined;
  return HOPS.map((name) => {
    if (!seen && (name === 'key' || name === 'network' || name === 'paint')) return null;
    return round(spans.reduce((sum, span) => (span.parent === undefined && span.name === name ? sum + span.ms : sum), 0));
  });
}

export function encode({ spans, full, text, ...rest }: Kept): string {
  const line: Line = { ...rest, ...(full && text ? { text } : {}), at: round(rest.at), firstToken: rest.firstToken === null ? null : round(rest.firstToken), hops: hopsOf(spans).map(({ id, name, ms }) => [id, name, round(ms)]) };
  if (full) line.in = spans.flatMap(({ id, parent, name, start, ms }) => (parent === undefined ? [] : [[id, parent, name, round(start), round(ms)] as const])).map((entry) => [...entry]);
  return JSON.stringify(line);
}

/** Null for a line that is damaged. */
export function decode(text: string): Kept | null {
  try {
    const { hops, in: inner, ...rest } = JSON.parse(text) as Line;
    let start = 0;
    const spans: Span[] = hops.map(([id, name, ms]) => {
      const span = { id, name, start, ms };
      start += ms;
      return span;
    });
    for (const [id, parent, name, from, ms] of inner ?? []) spans.push({ id, parent, name, start: from, ms });
    return { ...rest, spans, full: inner !== undefined };
  } catch {
    return null; // cut off when a process or a disk ended in the middle of it
  }
}

/** Microseconds are as fine as anybody reads them. */
function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
