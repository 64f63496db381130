/** The folder of incidents and maintenance as it is right now: read again when a file changes, faulty files named. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publish, publishMaintenance, type Incident, type Maintenance, type PublishedIncident, type PublishedMaintenance } from '../src/incident.ts';
import { parseIncident, parseMaintenance, type Kind, type Parsed } from './file.ts';

/** Incidents newest first, maintenances latest first; `faults` name each faulty file and field. */
export type Written = { incidents: PublishedIncident[]; maintenances: PublishedMaintenance[]; faults: string[] };
export type Ledger = ReturnType<typeof createLedger>;

/** `good` is the last version that could be read: it stays up while the file is faulty. */
type Known<T> = { version: string; good: T | null; faults: string[] };

/** @param folder holds `incidents/` and `maintenance/`, a Markdown file each */
export function createLedger(folder: string, log: (line: string) => void) {
  const incidents = new Map<string, Known<Incident>>();
  const maintenances = new Map<string, Known<Maintenance>>();
  /** What a full disk did not take, by path: published all the same, and tried again at every reading. */
  const unwritten = new Map<string, string>();

  function refresh<T>(kind: Kind, known: Map<string, Known<T>>, parse: (name: string, text: string) => Parsed<T>): void {
    const there = new Set<string>();
    for (const file of filesIn(join(folder, kind))) {
      const name = file.slice(0, -3);
      there.add(name);
      take(kind, known, name, parse);
    }
    for (const path of unwritten.keys()) if (path.startsWith(`${kind}/`)) there.add(path.slice(kind.length + 1, -3));
    for (const name of known.keys()) if (!there.has(name)) known.delete(name);
  }

  function take<T>(kind: Kind, known: Map<string, Known<T>>, name: string, parse: (name: string, text: string) => Parsed<T>): void {
    const path = join(folder, kind, `${name}.md`);
    if (unwritten.has(`${kind}/${name}.md`)) return;
    const { ino, mtimeMs, size } = statSync(path);
    const version = `${ino}:${mtimeMs}:${size}`;
    const before = known.get(name);
    if (before?.version === version) return;
    keep(known, name, version, parse(name, readFileSync(path, 'utf8')));
  }

  function keep<T>(known: Map<string, Known<T>>, name: string, version: string, parsed: Parsed<T>): void {
    if ('entry' in parsed) return void known.set(name, { version, good: parsed.entry, faults: [] });
    for (const fault of parsed.faults) log(fault);
    known.set(name, { version, good: known.get(name)?.good ?? null, faults: parsed.faults });
  }

  function remember(kind: Kind, name: string, version: string, text: string): void {
    if (kind === 'incidents') keep(incidents, name, version, parseIncident(name, text));
    else keep(maintenances, name, version, parseMaintenance(name, text));
  }

  function tryUnwritten(): void {
    for (const [path, text] of unwritten) {
      try {
        writeWhole(join(folder, path), text);
        unwritten.delete(path);
        log(`${path} could be written after all.`);
      } catch {
        return; // still full: the fault stays among those that `read` tells
      }
    }
  }

  return {
    folder,
    read(now: number): Written {
      tryUnwritten();
      refresh('incidents', incidents, parseIncident);
      refresh('maintenance', maintenances, parseMaintenance);
      const faults = [...incidents.values(), ...maintenances.values()].flatMap((each) => each.faults);
      if (unwritten.size > 0) faults.push('The disk of the status host takes nothing: incidents are kept in memory only.');
      return {
        incidents: [...incidents].flatMap(([name, { good }]) => (good ? [publish(name, good)] : [])).toSorted((a, b) => b.startedAt - a.startedAt),
        maintenances: [...maintenances].flatMap(([name, { good }]) => (good ? [publishMaintenance(name, good, now)] : [])).toSorted((a, b) => b.scheduledFor - a.scheduledFor),
        faults,
      };
    },

    /** The text of one file; null when there is none. */
    text(kind: Kind, name: string): string | null {
      const waiting = unwritten.get(`${kind}/${name}.md`);
      if (waiting !== undefined) return waiting;
      return filesIn(join(folder, kind)).includes(`${name}.md`) ? readFileSync(join(folder, kind, `${name}.md`), 'utf8') : null;
    },

    /** Writes a file whole or not at all. On a disk that takes nothing it is kept in memory and tried again. */
    write(kind: Kind, name: string, text: string): void {
      const path = `${kind}/${name}.md`;
      try {
        writeWhole(join(folder, path), text);
        unwritten.delete(path);
      } catch (error) {
        log(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
        unwritten.set(path, text);
        remember(kind, name, 'unwritten', text);
      }
    },
  };
}

/** Names of the Markdown files there; none when there is no such folder. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.md') && !name.startsWith('.'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** By atomic rename, so that nobody reads half a file. @throws when the disk does not take it */
export function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}.part`;
  try {
    writeFileSync(fresh, text);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
