/** Ids that a browser makes. */

/** `prefix` and 21 random characters of the wire's alphabet; needs no secure context. */
export function newId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(21));
  return `${prefix}_${Array.from(bytes, (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.'[byte & 63]).join('')}`;
}
