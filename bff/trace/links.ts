/** Links that open one trace once, for a browser that has no admin key to send. */
import { randomBytes } from 'node:crypto';

const VALID_MS = 600_000;
const LINKS_MAX = 100;

export type Links = { make(traceId: string): string; open(traceId: string, token: string): boolean };

export function createLinks(now: () => number = Date.now): Links {
  const links = new Map<string, { traceId: string; until: number }>();
  return {
    /** A token that is good once and for ten minutes. */
    make(traceId) {
      const token = randomBytes(24).toString('base64url');
      links.set(token, { traceId, until: now() + VALID_MS });
      if (links.size > LINKS_MAX) links.delete(links.keys().next().value ?? '');
      return token;
    },
    /** Whether the token opens this trace; it is used up. */
    open(traceId, token) {
      const link = links.get(token);
      if (link?.traceId !== traceId) return false;
      links.delete(token);
      return link.until > now();
    },
  };
}
