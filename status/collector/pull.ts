/** Reads the bff's feed over HTTP: bounded, with a deadline, its signature checked before anything is parsed. */
import { feed, type Feed } from '@halfsecond/shared/status';
import { LOCAL_KEY, SIGNATURE_HEADER, signedWith } from './key.ts';

/** A longer body is refused (bytes). */
export const FEED_MAX_BYTES = 4_000_000;
/** The whole pull must be over by then (ms). */
export const PULL_DEADLINE_MS = 2_000;
/** Longer lists than these are no honest feed. */
const MAX = { providers: 100, models: 200, tools: 200, samples: 10_000 };

export type PullOptions = { source: string; key: string | undefined };
/** `fault` is a sentence for the log and the page; it carries nothing that the other side sent. */
export type Pulled = { feed: Feed } | { fault: string };

/** `GET {source}/status/feed?after=N`. Never throws. */
export async function pull(options: PullOptions, after: number, stop: AbortSignal): Promise<Pulled> {
  const deadline = AbortSignal.timeout(PULL_DEADLINE_MS);
  const headers: Record<string, string> = { accept: 'application/json', 'accept-encoding': 'identity' };
  if (options.key) headers['authorization'] = `Bearer ${options.key}`;
  try {
    const response = await fetch(`${options.source}/status/feed?after=${after}`, {
      headers,
      redirect: 'error',
      signal: AbortSignal.any([deadline, stop]),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      if (response.status === 401 || response.status === 403) {
        return { fault: 'The feed refused us: STATUS_FEED_KEY is not the same on both hosts.' };
      }
      return { fault: `The feed answered ${response.status}.` };
    }
    const body = await readBounded(response, FEED_MAX_BYTES);
    if (body === null) return { fault: 'The feed is too large and was refused.' };
    if (!signedWith(body, response.headers.get(SIGNATURE_HEADER), options.key ?? LOCAL_KEY)) {
      return { fault: 'The feed is not signed with our key and was refused.' };
    }
    return parse(body);
  } catch (error) {
    if (deadline.aborted) return { fault: 'The feed did not answer in time.' };
    return { fault: stop.aborted ? 'The collector is stopping.' : `The feed could not be read (${reason(error)}).` };
  }
}

/** Null when the body is longer than `limit` bytes; the rest is then not read. */
async function readBounded(response: Response, limit: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (!response.body) return Buffer.alloc(0);
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(body: Buffer): Pulled {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return { fault: 'The feed is not JSON and was refused.' };
  }
  const parsed = feed.safeParse(json);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.filter((key) => typeof key === 'number' || /^\w{1,32}$/.test(String(key))).join('.');
    return { fault: `The feed does not fit its schema (at ${path || 'its top'}) and was refused.` };
  }
  for (const [list, most] of Object.entries(MAX)) {
    if (parsed.data[list as keyof typeof MAX].length > most) return { fault: `The feed lists more than ${most} ${list} and was refused.` };
  }
  return { feed: parsed.data };
}

function reason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  if (code === 'ECONNREFUSED') return 'the connection was refused';
  return typeof code === 'string' ? code : 'the connection failed';
}
