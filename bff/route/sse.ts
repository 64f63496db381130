/** Reads Server-Sent Events incrementally: bytes in, events out. Pure; no copies beyond the unfinished line. */
import { ProviderFailure } from './failure.ts';

/** An unfinished line longer than this is no event stream (characters). */
const LINE_MAX = 4_000_000;

/**
 * A parser for one stream. Lines may end in LF or CRLF and be torn anywhere, even inside a character.
 * `event` is '' when the stream names none. Comments and unknown fields are skipped; an event without its
 * closing blank line is never delivered. Throws a 'protocol' failure on an endless line.
 */
export function createSseParser(onEvent: (event: string, data: string) => void): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = '';
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
    const text = rest + decoder.decode(bytes, { stream: true });
    let from = 0;
    for (let to = text.indexOf('\n', from); to !== -1; to = text.indexOf('\n', from)) {
      line(text.slice(from, text.charCodeAt(to - 1) === 13 ? Math.max(from, to - 1) : to));
      from = to + 1;
    }
    rest = from === 0 ? text : text.slice(from);
    if (rest.length > LINE_MAX) throw new ProviderFailure('protocol', `a line of more than ${LINE_MAX} characters`);
  };
}
