/**
 * Requests that leave the house. A name is resolved here, every address that it stands for is looked at, and the
 * connection goes to that very address: whatever the name says a moment later changes nothing.
 */
import { lookup } from 'node:dns/promises';
import { Agent, buildConnector, fetch as send } from 'undici';
import type { BodyInit, Response } from 'undici';
import { ToolFault } from '../source.ts';
import { addressIn, isInside, normalPlace, placeOf } from './addresses.ts';

export type Outgoing = { method: string; headers: Record<string, string> | Headers; body?: BodyInit; signal: AbortSignal };
export type Egress = {
  /** Rejects with a ToolFault for a place that may not be reached. Redirects are answers like any other: nothing follows them. */
  fetch(url: URL, request: Outgoing): Promise<Response>;
  close(): Promise<void>;
};
/** Addresses of a name; another function lets a test answer differently each time. */
export type Resolve = (hostname: string) => Promise<string[]>;

const CONNECT_MS = 5_000;
const HEADERS_MS = 60_000;

/**
 * @param allow `host:port` inside private ranges that may be reached
 * @param bodyMax bytes of a body as they come over the wire; what unpacks is for the reader to count
 */
export function createEgress(allow: string[], bodyMax: number, resolve: Resolve = resolveAll): Egress {
  const allowed = new Set(allow.map(normalPlace));
  const connect = buildConnector({ timeout: CONNECT_MS });
  const agent = new Agent({
    headersTimeout: HEADERS_MS,
    bodyTimeout: 0,
    maxResponseSize: bodyMax,
    maxHeaderSize: 32_768,
    connect(options, done) {
      addressFor(options, allowed, resolve).then(
        // The certificate is checked against the name, whichever address is dialled.
        (address) => connect({ ...options, hostname: address, host: address, servername: options.servername || (addressIn(options.hostname) ? '' : options.hostname) }, done),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), null),
      );
    },
  });
  return {
    async fetch(url, { method, headers, body, signal }) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw forbidden();
      if (url.username !== '' || url.password !== '') throw forbidden();
      try {
        return await send(url, { method, headers: headers as Record<string, string>, ...(body === undefined ? {} : { body, duplex: 'half' as const }), signal, redirect: 'manual', dispatcher: agent });
      } catch (error) {
        throw faultIn(error) ?? error;
      }
    },
    close: () => agent.destroy(),
  };
}

/** The address to dial. Throws a ToolFault when the place is inside and not on the list. */
async function addressFor(options: { hostname: string; port: string; protocol: string }, allowed: Set<string>, resolve: Resolve): Promise<string> {
  const literal = addressIn(options.hostname);
  const addresses = literal === null ? await resolve(options.hostname) : [literal];
  const [first] = addresses;
  if (first === undefined) throw new ToolFault('unreachable', 'the name of the tool\'s server is not known');
  if (allowed.has(placeOf(options))) return first;
  // One address inside is enough to refuse: which one is dialled should not be a matter of luck.
  if (addresses.some(isInside)) throw forbidden();
  return first;
}

async function resolveAll(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

function forbidden(): ToolFault {
  return new ToolFault('forbidden', 'the tool\'s address may not be reached from here');
}

/** undici wraps what a connection failed of. */
function faultIn(error: unknown): ToolFault | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) if (at instanceof ToolFault) return at;
  return null;
}
