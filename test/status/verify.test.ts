/** The verifier that page and mirror share: hundreds of altered, cut, older and foreign snapshots, none of which may pass. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { verify, type Last, type Signatures, type Verdict } from '../../status/verify.ts';
import { observed, writing } from './writing.ts';

type Taken = { bytes: Uint8Array<ArrayBuffer>; sig: Signatures; seq: number };

/** Six snapshots of one host, as read one after the other. */
function history(t: TestContext): { taken: Taken[]; key: string } {
  const { writer, site, read } = writing(t);
  const write = writer();
  const taken = Array.from({ length: 6 }, (_, second): Taken => {
    write(observed({ asOf: observed().asOf + second * 1_000 }), site);
    const bytes = new Uint8Array(Buffer.from(read('snapshot.json')));
    return { bytes, sig: JSON.parse(read('snapshot.sig')) as Signatures, seq: (JSON.parse(read('snapshot.json')) as { seq: number }).seq };
  });
  return { taken, key: taken[0]?.sig.publicKey ?? '' };
}

function nth(taken: Taken[], at: number): Taken {
  const found = taken[at];
  assert.ok(found);
  return found;
}

async function lastOf(each: Taken, key: string): Promise<Last> {
  const verdict = await verify(each.bytes, each.sig, key, null);
  assert.ok(verdict.ok);
  return verdict.last;
}

test('a genuine history is taken snapshot by snapshot, and over a gap', async (t) => {
  const { taken, key } = history(t);
  let last: Last | null = null;
  for (const each of taken) {
    const verdict: Verdict<{ seq: number; previous: string | null }> = await verify(each.bytes, each.sig, key, last);
    assert.ok(verdict.ok && verdict.fresh);
    last = verdict.last;
  }
  const [first, newest] = [nth(taken, 0), nth(taken, 5)];
  assert.ok((await verify(newest.bytes, newest.sig, key, await lastOf(first, key))).ok, 'some in between were not seen');
  const again = await verify(newest.bytes, newest.sig, key, last);
  assert.ok(again.ok && !again.fresh, 'the same once more is nothing new');
  const early = nth(taken, 4);
  assert.ok((await verify(early.bytes, newest.sig, key, await lastOf(first, key))).ok, 'the signature file was read a moment later');
});

test('every altered byte, cut, older or foreign snapshot is refused', async (t) => {
  const { taken, key } = history(t);
  const [before, now] = [nth(taken, 3), nth(taken, 4)];
  const last = await lastOf(before, key);
  const refused: Record<string, number> = {};
  const refuse = async (what: string, bytes: Uint8Array<ArrayBuffer>, sig: Signatures, trusted = key, known: Last | null = last): Promise<void> => {
    const verdict = await verify(bytes, sig, trusted, known);
    assert.equal(verdict.ok, false, what);
    refused[what] = (refused[what] ?? 0) + 1;
  };

  for (let each = 0; each < 400; each += 1) {
    const bytes = now.bytes.slice();
    const at = Math.floor((each / 400) * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (each % 8));
    await refuse('one bit', bytes, now.sig);
  }
  for (let each = 0; each < 200; each += 1) await refuse('truncated', now.bytes.slice(0, Math.floor((each / 200) * now.bytes.length)), now.sig);
  for (const more of [' ', '\n', '{}', '\0']) await refuse('lengthened', new Uint8Array(Buffer.concat([now.bytes, Buffer.from(more)])), now.sig);
  for (let each = 0; each < 4; each += 1) await refuse('replayed', nth(taken, each).bytes, nth(taken, each).sig, key, await lastOf(now, key));

  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const theirs = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64');
  const forge = (bytes: Uint8Array, seq: number, claimed: string): Signatures => ({ ...now.sig, publicKey: claimed, signatures: [{ seq, sha256: sha256(bytes), signature: sign(null, bytes, privateKey).toString('base64') }] });
  for (let each = 1; each <= 100; each += 1) {
    const forged = new Uint8Array(Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(now.bytes).toString()), seq: now.seq + each, indicator: 'none' })));
    await refuse('signed by another key', forged, forge(forged, now.seq + each, theirs));
    await refuse('signed by another key, naming ours', forged, forge(forged, now.seq + each, key));
  }
  const mine = now.sig.signatures[0];
  assert.ok(mine);
  for (let bit = 0; bit < 512; bit += 5) {
    const signature = Buffer.from(mine.signature, 'base64');
    signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    await refuse('another signature', now.bytes, { ...now.sig, signatures: [{ ...mine, signature: signature.toString('base64') }] });
  }
  for (const odd of [{}, { signatures: null }, { signatures: [{}] }, { signatures: [{ ...mine, signature: '' }] }, { signatures: [{ ...mine, signature: '!' }] }, { signatures: [{ ...mine, seq: now.seq + 9 }] }]) {
    await refuse('an odd signature file', now.bytes, odd as unknown as Signatures);
  }
  for (const odd of ['', 'AAAA', theirs, 'not base64!']) await refuse('another trusted key', now.bytes, now.sig, odd);
  await refuse('another history', now.bytes, now.sig, key, { seq: now.seq - 1, hash: 'f'.repeat(64) });
  await refuse('two under one number', now.bytes, now.sig, key, { seq: now.seq, hash: 'f'.repeat(64) });
  assert.ok((await verify(now.bytes, now.sig, key, last)).ok, 'and the genuine one still passes');
  const total = Object.values(refused).reduce((sum, each) => sum + each, 0);
  t.diagnostic(`${total} of ${total} refused: ${JSON.stringify(refused)}`);
});

const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes);
