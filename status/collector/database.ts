/** The collector's database file, and what becomes of it: damaged it is set aside, on a full disk the work goes on in memory. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { inOne } from '../transaction.ts';

type Row = Record<string, unknown>;
/** A prepared statement that outlives a change of the database under it. */
export type Statement = { get: (...values: SQLInputValue[]) => Row | undefined; all: (...values: SQLInputValue[]) => Row[]; run: (...values: SQLInputValue[]) => number };
export type Connect = (path: string) => DatabaseSync;
export type Database = ReturnType<typeof openDatabase>;

/** SQLite's words for a disk that takes nothing: read-only, I/O error, full, cannot open. */
const UNWRITABLE = new Set([8, 10, 13, 14]);
/** Damaged, not a database. */
const DAMAGED = new Set([11, 26]);
/** While in memory, how often the disk is tried again (ms). */
const HEAL_EVERY_MS = 30_000;

const connectTo: Connect = (path) => new DatabaseSync(path, { timeout: 2_000 });

/**
 * Opens or makes the file with these tables (`CREATE TABLE IF NOT EXISTS …`; named in `names`).
 * @throws when the file can be neither opened nor set aside
 */
export function openDatabase(path: string, tables: string, names: string[], log: (line: string) => void, connect: Connect = connectTo) {
  mkdirSync(dirname(path), { recursive: true });
  let db = openOrReplace();
  let prepared = new Map<string, StatementSync>();
  let fault: string | null = null;
  let triedAt = 0;

  function openOrReplace(): DatabaseSync {
    let opened: DatabaseSync | undefined;
    try {
      opened = connect(path);
      opened.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${tables}`);
      const sound = opened.prepare('PRAGMA quick_check').get();
      if (Object.values(sound ?? {})[0] !== 'ok') throw Object.assign(new Error('quick_check found damage'), { errcode: 11 });
      return opened;
    } catch (error) {
      opened?.close();
      // Anything but damage (a full disk, no rights) is not the file's fault.
      if (!DAMAGED.has(codeOf(error))) throw error;
      setAside();
      const fresh = connect(path);
      fresh.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${tables}`);
      return fresh;
    }
  }

  function setAside(): void {
    const aside = `${path}.damaged-${Date.now()}`;
    for (const tail of ['', '-wal', '-shm']) if (existsSync(path + tail)) renameSync(path + tail, aside + tail);
    log(`${path} is damaged; it was set aside as ${aside} and a new one begun.`);
  }

  function replaceBy(next: DatabaseSync): void {
    const old = db;
    db = next;
    prepared = new Map();
    if (old.isOpen) old.close();
  }

  /** Everything that the file holds goes on in memory. */
  function toMemory(why: string): void {
    const memory = new DatabaseSync(':memory:');
    memory.exec(tables);
    try {
      copy(memory, 'disk', 'main');
    } catch (error) {
      log(`What ${path} holds cannot be read either (${message(error)}).`);
    }
    replaceBy(memory);
    triedAt = performance.now();
    fault = 'The disk of the status host takes nothing: what it reads is kept in memory only.';
    log(`${path} cannot be written (${why}); figures are kept in memory until it can be.`);
  }

  /** Copies every table between the file, attached as `disk`, and a database in memory. */
  function copy(memory: DatabaseSync, from: 'disk' | 'main', into: 'disk' | 'main'): void {
    memory.prepare('ATTACH ? AS disk').run(path);
    try {
      memory.exec('BEGIN');
      for (const name of names) memory.exec(`INSERT OR REPLACE INTO ${into}.${name} SELECT * FROM ${from}.${name}`);
      memory.exec('COMMIT');
    } catch (error) {
      if (memory.isTransaction) memory.exec('ROLLBACK');
      throw error;
    } finally {
      memory.exec('DETACH disk');
    }
  }

  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, known);
    return known;
  };

  return {
    prepare: (sql: string): Statement => ({
      get: (...values) => statement(sql).get(...values),
      all: (...values) => statement(sql).all(...values),
      run: (...values) => Number(statement(sql).run(...values).changes),
    }),

    /** Runs `work` in one transaction: a crash leaves all of it or nothing. On a disk that takes nothing it runs in memory. */
    together(work: () => void): void {
      try {
        inOne(db, work);
      } catch (error) {
        const code = codeOf(error);
        if (fault !== null || !(UNWRITABLE.has(code) || DAMAGED.has(code))) throw error;
        if (DAMAGED.has(code)) {
          db.close();
          setAside();
          replaceBy(openOrReplace());
        } else toMemory(message(error));
        inOne(db, work);
      }
    },

    /** A sentence while the file cannot be written. */
    fault: (): string | null => fault,

    /** While in memory: tries, now and then, to bring everything back to the disk. True when it is there again. */
    heal(always = false): boolean {
      if (fault === null || (!always && performance.now() - triedAt < HEAL_EVERY_MS)) return false;
      triedAt = performance.now();
      try {
        copy(db, 'main', 'disk');
        replaceBy(openOrReplace());
      } catch (error) {
        log(`${path} still cannot be written (${message(error)}).`);
        return false;
      }
      fault = null;
      log(`${path} can be written again; nothing was lost.`);
      return true;
    },
    close: (): void => db.close(),
  };
}

function codeOf(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : Number.NaN;
  // The low byte is the kind, the rest says more.
  return code & 0xff;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
