/** The routes that a visitor's browser speaks to: session, chat, resume, stop, the stored chat, feedback, marks. */
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import type { Context } from 'hono';
import * as z from 'zod/mini';
import { CHAT_BODY_MAX, ID_PATTERN, SMALL_BODY_MAX } from '@halfsecond/shared/limits';
import { chatRequest, feedback, marks, sessionRequest } from '@halfsecond/shared/wire';
import type { Marks } from '@halfsecond/shared/wire';
import type { Owner, Site } from '../layers.ts';
import type { StoredMessage } from '../store/conversations.ts';
import { limitChat, limitSession } from './ask.ts';
import type { Ask, AskParts } from './ask.ts';
import { Refusal, addressOf, authenticate, corsHeaders, readBody } from './guard.ts';
import type { Rates } from './rate.ts';
import type { Sessions } from './session.ts';
import { STREAM_HEADERS, streamTo } from './sse.ts';

export type ChatParts = AskParts & {
  sites: Site[];
  sessions: Sessions;
  rate: Rates;
  mark: (visitor: Pick<Owner, 'site' | 'visitor'>, marks: Marks) => boolean;
  complain: (owner: Owner, traceId: string, rating: 'up' | 'down', comment: string | undefined) => Promise<void>;
};

const tokenOnly = z.object({ token: z.optional(z.string()) });

export function chatRoutes(ask: Ask, parts: ChatParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const { sites, sessions, conversations, answers } = parts;

  const ownerOf = async (c: Context, chat: string, token?: string): Promise<Owner> => {
    if (!ID_PATTERN.test(chat)) throw new Refusal(400, 'bad_request', 'id: expected 1 to 128 characters from A-Z a-z 0-9 _ . : -');
    return { ...(await authenticate(c, sessions, sites, token)), chat };
  };

  app.post('/session', async (c) => {
    const body = await readBody(c, sessionRequest);
    limitSession(parts.rate, addressOf(c));
    const site = sites.find((entry) => entry.key === body.site);
    if (!site) throw new Refusal(404, 'site_unknown', 'There is no site with this key.');
    if (!site.origins.includes(c.req.header('origin') ?? '')) throw new Refusal(403, 'origin_not_allowed', 'This page is not on the list of the site.');
    const session = await sessions.start(site, body.identity, body.token);
    if (!session) throw new Refusal(401, 'identity_invalid', 'The identity is not signed by this site, or is too old.');
    return c.json(session);
  });

  app.post('/chat', async (c) => {
    const arrivedAt = performance.now();
    const body = await readBody(c, chatRequest, CHAT_BODY_MAX);
    const owner = await ownerOf(c, body.id, body.token);
    limitChat(parts.rate, owner, addressOf(c));
    const answer = ask(body, owner, { arrivedAt, acceptLanguage: c.req.header('accept-language'), traceparent: c.req.header('traceparent') });
    streamTo(c.env.outgoing, answer, 0, corsHeaders(c.req.header('origin'), sites));
    return RESPONSE_ALREADY_SENT;
  });

  app.get('/chat/:id/stream', async (c) => {
    const owner = await ownerOf(c, c.req.param('id'));
    const after = Number(c.req.header('last-event-id') ?? c.req.query('after') ?? 0);
    if (!Number.isSafeInteger(after) || after < 0) throw new Refusal(400, 'bad_request', 'Last-Event-ID: expected an id of this stream.');
    const headers = corsHeaders(c.req.header('origin'), sites);
    const answer = answers.find(owner);
    // An ended answer is told only to those who saw a part of it: all others read the stored chat.
    if (answer && (!answer.ended || after > 0)) {
      if (streamTo(c.env.outgoing, answer, after, headers)) return RESPONSE_ALREADY_SENT;
      throw new Refusal(409, 'replay_gone', 'That part of the answer is no longer held; read the stored chat.');
    }
    const last = after > 0 ? conversations.read(owner)?.messages.at(-1) : undefined;
    if (last?.state !== 'interrupted') return c.body(null, 204);
    // This process was restarted in mid-answer. The question is safe; the client may ask again.
    const cut = `id: ${after + 1}\ndata: ${JSON.stringify({ type: 'error', errorText: 'interrupted' })}\n\nid: ${after + 2}\ndata: [DONE]\n\n`;
    return c.body(cut, 200, { ...STREAM_HEADERS, ...headers });
  });

  app.post('/chat/:id/stop', async (c) => {
    const hasBody = Number(c.req.header('content-length') ?? 0) > 0;
    const owner = await ownerOf(c, c.req.param('id'), hasBody ? (await readBody(c, tokenOnly)).token : undefined);
    const answer = answers.find(owner);
    if (!answer && !conversations.read(owner)) throw new Refusal(404, 'chat_unknown', 'There is no such chat.');
    const stopped = answer !== undefined && !answer.ended;
    if (stopped) answer.stop('stopped');
    return c.json({ stopped });
  });

  app.get('/chat/:id', async (c) => {
    const owner = await ownerOf(c, c.req.param('id'));
    const chat = conversations.read(owner);
    if (!chat) throw new Refusal(404, 'chat_unknown', 'There is no such chat.');
    const running = answers.find(owner)?.ended === false;
    const messages = chat.messages.filter((message) => message.role === 'user' || message.state !== 'running');
    return c.json({ id: owner.chat, messages: messages.map((message, at) => asUiMessage(message, at === messages.length - 1)), running });
  });

  app.post('/feedback', async (c) => {
    const body = await readBody(c, feedback);
    const owner = await ownerOf(c, body.chatId, body.token);
    const message = conversations.read(owner)?.messages.find((entry) => entry.id === body.messageId && entry.role === 'assistant');
    if (!message) throw new Refusal(404, 'message_unknown', 'There is no such answer in this chat.');
    conversations.rate(owner, body.messageId, body.rating, body.comment, message.extra.traceId);
    if (message.extra.traceId) await parts.complain(owner, message.extra.traceId, body.rating, body.comment);
    return c.body(null, 204);
  });

  app.post('/marks', async (c) => {
    const body = await readBody(c, marks, SMALL_BODY_MAX);
    const visitor = await authenticate(c, sessions, sites, body.token);
    if (!parts.mark(visitor, body)) throw new Refusal(404, 'trace_unknown', 'There is no such turn of yours.');
    return c.body(null, 204);
  });

  return app;
}

/** A stored message in the AI SDK's shape; how it ended is in the metadata. Only the last one can wait for the visitor. */
function asUiMessage({ id, role, state, text, extra, at }: StoredMessage, last: boolean) {
  const asking = (last ? (extra.waiting?.calls ?? []) : []).map(({ call, title, approval }) => ({ type: `tool-${call.name}`, toolCallId: call.id, title, state: 'approval-requested', input: call.input, approval: { id: approval } }));
  const sources = (extra.sources ?? []).map(({ id: sourceId, title, url }) =>
    url ? { type: 'source-url', sourceId, url, title } : { type: 'source-document', sourceId, mediaType: 'text/plain', title });
  const metadata = { ...extra.metadata, at, state, ...(extra.traceId ? { traceId: extra.traceId } : {}), ...(extra.code ? { code: extra.code } : {}), ...(extra.handoff ? { handoff: extra.handoff } : {}) };
  return { id, role, parts: [...(text ? [{ type: 'text', text }] : []), ...asking, ...sources], metadata };
}
