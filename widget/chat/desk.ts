/** The visitor's desk: draft, open forms, what was copied, where the reader is; and what the buttons do. */
import { textOf, type Message } from '../stream/transcript.ts';
import type { Conversation } from './conversation.ts';
import type { Follower } from './scroll.ts';
import type { Actions, Desk } from './view.ts';

export type DeskOptions = {
  follower: Follower;
  conversation(): Conversation | null;
  keepDraft(text: string): void;
  scroller(): HTMLElement | null;
  changed(): void;
  focusInput(): void;
  close(): void;
  reset(): void;
};

/** A mark that something was copied stays this long (ms). */
const COPIED_MS = 2_000;

export function createDesk(options: DeskOptions): Desk & { act: Actions; clear(): void } {
  const { follower, conversation, changed } = options;
  const thanked = new Set<string>();
  const warn = (what: string) => (error: unknown): void => console.warn(`Halfsecond: ${what}`, error);

  function type(text: string): void {
    desk.draft = text;
    desk.files = false;
    options.keepDraft(text);
    changed();
  }

  /** A thumb down asks what was wrong; the answer to that, or none, ends it. */
  function rate(message: Message, rating: 'up' | 'down', comment: string | null): void {
    const asks = rating === 'down' && comment === null && !thanked.has(message.id);
    desk.commenting = asks ? message.id : null;
    if (!asks) thanked.add(message.id);
    changed();
    conversation()?.rate(message.id, rating, comment ?? '').catch(warn('the feedback was not delivered.'));
  }

  /** The button that was pressed goes away: the focus waits beside the answer that comes. */
  function read(): void {
    follower.pin();
    options.scroller()?.focus({ preventScroll: true });
  }

  async function copy(text: string, mark: (on: boolean) => void): Promise<void> {
    await navigator.clipboard.writeText(text);
    mark(true);
    changed();
    setTimeout(() => {
      mark(false);
      changed();
    }, COPIED_MS);
  }

  const act: Actions = {
    close: options.close,
    reset: options.reset,
    send(text, keyAt) {
      follower.pin();
      if (!conversation()?.send(text, keyAt)) return;
      type('');
      options.focusInput();
    },
    type,
    refuseFiles() {
      desk.files = true;
      changed();
    },
    stop: () => conversation()?.stop(),
    retry() {
      read();
      conversation()?.retry();
    },
    regenerate() {
      read();
      conversation()?.regenerate();
    },
    edit(message) {
      desk.editing = message?.id ?? null;
      changed();
      if (!message) options.focusInput();
    },
    ask(text, keyAt) {
      if (!conversation()?.edit(text, keyAt)) return;
      desk.editing = null;
      read();
    },
    decide(message, tool, approved) {
      read();
      conversation()?.decide(message.id, tool.id, approved);
    },
    rate: (message, rating) => rate(message, rating, null),
    comment(message, comment) {
      // Closed without a word: the thumb has been delivered already.
      if (comment !== null) return rate(message, 'down', comment);
      desk.commenting = null;
      changed();
    },
    trail(message) {
      desk.trail = desk.trail === message.id ? null : message.id;
      changed();
    },
    copy: (message) => void copy(textOf(message), (on) => (desk.copied = on ? message.id : null)).catch(warn('the browser did not allow copying.')),
    copyCode(button) {
      const code = button.closest('.code')?.querySelector('code')?.textContent ?? '';
      copy(code, (on) => button.toggleAttribute('data-copied', on)).catch(warn('the browser did not allow copying.'));
    },
    jump: () => options.scroller()?.scrollTo({ top: Number.MAX_SAFE_INTEGER, behavior: 'smooth' }),
    scrolled() {
      const scroller = options.scroller();
      if (!scroller) return;
      const away = follower.scrolled(scroller);
      if (away === desk.away) return;
      desk.away = away;
      changed();
    },
  };
  const desk: Desk & { act: Actions; clear(): void } = {
    draft: '', commenting: null, editing: null, trail: null, thanked, copied: null, files: false, away: false, act,
    clear() {
      thanked.clear();
      desk.commenting = desk.editing = desk.trail = null;
      desk.away = false;
    },
  };
  return desk;
}
