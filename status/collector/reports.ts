/** The collector's own door: probers report here, and people send incidents. Everything that comes in is bounded and authenticated. */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { probeReport } from '@halfsecond/shared/status';
import type { Done } from '../incidents/commands.ts';
import { proberKey, SIGNATURE_HEADER, signedWith } from './key.ts';
import type { Board } from './quorum.ts';

/** Longer bodies are refused (bytes). */
const BODY_MAX = 256_000;
const DEADLINE_MS = 5_000;
const LOG_EVERY_MS = 60_000;
/** A prober's clock may differ by so much: an older report is a replay (ms). */
export const CLOCK_MAX_MS = 60_000;

export type Door = {
  /** `key` is the feed key. `orders` refuses everything when the host has no key of its own. */
  key: string;
  board: Board;
  /** Carries out what people send; null: nobody may. */
  order: ((wish: unknown) => Done) | null;
  wall: () => number;
  steady: () => number;
  /** Called after every report that counted. */
  heard: () => void;
  log: (line: string) => void;
};

/** Listens; resolves with the server and its port. Rejects when the port cannot be had. */
export async function openDoor(door: Door, host: string, port: number): Promise<{ server: Server; port: number }> {
  /** The last number of each prober: whatever is not greater has been said before. */
  const last = new Map<string, number>();
  /** When each reason to refuse was last logged. */
  const refused = new Map<string, number>();
  const server = createServer({ requestTimeout: DEADLINE_MS, headersTimeout: DEADLINE_MS }, (request, response) => {
    answer(door, last, refused, request, response).catch((error: unknown) => {
      door.log(`A report could not be read: ${error instanceof Error ? error.message : String(error)}`);
      reply(response, 400, { faults: ['The request could not be read.'] });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function answer(door: Door, last: Map<string, number>, refused: Map<string, number>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.method === 'POST' ? request.url : null;
  if (path !== '/probes' && path !== '/incidents') return reply(response, 404, { faults: ['Only POST /probes and POST /incidents.'] });
  const body = await bounded(request);
  if (body === null) return reply(response, 413, { faults: ['The body is too large.'] });
  if (path === '/incidents') return ordered(door, body, request, response);
  const fault = report(door, last, body, request.headers[SIGNATURE_HEADER]);
  // One that is refused every second is logged now and then.
  if (fault !== null && door.steady() - (refused.get(fault) ?? Number.NEGATIVE_INFINITY) > LOG_EVERY_MS) {
    refused.set(fault, door.steady());
    door.log(`A prober at ${request.socket.remoteAddress ?? 'an unknown address'} was refused: ${fault}`);
  }
  reply(response, fault === null ? 202 : 403, fault === null ? {} : { faults: [fault] });
}

/** Why a report does not count; null when it does. */
export function report(door: Door, last: Map<string, number>, body: Buffer, header: string | string[] | undefined): string | null {
  const parsed = probeReport.safeParse(json(body));
  if (!parsed.success) return 'It is no report of a prober.';
  const { prober, seq, at, results } = parsed.data;
  if (!signedWith(body, typeof header === 'string' ? header : null, proberKey(door.key, prober))) return 'It is not signed with the key of its name.';
  if (seq <= (last.get(prober) ?? 0)) return 'It repeats an older report.';
  if (Math.abs(door.wall() - at) > CLOCK_MAX_MS) return 'Its clock is more than a minute off.';
  last.set(prober, seq);
  for (const { target, ok, ms } of results) if (!door.board.report(prober, target, ok, ms, door.steady())) return 'There are too many probers.';
  door.heard();
  return null;
}

function ordered(door: Door, body: Buffer, request: IncomingMessage, response: ServerResponse): void {
  if (door.order === null) return reply(response, 403, { faults: ['Set STATUS_FEED_KEY on the status host to send incidents to it.'] });
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${door.key}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return reply(response, 401, { faults: ['STATUS_FEED_KEY is not the same on both hosts.'] });
  const done = door.order(json(body));
  reply(response, 'faults' in done ? 422 : 200, done);
}

/** Null when it is longer than allowed; the rest is then not read. */
async function bounded(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > BODY_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null; // No report fits null: whoever sent it is refused with the reason.
  }
}

function reply(response: ServerResponse, status: number, content: object): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json', ...(status === 413 ? { connection: 'close' } : {}) });
  response.end(JSON.stringify(content));
}
