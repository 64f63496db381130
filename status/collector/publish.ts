/** Writes the public folder: each file whole or not at all, and only when it changed. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { publishedIncident, type PublishedIncident } from '../src/incident.ts';

/** What Astro built: the shells that live parts go into, and the incidents, newest first. */
export type Site = { index: string; model: string; incidents: PublishedIncident[]; version: string };
export type Publish = (path: string, content: string | Uint8Array) => void;

/** Where the live part and the title go in a built shell. */
const LIVE = '@@LIVE@@';
const TITLE = '@@TITLE@@';
/** Folders of the build that are replaced as a whole, so that a removed incident's page goes too. */
const owned = ['incidents', 'history', '_astro'];

/** Identifies the build that lies in `dist`; null when there is none. */
export function siteVersion(dist: string): string | null {
  const mark = join(dist, '.hash');
  return existsSync(mark) ? `${readFileSync(mark, 'utf8')}:${statSync(mark).mtimeMs}` : null;
}

/** Copies the build into the public folder and returns its shells. @throws when the build is not whole */
export function installSite(dist: string, folder: string, version: string): Site {
  const site: Site = {
    index: readFileSync(join(dist, 'index.html'), 'utf8'),
    model: readFileSync(join(dist, 'model', 'index.html'), 'utf8'),
    incidents: z.array(publishedIncident).parse(JSON.parse(readFileSync(join(dist, 'incidents.json'), 'utf8'))),
    version,
  };
  for (const shell of [site.index, site.model]) if (!shell.includes(LIVE)) throw new Error('A built page has no place for its live part.');
  mkdirSync(folder, { recursive: true });
  for (const name of owned) rmSync(join(folder, name), { recursive: true, force: true });
  for (const name of readdirSync(dist)) {
    if (name.startsWith('.') || name === 'index.html' || name === 'model') continue;
    cpSync(join(dist, name), join(folder, name), { recursive: true });
  }
  return site;
}

/** Puts a live part and a title (both already markup) into a shell. */
export function fill(shell: string, title: string, live: string): string {
  return shell.replace(TITLE, () => title).replace(LIVE, () => live);
}

/** A function that writes one file by atomic rename, unless it has just written the same bytes. */
export function publisher(folder: string): Publish {
  const written = new Map<string, string>();
  return (path, content) => {
    const digest = createHash('sha256').update(content).digest('base64');
    if (written.get(path) === digest) return;
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    const fresh = join(dirname(target), `.${process.pid}.part`);
    try {
      writeFileSync(fresh, content);
      renameSync(fresh, target);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw error;
    }
    written.set(path, digest);
  };
}
