/** Keeps an eye on the status page while the panel is open; what there is to say comes with a file of its own. */
import type { Strings } from '../locales/en.ts';
import type { Keep } from './keep.ts';
import type { Fetch } from './rarely.ts';
import type { Notice } from './notice.ts';

export type Service = {
  /** Looks at this page, or at none, from now on. */
  watch(statusUrl: string | null): void;
  /** The line to show, or null. */
  line(fetch: Fetch, strings: Strings): unknown;
};

const pieces = () => import('./notice.ts');

export function createService(changed: () => void, keep: () => Keep | null): Service {
  let watched: string | null = null;
  let leave: AbortController | null = null;
  let notice: Notice | null = null;
  const dismissed = new Set<string>();
  return {
    watch(statusUrl) {
      if (statusUrl === watched) return;
      leave?.abort();
      watched = statusUrl;
      notice = leave = null;
    },
    line(fetch, strings) {
      if (watched === null) return null;
      const piece = fetch(pieces);
      if (piece && !leave) {
        leave = new AbortController();
        piece.watchStatus(watched, leave.signal, (found) => {
          notice = found;
          changed();
        });
      }
      const current = notice;
      if (!piece || !current || dismissed.has(current.key) || keep()?.dismissed(current.key)) return null;
      return piece.noticeLine(current, strings, () => {
        dismissed.add(current.key);
        // An incident put aside stays so after a reload; that answers are slow may be true again another day.
        if (current.text !== null) keep()?.dismiss(current.key);
        changed();
      });
    },
  };
}
