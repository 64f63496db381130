/** What a screen reader hears of an answer: that work has begun, then sentences in batches. Never more than four lines per answer. */
import { errorText } from './notes.ts';
import { isRunning, textOf, type Message } from '../stream/transcript.ts';
import type { Strings } from '../locales/en.ts';

export type Announcer = {
  attach(region: HTMLElement | null): void;
  /** Call on every change with the newest answer, null when there is none; says each thing once. */
  tell(message: Message | null, strings: Strings): void;
};

/** Lines between the first and the last of an answer. */
const BATCHES = 2;
/** A batch is worth interrupting for from this length on (characters). */
const BATCH_MIN = 160;
/** Time to hear one batch out before the next (ms). */
const BATCH_EVERY = 4_000;
/** The last line is cut here: the whole text can be read in the transcript (characters). */
const SPOKEN_MAX = 1_500;
/** A line is taken out again after this, so that it is not met twice when reading (ms). */
const KEEP_MS = 8_000;

export function createAnnouncer(): Announcer {
  let region: HTMLElement | null = null;
  let running = false;
  /** Characters that were heard, of the answer with this id. */
  let said = 0;
  let heard = '';
  let batches = 0;
  let spokenAt = 0;

  function say(text: string): void {
    if (text === '') return;
    const line = document.createElement('div');
    line.textContent = text;
    region?.append(line);
    setTimeout(() => line.remove(), KEEP_MS);
  }

  /** Whole sentences that have come since the last batch, outside of code that is still open. */
  function batch(message: Message): void {
    const now = performance.now();
    if (batches >= BATCHES || now - spokenAt < BATCH_EVERY) return;
    const text = textOf(message);
    const end = Math.max(...['. ', '! ', '? ', '。', '\n'].map((mark) => text.lastIndexOf(mark))) + 1;
    const piece = text.slice(said, end);
    if (piece.length < BATCH_MIN || (text.slice(0, end).split('```').length - 1) % 2 === 1) return;
    say(plain(piece));
    said = end;
    batches += 1;
    spokenAt = now;
  }

  return {
    attach(element) {
      region = element;
    },
    tell(message, strings) {
      const now = message !== null && isRunning(message);
      if (message === null) heard = '';
      else if (now && !running) {
        // An answer that goes on after a yes or no is not told again.
        if (message.id !== heard) said = 0;
        batches = 0;
        spokenAt = performance.now();
        say(strings.announceThinking);
      } else if (now) batch(message);
      else if (running) say(`${plain(textOf(message).slice(said, said + 4 * SPOKEN_MAX)).slice(0, SPOKEN_MAX)} ${ending(message, strings)}`.trim());
      if (message !== null && (now || running)) {
        heard = message.id;
        if (!now) said = textOf(message).length;
      }
      running = now;
    },
  };
}

/** Without the marks of Markdown, and without code. */
function plain(text: string): string {
  return text.replace(/```[^]*?(?:```|$)/g, ' ').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*_`#>|~]+/g, '').replace(/\s+/g, ' ').trim();
}

function ending(message: Message, strings: Strings): string {
  if (message.state === 'failed') return errorText(strings, message);
  return message.state === 'truncated' ? strings.truncated : message.state === 'stopped' ? strings.stopped : '';
}
