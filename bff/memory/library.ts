/**
 * Sections in the process: those that questions led to lately, with their terms counted, and the names that sections of
 * recent sites mention. A question reads nothing from disk but the index of words, unless it leads somewhere new.
 */
import { PATH_MARK } from './blocks.ts';
import type { Nearest } from './nearest.ts';
import type { Scored } from './rank.ts';
import type { SectionRow } from './schema.ts';
import type { Mention, Store } from './store.ts';
import { kept as vectorOf, type Embedder } from './vectors.ts';
import { counted, terms } from './words.ts';

/** A section ready for scoring. */
export type LibrarySection = { row: SectionRow; scored: Scored; vector: Float32Array | null };
export type Library = {
  /** In the order of the keys; those that are gone are left out. */
  sections(site: string, keys: string[]): Promise<LibrarySection[]>;
  /** Where names are mentioned, by entity. */
  mentions(site: string, entities: string[]): Promise<Mention[]>;
  /** Sections of the site have changed. */
  changed(site: string): void;
};

/** All sections together, in characters; counted terms take about ten times that in memory. */
const CHARACTERS = 8_000_000;
/** What a section costs besides its text, in characters. */
const OVERHEAD = 200;
/** Sites with more mentions are asked for by name each time, and those of so many sites are at hand. */
const MENTIONS_MAX = 200_000;
const SITES_MAX = 32;
/** Of a site that is asked by name. */
const FOUND_MAX = 2_000;

export function makeLibrary(store: Pick<Store, 'sectionsOf' | 'mentionsOf' | 'mentionsIn'>, embedder: Embedder | null, near: Nearest | null): Library {
  const shelf = new Map<string, LibrarySection>();
  let characters = 0;
  /** Null for a site with too many. */
  const names = new Map<string, Promise<Map<string, Mention[]> | null>>();
  /** How often a site has changed: what was read before a change is not kept after it. */
  const changes = new Map<string, number>();

  function keep(section: LibrarySection): void {
    shelf.set(section.row.key, section);
    characters += section.row.text.length + OVERHEAD;
    for (const [key, { row }] of shelf) {
      if (characters <= CHARACTERS) return;
      shelf.delete(key);
      characters -= row.text.length + OVERHEAD;
    }
  }

  async function loadNames(site: string): Promise<Map<string, Mention[]> | null> {
    const all = await store.mentionsIn(site, MENTIONS_MAX + 1);
    return all.length > MENTIONS_MAX ? null : Map.groupBy(all, ({ entity }) => entity);
  }

  function namesOf(site: string): Promise<Map<string, Mention[]> | null> {
    let known = names.get(site);
    if (known === undefined) {
      const fresh = loadNames(site);
      fresh.catch(() => { if (names.get(site) === fresh) names.delete(site); }); // The caller sees the error; the next one tries again.
      known = fresh;
    }
    names.delete(site);
    names.set(site, known);
    const [oldest] = names.keys();
    if (names.size > SITES_MAX && oldest !== undefined) names.delete(oldest);
    return known;
  }

  return {
    async sections(site, keys) {
      const found = new Map(keys.flatMap((key) => {
        const section = shelf.get(key);
        return section === undefined ? [] : [[key, section]];
      }));
      for (const [key, section] of found) {
        shelf.delete(key); // To the end: what is asked for stays.
        shelf.set(key, section);
      }
      const missing = keys.filter((key) => !found.has(key));
      const before = changes.get(site);
      for (const row of missing.length === 0 ? [] : await store.sectionsOf(missing)) {
        const section = { row, scored: scoredOf(row), vector: vectorOf(row, embedder) };
        found.set(row.key, section);
        if (changes.get(site) === before && !shelf.has(row.key)) keep(section);
      }
      return keys.flatMap((key) => found.get(key) ?? []);
    },
    async mentions(site, entities) {
      const all = await namesOf(site);
      return all === null ? store.mentionsOf(site, entities, FOUND_MAX) : entities.flatMap((entity) => all.get(entity) ?? []);
    },
    changed(site) {
      near?.changed(site);
      names.delete(site);
      changes.set(site, (changes.get(site) ?? 0) + 1);
      for (const [key, { row }] of shelf) {
        if (row.site !== site) continue;
        shelf.delete(key);
        characters -= row.text.length + OVERHEAD;
      }
    },
  };
}

function scoredOf(row: SectionRow): Scored {
  const list = terms(row.text);
  const path = [row.title, ...(row.heading?.split(PATH_MARK) ?? [])];
  const own = path.pop() ?? '';
  return { terms: counted(list), length: list.length, head: new Set(terms(own)), above: new Set(terms(path.join(' '))) };
}
