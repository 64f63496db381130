/** Opens the bff's SQLite file: conversations and what must survive a restart beside them. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS chats (
    site TEXT NOT NULL, visitor TEXT NOT NULL, id TEXT NOT NULL, agent TEXT, created_at INTEGER NOT NULL,
    data_class TEXT NOT NULL DEFAULT 'public',
    PRIMARY KEY (site, visitor, id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS messages (
    site TEXT NOT NULL, visitor TEXT NOT NULL, chat TEXT NOT NULL, id TEXT NOT NULL,
    position INTEGER NOT NULL, role TEXT NOT NULL, state TEXT NOT NULL, text TEXT NOT NULL,
    extra TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (site, visitor, chat, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS messages_in_order ON messages (site, visitor, chat, position);
  CREATE TABLE IF NOT EXISTS spend (day TEXT PRIMARY KEY, dollars REAL NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS feedback (
    site TEXT NOT NULL, visitor TEXT NOT NULL, chat TEXT NOT NULL, message TEXT NOT NULL,
    rating TEXT NOT NULL, comment TEXT, trace TEXT, at INTEGER NOT NULL,
    PRIMARY KEY (site, visitor, chat, message)
  ) WITHOUT ROWID;
`;

/** Creates the folder and the tables when missing. Throws a sentence when the file cannot be used. */
export function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  try {
    return prepared(path);
  } catch (error) {
    throw new Error(`The database ${path} cannot be used: ${error instanceof Error ? error.message : String(error)}. Bring back a copy of it, or move it away to begin with an empty one.`, { cause: error });
  }
}

function prepared(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  // WAL with NORMAL: an acknowledged message survives any death of the process and costs no fsync per turn.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000; PRAGMA secure_delete = ON;');
  database.exec(SCHEMA);
  migrate(database);
  return database;
}

/** Adds what files of earlier versions lack. */
function migrate(database: DatabaseSync): void {
  const columns = database.prepare('PRAGMA table_info(chats)').all() as { name: string }[];
  if (!columns.some(({ name }) => name === 'data_class')) database.exec(`ALTER TABLE chats ADD COLUMN data_class TEXT NOT NULL DEFAULT 'public'`);
}
