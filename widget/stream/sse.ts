/** Bytes of a text/event-stream in, events out. Pure: no timers, no network; chunks may be cut anywhere. */

/** One dispatched event. `id` is the last id seen on the stream so far, as the standard has it. */
export type SseEvent = { id: string; event: string; data: string };

export type SseParser = {
  /** Takes the next bytes and returns the events that they complete. */
  push(bytes: Uint8Array): SseEvent[];
};

/** A parser for one response. Events without a closing blank line are dropped, as the standard asks. */
export function createSseParser(): SseParser {
  const decoder = new TextDecoder();
  let line = '';
  let skipLineFeed = false;
  let id = '';
  let event = '';
  let data: string[] = [];

  function field(name: string, value: string): void {
    if (name === 'data') data.push(value);
    else if (name === 'event') event = value;
    else if (name === 'id' && !value.includes('\0')) id = value;
  }

  function endOfLine(events: SseEvent[]): void {
    const text = line;
    line = '';
    if (text === '') {
      if (data.length > 0) events.push({ id, event: event || 'message', data: data.join('\n') });
      data = [];
      event = '';
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    if (colon < 0) return field(text, '');
    const from = text[colon + 1] === ' ' ? colon + 2 : colon + 1;
    field(text.slice(0, colon), text.slice(from));
  }

  return {
    push(bytes) {
      const events: SseEvent[] = [];
      // The decoder drops a byte order mark and keeps the bytes of a split character for the next chunk.
      const text = decoder.decode(bytes, { stream: true });
      // Almost every stream ends its lines with a plain line feed: looking for the other kind is worth one look a chunk.
      const returns = text.includes('\r');
      let at = 0;
      while (at < text.length) {
        if (skipLineFeed) {
          skipLineFeed = false;
          if (text[at] === '\n') {
            at += 1;
            continue;
          }
        }
        const end = lineEnd(text, at, returns);
        line += text.slice(at, end);
        if (end === text.length) break;
        skipLineFeed = text[end] === '\r';
        endOfLine(events);
        at = end + 1;
      }
      return events;
    },
  };
}

function lineEnd(text: string, from: number, returns: boolean): number {
  const feed = text.indexOf('\n', from);
  const end = feed < 0 ? text.length : feed;
  if (!returns) return end;
  for (let at = from; at < end; at++) if (text[at] === '\r') return at;
  return end;
}
