/** The Ed25519 key of this status host and the signatures beside its snapshots. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { Signatures } from '../verify.ts';

/** So many of the newest signatures stand in snapshot.sig: whoever reads both files a moment apart still finds the right one. */
const KEPT = 10;

export type Signer = {
  /** Raw public key, base64. */
  publicKey: string;
  /** SHA-256 (hex) of the bytes, and the whole new content of snapshot.sig. */
  sign: (bytes: string, seq: number) => { hash: string; file: string };
  /** The same for bytes that are no snapshot: their own signature alone. */
  seal: (bytes: string, seq: number) => Signatures;
};

/** Reads the key kept in `folder`, or makes it there, readable by its owner only. */
export function openSigner(folder: string): Signer {
  const key = privateKey(join(folder, 'signing-key.pem'));
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  const publicKey = Buffer.from(x ?? '', 'base64url').toString('base64');
  const latest: Signatures['signatures'] = [];
  const signature = (bytes: string, seq: number): Signatures['signatures'][number] =>
    ({ seq, sha256: createHash('sha256').update(bytes).digest('hex'), signature: sign(null, Buffer.from(bytes), key).toString('base64') });
  return {
    publicKey,
    sign(bytes, seq) {
      const made = signature(bytes, seq);
      latest.unshift(made);
      latest.length = Math.min(latest.length, KEPT);
      return { hash: made.sha256, file: `${JSON.stringify({ algorithm: 'Ed25519', publicKey, signatures: latest })}\n` };
    },
    seal: (bytes, seq) => ({ algorithm: 'Ed25519', publicKey, signatures: [signature(bytes, seq)] }),
  };
}

function privateKey(path: string): KeyObject {
  if (existsSync(path)) return createPrivateKey(readFileSync(path));
  mkdirSync(join(path, '..'), { recursive: true });
  const { privateKey: made } = generateKeyPairSync('ed25519');
  writeFileSync(path, made.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  chmodSync(path, 0o600);
  return made;
}
