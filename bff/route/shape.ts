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

/** A record, no closures: every open answer holds one through its silences. `to` gets what passes. */
export type Shaper = {
  to: Pick<Channel<RoutePart>, 'push' | 'close'>;
  begun: boolean;
  held: string;
  /** When something passed last, since when `held` is held, and when the word began that it ends with. */
  last: number;
  since: number;
  wordSince: number;
};

export function createShaper(to: Shaper['to']): Shaper {
  return { to, begun: false, held: '', last: -Infinity, since: 0, wordSince: 0 };
}

/** Takes one more part: text is gathered, every other part goes at once, after the text that came before it. */
export function say(shaper: Shaper, part: RoutePart): void {
  if (part.type === 'text') return sayText(shaper, part.text);
  flush(shaper);
  shaper.to.push(part);
}

/** Passes on what is held and closes what it goes to. */
export function finish(shaper: Shaper, error?: Error): void {
  flush(shaper);
  shaper.to.close(error);
}

/** Every shaper that holds something, and one timer for all of them: a timer per stream would wake the process per token. */
const holding = new Set<Shaper>();
let timer: NodeJS.Timeout | undefined;

function look(): void {
  timer = undefined;
  const now = performance.now();
  for (const shaper of holding) if (now - shaper.since >= HOLD_MS) ripe(shaper, now);
  if (holding.size > 0) timer = setTimeout(look, LOOK_MS);
}

function sayText(shaper: Shaper, delta: string): void {
  if (!shaper.begun) {
    shaper.begun = delta.trim() !== '';
    return pass(shaper, delta);
  }
  const now = performance.now();
  if (shaper.held !== '' || now - shaper.last < PAUSE_MS) return hold(shaper, delta, now);
  const end = delta.length > WORD_MAX ? delta.length : wordEnd(delta);
  if (end > 0) pass(shaper, delta.slice(0, end));
  if (end < delta.length) hold(shaper, delta.slice(end), now);
}

function pass(shaper: Shaper, text: string): void {
  shaper.last = performance.now();
  shaper.to.push({ type: 'text', text });
}

function flush(shaper: Shaper): void {
  if (shaper.held === '') return;
  const delta = shaper.held;
  shaper.held = '';
  holding.delete(shaper);
  pass(shaper, delta);
}

/** What is held is due: its whole words go, and the word at its end as well unless that has just begun. */
function ripe(shaper: Shaper, now: number): void {
  const { held, wordSince } = shaper;
  const end = now - wordSince >= HOLD_MS ? 0 : wordEnd(held);
  if (end === 0 || end === held.length) return flush(shaper);
  shaper.held = held.slice(end);
  shaper.since = wordSince;
  pass(shaper, held.slice(0, end));
}

function hold(shaper: Shaper, delta: string, now: number): void {
  const before = shaper.held.length;
  if (before === 0) shaper.since = now;
  shaper.held += delta;
  if (before === 0 || wordEnd(shaper.held) >= before) shaper.wordSince = now;
  if (shaper.held.length > CHUNK_MAX) ripe(shaper, now);
  if (shaper.held === '') return;
  holding.add(shaper);
  timer ??= setTimeout(look, LOOK_MS);
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
