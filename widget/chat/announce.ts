/** What a screen reader hears: that work has begun, and the answer once it is there. Never more than two lines per answer. */
import { errorText } from './notes.ts';
import type { Strings } from '../locales/en.ts';
import type { Message } from '../stream/transcript.ts';

export type Announcer = {
  attach(region: HTMLElement | null): void;
  /** Call on every change; says each thing once. */
  tell(message: Message, running: boolean, text: string, strings: Strings): void;
};

/** Longer answers are cut here: the whole text can be read in the transcript (characters). */
const SPOKEN_MAX = 1_500;
/** A line is taken out again after this, so that it is not met twice when reading (ms). */
const KEEP_MS = 8_000;

export function createAnnouncer(): Announcer {
  let region: HTMLElement | null = null;
  let state: 'idle' | 'running' = 'idle';

  function say(text: string): void {
    const line = document.createElement('div');
    line.textContent = text;
    region?.append(line);
    setTimeout(() => line.remove(), KEEP_MS);
  }

  return {
    attach(element) {
      region = element;
    },
    tell(message, running, text, strings) {
      if (running && state === 'idle') {
        state = 'running';
        say(strings.announceThinking);
      } else if (!running && state === 'running') {
        state = 'idle';
        say(ending(message, text, strings));
      }
    },
  };
}

function ending(message: Message, text: string, strings: Strings): string {
  const spoken = text.replace(/```[^]*?(?:```|$)/g, ' ').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*_`#>|~]+/g, '').replace(/\s+/g, ' ').trim();
  const cut = spoken.length > SPOKEN_MAX ? `${spoken.slice(0, SPOKEN_MAX)}…` : spoken;
  if (message.state === 'failed') return `${cut} ${errorText(strings, message)}`.trim();
  if (message.state === 'truncated') return `${cut} ${strings.truncated}`.trim();
  return message.state === 'stopped' ? `${cut} ${strings.stopped}`.trim() : cut;
}
