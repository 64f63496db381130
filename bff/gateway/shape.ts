/**
 * Text in chunks that end at word boundaries, so that nobody reads half a word. The first text of an answer passes
 * at once; after it a beginning word waits for its end, and never longer than HOLD_MS.
 */
import type { StreamEvent } from '@halfsecond/shared/wire';

/** Timers fire a little late: with this hold no text is later than 30 ms. */
const HOLD_MS = 25;
/** A word that is longer than this is a URL or no word at all: it does not wait. */
const WORD_MAX = 32;

export type Shaper = {
  /** Passes on what is ready of one more piece of text of the part `id`. */
  text(id: string, delta: string): void;
  /** Passes on what is held; call it before any other event. */
  flush(): void;
};

export function createShaper(push: (event: StreamEvent) => void, now: () => number = () => performance.now()): Shaper {
  let begun = false;
  let held = '';
  let heldId = '';
  let heldSince = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    if (held === '') return;
    const delta = held;
    held = '';
    push({ type: 'text-delta', id: heldId, delta });
  }

  /** One timer at a time, armed again only while something waits: not one per token. */
  function check(): void {
    timer = undefined;
    if (held === '') return;
    const left = HOLD_MS - (now() - heldSince);
    if (left <= 1) flush();
    else timer = setTimeout(check, left);
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
      if (held === '' || cut > 0) heldSince = now();
      held = cut === text.length ? '' : text.slice(cut);
      if (held !== '' && timer === undefined) timer = setTimeout(check, HOLD_MS);
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
