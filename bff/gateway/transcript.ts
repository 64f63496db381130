/** A conversation as a plain page, for the person who takes over: reached only by a signed link that ends by itself. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { Owner } from '../layers.ts';
import type { Conversations } from '../store/conversations.ts';
import { Refusal } from './guard.ts';

type Place = Pick<Owner, 'site' | 'visitor' | 'chat'>;
/** How long a link can be read (ms). */
const VALID_MS = 7 * 86_400_000;

/** The path of the page; `secret` signs it. */
export function transcriptPath(secret: string, { site, visitor, chat }: Place): string {
  const head = Buffer.from(JSON.stringify([site, visitor, chat, Date.now() + VALID_MS])).toString('base64url');
  return `/transcript/${head}.${sign(secret, head).toString('base64url')}`;
}

export function transcriptRoutes(secret: string, conversations: Pick<Conversations, 'read'>): Hono {
  const app = new Hono();
  app.get('/:token', (c) => {
    const place = placeIn(secret, c.req.param('token'));
    const chat = place && conversations.read(place);
    if (!chat) throw new Refusal(404, 'transcript_unknown', 'This link is not valid any more.');
    const rows = chat.messages.map(({ role, text, at }) => `<dt>${role === 'user' ? 'Visitor' : 'Answer'} <time>${new Date(at).toISOString()}</time></dt><dd>${escaped(text)}</dd>`);
    const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex"><meta name="viewport" content="width=device-width"><title>Conversation</title>`
      + `<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}dt{font-weight:600;margin-top:1.2rem}time{font-weight:400;opacity:.6}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}</style>`
      + `<main><h1>Conversation</h1><dl>${rows.join('')}</dl></main></html>`;
    return c.body(page, 200, {
      'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    });
  });
  return app;
}

function placeIn(secret: string, token: string): Place | null {
  const [head = '', signature = ''] = token.split('.');
  const [given, right] = [Buffer.from(signature, 'base64url'), sign(secret, head)];
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  const [site, visitor, chat, until] = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as [string, string, string, number];
  return until > Date.now() ? { site, visitor, chat } : null;
}

function sign(secret: string, head: string): Buffer {
  return createHmac('sha256', secret).update(`transcript\n${head}`).digest();
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
