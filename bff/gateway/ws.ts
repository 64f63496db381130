/**
 * The WebSocket door, in the frames of the AI SDK's WebSocketChatTransport. One socket carries any number of
 * chats, each under its request id; an answer outlives the socket as it outlives any other reader.
 */
import { setImmediate as atEndOfTurn } from 'node:timers/promises';
import { upgradeWebSocket } from '@hono/node-server';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { HEARTBEAT_MS, ID_MAX } from '@halfsecond/shared/limits';
import { chatRequest } from '@halfsecond/shared/wire';
import type { Owner } from '../layers.ts';
import { limitChat } from './ask.ts';
import type { Ask } from './ask.ts';
import type { ChatParts } from './chat.ts';
import { Refusal, addressOf, bearerOf, refusalOf, visitorOf } from './guard.ts';
import { DONE, attach, detach } from './log.ts';
import type { Answer, Reader } from './log.ts';

/** A socket that leaves this much unread is cut (bytes); its answers can be resumed. */
const UNREAD_MAX = 1_000_000;
/** Answers that one socket may follow at once. */
const OPEN_MAX = 16;
/** Heartbeats without anything asked or answered, after which a socket is closed; fewer for one that never showed a token. */
const IDLE_BEATS = 30;
const STRANGER_BEATS = 2;

const envelope = z.object({ type: z.enum(['send', 'resume', 'abort']), requestId: z.string().check(z.minLength(1), z.maxLength(ID_MAX)) });
const details = z.object({
  headers: z.optional(z.record(z.string(), z.string())),
  body: z.optional(z.looseObject({ token: z.optional(z.string()), traceparent: z.optional(z.string()) })),
});
const resumeFrame = z.object({ id: chatRequest.shape.id, lastSequence: z.optional(z.int().check(z.nonnegative())) });

type Line = {
  socket: WebSocket;
  address: string;
  origin: string | undefined;
  token: string | undefined;
  acceptLanguage: string | undefined;
  /** What is being followed, by request id. */
  open: Map<string, { answer: Answer; reader: Reader }>;
  known: boolean;
  alive: boolean;
  quietBeats: number;
  unreadMax: number;
  timer: NodeJS.Timeout | undefined;
  /** Frames are handled one after another, so that an abort never overtakes its send. */
  frames: Promise<void>;
  waiting: number;
};

export function socketRoutes(ask: Ask, parts: ChatParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get('/ws', (c, next) => {
    const origin = c.req.header('origin');
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') throw new Refusal(426, 'upgrade_required', 'This address speaks WebSocket.');
    if (origin !== undefined && !parts.sites.some((site) => site.origins.includes(origin))) throw new Refusal(403, 'origin_not_allowed', 'This page is not on the list of any site.');
    return next();
  }, upgradeWebSocket((c) => {
    let line: Line | undefined;
    return {
      onOpen: (_event, { raw }) => {
        line = openLine(raw as WebSocket, c);
      },
      onMessage: ({ data }) => {
        if (line) receive(line, data, ask, parts);
      },
      onClose: () => {
        if (line) closeLine(line);
      },
    };
  }));
  return app;
}

function openLine(socket: WebSocket, c: Context): Line {
  const line: Line = {
    socket, address: addressOf(c), origin: c.req.header('origin'), token: bearerOf(c.req.header('authorization')), acceptLanguage: c.req.header('accept-language'),
    open: new Map(), known: false, alive: true, quietBeats: 0, unreadMax: UNREAD_MAX, timer: undefined, frames: Promise.resolve(), waiting: 0,
  };
  socket.on('pong', () => {
    line.alive = true;
  });
  line.timer = setInterval(() => beat(line), HEARTBEAT_MS).unref();
  return line;
}

function closeLine(line: Line): void {
  clearInterval(line.timer);
  for (const { answer, reader } of line.open.values()) detach(answer, reader);
  line.open.clear();
}

/** A peer that did not answer the last ping is gone; one that wants nothing for long is sent home. */
function beat(line: Line): void {
  if (!line.alive) return line.socket.terminate();
  line.alive = false;
  line.socket.ping();
  line.quietBeats = line.open.size > 0 ? 0 : line.quietBeats + 1;
  if (line.quietBeats >= (line.known ? IDLE_BEATS : STRANGER_BEATS)) line.socket.close(1000, 'idle');
}

/** Queues one frame. Nothing more is read from the socket until it is handled. */
function receive(line: Line, data: unknown, ask: Ask, parts: ChatParts): void {
  if (typeof data !== 'string') return line.socket.close(1003, 'Send text');
  line.waiting += 1;
  line.socket.pause();
  line.frames = line.frames.then(() => handle(line, data, ask, parts)).finally(() => {
    line.waiting -= 1;
    if (line.waiting === 0) line.socket.resume();
  });
}

/** Never rejects: a refusal is told in an error frame, a frame that makes no sense closes the socket. */
async function handle(line: Line, text: string, ask: Ask, parts: ChatParts): Promise<void> {
  const frame = parse(text);
  const head = envelope.safeParse(frame);
  if (!head.success) return line.socket.close(1008, 'Invalid frame');
  const { type, requestId } = head.data;
  try {
    if (type === 'abort') return abort(line, requestId);
    if (line.open.has(requestId)) throw new Refusal(409, 'request_busy', 'This request id is in use on this socket.');
    if (line.open.size >= OPEN_MAX) throw new Refusal(429, 'too_many_streams', 'Too many answers are followed on this socket.', 2);
    await (type === 'send' ? send(line, requestId, frame, ask, parts) : resume(line, requestId, frame, parts));
  } catch (error) {
    const { refusal, body } = refusalOf(error);
    const told = refusal.retryAfter === undefined ? body : { error: { ...body.error, retryAfter: refusal.retryAfter } };
    tell(line, { type: 'error', requestId, errorText: JSON.stringify(told) });
  }
}

/** Ends the answer, unless this socket follows it under another id too: then only this request was given up for that one. */
function abort(line: Line, requestId: string): void {
  const aborted = line.open.get(requestId);
  if (!aborted) return;
  const elsewhere = [...line.open].some(([id, { answer }]) => id !== requestId && answer === aborted.answer);
  if (!elsewhere) return aborted.answer.stop('stopped');
  detach(aborted.answer, aborted.reader);
  line.open.delete(requestId);
}

async function send(line: Line, requestId: string, frame: unknown, ask: Ask, parts: ChatParts): Promise<void> {
  const arrivedAt = performance.now();
  const { headers, body } = checked(details, frame);
  const request = checked(chatRequest, { ...body, ...(frame as object) });
  const owner = await ownerOf(line, request.id, headers, request.token, parts);
  limitChat(parts.rate, owner, line.address);
  const acceptLanguage = headers?.['accept-language'] ?? line.acceptLanguage;
  const answer = ask({ ...request, token: undefined }, owner, { arrivedAt, acceptLanguage, traceparent: headers?.['traceparent'] });
  // Frames leave at once: the question is on disk before its acknowledgement is sent.
  await atEndOfTurn();
  follow(line, requestId, answer, 0);
}

async function resume(line: Line, requestId: string, frame: unknown, parts: ChatParts): Promise<void> {
  const { headers, body } = checked(details, frame);
  const { id, lastSequence } = checked(resumeFrame, frame);
  const owner = await ownerOf(line, id, headers, body?.token, parts);
  const answer = parts.answers.find(owner);
  // An ended answer is told only to those who saw a part of it: all others read the stored chat.
  if (answer && (!answer.ended || lastSequence !== undefined)) {
    tell(line, { type: 'start', requestId });
    if (!follow(line, requestId, answer, lastSequence === undefined ? 0 : answer.startId + lastSequence)) {
      throw new Refusal(409, 'replay_gone', 'That part of the answer is no longer held; read the stored chat.');
    }
    return;
  }
  const last = lastSequence === undefined ? undefined : parts.conversations.read(owner)?.messages.at(-1);
  if (last?.state !== 'interrupted') return tell(line, { type: 'no-active', requestId });
  // The process was restarted in mid-answer. The question is safe; the client may ask again.
  tell(line, { type: 'start', requestId });
  tell(line, { type: 'chunk', requestId, sequence: (lastSequence ?? -1) + 1, chunk: { type: 'error', errorText: 'interrupted' } });
  tell(line, { type: 'end', requestId });
}

/** Sends the answer from after event `after` as chunks, numbered from 0 at its beginning. False when the log no longer holds it. */
function follow(line: Line, requestId: string, answer: Answer, after: number): boolean {
  const head = `{"type":"chunk","requestId":${JSON.stringify(requestId)},"sequence":`;
  let ended = false;
  line.unreadMax = Infinity;
  const reader: Reader = {
    event: (id, json) => {
      if (json !== DONE) write(line, `${head}${id - answer.startId},"chunk":${json}}`);
    },
    heartbeat: () => undefined, // pings are the socket's own
    end: () => {
      ended = true;
      line.open.delete(requestId);
      tell(line, { type: 'end', requestId });
    },
  };
  const attached = attach(answer, after, reader);
  // A replay comes at once and may be long: that is no sign of a reader that does not read.
  line.unreadMax = UNREAD_MAX + line.socket.bufferedAmount;
  if (!attached) return false;
  if (line.socket.readyState !== line.socket.OPEN) detach(answer, reader);
  else if (!ended) line.open.set(requestId, { answer, reader });
  return true;
}

/** The frame's own token counts before the handshake's: it may be the newer one. */
async function ownerOf(line: Line, chat: string, headers: Record<string, string> | undefined, bodyToken: string | undefined, parts: ChatParts): Promise<Owner> {
  const token = bearerOf(headers?.['authorization']) ?? bodyToken ?? line.token;
  const visitor = await visitorOf(token, line.origin, parts.sessions, parts.sites);
  line.known = true;
  line.quietBeats = 0;
  return { ...visitor, chat };
}

function tell(line: Line, frame: Record<string, unknown>): void {
  write(line, JSON.stringify(frame));
}

function write({ socket, unreadMax }: Line, text: string): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.send(text);
  if (socket.bufferedAmount > unreadMax) socket.terminate();
}

function checked<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(400, 'bad_request', `${issue?.path.join('.') || 'frame'}: ${issue?.message ?? 'is not valid'}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no envelope fits null: the socket is closed for it
  }
}
