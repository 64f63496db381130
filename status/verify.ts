/**
 * Is this snapshot genuine and newer than the last one? The one answer for the page's script and for mirrors:
 * WebCrypto only, no import, so that a browser loads it for a few hundred bytes.
 */

/** The last snapshot that was believed: its number and the SHA-256 (hex) of its bytes. */
export type Last = { seq: number; hash: string };
/** `snapshot.sig` as published: the newest signatures, over the exact bytes of a snapshot each. */
export type Signatures = { algorithm: string; publicKey: string; signatures: { seq: number; sha256: string; signature: string }[] };
/**
 * `signature`: not signed by this key, which includes truncated and altered bytes. `older`: its number is not above the
 * last one's, or it says something else under the same number. `chain`: it follows the last one but does not name it.
 * `unsupported`: this browser has no Ed25519, or the page came over plain http.
 */
export type Refusal = 'signature' | 'older' | 'chain' | 'unsupported';
export type Verdict<T> = { ok: true; value: T; last: Last; fresh: boolean } | { ok: false; why: Refusal };

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));

/**
 * @param bytes `snapshot.json` exactly as it came; fetch it before `snapshot.sig`, which then still knows it
 * @param signatures the parsed `snapshot.sig`
 * @param key the trusted raw public key, base64; what the file itself names is never believed in its place
 * @param last what was believed before, null at first sight
 * @returns `fresh` is false when it is the very snapshot of `last`. Never rejects.
 */
export async function verify<T extends { seq: number; previous?: string | null }>(
  bytes: Uint8Array<ArrayBuffer>, signatures: Signatures, key: string, last: Last | null,
): Promise<Verdict<T>> {
  const { subtle } = crypto;
  const no = (why: Refusal): Verdict<T> => ({ ok: false, why });
  if (!subtle) return no('unsupported');
  const digest = await subtle.digest('SHA-256', bytes);
  const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  try {
    const mine = signatures.signatures.find((each) => each.sha256 === hash);
    if (!mine) return no('signature');
    const trusted = await subtle.importKey('raw', bytesOf(key), 'Ed25519', false, ['verify']);
    if (!await subtle.verify('Ed25519', trusted, bytesOf(mine.signature), bytes)) return no('signature');
    const value: T = JSON.parse(new TextDecoder().decode(bytes));
    if (mine.seq !== value.seq) return no('signature');
    if (last && hash !== last.hash) {
      if (!(value.seq > last.seq)) return no('older');
      // Parts of pages are in no chain; a snapshot always names the one before.
      if (value.seq === last.seq + 1 && value.previous !== undefined && value.previous !== last.hash) return no('chain');
    }
    return { ok: true, value, last: { seq: value.seq, hash }, fresh: hash !== last?.hash };
  } catch (error) {
    // Whatever cannot be read was not written by the signer; only a missing algorithm is the reader's own lack.
    return no(error instanceof Error && error.name === 'NotSupportedError' ? 'unsupported' : 'signature');
  }
}
