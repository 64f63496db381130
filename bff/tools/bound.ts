/** Turns whatever a tool returned into plain JSON of a bounded size. */
import { ToolFault } from './source.ts';

/** Largest output of one tool, as UTF-8 JSON. */
export const OUTPUT_BYTES_MAX = 64_000;
/** Deeper JSON is no data that anybody could use, and some readers break on it. */
const DEPTH_MAX = 40;

/** A plain JSON copy. Throws a ToolFault when the value has no JSON form, is too large or nested too deeply. */
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
  if (isDeep(json)) throw new ToolFault('bad-result', `the result was nested more than ${DEPTH_MAX} deep`);
  // A lone half of a character is no text: providers refuse a request with one.
  return JSON.parse(json, (_key, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value)) as unknown;
}

function isDeep(json: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at += 1) {
    const char = json[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if (char === '}' || char === ']') depth -= 1;
  }
  return false;
}
