/** Finds the file of a URL path in one folder and keeps its bytes until it changes. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

export type Entry = {
  body: Buffer;
  type: string;
  compressible: boolean;
  etag: string;
  modified: number;
  br?: Promise<Buffer>;
  gzip?: Promise<Buffer>;
};
/** `url` as in the request line. Null when there is nothing to show there. */
export type Files = (url: string) => Promise<Entry | null>;

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.rss': 'application/rss+xml; charset=utf-8',
  '.atom': 'application/atom+xml; charset=utf-8',
  '.sig': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};
/** Feed readers ask by type. */
const byPath: Record<string, string> = { '/feed.json': 'application/feed+json; charset=utf-8' };
/** Least recently asked for goes first. */
const KEPT = 500;

export function createFiles(root: string): Files {
  const cache = new Map<string, { key: string; entry: Entry }>();

  async function load(path: string, name: string): Promise<Entry | null | 'folder'> {
    const found = await stat(path, { bigint: true }).catch(absent);
    if (found === null) return null;
    if (found.isDirectory()) return 'folder';
    if (!found.isFile()) return null;
    // A rename brings a new inode, so that even two versions within one tick of the clock differ.
    const key = `${found.ino}:${found.mtimeNs}:${found.size}`;
    const kept = cache.get(path);
    cache.delete(path);
    if (kept?.key === key) {
      cache.set(path, kept);
      return kept.entry;
    }
    const body = await readFile(path).catch(absent);
    if (body === null) return null;
    const type = byPath[name] ?? types[extname(path)] ?? 'application/octet-stream';
    const entry: Entry = {
      body,
      type,
      compressible: /text|json|svg|xml|javascript/.test(type),
      etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
      modified: Number(found.mtimeMs),
    };
    cache.set(path, { key, entry });
    const oldest = cache.keys().next().value;
    if (cache.size > KEPT && oldest !== undefined) cache.delete(oldest);
    return entry;
  }

  return async (url) => {
    const name = safeName(url);
    if (name === null) return null;
    const path = join(root, name);
    if (path !== root && !path.startsWith(root + sep)) return null;
    const found = await load(path, name);
    if (found !== 'folder') return found;
    const index = await load(join(path, 'index.html'), name);
    return index === 'folder' ? null : index;
  };
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

function absent(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP') return null;
  throw error;
}
