/** What crosses the wire between a browser and the bff: requests, the stream's events, sessions, feedback, browser marks. */
import * as z from 'zod/mini';
import { COMMENT_MAX, ID_MAX, ID_PATTERN } from './limits.ts';

const id = z.string().check(z.maxLength(ID_MAX), z.regex(ID_PATTERN));
const token = z.string().check(z.maxLength(4_096));

/** `POST /api/session`. `site` is the public key; `token` renews an older session and keeps its visitor. */
export const sessionRequest = z.object({
  site: z.string().check(z.maxLength(ID_MAX)),
  identity: z.optional(z.string().check(z.maxLength(8_192))),
  token: z.optional(token),
});
export type SessionRequest = z.infer<typeof sessionRequest>;

/** Answer of `POST /api/session`; `expiresAt` in epoch milliseconds. */
export const session = z.object({ token: z.string(), expiresAt: z.number(), visitor: z.string() });
export type Session = z.infer<typeof session>;

/** A message as the AI SDK sends it. Parts other than text are carried by the SDK and ignored by us. */
export const uiMessage = z.object({
  id: z.optional(z.string().check(z.maxLength(ID_MAX))),
  role: z.enum(['system', 'user', 'assistant']),
  parts: z.array(z.looseObject({ type: z.string(), text: z.optional(z.string()) })),
});
export type UiMessage = z.infer<typeof uiMessage>;

/** Times in ms that the browser knows when it sends: key press to request. */
export const requestMarks = z.object({ keyToSend: z.optional(z.number()), sentAt: z.optional(z.number()) });

/**
 * `POST /api/chat`: the AI SDK's chat request plus ours. The messages are checked one by one later,
 * because only the newest user message is ever read.
 */
export const chatRequest = z.object({
  id,
  messages: z.array(z.unknown()),
  trigger: z.optional(z.enum(['submit-message', 'regenerate-message'])),
  messageId: z.optional(z.nullable(z.string().check(z.maxLength(ID_MAX)))),
  token: z.optional(token),
  capabilities: z.optional(z.array(z.string())),
  traceparent: z.optional(z.string()),
  marks: z.optional(requestMarks),
});
export type ChatRequest = z.infer<typeof chatRequest>;

/** `POST /api/feedback`. */
export const feedback = z.object({
  token,
  chatId: id,
  messageId: id,
  rating: z.enum(['up', 'down']),
  comment: z.optional(z.string().check(z.maxLength(COMMENT_MAX))),
});
export type Feedback = z.infer<typeof feedback>;

const ms = z.number().check(z.nonnegative(), z.lte(3_600_000));
/** `POST /api/marks`: what the browser measured of one turn, in ms. */
export const marks = z.object({
  token,
  traceId: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  keyToSend: ms,
  sendToFirstByte: ms,
  firstByteToPaint: ms,
  total: ms,
});
export type Marks = z.infer<typeof marks>;

/** Body of every refusal before a stream starts. */
export const wireError = z.object({ error: z.object({ code: z.string(), message: z.string(), traceId: z.string() }) });
export type WireError = z.infer<typeof wireError>;

export const turnState = z.enum(['accepted', 'queued', 'thinking', 'recalling', 'calling-tool', 'answering', 'switching', 'waiting']);
export type TurnState = z.infer<typeof turnState>;

/** `data-status`: where the turn is, as a sentence for the visitor. `since` is epoch ms. */
export const statusData = z.object({
  state: turnState,
  text: z.string(),
  since: z.number(),
  position: z.optional(z.number()),
  agent: z.optional(z.string()),
  model: z.optional(z.string()),
  tool: z.optional(z.string()),
});
export type StatusData = z.infer<typeof statusData>;

export const usage = z.object({ inputTokens: z.number(), outputTokens: z.number() });
export type Usage = z.infer<typeof usage>;

/** Milliseconds a turn spent in each hop; `firstToken` and `total` count from the request's arrival. */
export const timing = z.object({
  queue: z.number(),
  dispatch: z.number(),
  memory: z.number(),
  route: z.number(),
  provider: z.number(),
  tools: z.number(),
  gateway: z.number(),
  firstToken: z.nullable(z.number()),
  total: z.number(),
});
export type Timing = z.infer<typeof timing>;

/** `messageMetadata` of `start`. */
export const startMetadata = z.object({ traceId: z.string(), chatId: z.string() });
/** `messageMetadata` of `finish`; `cost` in US dollars. */
export const finishMetadata = z.object({
  traceId: z.string(),
  model: z.string(),
  provider: z.string(),
  fallback: z.boolean(),
  usage,
  cost: z.number(),
  timing,
});
export type FinishMetadata = z.infer<typeof finishMetadata>;

/** Every event of the stream: AI SDK "UI message stream" v1 chunks, plus our `data-*`. Unknown fields pass. */
export const streamEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), messageId: z.string(), messageMetadata: startMetadata }),
  z.object({ type: z.literal('start-step') }),
  z.object({ type: z.literal('finish-step') }),
  z.object({ type: z.literal('reset-step') }),
  z.object({ type: z.literal('data-status'), transient: z.literal(true), data: statusData }),
  z.object({
    type: z.literal('data-agent'),
    data: z.object({ name: z.string(), title: z.string(), confidence: z.number() }),
  }),
  z.object({ type: z.literal('data-prompts'), transient: z.literal(true), data: z.object({ prompts: z.array(z.string()) }) }),
  z.object({ type: z.literal('data-handoff'), data: z.object({ reason: z.string(), url: z.optional(z.string()) }) }),
  z.object({ type: z.literal('source-url'), sourceId: z.string(), url: z.string(), title: z.optional(z.string()) }),
  z.object({
    type: z.literal('source-document'),
    sourceId: z.string(),
    mediaType: z.string(),
    title: z.string(),
    filename: z.optional(z.string()),
  }),
  z.object({ type: z.literal('tool-input-start'), toolCallId: z.string(), toolName: z.string(), title: z.optional(z.string()) }),
  z.object({ type: z.literal('tool-input-delta'), toolCallId: z.string(), inputTextDelta: z.string() }),
  z.object({ type: z.literal('tool-input-available'), toolCallId: z.string(), toolName: z.string(), input: z.unknown() }),
  z.object({
    type: z.literal('tool-output-available'),
    toolCallId: z.string(),
    output: z.unknown(),
    preliminary: z.optional(z.boolean()),
  }),
  z.object({ type: z.literal('tool-output-error'), toolCallId: z.string(), errorText: z.string() }),
  z.object({ type: z.literal('tool-output-denied'), toolCallId: z.string() }),
  z.object({ type: z.literal('tool-approval-request'), approvalId: z.string(), toolCallId: z.string() }),
  z.object({ type: z.literal('reasoning-start'), id: z.string() }),
  z.object({ type: z.literal('reasoning-delta'), id: z.string(), delta: z.string() }),
  z.object({ type: z.literal('reasoning-end'), id: z.string() }),
  z.object({ type: z.literal('text-start'), id: z.string() }),
  z.object({ type: z.literal('text-delta'), id: z.string(), delta: z.string() }),
  z.object({ type: z.literal('text-end'), id: z.string() }),
  z.object({ type: z.literal('finish'), messageMetadata: finishMetadata }),
  z.object({ type: z.literal('error'), errorText: z.string() }),
  z.object({ type: z.literal('abort'), reason: z.optional(z.string()) }),
]);
export type StreamEvent = z.infer<typeof streamEvent>;
