/** Who is speaking: short-lived session tokens of our own, and identities signed by the customer. */
import { createHash, randomUUID } from 'node:crypto';
import { SignJWT, decodeProtectedHeader, importSPKI, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import { ID_PATTERN, SESSION_MS } from '@halfsecond/shared/limits';
import type { Session } from '@halfsecond/shared/wire';
import type { Site } from '../layers.ts';

export type Visitor = { site: string; visitor: string; identified: boolean };
export type Sessions = ReturnType<typeof createSessions>;

/** An identity may be at most this old, and must say when it ends. */
const IDENTITY_MAX_AGE = '1h';

/** Verified tokens kept; the oldest go first. */
const VERIFIED_MAX = 20_000;

/** `secret` signs our own tokens (HS256). Sites come from the configuration. */
export function createSessions(secret: Uint8Array, sites: Site[]) {
  const audience = 'halfsecond-session';
  /** Tokens that were good once are good until they expire: a conversation does not pay for its signature at every message. */
  const verified = new Map<string, { visitor: Visitor; until: number }>();

  async function issue(site: string, visitor: string, identified: boolean): Promise<Session> {
    const expiresAt = Date.now() + SESSION_MS;
    const token = await new SignJWT({ site, identified })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(visitor)
      .setAudience(audience)
      .setExpirationTime(Math.floor(expiresAt / 1_000))
      .sign(secret);
    return { token, expiresAt, visitor };
  }

  /** The token's visitor, or null when it is forged, expired or for a site that is gone. */
  async function verify(token: string): Promise<Visitor | null> {
    const before = verified.get(token);
    if (before && before.until > Date.now()) return before.visitor;
    const payload = await payloadOf(token);
    if (!payload || !known(payload)) return null;
    const visitor = { site: payload.site, visitor: payload.sub, identified: payload.identified };
    if (verified.size >= VERIFIED_MAX) verified.delete(verified.keys().next().value ?? '');
    verified.set(token, { visitor, until: (payload.exp ?? 0) * 1_000 });
    return visitor;
  }

  async function payloadOf(token: string): Promise<JWTPayload | null> {
    try {
      return (await jwtVerify(token, secret, { audience, algorithms: ['HS256'] })).payload;
    } catch {
      return null; // every reason reads the same from outside: not a valid session
    }
  }

  function known(payload: JWTPayload): payload is JWTPayload & { site: string; sub: string; identified: boolean } {
    const site = payload['site'];
    return typeof payload.sub === 'string' && sites.some((s) => s.id === site);
  }

  /**
   * Starts a session, or null when `identity` was given and is not valid. An older token of the same site
   * keeps its anonymous visitor; an identity always names the visitor itself.
   */
  async function start(site: Site, identity: string | undefined, older: string | undefined): Promise<Session | null> {
    if (identity !== undefined) {
      const subject = await identityOf(identity, site);
      return subject === null ? null : issue(site.id, subject, true);
    }
    const before = older === undefined ? null : await verify(older);
    const keeps = before !== null && before.site === site.id && !before.identified;
    return issue(site.id, keeps ? before.visitor : `anon:${randomUUID()}`, false);
  }

  return { start, verify };
}

/** The visitor id that a customer's JWT names, or null. The algorithm is pinned by the kind of secret. */
async function identityOf(identity: string, site: Site): Promise<string | null> {
  for (const secret of site.identitySecrets) {
    try {
      const algorithm = secret.includes('BEGIN PUBLIC KEY') ? 'ES256' : 'HS256';
      if (decodeProtectedHeader(identity).alg !== algorithm) continue;
      const key = algorithm === 'ES256' ? await importSPKI(secret, algorithm) : new TextEncoder().encode(secret);
      const { payload } = await jwtVerify(identity, key, {
        algorithms: [algorithm], audience: site.id, maxTokenAge: IDENTITY_MAX_AGE, requiredClaims: ['sub', 'exp', 'iat'], clockTolerance: 30,
      });
      if (payload.sub) return visitorId(payload.sub);
    } catch {
      continue; // signed by the other live secret, or by nobody: the loop's end says no
    }
  }
  return null;
}

/** The customer's subject under a prefix that no anonymous visitor can have; odd or long ones are hashed. */
function visitorId(subject: string): string {
  const plain = `user:${subject}`;
  return ID_PATTERN.test(plain) ? plain : `user:${createHash('sha256').update(subject).digest('hex')}`;
}
