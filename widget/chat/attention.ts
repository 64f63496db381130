/** What asks for attention while the panel is closed: the number on the launcher, and the bubble with which a page speaks first. */
import type { Strings } from '../locales/en.ts';
import type { Keep } from './keep.ts';
import type { Fetch } from './rarely.ts';

export type Attention = {
  /** The answer that is being written now, or null: one that ends while the panel is `closed` is counted. */
  look(running: string | null, closed: boolean): void;
  /** The panel was opened. */
  seen(): void;
  /** Says `text` after so many seconds, once per visitor; null says nothing. */
  invite(text: string | null, seconds: number): void;
  /** The bubble, or null. */
  bubble(fetch: Fetch, strings: Strings): unknown;
  /** Sees to a launcher in `root` with the right name and number. */
  launcher(root: ShadowRoot, isOpen: boolean, strings: Strings): Promise<void>;
};

export type AttentionOptions = {
  changed(): void;
  toggle(): void;
  keep(): Keep | null;
  /** The panel is closed and there is no conversation: only then a page may speak first. */
  idle(): boolean;
};

const proactive = () => import('./proactive.ts');

export function createAttention({ changed, toggle, keep, idle }: AttentionOptions): Attention {
  let unread = 0;
  let written: string | null = null;
  let known: Element | null = null;
  let said: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const close = (): void => {
    if (said !== null) keep()?.dismiss(said);
    said = null;
    changed();
  };
  return {
    look(running, closed) {
      if (written !== null && running === null && closed) unread += 1;
      written = running;
    },
    seen() {
      unread = 0;
      close();
    },
    invite(text, seconds) {
      clearTimeout(timer);
      said = null;
      if (text) timer = setTimeout(() => {
        if (!idle() || keep()?.dismissed(text)) return;
        said = text;
        changed();
      }, Math.min(Math.max(seconds, 0) || 0, 86_400) * 1_000);
    },
    bubble: (fetch, strings) => (said === null || !idle() ? null : fetch(proactive)?.bubble(said, strings, toggle, close) ?? null),
    async launcher(root, isOpen, strings) {
      // It is the loader's, or comes in a file of its own to a page that has only the element.
      const find = (): Element | null => root.querySelector('.launcher');
      const make = find() ? null : (await import('./launcher.ts')).createLauncher;
      const launcher = find() ?? make?.(root);
      if (!launcher) return;
      if (launcher !== known) launcher.addEventListener('click', toggle);
      known = launcher;
      launcher.setAttribute('aria-expanded', String(isOpen));
      launcher.setAttribute('aria-label', isOpen ? strings.close : unread > 0 ? `${strings.launcher}, ${strings.unread(String(unread))}` : strings.launcher);
      launcher.removeAttribute('aria-busy');
      launcher.toggleAttribute('data-unread', unread > 0);
      if (unread > 0) launcher.setAttribute('data-unread', String(unread));
    },
  };
}
