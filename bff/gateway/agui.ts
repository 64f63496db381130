/** The AG-UI 1.0 door: a RunAgentInput in, the answer out as AG-UI events over server-sent events. */
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import * as z from 'zod/mini';
import { CHAT_BODY_MAX, ID_MAX } from '@halfsecond/shared/limits';
import { chatRequest } from '@halfsecond/shared/wire';
import type { ChatRequest, StreamEvent } from '@halfsecond/shared/wire';
import { createRun } from './agui-events.ts';
import { limitChat } from './ask.ts';
import type { Ask } from './ask.ts';
import type { ChatParts } from './chat.ts';
import { Refusal, addressOf, authenticate, corsHeaders, readBody } from './guard.ts';
import { DONE } from './log.ts';
import { SSE_HEADERS, pipe } from './sse.ts';

/** Only what is read; state, tools and context of the client's own are left alone. */
const runAgentInput = z.object({
  threadId: chatRequest.shape.id,
  runId: z.string().check(z.minLength(1), z.maxLength(ID_MAX)),
  messages: z.array(z.unknown()),
  forwardedProps: z.optional(z.unknown()),
});
const ours = z.object({ token: z.optional(z.string()), traceparent: z.optional(z.string()) });
const userMessage = z.object({
  id: z.string(),
  role: z.literal('user'),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.optional(z.string()) }))]),
});

export function aguiRoutes(ask: Ask, parts: ChatParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.post('/', async (c) => {
    const arrivedAt = performance.now();
    const { threadId, runId, messages, forwardedProps } = await readBody(c, runAgentInput, CHAT_BODY_MAX);
    const { token, traceparent } = ours.safeParse(forwardedProps).data ?? {};
    const owner = { ...(await authenticate(c, parts.sessions, parts.sites, token)), chat: threadId };
    const question = newest(messages);
    limitChat(parts.rate, owner, addressOf(c));
    // A message that is sent again is to be answered again: the protocol has no other way to say so.
    const again = parts.conversations.read(owner)?.messages.some(({ id, role }) => role === 'user' && id === question.id) ?? false;
    const request: ChatRequest = {
      id: threadId, traceparent,
      ...(again ? { messages: [], trigger: 'regenerate-message', messageId: question.id } : { messages: [question], trigger: 'submit-message' }),
    };
    const answer = ask(request, owner, { arrivedAt, acceptLanguage: c.req.header('accept-language'), traceparent: c.req.header('traceparent') });
    const run = createRun(threadId, runId, answer.messageId);
    const headers = { ...SSE_HEADERS, ...corsHeaders(c.req.header('origin'), parts.sites) };
    pipe(c.env.outgoing, answer, 0, headers, (_id, json) =>
      run(json === DONE ? null : (JSON.parse(json) as StreamEvent)).map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    return RESPONSE_ALREADY_SENT;
  });

  return app;
}

/** The last message in the shape of a chat request. Throws a 400 when it is not a user's. */
function newest(messages: unknown[]): { id: string; role: 'user'; parts: { type: string; text?: string | undefined }[] } {
  const parsed = userMessage.safeParse(messages.at(-1));
  if (!parsed.success) throw new Refusal(400, 'bad_request', 'messages: expected a user message with content as the last entry.');
  const { id, role, content } = parsed.data;
  return { id, role, parts: typeof content === 'string' ? [{ type: 'text', text: content }] : content };
}
