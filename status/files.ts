/** Finds the file of a URL path in one folder and keeps its bytes, whole and compressed, until it changes. */
import { createHash } from 'node:crypto';
import { statSync, type Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { typeOf } from './collector/types.ts';

/** One version of a file; `br` and `gzip` are made once, when first asked for. Null where compression does not pay. */
export type Entry = {
  body: Buffer;
  type: string;
  etag: string;
  modified: string;
  br: () => Promise<Buffer> | null;
  gzip: () => Promise<Buffer> | null;
};
/** `url` as in the request line. Null when there is nothing to show there. */
export type Files = (url: string) => Promise<Entry | null>;

type Kept = { key: string; entry: Promise<Entry | null> };

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const MIN_COMPRESSED = 512;
/** Least recently asked for goes first. */
const KEPT = 500;

/** @param log one line when a file on the disk turns out cut short and the version before is served in its place */
export function createFiles(root: string, log: (line: string) => void): Files {
  const cache = new Map<string, Kept>();

  function load(path: string, name: string): Promise<Entry | null> | 'folder' | null {
    // Synchronous on purpose: some microseconds on a local disk, a tenth of what the trip through the thread pool costs.
    const found = stat(path);
    if (found === null) return null;
    if (found.isDirectory()) return 'folder';
    if (!found.isFile()) return null;
    // A rename brings a new inode, so that even two versions within one tick of the clock differ.
    const key = `${found.ino}:${found.mtimeMs}:${found.size}`;
    const kept = cache.get(path);
    cache.delete(path);
    if (kept?.key === key) {
      cache.set(path, kept);
      return kept.entry;
    }
    // All who ask for this version while it is being read share the one reading.
    const entry = read(path, name, found.mtimeMs, kept?.entry ?? null);
    cache.set(path, { key, entry });
    entry.then(
      (made) => { if (made === null) cache.delete(path); },
      () => cache.delete(path),
    );
    const oldest = cache.keys().next().value;
    if (cache.size > KEPT && oldest !== undefined) cache.delete(oldest);
    return entry;
  }

  async function read(path: string, name: string, modified: number, before: Promise<Entry | null> | null): Promise<Entry | null> {
    const body = await readFile(path).catch(absent);
    if (body === null) return null;
    if (!whole(extname(path), body)) {
      log(`${name} is cut short on the disk${before ? '; the version before it is served' : ''}.`);
      return before;
    }
    return entryOf(body, typeOf(path.slice(root.length + 1).split(sep).join('/')), modified);
  }

  return async (url) => {
    const name = safeName(url);
    if (name === null) return null;
    const path = join(root, name);
    if (path !== root && !path.startsWith(root + sep)) return null;
    const found = load(path, name);
    if (found !== 'folder') return found;
    const index = load(join(path, 'index.html'), name);
    return index === 'folder' ? null : index;
  };
}

function entryOf(body: Buffer, type: string, modified: number): Entry {
  const pays = body.byteLength >= MIN_COMPRESSED && /text|json|svg|xml|javascript/.test(type);
  let br: Promise<Buffer> | null = null;
  let gz: Promise<Buffer> | null = null;
  return {
    body,
    type,
    etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
    modified: new Date(modified).toUTCString(),
    br: () => (pays ? (br ??= brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })) : null),
    gzip: () => (pays ? (gz ??= zip(body)) : null),
  };
}

const ends: Record<string, string> = { '.html': '</html>', '.rss': '</rss>', '.atom': '</feed>', '.svg': '</svg>' };

/** Complete as far as its kind shows. What our own writer renames into place always is; a crashed disk or a bad copy may not. */
function whole(kind: string, body: Buffer): boolean {
  if (kind === '.json' || kind === '.sig') return isJson(body);
  const end = ends[kind];
  if (end === undefined) return true;
  // A fragment of a page that somebody put here has no end to look for.
  if (kind === '.html' && body.byteLength > 0 && !body.subarray(0, 256).includes('<html')) return true;
  return body.subarray(-64).toString('latin1').trimEnd().endsWith(end);
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** The decoded path, or null when it has a part that no public file can have. */
function safeName(url: string): string | null {
  let name: string;
  try {
    name = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '/');
  } catch {
    return null;
  }
  if (!name.startsWith('/') || name.includes('\0') || name.includes('\\')) return null;
  return name.split('/').some((part) => part.startsWith('.')) ? null : name;
}

function stat(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    return absent(error);
  }
}

function absent(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP') return null;
  throw error;
}
