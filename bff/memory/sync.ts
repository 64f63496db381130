/** Makes files durable that a library wrote through the page cache only. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Syncs every file and folder below `folder` that is not in `synced` yet, and adds it. Files here are written
 * once and never changed, so each needs it once; one that a clean-up removes meanwhile needs it no more.
 */
export async function syncNew(folder: string, synced: Set<string>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const fresh = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).filter((path) => !synced.has(path));
  const folders = new Set([folder, ...entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))]);
  for (const path of fresh) await syncPath(path);
  if (fresh.length > 0) for (const path of folders) await syncFolder(path);
  synced.clear();
  for (const entry of entries) synced.add(join(entry.parentPath, entry.name));
}

/** A new or removed name is durable only once its folder is synced; Windows has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') await syncPath(folder);
}

async function syncPath(path: string): Promise<void> {
  let handle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
