/** Asks one address from outside whether it lives, the way a visitor's browser would reach it. */
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';

/** A slower answer of the bff counts as none (ms). */
export const PROBE_DEADLINE_MS = 800;

/** `ms` until the head of the answer, null when none came in time. */
export type Probed = { ok: boolean; ms: number | null };

/** True for the bff's own "I live": a page that some proxy or portal shows in its place is none, whatever its status. */
export function alive(response: IncomingMessage): boolean {
  return response.statusCode === 200 && !(response.headers['content-type'] ?? '').includes('text/html');
}

/** True for an endpoint that is there: it may well refuse a caller without a key. */
export function reachable(response: IncomingMessage): boolean {
  return (response.statusCode ?? 500) < 500;
}

/** `GET url` over a connection of its own; not in time is not ok. Never throws. */
export function probe(url: string, deadlineMs: number, good: (response: IncomingMessage) => boolean, stop: AbortSignal): Promise<Probed> {
  const get = url.startsWith('https:') ? getHttps : getHttp;
  const begun = performance.now();
  return new Promise((settle) => {
    // A kept-alive connection would go on answering where new visitors are no longer let in.
    const request = get(url, { agent: false, signal: AbortSignal.any([AbortSignal.timeout(deadlineMs), stop]) });
    request.once('response', (response) => {
      settle({ ok: good(response), ms: Math.round((performance.now() - begun) * 10) / 10 });
      response.destroy();
    });
    request.on('error', () => settle({ ok: false, ms: null }));
    request.once('close', () => settle({ ok: false, ms: null }));
  });
}
