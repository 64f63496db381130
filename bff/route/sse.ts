/** Reads Server-Sent Events incrementally: bytes in, events out. Pure; keeps nothing but the unfinished line. */
import { ProviderFailure } from './failure.ts';

/** An unfinished line longer than this is no event stream (bytes). */
const LINE_MAX = 4_000_000;
const NEWLINE = 10;

/** One stream as far as it has been read. A record, because every open answer holds one. */
export type Sse = { rest: Buffer | null; begun: boolean; event: string; data: string | null };
/** Who is told of the events; `name` is '' when the stream names none. */
export type SseReader = { event(name: string, data: string): void };

export function createSse(): Sse {
  return { rest: null, begun: false, event: '', data: null };
}

/**
 * Reads the next bytes of a stream. Lines may end in LF or CRLF and be torn anywhere, even inside a character.
 * Comments and unknown fields are skipped; an event without its closing blank line is never delivered. Throws a
 * 'protocol' failure on an endless line.
 */
export function readSse(sse: Sse, bytes: Buffer, to: SseReader): void {
  const { rest } = sse;
  // Decoded up to the last line feed: no character is ever torn there, so no decoder has to be kept per stream.
  const whole = bytes.lastIndexOf(NEWLINE) + 1;
  if (whole === 0) {
    sse.rest = rest === null ? Buffer.from(bytes) : Buffer.concat([rest, bytes]);
    if (sse.rest.length > LINE_MAX) throw new ProviderFailure('protocol', `a line of more than ${LINE_MAX} bytes`);
    return;
  }
  const text = rest === null ? bytes.toString('utf8', 0, whole) : Buffer.concat([rest, bytes.subarray(0, whole)]).toString('utf8');
  // A copy: a view would keep the socket's whole buffer alive through the silence that follows.
  sse.rest = whole === bytes.length ? null : Buffer.from(bytes.subarray(whole));
  let from = !sse.begun && text.charCodeAt(0) === 0xfeff ? 1 : 0;
  sse.begun = true;
  for (let end = text.indexOf('\n', from); end !== -1; end = text.indexOf('\n', from)) {
    readLine(sse, text.slice(from, text.charCodeAt(end - 1) === 13 ? Math.max(from, end - 1) : end), to);
    from = end + 1;
  }
}

function readLine(sse: Sse, text: string, to: SseReader): void {
  if (text === '') {
    const { event, data } = sse;
    sse.event = '';
    sse.data = null;
    if (data !== null) to.event(event, data);
  } else if (text.startsWith('data:')) {
    const value = text.charCodeAt(5) === 32 ? text.slice(6) : text.slice(5);
    sse.data = sse.data === null ? value : `${sse.data}\n${value}`;
  } else if (text.startsWith('event:')) {
    sse.event = text.charCodeAt(6) === 32 ? text.slice(7) : text.slice(6);
  }
}
