/** What the templates know and may do. */
import type { Strings } from '../locales/en.ts';
import type { Message, ToolPart, Transcript } from '../stream/transcript.ts';
import type { Fetch } from './rarely.ts';

/** The visitor's own small things beside the conversation. */
export type Desk = {
  draft: string;
  /** The message whose feedback form is open. */
  commenting: string | null;
  /** The question that is being put in other words. */
  editing: string | null;
  /** The answer whose hop trail is open. */
  trail: string | null;
  thanked: ReadonlySet<string>;
  copied: string | null;
  /** Files were dropped or pasted; said until the visitor goes on. */
  files: boolean;
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
  /** Grows with every rare piece that has arrived: what was drawn without it is drawn again. */
  arrived: number;
  /** What the status host has to say right now; null for nothing. */
  notice: unknown;
  desk: Desk;
  act: Actions;
  fetch: Fetch;
};

export type Actions = {
  close(): void;
  reset(): void;
  send(text: string, keyAt: number): void;
  type(text: string): void;
  /** Files cannot be sent: says so. */
  refuseFiles(): void;
  stop(): void;
  retry(): void;
  regenerate(): void;
  /** Opens the last question for other words; null puts it back as it was. */
  edit(message: Message | null): void;
  ask(text: string, keyAt: number): void;
  decide(message: Message, tool: ToolPart, approved: boolean): void;
  rate(message: Message, rating: 'up' | 'down'): void;
  comment(message: Message, comment: string | null): void;
  trail(message: Message): void;
  copy(message: Message): void;
  copyCode(button: HTMLElement): void;
  jump(): void;
  scrolled(): void;
};
