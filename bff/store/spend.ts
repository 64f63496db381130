/** The books of the daily budget on disk: one row a day, so that a restart forgets nothing. */
import type { DatabaseSync } from 'node:sqlite';
import type { Ledger } from '../layers.ts';
import type { Work } from './work.ts';

/** Works on the bff's SQLite file; several processes on one file share one budget. */
export function openLedger(database: DatabaseSync, work: Work): Ledger {
  const select = database.prepare('SELECT dollars FROM spend WHERE day = ?');
  const insert = database.prepare('INSERT OR IGNORE INTO spend (day, dollars) VALUES (?, 0)');
  // Test and change in one statement: between two there could be another process.
  const add = database.prepare('UPDATE spend SET dollars = max(0, dollars + ?2) WHERE day = ?1 AND (?3 IS NULL OR dollars + ?2 <= ?3)');
  let opened = '';
  return {
    spent: (day) => (select.get(day) as { dollars: number } | undefined)?.dollars ?? 0,
    add(day, dollars, limit) {
      if (opened !== day) {
        work.together(() => insert.run(day), () => {
          opened = ''; // the row went with a commit that failed
        });
      }
      opened = day;
      return work.join(() => Number(add.run(day, dollars, Number.isFinite(limit) ? limit : null).changes) === 1);
    },
  };
}
