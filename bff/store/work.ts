/**
 * What is written in one turn of the event loop is committed together at its end: fifty turns that begin at once
 * wait for one commit, and one that begins alone has asked its model before it. The commit comes before anything
 * that was said in that turn of the loop leaves in a packet, so what has been acknowledged is on disk.
 */
import type { DatabaseSync } from 'node:sqlite';

export type Work = {
  /**
   * Runs synchronous `write` inside the transaction of this turn of the event loop: all of it is kept or nothing.
   * Throws what `write` throws and when the file is locked by another process for too long. The log and `lost` are
   * told when the commit fails afterwards, as on a full disk.
   */
  together<T>(write: () => T, lost?: (error: Error) => void): T;
  /** The same for a single statement, which is all or nothing by itself. */
  join<T>(statement: () => T): T;
  /** Commits what is open at once. Throws when it cannot be. */
  settle(): void;
};

export function createWork(database: DatabaseSync): Work {
  const [begin, commit] = [database.prepare('BEGIN IMMEDIATE'), database.prepare('COMMIT')];
  const [mark, unmark, undo] = [database.prepare('SAVEPOINT one'), database.prepare('RELEASE one'), database.prepare('ROLLBACK TO one')];
  let losers: ((error: Error) => void)[] = [];
  let due: NodeJS.Immediate | undefined;

  function settle(): void {
    if (due === undefined) return;
    clearImmediate(due);
    due = undefined;
    const told = losers;
    losers = [];
    try {
      commit.run();
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      const cause = error instanceof Error ? error : new Error(String(error));
      for (const lost of told) lost(cause);
      throw cause;
    }
  }

  function settleLate(): void {
    try {
      settle();
    } catch (error) {
      console.error(`what was just written could not be kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  function open(): void {
    if (due !== undefined) return;
    begin.run();
    due = setImmediate(settleLate);
  }

  return {
    join(statement) {
      open();
      return statement();
    },
    together(write, lost) {
      open();
      mark.run();
      try {
        const result = write();
        unmark.run();
        if (lost) losers.push(lost);
        return result;
      } catch (error) {
        if (database.isTransaction) {
          undo.run();
          unmark.run();
        }
        throw error;
      }
    },
    settle,
  };
}
