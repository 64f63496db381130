/**
 * The three addresses of subscriptions: small bodies, strict words, few tries a minute, and the same answer whoever is
 * known already. Each stands in the folder of every language, and answers in it.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { escape, html, sentence, type Html } from '../collector/html.ts';
import { fill } from '../collector/site.ts';
import type { Words } from '../src/words/en.ts';
import { folderOf, wordsIn } from '../src/words/languages.ts';
import { openBook } from './book.ts';
import { webhookUrl } from './guard.ts';
import { openLinks } from './links.ts';
import { allowedHosts, mailSettings } from './settings.ts';

export type Door = { answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>; close: () => void };

const MAX_BYTES = 4_096;
const READ_WITHIN_MS = 5_000;
/** Requests to subscribe a minute, from one address and from all. */
const RATE = { address: 10, all: 120 };
const dist = join(import.meta.dirname, '..', 'dist');

const wish = z.union([z.strictObject({ email: z.email().max(254) }), z.strictObject({ webhook: z.string().min(1).max(2_000) })]);

/** `says`, `title` and `press` name words of the page; with `press` it has a button that posts to its own address. */
type Said = { status: number; says: keyof Words; title?: keyof Words; press?: keyof Words; more?: Html; json?: Record<string, string>; retryAfter?: number };

/** @param folder the status host's own, where `subscriptions.db` and `link-key` are kept. @throws when they cannot be opened */
export function openDoor(folder: string, log: (line: string) => void): Door {
  const book = openBook(join(folder, 'subscriptions.db'));
  const links = openLinks(join(folder, 'link-key'));
  const allowed = allowedHosts();
  const mail = mailSettings() !== null;
  const limited = createLimit(RATE.address, RATE.all);

  async function subscribe(w: Words, request: IncomingMessage): Promise<Said> {
    const wait = limited(request.socket.remoteAddress ?? '', Date.now());
    if (wait > 0) return { status: 429, says: 'tooMany', retryAfter: wait };
    const read = await bodyOf(request);
    if ('status' in read) return read;
    const wanted = wish.safeParse(read.value);
    if (!wanted.success) return { status: 400, says: 'sendEither' };
    if ('email' in wanted.data) {
      if (!mail) return { status: 400, says: 'noMail' };
      book.subscribe('email', wanted.data.email.toLowerCase(), w.lang, Date.now());
      // The same words when too many wait already: who is subscribed is nobody else's business.
      return { status: 202, says: 'mailSent', json: { kind: 'email', state: 'pending' } };
    }
    const checked = webhookUrl(wanted.data.webhook, allowed);
    if ('fault' in checked) return { status: 400, says: checked.fault };
    const made = book.subscribe('webhook', checked.url.href, w.lang, Date.now());
    if (!made) return { status: 429, says: 'webhookWaits', retryAfter: 3_600 };
    return {
      status: 202,
      says: 'webhookSent',
      more: html`<p>${sentence(w.secretNote, { secret: html`<code>${made.secret}</code>` })}</p>`,
      json: { kind: 'webhook', state: 'pending', id: made.id, secret: made.secret },
    };
  }

  /** What a link leads to. Opening it only asks: mail scanners and previews open every link. The page's button, and one click in a mail program (RFC 8058), are a POST. */
  function follow(action: 'confirm' | 'unsubscribe', token: string, act: boolean): Said {
    const id = links.read(action, token, Date.now());
    if (id === null) return { status: 400, says: 'linkInvalid' };
    const subscriber = book.find(id);
    if (action === 'unsubscribe') {
      if (subscriber && !act) return { status: 200, says: 'endAsk', title: 'ending', press: 'endDo', json: { kind: subscriber.kind, state: subscriber.state } };
      if (subscriber) book.unsubscribe(id);
      return { status: 200, says: 'ended', title: 'ending', json: { state: 'ended' } };
    }
    if (!subscriber) return { status: 410, says: 'gone' };
    if (subscriber.state === 'pending') {
      if (!act) return { status: 200, says: 'confirmAsk', press: 'confirmDo', json: { kind: subscriber.kind, state: 'pending' } };
      book.confirm(subscriber);
    }
    return { status: 200, says: 'subscribed', json: { kind: subscriber.kind, state: 'active' } };
  }

  return {
    async answer(request, response) {
      const url = new URL(request.url ?? '/', 'http://status');
      const [, lang, what] = /^\/(?:(\w+)\/)?(\w+)\/?$/.exec(url.pathname) ?? [];
      const w = wordsIn(lang);
      const asJson = /application\/json/.test(`${request.headers.accept ?? ''} ${request.headers['content-type'] ?? ''}`);
      let said: Said;
      try {
        if (what === 'subscribe') said = await subscribe(w, request);
        else said = follow(what === 'confirm' ? 'confirm' : 'unsubscribe', url.searchParams.get('token') ?? '', request.method === 'POST');
      } catch (error) {
        log(`A subscription could not be handled: ${error instanceof Error ? error.message : String(error)}`);
        said = { status: 503, says: 'unavailable', retryAfter: 60 };
      }
      reply(w, request, response, said, asJson);
    },
    close: () => book.close(),
  };
}

function reply(w: Words, request: IncomingMessage, response: ServerResponse, said: Said, asJson: boolean): void {
  const ok = said.status < 400;
  const body = asJson
    ? JSON.stringify(ok ? { ...said.json, message: w[said.says] } : { error: { code: `status-${said.status}`, message: w[said.says] } })
    : page(w, w[ok ? (said.title ?? 'subscribe') : 'notDone'], said);
  response.writeHead(said.status, {
    'content-type': asJson ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(said.retryAfter ? { 'retry-after': String(said.retryAfter) } : {}),
    // The rest of a body that was refused is not read.
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function page(w: Words, title: string, { says, press, more }: Said): string {
  return fill(shell(w), `${escape(title)} \u2013 Halfsecond status`, html`<h1>${title}</h1><p class="age" role="status">${w[says]}</p>${
    press && html`<form method="post" class="subscribe"><button>${w[press]}</button></form>`}<section class="subscribe">${more}<p><a href="/${folderOf(w)}">${w.toStatus}</a></p></section>`.markup);
}

/** The page as the site was built; a plain one while it is not. */
function shell(w: Words): string {
  try {
    return readFileSync(join(dist, folderOf(w), 'subscribe', 'index.html'), 'utf8');
  } catch {
    return `<!doctype html><html lang="${w.lang}"><meta charset="utf-8"><title>@@TITLE@@</title><main>@@LIVE@@</main></html>`;
  }
}

async function bodyOf(request: IncomingMessage): Promise<{ value: unknown } | Said> {
  const kind = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (kind !== 'application/json' && kind !== 'application/x-www-form-urlencoded') return { status: 415, says: 'formOrJson' };
  const chunks: Buffer[] = [];
  let size = 0;
  const late = setTimeout(() => request.destroy(), READ_WITHIN_MS);
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > MAX_BYTES) return { status: 413, says: 'tooLong' };
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(late);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (kind !== 'application/json') return { value: Object.fromEntries(new URLSearchParams(text)) };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { status: 400, says: 'notJson' };
  }
}

/** Counts within a minute; the function says how many seconds to wait, 0 for none. */
function createLimit(perAddress: number, overall: number): (address: string, now: number) => number {
  let since = 0;
  let total = 0;
  const counts = new Map<string, number>();
  return (address, now) => {
    if (now - since >= 60_000 || now < since) {
      since = now;
      total = 0;
      counts.clear();
    }
    const mine = (counts.get(address) ?? 0) + 1;
    total += 1;
    if (mine > perAddress || total > overall) return Math.max(1, Math.ceil((since + 60_000 - now) / 1_000));
    counts.set(address, mine);
    return 0;
  };
}
