/**
 * The messenger, a process of its own: reads the published incidents and tells subscribers, so that a slow mail server
 * holds up neither the page nor the watch.
 * HALFSECOND_DATA, STATUS_URL, STATUS_SMTP_URL, STATUS_MAIL_FROM, STATUS_WEBHOOK_ALLOW.
 */
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openBook } from './book.ts';
import { createDeliver } from './deliver.ts';
import { openLinks } from './links.ts';
import { createNews } from './news.ts';
import { createSend } from './send.ts';
import { allowedHosts, mailSettings } from './settings.ts';

const TICK_MS = 500;
const TRIM_EVERY_MS = 3_600_000;

const folder = resolve(process.env['HALFSECOND_DATA'] ?? '.data', 'status');
const url = (process.env['STATUS_URL'] ?? 'http://127.0.0.1:8788').replace(/\/+$/, '');
const log = (line: string): void => void process.stderr.write(`messenger: ${line}\n`);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
process.once('disconnect', () => stopping.abort());

const book = openBook(join(folder, 'subscriptions.db'));
const send = createSend(url, openLinks(join(folder, 'link-key')), allowedHosts(), mailSettings());
const deliver = createDeliver(book, send, log, stopping.signal);
const news = createNews(join(folder, 'public'), url, book);

let complaint: string | null = null;
let trimmedAt = 0;
while (!stopping.signal.aborted) {
  try {
    const now = Date.now();
    news(now);
    deliver.tick(now);
    if (now - trimmedAt > TRIM_EVERY_MS) {
      book.trim(now);
      trimmedAt = now;
    }
    if (complaint !== null) log('Works again.');
    complaint = null;
  } catch (error) {
    // A file half there or a full disk passes; nothing is lost by waiting.
    const told = error instanceof Error ? error.message : String(error);
    if (told !== complaint) log(`News cannot be told: ${told}`);
    complaint = told;
  }
  await wait(TICK_MS, undefined, { signal: stopping.signal }).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
}
await deliver.idle();
send.close();
book.close();
if (process.connected) process.disconnect?.();
