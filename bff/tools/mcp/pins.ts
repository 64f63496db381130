/**
 * Tool definitions by the hash that they had when they were accepted, which is when they were first seen. A server that
 * later says something else under the same name has changed what a model is told to do, and is not believed.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { sorted } from '../cache.ts';

export type Pins = {
  /** True when `definition` is the accepted one under this name; one that was never seen is accepted. */
  holds(name: string, definition: unknown): boolean;
  /** Forgets a definition that has changed, so that the next one seen is accepted; false when there is no such change. */
  accept(name: string): boolean;
};

/** @param path of the JSON file; it is made when missing. Throws when it cannot be read or written. */
export function openPins(path: string): Pins {
  const pins = new Map<string, string>(existsSync(path) ? Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : []);
  const changed = new Set<string>();

  function write(): void {
    writeFileSync(`${path}.new`, `${JSON.stringify(Object.fromEntries(pins), null, 1)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  return {
    holds(name, definition) {
      const hash = createHash('sha256').update(JSON.stringify(sorted(definition))).digest('hex');
      const pinned = pins.get(name);
      if (pinned === undefined) {
        pins.set(name, hash);
        write();
      }
      const same = pinned === undefined || pinned === hash;
      if (same) changed.delete(name);
      else changed.add(name);
      return same;
    },
    accept(name) {
      if (!changed.delete(name)) return false;
      pins.delete(name);
      write();
      return true;
    },
  };
}
