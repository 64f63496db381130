/** Reads Server-Sent Events incrementally: bytes in, events out. Pure; keeps nothing but the unfinished line. */
import { ProviderFailure } from './failure.ts';

/** An unfinished line longer than this is no event stream (bytes). */
const LINE_MAX = 4_000_000;
const NEWLINE = 10;

/**
 * A parser for one stream. Lines may end in LF or CRLF and be torn anywhere, even inside a character.
 * `event` is '' when the stream names none. Comments and unknown fields are skipped; an event without its
 * closing blank line is never delivered. Throws a 'protocol' failure on an endless line.
 */
export function createSseParser(onEvent: (event: string, data: string) => void): (bytes: Buffer) => void {
  let rest: Buffer | null = null;
  let begun = false;
  let event = '';
  let data: string | null = null;

  function line(text: string): void {
    if (text === '') {
      const [name, payload] = [event, data];
      event = '';
      data = null;
      if (payload !== null) onEvent(name, payload);
    } else if (text.startsWith('data:')) {
      const value = text.charCodeAt(5) === 32 ? text.slice(6) : text.slice(5);
      data = data === null ? value : `${data}\n${value}`;
    } else if (text.startsWith('event:')) {
      event = text.charCodeAt(6) === 32 ? text.slice(7) : text.slice(6);
    }
  }

  return (bytes) => {
    // Decoded up to the last line feed: no character is ever torn there, so no decoder has to be kept per stream.
    const whole = bytes.lastIndexOf(NEWLINE) + 1;
    if (whole === 0) {
      rest = rest === null ? Buffer.from(bytes) : Buffer.concat([rest, bytes]);
      if (rest.length > LINE_MAX) throw new ProviderFailure('protocol', `a line of more than ${LINE_MAX} bytes`);
      return;
    }
    const text = rest === null ? bytes.toString('utf8', 0, whole) : Buffer.concat([rest, bytes.subarray(0, whole)]).toString('utf8');
    // A copy: a view would keep the socket's whole buffer alive through the silence that follows.
    rest = whole === bytes.length ? null : Buffer.from(bytes.subarray(whole));
    let from = !begun && text.charCodeAt(0) === 0xfeff ? 1 : 0;
    begun = true;
    for (let to = text.indexOf('\n', from); to !== -1; to = text.indexOf('\n', from)) {
      line(text.slice(from, text.charCodeAt(to - 1) === 13 ? Math.max(from, to - 1) : to));
      from = to + 1;
    }
  };
}
