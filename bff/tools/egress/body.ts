/** Reading an answer's body within limits, counted after it was unpacked. */
import type { Response as Received } from 'undici';
import { ToolFault } from '../source.ts';

/** The body as text. Throws a ToolFault as soon as it has grown beyond `max` bytes; the rest is then not read. */
export async function readText(response: Received, max: number): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > max) throw new ToolFault('too-large', `the tool's server answered with more than ${max} bytes; ask for less`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The same answer as fetch's own, whose body fails once more than `max` bytes have come out of it. Only a packed one is
 * counted here: of any other the connection lets no more pass.
 */
export function bounded(response: Received, max: number): Response {
  if (!response.headers.has('content-encoding')) return response as unknown as Response;
  let size = 0;
  const guard = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > max) controller.error(new ToolFault('too-large', `the tool's server answered with more than ${max} bytes`));
      else controller.enqueue(chunk);
    },
  });
  const body = (response.body as ReadableStream<Uint8Array> | null)?.pipeThrough(guard) ?? null;
  return new Response(body, { status: response.status, statusText: response.statusText, headers: [...response.headers] });
}
