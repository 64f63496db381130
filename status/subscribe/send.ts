/** Brings one message to one subscriber: a signed POST, or a mail. */
import { createHmac } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { en } from '../src/words/en.ts';
import { folderOf, wordsIn } from '../src/words/languages.ts';
import { CONFIRM_WITHIN_MS, type Message, type Subscriber } from './book.ts';
import { postTo, webhookUrl, type Allowed } from './guard.ts';
import type { Links } from './links.ts';
import { confirmMail, newsMail } from './mail.ts';
import type { MailSettings } from './settings.ts';
import type { Notice } from './news.ts';

/** `gone`: the subscriber's end says that it wants nothing any more. */
export type Sent = { kind: 'delivered' } | { kind: 'gone' } | { kind: 'failed'; fault: string };
export type Send = { send: (message: Message, signal: AbortSignal) => Promise<Sent>; close: () => void };

type Confirm = { type: 'subscription.confirm' };

/** @param url the page's public address, without a slash at its end. @param now epoch ms; another clock lets a test age links */
export function createSend(url: string, links: Links, allowed: Allowed, mail: MailSettings | null, now: () => number = Date.now): Send {
  const deadlines = { connectionTimeout: 8_000, greetingTimeout: 8_000, socketTimeout: 8_000 };
  const transport = mail && createTransport({ url: mail.url, ...deadlines });

  function linksOf({ id, lang }: Subscriber): { confirm: string; end: string } {
    const root = `${url}/${folderOf({ lang })}`;
    return { confirm: `${root}confirm?token=${links.token('confirm', id, now() + CONFIRM_WITHIN_MS)}`, end: `${root}unsubscribe?token=${links.token('unsubscribe', id, null)}` };
  }

  async function hook({ id, subscriber, payload }: Message, signal: AbortSignal): Promise<Sent> {
    const checked = webhookUrl(subscriber.target, allowed);
    if ('fault' in checked) return { kind: 'failed', fault: en[checked.fault] };
    const said = JSON.parse(payload) as Notice | Confirm;
    const { confirm, end } = linksOf(subscriber);
    const data = 'data' in said ? { ...said.data, unsubscribe: end } : { page: url, confirm, unsubscribe: end };
    const at = now();
    const body = JSON.stringify({ type: said.type, timestamp: 'at' in said ? said.at : new Date(at).toISOString(), data });
    const status = await postTo(checked.url, body, signed(id, Math.floor(at / 1_000), body, subscriber.secret), allowed, signal);
    if (status >= 200 && status < 300) return { kind: 'delivered' };
    return status === 410 ? { kind: 'gone' } : { kind: 'failed', fault: `it answered ${status}` };
  }

  async function post({ id, subscriber, payload }: Message): Promise<Sent> {
    if (!transport || !mail) return { kind: 'failed', fault: 'no mail server is configured' };
    const said = JSON.parse(payload) as Notice | Confirm;
    const { confirm, end } = linksOf(subscriber);
    const w = wordsIn(subscriber.lang);
    const { subject, text } = 'data' in said ? newsMail(w, said.data, end) : confirmMail(w, url, confirm);
    await transport.sendMail({
      from: mail.from,
      to: { name: '', address: subscriber.target },
      subject,
      text,
      // The same over every try, so that a mail program drops a second copy.
      messageId: `<${id}@${new URL(url).hostname}>`,
      headers: { 'List-Unsubscribe': `<${end}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click', 'Auto-Submitted': 'auto-generated', 'Content-Language': w.lang },
    });
    return { kind: 'delivered' };
  }

  return {
    async send(message, signal) {
      try {
        return await (message.subscriber.kind === 'email' ? post(message) : hook(message, signal));
      } catch (error) {
        return { kind: 'failed', fault: error instanceof Error ? error.message : String(error) };
      }
    },
    close: () => transport?.close(),
  };
}

/** The headers of Standard Webhooks. @param at seconds since the epoch */
function signed(id: string, at: number, body: string, secret: string): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
}
