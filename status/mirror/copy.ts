/** One round of a mirror: the other host's snapshot, verified, then every file that its signed manifest lists. */
import { createHash } from 'node:crypto';
import { inside, manifest, type File, type Manifest, type Round } from '../collector/publish.ts';
import { verify, type Last, type Signatures } from '../verify.ts';

/** What a mirror remembers over restarts. */
export type Memory = { key: string; last: Last };
export type Copied =
  | { kind: 'fresh'; memory: Memory; asOf: number }
  /** Nothing newer stands there. */
  | { kind: 'same' }
  | { kind: 'refused'; reason: string };

type Snapshot = { seq: number; previous: string | null; asOf: number; manifest: string };

const DEADLINE_MS = 8_000;
/** No file may be larger, none of the lists longer. */
const MAX_BYTES = 8_000_000;
const MAX_FILES = 20_000;
const AT_ONCE = 8;
/** The other host writes once a second: a round that fell between two of its own is begun anew so often. */
const TRIES = 4;

const refusals = {
  signature: 'the snapshot is not signed by the key that is trusted here',
  older: 'the snapshot is older than the last one',
  chain: 'the snapshot does not follow from the last one',
  unsupported: 'Ed25519 is missing',
};

/**
 * A function that brings `source` here once. @param source the other host's address without a slash at its end
 * @param key the trusted public key, base64; null trusts what is found at first and nothing else from then on
 * @param publish takes each whole round; `asOf` is when its numbers were taken (epoch ms)
 */
export function createCopy(source: string, key: string | null, publish: (round: Round, asOf: number) => void): (memory: Memory | null, stop: AbortSignal) => Promise<Copied> {
  /** The files that stand here, by path. */
  const here = new Map<string, File>();

  async function get(path: string, stop: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(DEADLINE_MS)]);
    const url = `${source}/${path.split('/').map(encodeURIComponent).join('/')}`;
    const response = await fetch(url, { signal, redirect: 'error', cache: 'no-store' });
    if (!response.ok || !response.body) throw new Error(`${path} answers ${response.status}`);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of response.body) {
      size += part.byteLength;
      if (size > MAX_BYTES) throw new Error(`${path} is larger than ${MAX_BYTES} bytes`);
      parts.push(part);
    }
    return new Uint8Array(Buffer.concat(parts));
  }

  async function once(memory: Memory | null, stop: AbortSignal): Promise<Copied | 'again'> {
    const bytes = await get('snapshot.json', stop);
    const signed = await get('snapshot.sig', stop);
    const signatures = parsed(signed) as Signatures | null;
    const trusted = key ?? memory?.key ?? signatures?.publicKey;
    if (!signatures || typeof trusted !== 'string') return { kind: 'refused', reason: 'snapshot.sig cannot be read' };
    const verdict = await verify<Snapshot>(bytes, signatures, trusted, memory?.last ?? null);
    if (!verdict.ok) return { kind: 'refused', reason: refusals[verdict.why] };
    if (!verdict.fresh && here.size > 0) return { kind: 'same' };
    const { value, last } = verdict;

    const listBytes = await get('manifest.json', stop);
    // Genuine but of another second.
    if (sha256(listBytes) !== value.manifest) return 'again';
    const list: Manifest = manifest.parse(parsed(listBytes));
    const paths = Object.keys(list.files);
    const odd = paths.find((path) => !inside(path));
    if (odd !== undefined || paths.length > MAX_FILES) return { kind: 'refused', reason: 'the manifest names files that cannot be taken' };
    const files = new Map<string, File>();
    for (let at = 0; at < paths.length; at += AT_ONCE) {
      await Promise.all(paths.slice(at, at + AT_ONCE).map(async (path) => {
        const digest = list.files[path] ?? '';
        const known = here.get(path);
        const content = known?.digest === digest ? known.content : await get(path, stop);
        if (sha256(content) === digest) files.set(path, { path, content, digest });
      }));
      if (files.size < Math.min(at + AT_ONCE, paths.length)) return 'again';
    }
    publish(roundOf([...files.values()], [fileOf('snapshot.sig', signed), fileOf('manifest.json', listBytes), fileOf('snapshot.json', bytes)]), value.asOf);
    here.clear();
    for (const [path, entry] of files) here.set(path, entry);
    return { kind: 'fresh', memory: { key: trusted, last }, asOf: value.asOf };
  }

  return async (memory, stop) => {
    for (let round = 1; round <= TRIES; round += 1) {
      const copied = await once(memory, stop);
      if (copied !== 'again') return copied;
    }
    return { kind: 'refused', reason: 'its files do not match its manifest' };
  };
}

/** In the order in which the other host wrote them: the page last. */
function roundOf(files: File[], [signature, ...head]: File[]): Round {
  const page = (entry: File): boolean => entry.path.endsWith('.html');
  const index = files.filter((each) => each.path === 'index.html');
  return [signature ? [signature] : [], [...head, ...files.filter((each) => !page(each))], files.filter((each) => page(each) && !index.includes(each)), index];
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const fileOf = (path: string, content: Uint8Array): File => ({ path, content, digest: sha256(content) });

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null; // No schema fits null: the round is refused by whoever asked.
  }
}
