/** The routes that a visitor's browser speaks to: session, chat, resume, stop, the stored chat, feedback, marks. */
import { randomUUID } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import type { Context } from 'hono';
import * as z from 'zod/mini';
import { CHAT_BODY_MAX, ID_PATTERN, MESSAGE_MAX, SMALL_BODY_MAX } from '@halfsecond/shared/limits';
import { chatRequest, feedback, marks, sessionRequest, uiMessage } from '@halfsecond/shared/wire';
import type { ChatRequest, Marks } from '@halfsecond/shared/wire';
import type { Owner, Question, Site, Turn } from '../layers.ts';
import type { Conversations, StoredMessage } from '../store/conversations.ts';
import { Refusal, addressOf, authenticate, corsHeaders, readBody, traceIdOf } from './guard.ts';
import type { Answers } from './log.ts';
import type { Queue } from './queue.ts';
import type { Rate } from './rate.ts';
import type { Sessions } from './session.ts';
import { STREAM_HEADERS, streamTo } from './sse.ts';

export type ChatParts = {
  sites: Site[];
  sessions: Sessions;
  conversations: Conversations;
  answers: Answers;
  refusal: Queue['refusal'];
  /** Per visitor; per network address, which several visitors may share; and for new sessions per address. */
  rate: { visitor: Rate; address: Rate; session: Rate };
  streamsPerVisitor: number;
  /** BCP 47 of a message, with what the browser asks for as the fallback. */
  language: (text: string, accept: string | undefined) => string;
  mark: (visitor: Pick<Owner, 'site' | 'visitor'>, marks: Marks) => boolean;
  complain: (traceId: string, rating: 'up' | 'down', comment: string | undefined) => void;
};

/** How many of the last messages go along with a question; everything older comes through memory. */
const RECENT_MESSAGES = 4;
const tokenOnly = z.object({ token: z.optional(z.string()) });

export function chatRoutes(turn: Turn, parts: ChatParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const { sites, sessions, conversations, answers } = parts;

  const limit = (wait: number) => {
    if (wait > 0) throw new Refusal(429, 'too_many_requests', 'That was a lot at once. Please wait a moment.', wait);
  };
  const ownerOf = async (c: Context, chat: string, token?: string): Promise<Owner> => {
    if (!ID_PATTERN.test(chat)) throw new Refusal(400, 'bad_request', 'id: expected 1 to 128 characters from A-Z a-z 0-9 _ . : -');
    return { ...(await authenticate(c, sessions, sites, token)), chat };
  };

  app.post('/session', async (c) => {
    const body = await readBody(c, sessionRequest);
    limit(parts.rate.session.take(addressOf(c)));
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
    limit(parts.rate.visitor.take(`${owner.site} ${owner.visitor}`));
    limit(parts.rate.address.take(addressOf(c)));
    const asked = newestQuestion(body, conversations, owner);
    if (answers.find(owner)?.ended === false) throw new Refusal(409, 'chat_busy', 'The answer before is still being written.');
    const running = answers.running().filter((answer) => answer.owner.visitor === owner.visitor && answer.owner.site === owner.site);
    if (running.length >= parts.streamsPerVisitor) throw new Refusal(429, 'too_many_streams', 'Too many answers are being written for you at once.', 2);
    const full = parts.refusal();
    if (full) throw new Refusal(503, full.code, 'Everyone is busy right now. Please try again in a moment.', full.retryAfter);

    if (asked.rewindFrom !== undefined) conversations.rewind(owner, asked.rewindFrom);
    const recent = conversations.recent(owner, RECENT_MESSAGES + (asked.stored ? 1 : 0)).slice(0, asked.stored ? -1 : undefined);
    const question: Question = {
      id: `msg_${randomUUID()}`, traceId: traceIdOf(body.traceparent ?? c.req.header('traceparent')), owner, messageId: asked.id, text: asked.text,
      lang: parts.language(asked.text, c.req.header('accept-language')), recent, agent: conversations.agent(owner),
      resetStep: body.capabilities?.includes('reset-step') ?? false, arrivedAt,
    };
    const at = Date.now();
    if (!asked.stored) conversations.say(owner, { id: asked.id, text: asked.text, at });
    conversations.begin(owner, question.id, at);
    const abort = new AbortController();
    const answer = answers.begin(owner, question.id, turn(question, abort.signal), (reason) => abort.abort(reason));
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
    return c.json({ id: owner.chat, messages: messages.map(asUiMessage), running });
  });

  app.post('/feedback', async (c) => {
    const body = await readBody(c, feedback);
    const owner = await ownerOf(c, body.chatId, body.token);
    const message = conversations.read(owner)?.messages.find((entry) => entry.id === body.messageId && entry.role === 'assistant');
    if (!message) throw new Refusal(404, 'message_unknown', 'There is no such answer in this chat.');
    conversations.rate(owner, body.messageId, body.rating, body.comment, message.extra.traceId);
    if (message.extra.traceId) parts.complain(message.extra.traceId, body.rating, body.comment);
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

type Asked = { id: string; text: string; stored: boolean; rewindFrom?: string };

/** The one message that is read from the body; on regeneration the stored question that it points at. */
function newestQuestion(body: ChatRequest, conversations: Conversations, owner: Owner): Asked {
  if (body.trigger === 'regenerate-message') {
    const stored = conversations.read(owner)?.messages ?? [];
    const target = body.messageId ? stored.findIndex((message) => message.id === body.messageId) : stored.length - 1;
    const question = stored.slice(0, target + 1).findLast((message) => message.role === 'user');
    if (!question) throw new Refusal(404, 'message_unknown', 'There is no question to answer again.');
    const next = stored[stored.indexOf(question) + 1];
    return { id: question.id, text: question.text, stored: true, ...(next ? { rewindFrom: next.id } : {}) };
  }
  const parsed = uiMessage.safeParse(body.messages.at(-1));
  if (!parsed.success || parsed.data.role !== 'user') throw new Refusal(400, 'bad_request', 'messages: expected a user message with parts as the last entry.');
  const id = parsed.data.id ?? `msg_${randomUUID()}`;
  if (!ID_PATTERN.test(id)) throw new Refusal(400, 'bad_request', 'messages: the id has characters that an id may not have.');
  const text = parsed.data.parts.filter((part) => part.type === 'text').map((part) => part.text ?? '').join('\n').toWellFormed().replaceAll('\0', '').trim();
  if (text === '') throw new Refusal(400, 'message_empty', 'The message has no text.');
  if (text.length > MESSAGE_MAX) throw new Refusal(413, 'message_too_long', `A message may have at most ${MESSAGE_MAX} characters.`);
  return { id, text, stored: false, ...(body.messageId ? { rewindFrom: body.messageId } : {}) };
}

/** A stored message in the AI SDK's shape; how it ended is in the metadata. */
function asUiMessage({ id, role, state, text, extra, at }: StoredMessage) {
  const sources = (extra.sources ?? []).map(({ id: sourceId, title, url }) =>
    url ? { type: 'source-url', sourceId, url, title } : { type: 'source-document', sourceId, mediaType: 'text/plain', title });
  const metadata = { ...extra.metadata, at, state, ...(extra.traceId ? { traceId: extra.traceId } : {}), ...(extra.code ? { code: extra.code } : {}), ...(extra.handoff ? { handoff: extra.handoff } : {}) };
  return { id, role, parts: [...(text ? [{ type: 'text', text }] : []), ...sources], metadata };
}
