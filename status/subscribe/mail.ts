/** What a mail says, in the subscriber's language. What people wrote of an incident stays as they wrote it. */
import type { Words } from '../src/words/en.ts';
import { say } from '../src/words/languages.ts';
import type { Notice } from './news.ts';

export type Mail = { subject: string; text: string };

/** @param url the page's public address. @param link what confirms */
export function confirmMail(w: Words, url: string, link: string): Mail {
  return { subject: say(w.mailSubject, { host: new URL(url).host }), text: say(w.mailConfirm, { url, link }) };
}

/** @param end the link that ends the subscription */
export function newsMail(w: Words, { link, update, incident }: Notice['data'], end: string): Mail {
  const state = w[update.status];
  const at = `${update.display_at.slice(0, 16).replace('T', ' ')} UTC`;
  return {
    subject: `[status] ${state.charAt(0).toLocaleUpperCase(w.lang)}${state.slice(1)}: ${incident.name}`,
    text: `${incident.name}\n${at}, ${state}\n\n${update.body}\n\n${link}\n\n${say(w.mailEnd, { link: end })}\n`,
  };
}
