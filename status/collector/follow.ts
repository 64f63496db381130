/** Decides whether a feed may be believed after those before it, and moves its times onto our clock. Pure. */
import type { Feed, Sample } from '@halfsecond/shared/status';

/** How far we have read. `read` is the last sample's number, `seq` and `asOf` what the feed last said of itself. */
export type Position = { epoch: string; read: number; seq: number; asOf: number };
export type Step =
  | { kind: 'take'; position: Position; samples: Sample[] }
  /** A new life of the bff: ask again from its beginning. */
  | { kind: 'restart'; position: Position }
  | { kind: 'refuse'; fault: string };

/** A clock that differs by less than this is left alone (ms). */
const SKEW_MS = 2_000;
const DAY_MS = 86_400_000;

/**
 * @param before null when nothing was ever read
 * @param past epochs that have ended; one that comes back is a replay
 */
export function follow(before: Position | null, past: ReadonlySet<string>, feed: Feed): Step {
  if (past.has(feed.epoch)) return { kind: 'refuse', fault: 'The feed is from an earlier life of the bff and was refused.' };
  if (before?.epoch !== feed.epoch) {
    const position = { epoch: feed.epoch, read: 0, seq: 0, asOf: 0 };
    // Numbers asked for in the old epoch's count would skip the first samples of this one.
    if (before !== null && before.read > 0) return { kind: 'restart', position };
    return take(position, feed);
  }
  if (feed.seq < before.seq) return { kind: 'refuse', fault: 'The feed went back in its sequence and was refused.' };
  // A greater number is news even when the bff's clock was set back.
  if (feed.seq === before.seq && feed.asOf <= before.asOf) return { kind: 'refuse', fault: 'The feed repeats an older state and was refused.' };
  return take(before, feed);
}

function take(before: Position, feed: Feed): Step {
  const samples: Sample[] = [];
  let read = before.read;
  for (const sample of feed.samples) {
    if (sample.seq <= before.read) continue;
    if (sample.seq <= read || sample.seq > feed.seq) return { kind: 'refuse', fault: 'The feed numbers its samples wrongly and was refused.' };
    read = sample.seq;
    if (plausible(sample)) samples.push(sample);
  }
  // Nothing new although the number moved on: those samples are gone from the bff's buffer.
  if (feed.samples.length === 0) read = Math.max(read, feed.seq);
  return { kind: 'take', position: { epoch: feed.epoch, read, seq: feed.seq, asOf: feed.asOf }, samples };
}

/** A sample with a negative or absurd duration would spoil every percentile that it is merged into. */
function plausible({ timing }: Sample): boolean {
  const { firstToken, ...parts } = timing;
  if (Object.values(parts).some((ms) => !(ms >= 0 && ms <= DAY_MS))) return false;
  return firstToken === null || (firstToken >= 0 && firstToken <= timing.total + 1);
}

/** What to add to the feed's times to read them on our clock (ms). */
export function skew(feed: Feed, now: number): number {
  const difference = now - feed.asOf;
  return Math.abs(difference) > SKEW_MS ? difference : 0;
}

/** A time of the feed on our clock, never in the future. */
export function ours(at: number, shift: number, now: number): number {
  const moved = at + shift;
  return Number.isFinite(moved) ? Math.min(now, Math.max(moved, 0)) : now;
}
