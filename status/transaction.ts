/** Several statements of SQLite as one. */
import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` in one transaction: a crash or an error leaves all of it or nothing. @throws what `work` throws, and when the file takes nothing */
export function inOne(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    // A full disk may have ended the transaction already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
