/**
 * Text in chunks that end at word boundaries, so that nobody reads half a word, and not more of them than a screen
 * can show. The first text of an answer and the first after a pause pass at once; what follows closely is gathered,
 * and never for 30 ms. It happens here, where tokens enter, so that every step after it is taken once per chunk and
 * not once per token.
 */
import type { RoutePart } from '../layers.ts';
import type { Channel } from './channel.ts';

/** How often the texts of all answers that wait are looked at, and how old they may be then (ms): under 30 together, late timers included. */
const LOOK_MS = 6;
const HOLD_MS = 21;
/** After a silence of this long there is nothing to gather with: text passes at once (ms). */
const PAUSE_MS = 30;
/** About a line of the chat: as much as this does not wait for more. */
const CHUNK_MAX = 80;
/** A word that is longer than this is a URL or no word at all: it passes like a whole one. */
const WORD_MAX = 32;

export type Shaper = {
  /** Takes one more piece of text; passes on what should not wait. */
  text(delta: string): void;
  /** Passes on what is held; call it before anything else is passed. */
  flush(): void;
};

/** The channel with its text gathered; every other part goes at once, after the text that came before it. */
export function gather(channel: Channel<RoutePart>): Channel<RoutePart> {
  const shaper = createShaper((text) => channel.push({ type: 'text', text }));
  return {
    ...channel,
    push(part) {
      if (part.type === 'text') return shaper.text(part.text);
      shaper.flush();
      channel.push(part);
    },
    close(error) {
      shaper.flush();
      channel.close(error);
    },
  };
}

/** Every shaper that holds something, and one timer for all of them: a timer per stream would wake the process per token. */
const holding = new Set<{ since: number; ripe(now: number): void }>();
let timer: NodeJS.Timeout | undefined;

function look(): void {
  timer = undefined;
  const now = performance.now();
  for (const held of holding) if (now - held.since >= HOLD_MS) held.ripe(now);
  if (holding.size > 0) timer = setTimeout(look, LOOK_MS);
}

export function createShaper(push: (text: string) => void): Shaper {
  let begun = false;
  let held = '';
  let last = -Infinity;
  /** When the word began that `held` ends with. */
  let wordSince = 0;
  const entry = { since: 0, ripe };

  function pass(text: string): void {
    last = performance.now();
    push(text);
  }

  function flush(): void {
    if (held === '') return;
    const delta = held;
    held = '';
    holding.delete(entry);
    pass(delta);
  }

  /** What is held is due: its whole words go, and the word at its end as well unless that has just begun. */
  function ripe(now: number): void {
    const end = now - wordSince >= HOLD_MS ? 0 : wordEnd(held);
    if (end === 0 || end === held.length) return flush();
    const delta = held.slice(0, end);
    held = held.slice(end);
    entry.since = wordSince;
    pass(delta);
  }

  function hold(delta: string, now: number): void {
    const before = held.length;
    if (before === 0) entry.since = now;
    held += delta;
    if (before === 0 || wordEnd(held) >= before) wordSince = now;
    if (held.length > CHUNK_MAX) ripe(now);
    if (held === '') return;
    holding.add(entry);
    timer ??= setTimeout(look, LOOK_MS);
  }

  return {
    text(delta) {
      if (!begun) {
        begun = delta.trim() !== '';
        return pass(delta);
      }
      const now = performance.now();
      if (held !== '' || now - last < PAUSE_MS) return hold(delta, now);
      const end = delta.length > WORD_MAX ? delta.length : wordEnd(delta);
      if (end > 0) pass(delta.slice(0, end));
      if (end < delta.length) hold(delta.slice(end), now);
    },
    flush,
  };
}

/** Where the last whole word ends, its space included; 0 when there is none. Scripts without spaces end a word at every character. */
export function wordEnd(text: string): number {
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const code = text.charCodeAt(at);
    const space = code === 32 || code === 10 || code === 9 || code === 13 || code === 0xa0;
    // Not the space that a token begins with: alone it says nothing.
    if (space && (at > 0 || code === 10)) return at + 1;
    // Kana, ideographs, full-width forms; a surrogate's half never stands alone at the end.
    if (code >= 0x3000 && code <= 0x9fff) return at + 1;
    if (code >= 0xff00 && code <= 0xffef) return at + 1;
  }
  return 0;
}
