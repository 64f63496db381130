/** What stands between the street and the turn: origins, tokens, body sizes, rates, and refusals in one shape. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type * as z from 'zod/mini';
import { SMALL_BODY_MAX } from '@halfsecond/shared/limits';
import type { WireError } from '@halfsecond/shared/wire';
import { causeOf } from '../layers.ts';
import type { Site } from '../layers.ts';
import type { Sessions, Visitor } from './session.ts';

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 426 | 429 | 500 | 503;

/** A refusal with a code for programs and a sentence for people; `retryAfter` in seconds. */
export class Refusal extends Error {
  readonly status: Status;
  readonly code: string;
  readonly retryAfter: number | undefined;
  constructor(status: Status, code: string, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** A refusal as its response. */
export function refuse(error: unknown, c: Context): Response {
  const { refusal, body } = refusalOf(error);
  if (refusal.retryAfter !== undefined) c.header('retry-after', String(refusal.retryAfter));
  return c.json(body, refusal.status);
}

/** What a client is told about `error`. Anything but a Refusal is our fault: told as such, with the cause in the log only. */
export function refusalOf(error: unknown): { refusal: Refusal; body: WireError } {
  const traceId = newTraceId();
  if (!(error instanceof Refusal)) console.error(`request ${traceId} failed: ${causeOf(error)}`);
  const refusal = error instanceof Refusal ? error : new Refusal(500, 'internal', 'Something went wrong on our side.');
  return { refusal, body: { error: { code: refusal.code, message: refusal.message, traceId } } };
}

/** 32 hex digits, as in W3C trace context. */
export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

/** The trace that a valid `traceparent` names, and its span there; else a new trace. */
export function traceOf(traceparent: string | undefined): { traceId: string; parentSpan?: string } {
  const [, traceId, parentSpan] = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/.exec(traceparent ?? '') ?? [];
  return traceId && parentSpan ? { traceId, parentSpan } : { traceId: newTraceId() };
}

/** Reads and checks a JSON body sent as application/json or text/plain. Throws a 400, 413 or 415. */
export async function readBody<T>(c: Context, schema: z.ZodMiniType<T>, max: number = SMALL_BODY_MAX): Promise<T> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'text/plain') throw new Refusal(415, 'unsupported_media_type', 'Send JSON as application/json or text/plain.');
  const parsed = schema.safeParse(parseJson(await readText(c, max)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(400, 'bad_request', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is not valid'}`);
}

/** The body's text, given up as soon as it grows beyond `max` bytes. */
async function readText(c: Context, max: number): Promise<string> {
  if (Number(c.req.header('content-length') ?? 0) > max) throw tooLarge(max);
  // Node's own stream: a web Request with its body stream costs more than the rest of the door, and is held while the answer runs.
  const incoming = (c.env as Partial<HttpBindings> | undefined)?.incoming;
  if (incoming) return readIncoming(incoming, max);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.byteLength;
    if (size > max) throw tooLarge(max);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** By its events, which come in the tick of the request; iterating over it would wait for several. Rejects when the client goes before its end. */
function readIncoming(incoming: Pick<HttpBindings['incoming'], 'destroyed' | 'on' | 'off' | 'pause'>, max: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const over = () => {
    incoming.off('data', take).off('end', done).off('error', fail).off('close', cut);
  };
  const take = (chunk: Uint8Array) => {
    size += chunk.byteLength;
    if (size > max) fail(tooLarge(max));
    else chunks.push(chunk);
  };
  const fail = (error: Error) => {
    over();
    incoming.pause();
    reject(error);
  };
  const cut = () => fail(new Error('the client left in the middle of its request'));
  const done = () => {
    over();
    resolve(Buffer.concat(chunks).toString('utf8'));
  };
  if (incoming.destroyed) cut();
  else incoming.on('data', take).on('end', done).on('error', fail).on('close', cut);
  return promise;
}

function tooLarge(max: number): Refusal {
  return new Refusal(413, 'body_too_large', `The body may have at most ${max} bytes.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'malformed_json', 'The body is not valid JSON.');
  }
}

/** The visitor of a bearer header or of a token in the body; 401 otherwise, 403 from a page of another site. */
export function authenticate(c: Context, sessions: Sessions, sites: Site[], bodyToken?: string): Promise<Visitor> {
  return visitorOf(bearerOf(c.req.header('authorization')) ?? bodyToken, c.req.header('origin'), sessions, sites);
}

/** The visitor that `token` stands for, when a page of `origin` (none: not a browser) may speak for its site. Throws a 401 or 403. */
export async function visitorOf(token: string | undefined, origin: string | undefined, sessions: Sessions, sites: Site[]): Promise<Visitor> {
  if (!token) throw new Refusal(401, 'token_missing', 'Start a session first: POST /api/session.');
  const visitor = await sessions.verify(token);
  if (!visitor) throw new Refusal(401, 'token_invalid', 'The session token is not valid or has expired.');
  const allowed = sites.find((site) => site.id === visitor.site)?.origins ?? [];
  if (origin !== undefined && !allowed.includes(origin)) throw new Refusal(403, 'origin_not_allowed', 'This page may not talk to this site.');
  return visitor;
}

/** Lets pages of the configured origins read the answers; every other page gets no such header. */
export function corsHeaders(origin: string | undefined, sites: Site[]): Record<string, string> {
  if (origin === undefined || !sites.some((site) => site.origins.includes(origin))) return { vary: 'Origin' };
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after', 'timing-allow-origin': origin, vary: 'Origin' };
}

export function requireKey(c: Context, key: string | undefined, what: string): void {
  const given = bearerOf(c.req.header('authorization'));
  if (given === undefined || key === undefined || !same(given, key)) throw new Refusal(401, 'key_invalid', `This needs the ${what} as a bearer token.`);
}

/** Epoch ms from a number, its decimal text or an ISO date. Throws a 400. */
export function epoch(at: number | string): number {
  const value = typeof at === 'number' || /^\d+$/.test(at) ? Number(at) : Date.parse(at);
  if (!Number.isFinite(value)) throw new Refusal(400, 'bad_request', 'at: expected epoch milliseconds or an ISO date.');
  return value;
}

/** The token of an `Authorization: Bearer` header. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The address that spoke to us. Forwarded headers are not believed: anyone can write them. */
export function addressOf(c: Context): string {
  return (c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined)?.incoming?.socket?.remoteAddress ?? 'unknown';
}
