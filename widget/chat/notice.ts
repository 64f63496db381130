/** What the status page has to say while it matters: asked when the panel opens and every minute while it is open. */
import { html, type TemplateResult } from 'lit/html.js';
import { css, sheetOf } from '../theme/css.ts';
import { icons } from './icons.ts';
import { safeSourceUrl } from './source-url.ts';
import type { Strings } from '../locales/en.ts';

/** `key` is another one when there is something new to say. */
export type Notice = { key: string; /** Null: answers are slow, and no more is known. */ text: string | null; url: string; severe: boolean };

const EVERY_MS = 60_000;
const DEADLINE_MS = 4_000;

/** Tells `show` what there is, null for nothing, until `signal` aborts. A status page that cannot be read says nothing. */
export function watchStatus(statusUrl: string, signal: AbortSignal, show: (notice: Notice | null) => void): void {
  const look = async (): Promise<void> => {
    try {
      const url = new URL(`${statusUrl.replace(/\/+$/, '')}/api/v2/summary.json`, location.href);
      const response = await fetch(url, { credentials: 'omit', signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]) });
      if (response.ok) show(noticeOf(await response.json(), statusUrl));
      else show(null);
    } catch (error) {
      if (signal.aborted) return;
      console.debug('Halfsecond: the status page could not be read.', error);
      show(null);
    }
  };
  void look();
  const timer = setInterval(() => void look(), EVERY_MS);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

type Summary = { status?: { indicator?: unknown }; incidents?: { id?: unknown; name?: unknown; status?: unknown; impact?: unknown; shortlink?: unknown }[]; components?: { name?: unknown; status?: unknown }[] };

/** The newest open incident by its name; else that answers are slow, while a part of the service is worse than operational. */
export function noticeOf(value: unknown, statusUrl: string): Notice | null {
  const summary = (typeof value === 'object' && value !== null ? value : {}) as Summary;
  const list = <T>(items: T[] | undefined): T[] => (Array.isArray(items) ? items : []);
  const incident = list(summary.incidents).find(({ status, name }) => typeof name === 'string' && !['resolved', 'postmortem', 'completed'].includes(String(status)));
  if (incident) {
    const link = typeof incident.shortlink === 'string' ? safeSourceUrl(incident.shortlink) : null;
    return { key: `incident ${String(incident.id ?? incident.name)}`, text: String(incident.name), url: link ?? statusUrl, severe: incident.impact === 'major' || incident.impact === 'critical' };
  }
  const worse = list(summary.components).filter(({ status }) => typeof status === 'string' && !['operational', 'under_maintenance'].includes(status)).map(({ name }) => String(name));
  const indicator = summary.status?.indicator ?? 'none';
  if (indicator === 'none' && worse.length === 0) return null;
  return { key: `slow ${worse.join()}`, text: null, url: statusUrl, severe: indicator === 'major' || indicator === 'critical' };
}

export function noticeLine({ text, url, severe }: Notice, strings: Strings, dismiss: () => void): TemplateResult {
  const href = safeSourceUrl(url);
  return html`<div class="notice ${severe ? 'severe' : ''}" part="notice" role="status">
    <span>${text ?? strings.slow} ${href === null ? '' : html`<a href=${href} target="_blank" rel="noopener">${strings.details}</a>`}</span>
    <button class="small" type="button" aria-label=${strings.dismiss} title=${strings.dismiss} @click=${dismiss}>${icons.close}</button>
  </div>`;
}

export const sheet = sheetOf(css`
  .notice { display: flex; align-items: center; gap: 9px; padding-block: 6px; padding-inline: 18px 12px; border-bottom: 1px solid var(--_line); font-size: 0.87em; line-height: 1.4; background: light-dark(#fff7e2, #2c2613); animation: hs-fade 0.2s both; }
  .notice::before { content: ''; flex: none; width: 8px; height: 8px; border-radius: 50%; background: light-dark(#b26a00, #f2b84b); }
  .notice.severe { background: color-mix(in srgb, var(--_danger) 9%, var(--_bg)); }
  .notice.severe::before { background: var(--_danger); }
  .notice span { flex: 1; min-width: 0; }
  .notice a { color: inherit; font-weight: 560; text-underline-offset: 2px; white-space: nowrap; }
`);
