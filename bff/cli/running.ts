/** Speaking to the bff that runs on this data folder, as its operator. */
import { readSecrets } from '../store/folder.ts';
import { dataFolder } from './options.ts';

const DEADLINE_MS = 120_000;

/** Null when nobody listens at BFF_PORT. Throws the bff's own sentence when it refuses. */
export async function askRunning(method: string, path: string, body?: unknown): Promise<unknown> {
  const url = process.env['BFF_URL'] ?? `http://127.0.0.1:${process.env['BFF_PORT'] ?? 8787}`;
  let response: Response;
  try {
    response = await fetch(new URL(path, url), {
      method, signal: AbortSignal.timeout(DEADLINE_MS),
      headers: { authorization: `Bearer ${readSecrets(dataFolder(), process.env).admin}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (error instanceof TypeError) return null; // nobody there
    throw error;
  }
  const answer = (await response.json()) as { error?: { message: string } };
  if (!response.ok) throw new Error(`The bff at ${url} refused: ${answer.error?.message ?? response.status}`);
  return answer;
}
