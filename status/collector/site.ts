/** What Astro built, read into memory: the shells that live parts go into, and the files that stay as they are. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { file, type File } from './publish.ts';

/** `files` are published as built; `subscribe` has a place for the forms. */
export type Site = {
  index: string;
  model: string;
  subscribe: string;
  files: File[];
  version: string;
};

/** Where the live part and the title go in a built shell. */
const LIVE = '@@LIVE@@';
const TITLE = '@@TITLE@@';
/** Shells: published only once they are filled. */
const shells = ['index.html', 'model', 'subscribe'];

/** Identifies the build that lies in `dist`; null when there is none. */
export function siteVersion(dist: string): string | null {
  const mark = join(dist, '.hash');
  return existsSync(mark) ? `${readFileSync(mark, 'utf8')}:${statSync(mark).mtimeMs}` : null;
}

/** Reads the whole build. @throws when it is not whole */
export function readSite(dist: string, version: string): Site {
  const text = (...path: string[]): string => readFileSync(join(dist, ...path), 'utf8');
  const names = globSync('**/*', { cwd: dist, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(dist.length + 1).split(sep).join('/'));
  const site: Site = {
    index: text('index.html'),
    model: text('model', 'index.html'),
    subscribe: text('subscribe', 'index.html'),
    files: names
      .filter((name) => !name.split('/').some((part) => part.startsWith('.')) && !shells.includes(name.split('/', 1)[0] ?? name))
      .map((name) => file(name, readFileSync(join(dist, name)))),
    version,
  };
  for (const shell of [site.index, site.model, site.subscribe]) if (!shell.includes(LIVE)) throw new Error('A built page has no place for its live part.');
  return site;
}

/** Puts a live part and a title (both already markup) into a shell. */
export function fill(shell: string, title: string, live: string): string {
  return shell.replace(TITLE, () => title).replace(LIVE, () => live);
}
