/** Erasing a visitor: rows, indexes, log and process, then a look at every file for what should be gone. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MemoryError } from './errors.ts';
import type { Shelves } from './shelf.ts';
import type { Store } from './store.ts';
import type { TurnWriter } from './turns.ts';

/** `rows` erased, `files` read afterwards, `verifiedAt` epoch ms of the moment when none held a byte of it. */
export type Erased = { rows: number; files: number; verifiedAt: number };

/** Texts looked for on disk; beyond these the rows themselves are proof enough that their files are gone. */
const NEEDLES = 400;
/** Shorter texts stand in other people's rows as well. */
const NEEDLE_MIN = 16;
const EVERYTHING = Number.MAX_SAFE_INTEGER;

type Parts = { folder: string; store: Store; shelves: Shelves; writer: TurnWriter };

/** Erases a visitor of a site. Throws `memory_not_erased` when a file still holds their words. Call inside `serial`. */
export async function eraseVisitor({ folder, store, shelves, writer }: Parts, site: string, visitor: string): Promise<Erased> {
  await writer.flush();
  const rows = await store.turnsOf(site, visitor, EVERYTHING);
  shelves.drop(site, visitor);
  await store.deleteTurns(site, visitor);
  await store.reindex('turns');
  await store.tidy('turns', new Date());
  shelves.drop(site, visitor);
  const left = await store.countTurns(site, visitor);
  if (left > 0) throw new MemoryError('memory_not_erased', `${left} turns of the visitor are still in the table.`);
  const texts = new Set(rows.map((row) => row.text).filter((text) => text.length >= NEEDLE_MIN));
  const files = await filesWith(folder, [...texts].slice(0, NEEDLES).map((text) => Buffer.from(text.slice(0, 256).toWellFormed())));
  if (files.found.length > 0) throw new MemoryError('memory_not_erased', `Text of the visitor is still in ${files.found.length} files of ${folder}.`);
  return { rows: rows.length, files: files.read, verifiedAt: Date.now() };
}

async function filesWith(folder: string, needles: Buffer[]): Promise<{ read: number; found: string[] }> {
  const found: string[] = [];
  let read = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if (!(await stat(path)).isFile()) continue;
    const bytes = await readFile(path);
    read++;
    if (needles.some((needle) => bytes.includes(needle))) found.push(path);
  }
  return { read, found };
}
