/** One writer per folder: an operating-system lock that ends with the process, however it ends, and the sweeping up after one that was killed. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MemoryError, reason } from './errors.ts';

const SQLITE_BUSY = 5;
/** A file of a table before it gets its name. */
const UNFINISHED = /\.lance[/\\](?:.*[/\\])?\.tmp[^/\\]*$/;

/**
 * Takes the folder for this process and returns the release. Throws `memory_locked` when another holder is
 * alive. SQLite's file lock carries it: the kernel frees it on kill -9 and nobody mistakes a reused process id.
 * What a killed holder was writing is removed: no clean-up of the tables knows these files, and they hold words of visitors.
 */
export function lockFolder(folder: string): () => void {
  const owner = join(folder, 'writer.pid');
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(join(folder, 'writer.lock'), { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    writeFileSync(owner, `${process.pid}\n`);
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) if (UNFINISHED.test(name)) rmSync(join(folder, name));
  } catch (error) {
    lock?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) {
      throw new MemoryError('memory_locked', `The memory folder ${folder} is in use by another process${heldBy(owner)}. Only one process may write to it.`, error);
    }
    throw new MemoryError('memory_unavailable', `The memory folder ${folder} cannot be locked: ${reason(error)}.`, error);
  }
  const held = lock;
  return () => held.close();
}

function heldBy(owner: string): string {
  try {
    return ` (process ${Number.parseInt(readFileSync(owner, 'utf8'), 10)})`;
  } catch {
    return ''; // The holder has the lock but has not written its number yet; the sentence is true without it.
  }
}
