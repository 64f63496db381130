/** What Astro built, read into memory: the shells that live parts go into, and the files that stay as they are. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { z } from 'zod';
import { languages } from '../src/words/languages.ts';
import { file, type File } from './publish.ts';

/** Built pages with a place for what is live or written. */
export type Shells = { index: string; model: string; history: string; subscribe: string };
/** English shells, the others by language; an incident's page is in the language that it was written in. Incidents' texts as markup by id, and the files that are published as built. */
export type Site = Shells & { incident: string; translated: Map<string, Shells>; bodies: Record<string, string>; files: File[]; version: string };

/** Where the live part, the title and the key of this host go in a built shell. */
const LIVE = '@@LIVE@@';
const TITLE = '@@TITLE@@';
const KEY = '@@KEY@@';
/** Read by us only. */
const BODIES = 'bodies.json';

/** Identifies the build that lies in `dist`; null when there is none. */
export function siteVersion(dist: string): string | null {
  const mark = join(dist, '.hash');
  return existsSync(mark) ? `${readFileSync(mark, 'utf8')}:${statSync(mark).mtimeMs}` : null;
}

/** Reads the whole build. @throws when it is not whole */
export function readSite(dist: string, version: string): Site {
  const names = globSync('**/*', { cwd: dist, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(dist.length + 1).split(sep).join('/'));
  const others = languages.map((each) => each.lang).filter((lang) => lang !== 'en' && existsSync(join(dist, lang, 'index.html')));
  return {
    ...shells(dist),
    incident: shell(dist, 'incident', 'index.html'),
    translated: new Map(others.map((lang) => [lang, shells(join(dist, lang))])),
    bodies: z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(join(dist, BODIES), 'utf8'))),
    files: names
      .filter((name) => !name.split('/').some((part) => part.startsWith('.')) && name !== BODIES && (!name.endsWith('.html') || name === '404.html'))
      .map((name) => file(name, readFileSync(join(dist, name)))),
    version,
  };
}

function shells(folder: string): Shells {
  return {
    index: shell(folder, 'index.html'), model: shell(folder, 'model', 'index.html'),
    history: shell(folder, 'history', 'index.html'), subscribe: shell(folder, 'subscribe', 'index.html'),
  };
}

function shell(...path: string[]): string {
  const text = readFileSync(join(...path), 'utf8');
  if (!text.includes(LIVE)) throw new Error(`The built page ${path.join('/')} has no place for its live part.`);
  return text;
}

/** The shells of one language. */
export const shellsOf = (site: Site, lang: string): Shells => site.translated.get(lang) ?? site;

/** Puts the public key that a page's script trusts into its shell. */
export const keyed = (shell: string, publicKey: string): string => shell.replace(KEY, () => publicKey);

/** Puts a live part and a title (both already markup) into a shell. */
export function fill(shell: string, title: string, live: string): string {
  return shell.replace(TITLE, () => title).replace(LIVE, () => live);
}
