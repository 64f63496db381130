/** Erasing a visitor: rows, indexes, log and process, then a look at every file for what should be gone. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MemoryError } from './errors.ts';
import type { TableName } from './schema.ts';
import type { Shelves } from './shelf.ts';
import type { Store } from './store.ts';
import type { TurnWriter } from './turns.ts';
import { searchable } from './words.ts';

/** `rows` erased, `files` read afterwards, `verifiedAt` epoch ms of the moment when none held a byte of it. */
export type Erased = { rows: number; files: number; verifiedAt: number };

/** Texts looked for on disk; a sample, because the check below it, on files that should be gone, misses none. */
const NEEDLES = 400;
/** Shorter texts occur by chance. */
const NEEDLE_MIN = 16;
const EVERYTHING = 10_000_000;

type Parts = { folder: string; store: Store; shelves: Shelves; writer: TurnWriter };

/**
 * Erases a visitor of a site. Turns remembered before the call are erased. Throws `memory_not_erased` when a
 * file from before is left, or one holds the visitor's words and no other visitor's. Call inside `serial`.
 */
export async function eraseVisitor({ folder, store, shelves, writer }: Parts, site: string, visitor: string): Promise<Erased> {
  await writer.flush();
  const rows = [...await store.turnsOf(site, visitor, EVERYTHING), ...await store.factsOf(site, visitor)];
  const tables = await store.deleteVisitor(site, visitor);
  const before = new Set(await filesOf(folder, tables));
  shelves.drop(site, visitor);
  for (const name of tables) await store.rewrite(name);
  const left = await store.countTurns(site, visitor);
  if (left > 0) throw new MemoryError('memory_not_erased', `${left} turns of the visitor are still in the table.`);
  const old = (await filesOf(folder, tables)).filter((path) => before.has(path));
  if (old.length > 0) throw new MemoryError('memory_not_erased', `${old.length} files from before the erasure are still in ${folder}.`);

  const needles = [...new Set(rows.flatMap((row) => [row.text, searchable(row.text)]))].filter((text) => text.length >= NEEDLE_MIN).slice(0, NEEDLES);
  const { read, found } = await textsOnDisk(folder, needles);
  const legitimate = found.length > 0 ? [...await store.texts(), ...shelves.tail().map((row) => row.text)] : [];
  const remaining = found.filter((text) => !legitimate.some((other) => other.includes(text)));
  if (remaining.length > 0) throw new MemoryError('memory_not_erased', `${remaining.length} texts of the visitor are still in the files of ${folder}.`);
  return { rows: rows.length, files: read, verifiedAt: Date.now() };
}

/** Erases a site's turns from before a moment (epoch ms) from table, indexes and process; returns how many. Call inside `serial`. */
export async function expireTurns({ store, shelves, writer }: Omit<Parts, 'folder'>, site: string, at: number): Promise<number> {
  await writer.flush();
  const { visitors, turns } = await store.older(site, at);
  if (visitors.length === 0) return 0;
  const tables = await store.deleteOlder(site, at);
  for (const visitor of visitors) shelves.drop(site, visitor);
  for (const name of tables) await store.rewrite(name);
  return turns;
}

/** The files of tables that hold rows or words, as paths. */
async function filesOf(folder: string, tables: TableName[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of tables) {
    const files = (await readdir(join(folder, `${name}.lance`), { recursive: true })).filter((path) => /^(?:data|_indices|_deletions)\b.*\.\w+$/.test(path));
    found.push(...files.map((path) => join(`${name}.lance`, path)));
  }
  return found;
}

async function textsOnDisk(folder: string, texts: string[]): Promise<{ read: number; found: string[] }> {
  const needles = texts.map((text) => ({ text, bytes: Buffer.from(text.slice(0, 256).toWellFormed()) }));
  const found = new Set<string>();
  let read = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if (!(await stat(path)).isFile()) continue;
    const content = await readFile(path);
    read++;
    for (const { text, bytes } of needles) if (content.includes(bytes)) found.add(text);
  }
  return { read, found: [...found] };
}
