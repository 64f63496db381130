/** One second's files in the order in which they may appear, and the local folder that takes them: each file whole or not at all. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** `path` has no slash in front; `digest` is the SHA-256 (hex) of the bytes. */
export type File = { path: string; content: Uint8Array; digest: string };
/**
 * Waves, each of which may only appear once the one before stands: what is linked to or read comes first, the page that
 * shows it last, so that nobody sees a page newer than its data. A path that is in no wave any more goes away.
 */
export type Round = File[][];
export type Publish = (round: Round) => void;

/** `manifest.json`: the SHA-256 (hex) of every other file by its path. Its own hash stands in the signed snapshot. */
export const manifest = z.object({ seq: z.int(), files: z.record(z.string().max(1_000), z.string().regex(/^[0-9a-f]{64}$/)) });
export type Manifest = z.infer<typeof manifest>;

/** One file to publish; text is UTF-8. */
export function file(path: string, content: string | Uint8Array): File {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { path, content: bytes, digest: createHash('sha256').update(bytes).digest('hex') };
}

/** The paths that a `manifest.json` lists, with the three files around it; none when it cannot be read. */
export function listed(text: string | null): string[] {
  if (text === null) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A manifest that is no JSON says nothing; what it would have listed merely stays.
    return [];
  }
  const read = manifest.safeParse(value);
  return read.success ? Object.keys(read.data.files).filter(inside) : [];
}

/** True for a path that stays below the folder it is joined to and names nothing hidden. */
export function inside(path: string): boolean {
  return path.length > 0 && !/[\\\0]/.test(path) && path.split('/').every((part) => part !== '' && !part.startsWith('.'));
}

/** A function that writes each round into `folder` by atomic renames, leaving alone what is there already. @throws at the first file that cannot be written */
export function publisher(folder: string): Publish {
  /** What was written in this life, by path. */
  const written = new Map<string, File>();
  const before = join(folder, 'manifest.json');
  const known = new Set(listed(existsSync(before) ? readFileSync(before, 'utf8') : null));

  function write(entry: File): void {
    const target = join(folder, entry.path);
    // The size is looked at too: a file that something cut short on the disk is written again.
    if (written.get(entry.path)?.digest === entry.digest && statSync(target, { throwIfNoEntry: false })?.size === entry.content.byteLength) return;
    mkdirSync(dirname(target), { recursive: true });
    const fresh = join(dirname(target), `.${process.pid}.part`);
    try {
      writeFileSync(fresh, entry.content);
      renameSync(fresh, target);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw error;
    }
    written.set(entry.path, entry);
    known.add(entry.path);
  }

  return (round) => {
    for (const wave of round) for (const entry of wave) write(entry);
    const wanted = new Set(round.flat().map((each) => each.path));
    for (const path of known) {
      if (wanted.has(path)) continue;
      rmSync(join(folder, path), { force: true });
      known.delete(path);
      written.delete(path);
    }
  };
}
