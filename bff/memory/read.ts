/** Files and folders as documents; what cannot be read is named and skipped, the rest goes on. */
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import { oneLine } from './blocks.ts';
import { decodeText } from './decode.ts';
import type { Format } from './document.ts';
import { MemoryError, reason } from './errors.ts';
import { readHtml } from './html.ts';
import { readPdf } from './pdf.ts';
import { documentId, type ReadResult } from './result.ts';
import { isSitemap, readSitemap } from './sitemap.ts';

export type KnowledgePath = { path: string; url?: string | undefined };

/** Larger files are skipped (bytes): they are dumps, and parsing them would hold up the process for seconds. */
const FILE_MAX = 1_000_000;
/** The same for PDF, where most of it is fonts and pictures. */
const PDF_MAX = 20_000_000;
/** Deeper folders than this are a loop or a mistake. */
const DEPTH_MAX = 24;
const FORMATS: Record<string, Format | 'pdf'> = { '.pdf': 'pdf', '.md': 'markdown', '.markdown': 'markdown', '.html': 'html', '.htm': 'html', '.txt': 'text' };

/**
 * Reads knowledge from `paths`, which start from `root`: files, folders with everything below them, and the pages of a sitemap. A folder's `url` is
 * extended by the file's path in it. Document ids come from the path relative to `root` and stay the same as long as it does.
 */
export async function* readDocuments(paths: KnowledgePath[], root: string): AsyncIterable<ReadResult> {
  for (const { path, url } of paths) {
    const full = resolve(root, path);
    try {
      if ((await stat(full)).isDirectory()) yield* readFolder(full, url, root, 0);
      else if (extname(full).toLowerCase() === '.xml') yield* readMap(full, root);
      else yield await readOne(full, url, root);
    } catch (error) {
      yield { skipped: path, reason: unread(error) };
    }
  }
}

/** A sitemap that is named itself; one that lies in a folder is no document. */
async function* readMap(path: string, root: string): AsyncIterable<ReadResult> {
  const text = decodeText(await readFile(path));
  if (text !== null && isSitemap(text)) yield* readSitemap(text);
  else yield { skipped: shown(path, root), reason: 'it is no sitemap' };
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
    } else if (entry.isSymbolicLink()) yield { skipped: shown(path, root), reason: 'it is a link: name what it leads to' };
    else if (entry.isFile() && extname(name).toLowerCase() in FORMATS) yield await readOne(path, below, root);
  }
}

async function readOne(path: string, url: string | undefined, root: string): Promise<ReadResult> {
  const skipped = shown(path, root);
  const format = FORMATS[extname(path).toLowerCase()];
  if (!format) return { skipped, reason: `its kind is not known: expected ${Object.keys(FORMATS).join(', ')}` };
  try {
    const { size, mtimeMs } = await stat(path);
    const most = format === 'pdf' ? PDF_MAX : FILE_MAX;
    if (size > most) return { skipped, reason: `it has ${size} bytes: expected at most ${most}` };
    const bytes = await readFile(path);
    const page = format === 'pdf' ? await readPdf(bytes) : null;
    const text = page === null ? decodeText(bytes) : page.text;
    if (text === null) return { skipped, reason: 'it is binary, or in an encoding that it does not name' };
    if (!/[\p{L}\p{N}]/u.test(text)) return { skipped, reason: page === null ? 'it holds no text' : 'it holds no text, only pictures of it' };
    const title = oneLine(page?.title ?? titleOf(text, format) ?? '') || basename(path, extname(path));
    return { document: { id: documentId(relative(root, path).split(sep).join('/')), title, url, text, at: Math.round(mtimeMs), format: format === 'pdf' ? 'text' : format } };
  } catch (error) {
    return { skipped, reason: unread(error) };
  }
}

/** A fault of the memory is a sentence already. */
function unread(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'there is no such file or folder';
  return error instanceof MemoryError ? reason(error) : `it cannot be read: ${reason(error)}`;
}

/** What a file calls itself: its first heading, or a page's title. */
function titleOf(text: string, format: Format | 'pdf'): string | null {
  if (format === 'text' || format === 'pdf') return null;
  if (format === 'markdown') return /^(?:#{1,6}[ \t]+(.+?)[ \t]*#*|(\S.*)\n(?:=+|-{2,}))[ \t]*$/m.exec(text.replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---/, ''))?.slice(1).find((found) => found !== undefined)?.replace(/[*_`]/g, '') ?? null;
  const { blocks, title } = readHtml(text);
  return blocks.find((block) => block.kind === 'heading')?.text ?? title;
}

function shown(path: string, root: string): string {
  const from = relative(root, path);
  return from === '' || from.startsWith('..') ? path : from;
}
