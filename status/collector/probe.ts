/** Asks the bff from outside whether it lives, the way a visitor's browser would reach it. */
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';

/** A slower answer counts as none (ms). */
export const PROBE_DEADLINE_MS = 800;

/** True when `GET {source}/healthz` answers 200 in time, over a connection of its own. Never throws. */
export function probe(source: string, stop: AbortSignal): Promise<boolean> {
  const get = source.startsWith('https:') ? getHttps : getHttp;
  return new Promise((settle) => {
    // A kept-alive connection would go on answering where new visitors are no longer let in.
    const request = get(`${source}/healthz`, { agent: false, signal: AbortSignal.any([AbortSignal.timeout(PROBE_DEADLINE_MS), stop]) });
    request.once('response', (response) => {
      settle(response.statusCode === 200);
      response.destroy();
    });
    request.on('error', () => settle(false));
    request.once('close', () => settle(false));
  });
}
