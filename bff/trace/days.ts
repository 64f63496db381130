/**
 * What turns took on a day in a version, for comparing them later: up to a thousand turns of each, drawn evenly, as
 * numbers without any id. A file for each day and version, kept for a month.
 */
import { mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from './folder.ts';
import { HOPS } from './kept.ts';

const KEEP_DAYS = 31;
const ROWS_MAX = 1_000;
const WRITE_EVERY_MS = 30_000;

export type Row = (number | null)[];
/** `turns`: how many there were; `rows`: the drawn ones, a number for each of `hops`. */
export type Sampled = { day: string; version: string; turns: number; hops: readonly string[]; rows: Row[] };
export type Days = ReturnType<typeof createDays>;

/** The day of an epoch time, in UTC. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** `folder` null: in memory only. */
export function createDays({ folder, version, log, now = Date.now }: { folder: string | null; version: string; log: (line: string) => void; now?: () => number }) {
  const days = new Map<string, Sampled>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let ill = false;
  const nameOf = (day: string, of: string) => `${day}~${of}`;

  function take(key: string, sampled: Omit<Sampled, 'hops'>): void {
    const before = days.get(key);
    days.set(key, { ...sampled, hops: HOPS, turns: sampled.turns + (before?.turns ?? 0), rows: [...sampled.rows, ...(before?.rows ?? [])].slice(0, ROWS_MAX) });
  }

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (folder === null) return;
    const keys = [...changed];
    changed.clear();
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const key of keys) {
        const path = join(folder, `${key}.json`);
        await writeFile(`${path}.new`, JSON.stringify(days.get(key)), { mode: 0o600 });
        await rename(`${path}.new`, path);
      }
      ill = false;
    } catch (error) {
      for (const key of keys) changed.add(key);
      sick('written', error);
    }
  }

  /** Told once until something is written again. */
  function sick(what: 'read' | 'written', error: unknown): void {
    if (!ill) log(`the figures of the day cannot be ${what}, they go on in memory: ${error instanceof Error ? error.message : String(error)}`);
    ill = true;
  }

  return {
    /** Every turn is drawn as likely as any other of its day. False: this one was not. The row may still be filled in. */
    add(row: Row): boolean {
      const day = dayOf(now());
      const key = nameOf(day, version);
      const sampled = days.get(key) ?? { day, version, turns: 0, hops: HOPS, rows: [] };
      days.set(key, sampled);
      sampled.turns += 1;
      const place = sampled.rows.length < ROWS_MAX ? sampled.rows.length : Math.floor(Math.random() * sampled.turns);
      if (place >= ROWS_MAX) return false;
      sampled.rows[place] = row;
      changed.add(key);
      timer ??= setTimeout(() => void (writing = writing.then(write)), WRITE_EVERY_MS).unref();
      return true;
    },
    /** All that was drawn on the day (`2026-11-22`, `today`, `yesterday`) or in the version that `which` names. */
    of(which: string): Row[] {
      const day = which === 'today' ? dayOf(now()) : which === 'yesterday' ? dayOf(now() - 86_400_000) : which;
      return [...days.values()].filter((sampled) => sampled.day === day || sampled.version === which).flatMap(({ rows }) => rows);
    },
    /** Which days and versions there are. */
    names: (): { day: string; version: string; turns: number }[] => [...days.values()].map(({ day, version: of, turns }) => ({ day, version: of, turns })),
    /** Reads what was kept before; files older than a month go. Never rejects. */
    async load(): Promise<void> {
      if (folder === null) return;
      const found = await namesIn(folder).catch((error: unknown) => {
        sick('read', error);
        return [];
      });
      const oldest = dayOf(now() - KEEP_DAYS * 86_400_000);
      for (const name of found.filter((entry) => /^\d{4}-\d\d-\d\d~.+\.json$/.test(entry))) {
        const path = join(folder, name);
        try {
          if (name.slice(0, 10) < oldest) await unlink(path);
          else take(name.slice(0, -5), JSON.parse(await readFile(path, 'utf8')) as Sampled);
        } catch (error) {
          log(`the figures in ${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    },
    async close(): Promise<void> {
      await writing;
      await write();
    },
  };
}
