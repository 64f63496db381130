/** What lies in a folder of traces. */
import { readdir } from 'node:fs/promises';

/** The names in `folder`; none when there is no such folder yet. @throws when it is there and cannot be read */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
