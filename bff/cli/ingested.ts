/** Which documents `halfsecond ingest` brought from which path, so that the next time those that are gone are known. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Document ids by absolute path, by site. */
type Brought = Record<string, Record<string, string[]>>;

export type Ingested = {
  /** Ids that an earlier call brought from this path. */
  of(path: string): string[];
  /** Keeps them for the next call, once the documents are in. */
  keep(path: string, ids: string[]): void;
};

/** The record of a site in the data folder. Throws a sentence when it cannot be read. */
export function openIngested(data: string, site: string): Ingested {
  const file = join(data, 'ingested.json');
  const brought = read(file);
  const mine = new Map(Object.entries(brought[site] ?? {}));
  return {
    of: (path) => mine.get(path) ?? [],
    keep(path, ids) {
      mine.set(path, ids);
      writeFileSync(`${file}.new`, JSON.stringify({ ...brought, [site]: Object.fromEntries(mine) }), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}

function read(file: string): Brought {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Brought;
  } catch (error) {
    throw new Error(`${file} cannot be read: remove it, and documents that are gone since will stay until you remove them.`, { cause: error });
  }
}
