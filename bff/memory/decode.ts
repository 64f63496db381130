/** Bytes of a text file to text: UTF-8 unless the file says otherwise, by its first bytes or in its markup. */

const DECLARED = /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)|<\?xml[^>]+encoding\s*=\s*["']([\w-]+)|<meta[^>]+content\s*=\s*["'][^"']*charset=([\w-]+)/i;
/** Where a page says which encoding it has (bytes). */
const HEAD = 2_048;

/** Null for what is no text, or says no encoding and is not UTF-8. */
export function decodeText(bytes: Buffer): string | null {
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  if (marked !== null) return as(marked, bytes);
  const plain = as('utf-8', bytes);
  if (plain !== null) return plain;
  const [, ...found] = DECLARED.exec(bytes.toString('latin1', 0, HEAD)) ?? [];
  const name = found.find((one) => one !== undefined);
  return name === undefined || /^utf-?8$/i.test(name) ? null : as(name, bytes);
}

function as(encoding: string, bytes: Buffer): string | null {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null; // The decoder throws for nothing else than an encoding it does not know and bytes that are not of it.
  }
}
