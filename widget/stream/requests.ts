/** The bff's routes as functions: one session token, no preflight on POST, refusals as values with a code. */
import type { Session, Feedback, Marks, WireError } from '@halfsecond/shared/wire';
import { deadline, retryAfterSeconds } from './wait.ts';

/** Why a request was not served. `code` is the server's word, or `network`, `timeout`, `protocol` when there was none. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  /** Seconds. */
  readonly retryAfter: number | null;
  constructor(code: string, status: number, retryAfter: number | null) {
    super(`refused: ${code}`);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Where the session is kept: at least as long as the page lives, for all tabs at best. */
export type SessionStore = { read(): Session | null; write(session: Session | null): void };

export type RequestOptions = { endpoint: string; site: string; store: SessionStore; fetch?: typeof fetch };

/** A stored message as `GET /api/chat/:id` gives it; checked again before use. */
export type StoredChat = { messages: unknown[]; running: boolean };

export type Requests = {
  endpoint: string;
  /** A valid token: the kept one, or a new session. Calls at the same time share one request. */
  token(signal: AbortSignal): Promise<string>;
  /** Drops the session: the next token is of a new one. */
  forget(): void;
  /** A session, and a connection that the next request can use at once. */
  warm(signal: AbortSignal): Promise<void>;
  /**
   * Opens a session for the visitor that `jwt` names; everything asked meanwhile waits for it. `changed` is called when
   * that is somebody else than before, or nobody: whoever is not who the page says sees nothing of who was here.
   */
  identify(jwt: string, changed: () => void, signal: AbortSignal): Promise<void>;
  /** POST of JSON as text/plain with the token in the body; a 401 renews the session once. Resolves when headers are there. */
  post(path: string, body: Record<string, unknown>, signal: AbortSignal): Promise<Response>;
  /** GET with the token as bearer; a 401 renews the session once. */
  get(path: string, signal: AbortSignal): Promise<Response>;
  history(chatId: string, signal: AbortSignal): Promise<StoredChat | null>;
  stop(chatId: string, signal: AbortSignal): Promise<void>;
  feedback(feedback: Omit<Feedback, 'token'>, signal: AbortSignal): Promise<void>;
  marks(marks: Omit<Marks, 'token'>, signal: AbortSignal): Promise<void>;
};

const HEADERS_MS = 20_000;
/** A token this close to its end is renewed before use (ms). */
const EXPIRY_MARGIN_MS = 60_000;
/** Servers close a connection that was idle for a few seconds; a warm one is taken for cold after this (ms). */
const WARM_MS = 4_000;

export function createRequests({ endpoint, site, store, fetch: send = (...args) => fetch(...args) }: RequestOptions): Requests {
  let opening: Promise<string> | null = null;
  let identity: string | null = null;
  let warmedAt = -Infinity;

  /** One request up to its headers; its body may be read for as long as `signal` allows. */
  async function call(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const limit = deadline(HEADERS_MS, signal);
    try {
      const response = await send(`${endpoint}${path}`, { ...init, credentials: 'omit', signal: limit.signal });
      limit.disarm();
      return response;
    } catch {
      limit.release();
      if (signal.aborted) throw signal.reason;
      throw new Refusal(limit.signal.aborted ? 'timeout' : 'network', 0, null);
    }
  }

  async function open(signal: AbortSignal): Promise<string> {
    const before = store.read();
    const body = JSON.stringify({ site, ...(identity !== null ? { identity } : before ? { token: before.token } : {}) });
    const response = await call('/api/session', { method: 'POST', body, headers: { 'content-type': 'text/plain' } }, signal);
    if (!response.ok) throw await refusalOf(response);
    const session = sessionOf(await json(response));
    if (session === null) throw new Refusal('protocol', response.status, null);
    // Another tab may have been quicker: all tabs are one visitor.
    const other = store.read();
    if (identity === null && other && other.token !== before?.token && fresh(other)) return other.token;
    store.write(session);
    return session.token;
  }

  function token(signal: AbortSignal): Promise<string> {
    const kept = store.read();
    if (!opening && fresh(kept)) return Promise.resolve(kept.token);
    opening ??= open(signal).finally(() => {
      opening = null;
    });
    return opening;
  }

  async function withToken(run: (token: string) => Promise<Response>, signal: AbortSignal): Promise<Response> {
    const used = await token(signal);
    const response = await run(used);
    if (response.status !== 401) return response;
    // The secret may have changed since: the old token is of no use, not even to keep the visitor.
    if (store.read()?.token === used) store.write(null);
    return run(await token(signal));
  }

  const post: Requests['post'] = (path, body, signal) =>
    withToken((value) => call(path, { method: 'POST', body: JSON.stringify({ ...body, token: value }), headers: { 'content-type': 'text/plain' } }, signal), signal);
  const get: Requests['get'] = (path, signal) =>
    withToken((value) => call(path, { headers: { authorization: `Bearer ${value}` } }, signal), signal);
  const must = async (response: Response): Promise<void> => {
    if (!response.ok) throw await refusalOf(response);
  };

  return {
    endpoint, token, post, get,
    forget: () => store.write(null),
    async warm(signal) {
      if (opening || performance.now() - warmedAt < WARM_MS) return;
      warmedAt = performance.now();
      if (!fresh(store.read())) return void (await token(signal));
      // Something small that every page may ask for: a connection for requests like ours, which a preconnect does not give in every browser.
      await (await call('/halfsecond.js', { method: 'HEAD', cache: 'no-store' }, signal)).text();
    },
    async identify(jwt, changed, signal) {
      const before = store.read();
      identity = jwt;
      opening = open(signal).finally(() => {
        opening = null;
      });
      try {
        await opening;
      } catch (error) {
        store.write(null);
        // Who could not be asked about is asked about again with the next request.
        if (error instanceof Refusal && error.status === 401) {
          identity = null;
          changed();
        }
        throw error;
      }
      if (before !== null && store.read()?.visitor !== before.visitor) changed();
    },
    async history(chatId, signal) {
      const response = await get(`/api/chat/${encodeURIComponent(chatId)}`, signal);
      if (response.status === 404) return null;
      await must(response);
      const body = await json(response);
      if (!isRecord(body) || !Array.isArray(body['messages'])) throw new Refusal('protocol', response.status, null);
      return { messages: body['messages'], running: body['running'] === true };
    },
    async stop(chatId, signal) {
      await must(await post(`/api/chat/${encodeURIComponent(chatId)}/stop`, {}, signal));
    },
    async feedback(feedback, signal) {
      await must(await post('/api/feedback', feedback, signal));
    },
    async marks(marks, signal) {
      await must(await post('/api/marks', marks, signal));
    },
  };
}

/** Turns an answer that is not 2xx into a refusal. */
export async function refusalOf(response: Response): Promise<Refusal> {
  return refusalIn(await json(response), response.status, retryAfterSeconds(response.headers.get('retry-after'), Date.now()));
}

/** The refusal that a body tells of; one that is no JSON (a proxy's HTML page) has only its status. */
export function refusalIn(body: unknown, status: number, retryAfter: number | null): Refusal {
  const error: Partial<WireError['error']> & { retryAfter?: unknown } = isRecord(body) && isRecord(body['error']) ? body['error'] : {};
  const fallback = status === 429 ? 'throttled' : status >= 500 ? 'unavailable' : 'protocol';
  return new Refusal(typeof error.code === 'string' ? error.code : fallback, status, retryAfter ?? (typeof error.retryAfter === 'number' ? error.retryAfter : null));
}

/** Valid, and for a while yet. */
function fresh(session: Session | null): session is Session {
  return session !== null && session.expiresAt - EXPIRY_MARGIN_MS > Date.now();
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null; // Not JSON: the caller treats it as an answer of the wrong kind.
  }
}

function sessionOf(value: unknown): Session | null {
  if (!isRecord(value) || typeof value['token'] !== 'string') return null;
  const expiresAt = typeof value['expiresAt'] === 'number' ? value['expiresAt'] : 0;
  return { token: value['token'], expiresAt, visitor: typeof value['visitor'] === 'string' ? value['visitor'] : '' };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
