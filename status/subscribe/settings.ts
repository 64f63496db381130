/** What the environment says about subscriptions. */
import type { Allowed } from './guard.ts';

/** `url` is an SMTP URL, smtp://user:password@host:587 or smtps://…; `from` the sender. */
export type MailSettings = { url: string; from: string };

/** STATUS_SMTP_URL and STATUS_MAIL_FROM; null when no mail is to be sent. @throws a sentence when they cannot be used */
export function mailSettings(env: NodeJS.ProcessEnv = process.env): MailSettings | null {
  const url = env['STATUS_SMTP_URL'];
  if (!url) return null;
  const parsed = URL.parse(url);
  if (!parsed?.hostname || (parsed.protocol !== 'smtp:' && parsed.protocol !== 'smtps:')) throw new Error('STATUS_SMTP_URL must be an SMTP URL, such as smtps://user:password@mail.example.com.');
  const from = env['STATUS_MAIL_FROM'];
  if (!from || !/^[^\r\n]*[^\s@]+@[^\s@]+$/.test(from.replace(/>$/, ''))) throw new Error('STATUS_MAIL_FROM must be the address that mail is sent from, such as "Example status <status@example.com>".');
  return { url, from };
}

/** STATUS_WEBHOOK_ALLOW: `host:port` pairs, separated by commas, that a webhook may name although they are private or plain http. */
export function allowedHosts(env: NodeJS.ProcessEnv = process.env): Allowed {
  return new Set((env['STATUS_WEBHOOK_ALLOW'] ?? '').split(',').map((each) => each.trim()).filter(Boolean));
}
