/** What the templates know and may do. */
import type { Strings } from '../locales/en.ts';
import type { Message, Transcript } from '../stream/transcript.ts';

/** The visitor's own small things beside the conversation. */
export type Desk = {
  draft: string;
  /** The message whose feedback form is open. */
  commenting: string | null;
  thanked: ReadonlySet<string>;
  copied: string | null;
  /** The visitor has scrolled away from the newest message. */
  away: boolean;
};

export type View = {
  strings: Strings;
  heading: string;
  greeting: string;
  prompts: string[];
  statusUrl: string | null;
  showTiming: boolean;
  popup: boolean;
  transcript: Transcript;
  running: Message | null;
  reconnecting: boolean;
  /** `performance.now()` when the running question was sent. */
  since: number;
  desk: Desk;
  act: Actions;
};

export type Actions = {
  close(): void;
  reset(): void;
  send(text: string, keyAt: number): void;
  type(text: string): void;
  stop(): void;
  retry(): void;
  rate(message: Message, rating: 'up' | 'down'): void;
  comment(message: Message, comment: string): void;
  copy(message: Message): void;
  copyCode(button: HTMLElement): void;
  jump(): void;
  scrolled(): void;
};
