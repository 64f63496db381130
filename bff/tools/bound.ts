/** Turns whatever a tool returned into plain JSON of a bounded size. */
import { ToolFault } from './source.ts';

/** Largest output of one tool, as UTF-8 JSON. */
export const OUTPUT_BYTES_MAX = 64_000;

/** A plain JSON copy. Throws a ToolFault when the value has no JSON form or is too large. */
export function plain(output: unknown): unknown {
  let json: string;
  try {
    json = JSON.stringify(output ?? null) ?? 'null';
  } catch (cause) {
    throw new ToolFault('bad-result', 'the tool returned something that is not data', { cause });
  }
  const bytes = Buffer.byteLength(json);
  if (bytes > OUTPUT_BYTES_MAX) {
    throw new ToolFault('too-large', `the result was too large (${bytes} bytes, at most ${OUTPUT_BYTES_MAX}); ask for less`);
  }
  return JSON.parse(json) as unknown;
}
