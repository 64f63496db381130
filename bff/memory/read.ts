/** Files and folders as documents; what cannot be read is named and skipped, the rest goes on. */
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import { ID_MAX } from '@halfsecond/shared/limits';
import { oneLine } from './blocks.ts';
import { blocksOf, type Format, type KnowledgeDocument } from './document.ts';
import { reason } from './errors.ts';
import { readHtml } from './html.ts';

export type KnowledgePath = { path: string; url?: string | undefined };
/** `path` as found, relative to the root where it lies below it. */
export type ReadResult = { document: KnowledgeDocument } | { skipped: string; reason: string };

/** Larger files are skipped (bytes): they are dumps, and parsing them would hold up the process for seconds. */
const FILE_MAX = 1_000_000;
/** Deeper folders than this are a loop or a mistake. */
const DEPTH_MAX = 24;
const FORMATS: Record<string, Format> = { '.md': 'markdown', '.markdown': 'markdown', '.html': 'html', '.htm': 'html', '.txt': 'text' };

/**
 * Reads knowledge from `paths`, which start from `root`, folders with everything below them. A folder's `url` is
 * extended by the file's path in it. Document ids come from the path relative to `root` and stay the same as long as it does.
 */
export async function* readDocuments(paths: KnowledgePath[], root: string): AsyncIterable<ReadResult> {
  for (const { path, url } of paths) {
    const full = resolve(root, path);
    try {
      if ((await stat(full)).isDirectory()) yield* readFolder(full, url, root, 0);
      else yield await readOne(full, url, root);
    } catch (error) {
      yield { skipped: path, reason: `it cannot be read: ${reason(error)}` };
    }
  }
}

async function* readFolder(folder: string, url: string | undefined, root: string, depth: number): AsyncIterable<ReadResult> {
  let names: string[];
  try {
    names = (await readdir(folder)).sort();
  } catch (error) {
    yield { skipped: shown(folder, root), reason: `the folder cannot be read: ${reason(error)}` };
    return;
  }
  for (const name of names) {
    if (name.startsWith('.') || name === 'node_modules') continue;
    const path = join(folder, name);
    const entry = await lstat(path);
    const below = url === undefined ? undefined : `${url.replace(/\/$/, '')}/${encodeURIComponent(name)}`;
    if (entry.isDirectory()) {
      if (depth >= DEPTH_MAX) yield { skipped: shown(path, root), reason: `it lies more than ${DEPTH_MAX} folders deep` };
      else yield* readFolder(path, below, root, depth + 1);
    } else if (entry.isFile() && extname(name).toLowerCase() in FORMATS) yield await readOne(path, below, root);
  }
}

async function readOne(path: string, url: string | undefined, root: string): Promise<ReadResult> {
  const skipped = shown(path, root);
  const format = FORMATS[extname(path).toLowerCase()];
  if (!format) return { skipped, reason: `its kind is not known: expected ${Object.keys(FORMATS).join(', ')}` };
  try {
    const { size, mtimeMs } = await stat(path);
    if (size > FILE_MAX) return { skipped, reason: `it has ${size} bytes: expected at most ${FILE_MAX}` };
    const text = decode(await readFile(path));
    if (text === null) return { skipped, reason: 'it is not UTF-8 text' };
    const blocks = blocksOf(text, format);
    if (!blocks.some((block) => block.text.trim() !== '')) return { skipped, reason: 'it holds no text' };
    const heading = blocks.find((block) => block.kind === 'heading')?.text ?? (format === 'html' ? readHtml(text).title : null);
    const title = oneLine(heading ?? '') || basename(path, extname(path));
    return { document: { id: idOf(path, root), title, url, text, at: Math.round(mtimeMs), format } };
  } catch (error) {
    return { skipped, reason: `it cannot be read: ${reason(error)}` };
  }
}

/** The text of a UTF-8 file, null when it is none or binary. */
function decode(bytes: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null; // The decoder throws for nothing else than bytes that are not UTF-8.
  }
}

/** The relative path in the alphabet of ids; where characters had to change or go, a hash keeps two paths apart. */
function idOf(path: string, root: string): string {
  const from = relative(root, path).split(sep).join('/');
  const plain = from.replace(/\//g, ':').replace(/[^A-Za-z0-9_.:-]/g, '-');
  if (plain === from.replace(/\//g, ':') && !from.includes(':') && plain.length <= ID_MAX) return plain;
  const hash = createHash('sha256').update(from).digest('hex').slice(0, 8);
  return `${plain.slice(-(ID_MAX - 9))}-${hash}`;
}

function shown(path: string, root: string): string {
  const from = relative(root, path);
  return from === '' || from.startsWith('..') ? path : from;
}
