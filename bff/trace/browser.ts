/**
 * What a browser says of a turn, put around what is known here. Its times are durations on its own clock, so a clock
 * that is off by hours changes none of them; they are its word only, so what cannot be is cut to what can. Pure.
 */
import type { Marks } from '@halfsecond/shared/wire';
import type { Span } from '@halfsecond/shared/trace';
import type { Browser } from './kept.ts';

/** Nobody's key press waits longer than this for its request (ms). */
const KEY_MAX = 60_000;
/** Longer than the time that has passed here a browser can have waited by the way of its request only: this much at most (ms). */
const WAY_MAX = 30_000;
/** The parts may miss their own sum by this much (ms, and as a share). */
const ODD_MS = 100;
const ODD_SHARE = 0.05;

/** The server's side of a turn: when `ack` and `firstToken` left in ms from the arrival, `arrivedAt` epoch ms, `elapsed` since then, until the marks came. */
export type Server = { ack: number; firstToken: number | null; arrivedAt: number; elapsed: number; sentAt: number | null };
/** How far a browser's clock is ahead (ms), and how long the way took when that was seen: the shorter, the surer. */
export type Offset = { offset: number; network: number };
export type Seen = { key: number; network: number; up: number; paint: number; browser: Browser; offset: Offset | null };

/** `known`: the surest that is known of this browser's clock. */
export function look(marks: Omit<Marks, 'token' | 'traceId'>, { ack, firstToken, arrivedAt, elapsed, sentAt }: Server, known: Offset | null): Seen {
  const key = Math.min(marks.keyToSend, KEY_MAX);
  const toPaint = Math.min(marks.firstByteToPaint, elapsed + WAY_MAX);
  const toByte = Math.min(marks.sendToFirstByte, Math.max(0, elapsed - toPaint) + WAY_MAX);
  const sum = marks.keyToSend + marks.sendToFirstByte + marks.firstByteToPaint;
  const odd = Math.abs(marks.total - sum) > Math.max(ODD_MS, sum * ODD_SHARE);
  const clamped = odd || key !== marks.keyToSend || toByte !== marks.sendToFirstByte || toPaint !== marks.firstByteToPaint;

  // Between sending and the first byte what is not ours was the way there and back.
  const network = Math.max(0, toByte - ack);
  // The first byte is the acknowledgement: from there to the paint the browser waits for our first token, too.
  const paint = Math.max(0, toPaint - Math.max(0, (firstToken ?? ack) - ack));
  // A request and its answer tell both clocks: when both ways take equally long, the difference is how far they are apart.
  const own: Offset | null = sentAt === null ? null : { offset: sentAt - arrivedAt + network / 2, network };
  const offset = own && known && known.network <= own.network ? known : own;
  const up = offset === null || sentAt === null ? network / 2 : Math.min(network, Math.max(0, arrivedAt + offset.offset - sentAt));
  const painted = key + toByte + toPaint;
  return { key, network, up, paint, offset, browser: { painted, ...(offset && { offset: Math.round(offset.offset) }), ...(clamped && { clamped }) } };
}

/** The turn's spans with the browser's around them: key and network before, paint after. What was there moves by what comes before it. */
export function surround(spans: Span[], { key, network, up, paint }: Pick<Seen, 'key' | 'network' | 'up' | 'paint'>): Span[] {
  const before = key + network;
  const inner = spans.filter((span) => !/^b\d$/.test(span.id));
  const moved = before - Math.min(...inner.filter((span) => span.parent === undefined).map((span) => span.start));
  const end = inner.reduce((last, span) => (span.parent === undefined ? Math.max(last, span.start + span.ms + moved) : last), before);
  return [
    { id: 'b1', name: 'key', start: 0, ms: key },
    { id: 'b2', name: 'network', start: key, ms: network },
    { id: 'b4', parent: 'b2', name: 'up', start: key, ms: up },
    { id: 'b5', parent: 'b2', name: 'down', start: key + up, ms: network - up },
    ...inner.map((span) => ({ ...span, start: span.start + moved })),
    { id: 'b3', name: 'paint', start: end, ms: paint },
  ];
}

/** What a browser said about its key press when it sent, if that can be. */
export function keyOf(keyToSend: number | undefined): number | null {
  return keyToSend !== undefined && keyToSend >= 0 && keyToSend <= KEY_MAX ? keyToSend : null;
}
