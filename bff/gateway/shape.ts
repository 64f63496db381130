/**
 * Text in chunks that end at word boundaries, so that nobody reads half a word. The first text of an answer passes
 * at once; after it a beginning word waits for its end, and never for 30 ms.
 */
import type { StreamEvent } from '@halfsecond/shared/wire';

/** How often the held beginnings of all answers are looked at, and how old they may be then (ms): together under 30, late timers included. */
const LOOK_MS = 12;
const HOLD_MS = 12;
/** A word that is longer than this is a URL or no word at all: it does not wait. */
const WORD_MAX = 32;

export type Shaper = {
  /** Passes on what is ready of one more piece of text of the part `id`. */
  text(id: string, delta: string): void;
  /** Passes on what is held; call it before any other event. */
  flush(): void;
};

/** Every shaper that holds something, and one timer for all of them: a timer per stream would wake the process per token. */
const holding = new Set<{ since: number; flush(): void }>();
let timer: NodeJS.Timeout | undefined;

function look(): void {
  timer = undefined;
  const now = performance.now();
  for (const held of holding) if (now - held.since >= HOLD_MS) held.flush();
  if (holding.size > 0) timer = setTimeout(look, LOOK_MS);
}

export function createShaper(push: (event: StreamEvent) => void): Shaper {
  let begun = false;
  let held = '';
  let heldId = '';
  const entry = { since: 0, flush };

  function flush(): void {
    if (held === '') return;
    const delta = held;
    held = '';
    holding.delete(entry);
    push({ type: 'text-delta', id: heldId, delta });
  }

  return {
    text(id, delta) {
      if (id !== heldId) flush();
      heldId = id;
      if (!begun) {
        begun = delta.trim() !== '';
        push({ type: 'text-delta', id, delta });
        return;
      }
      const text = held + delta;
      const cut = text.length > WORD_MAX && wordEnd(text) === 0 ? text.length : wordEnd(text);
      if (cut > 0) push({ type: 'text-delta', id, delta: cut === text.length ? text : text.slice(0, cut) });
      if (held === '' || cut > 0) entry.since = performance.now();
      held = cut === text.length ? '' : text.slice(cut);
      if (held === '') holding.delete(entry);
      else holding.add(entry);
      if (held !== '' && timer === undefined) timer = setTimeout(look, LOOK_MS);
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
