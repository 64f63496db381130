/**
 * The graph of names: which sections mention whom, and how far the standing of good sections and of the names in a
 * question reaches over it (personalised PageRank). This finds the second half of "who founded the club that X plays for". Pure.
 */

/** A name with the sections that mention it; `titled`: it is the title of that section's document. */
export type Mentioned = { entity: string; section: string; titled: number };

const NAME = /\p{Lu}[\p{L}\p{N}'’.-]*(?:\s+(?:(?:of|the|de|la|du|von|van|and|for|in|to|on|&)\s+){0,2}\p{Lu}[\p{L}\p{N}'’.-]*)*/gu;
/** Words that begin a sentence more often than a name. */
const NO_NAME = new Set(
  ('the a an it he she they in on at of and but this that these those his her its their as for by from with after before during when while since until there here is was were are be to we you i who what '
    + 'which where why how one two both all some many most other another such also however although though because if then not no yes first new your our my do does did can could should would please').split(' '),
);
/** Names kept per section, and the longest that counts as one (words). */
const NAMES_MAX = 24;
const WORDS_MAX = 8;

/** A name as it is compared: lower case, no accents, nothing in brackets. '' when nothing is left. */
export function plain(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase().replace(/\([^)]*\)/g, ' ').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/** The names in a text, in order, each once. */
export function namesIn(text: string): string[] {
  const found = new Set<string>();
  for (const [match] of text.matchAll(NAME)) {
    const parts = plain(match).split(' ');
    while (parts.length > 0 && NO_NAME.has(parts[0] ?? '')) parts.shift();
    while (parts.length > 0 && NO_NAME.has(parts.at(-1) ?? '')) parts.pop();
    if (parts.length === 0 || parts.length > WORDS_MAX || parts.join('').length < 3) continue;
    found.add(parts.join(' '));
    if (parts.includes('and')) for (const part of parts.join(' ').split(' and ')) found.add(part);
    if (found.size >= NAMES_MAX) break;
  }
  return [...found];
}

/** What of a question is a name (capitalised), and which runs of its words might be a title. */
export function namesAsked(question: string): { names: string[]; titles: string[] } {
  const list = plain(question).split(' ').slice(0, 40);
  const names = namesIn(question.replace(/^\s*\p{Lu}/u, (letter) => letter.toLowerCase()));
  const found = new Set<string>();
  for (let from = 0; from < list.length; from++) {
    for (let length = 1; length <= 5 && from + length <= list.length; length++) {
      const run = list.slice(from, from + length);
      if (!NO_NAME.has(run[0] ?? '') && !NO_NAME.has(run.at(-1) ?? '') && run.join(' ').length > (length === 1 ? 6 : 3)) found.add(run.join(' '));
    }
  }
  return { names, titles: [...found] };
}

/** Names that more sections than this mention tell nothing apart. */
const OFTEN = 20;
const STAY = 0.5;
const ROUNDS = 6;
/** The share of the walk that starts at sections; the rest starts at names of the question. */
const FROM_SECTIONS = 0.4;
/** A title says more about a section than a mention. */
const TITLE = 3;

/**
 * Standing of every section that the mentions reach, the best 1. `seeds`: the best sections so far with their score;
 * `asked`: entities that the question names. `collection`: how many sections a rare name is rare among.
 */
export function standing(mentions: Mentioned[], seeds: Map<string, number>, asked: Set<string>, collection: number): Map<string, number> {
  const groups = [...Map.groupBy(mentions, ({ entity }) => entity)].filter(([, list]) => list.length <= OFTEN);
  const entities = groups.map(([entity, list]) => {
    const edges = list.map(({ section, titled }) => ({ section, weight: titled === 1 ? TITLE : 1 }));
    return { entity, edges, sum: edges.reduce((sum, { weight }) => sum + weight, 0), rarity: Math.log(1 + collection / list.length) };
  });
  const degree = new Map<string, number>();
  for (const { edges, rarity } of entities) for (const { section, weight } of edges) degree.set(section, (degree.get(section) ?? 0) + rarity * weight);
  const seedSum = [...seeds.values()].reduce((sum, score) => sum + score * score, 0);
  const named = entities.map(({ entity, rarity }) => (asked.has(entity) ? rarity : 0));
  const namedSum = named.reduce((sum, weight) => sum + weight, 0);
  const startSections = new Map([...seeds].map(([section, score]) => [section, seedSum === 0 ? 0 : (FROM_SECTIONS * score * score) / seedSum]));
  const startEntities = named.map((weight) => (namedSum === 0 ? 0 : ((1 - FROM_SECTIONS) * weight) / namedSum));

  let sections = new Map(startSections);
  let held = startEntities;
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Map([...startSections].map(([section, start]) => [section, (1 - STAY) * start]));
    const nextHeld = startEntities.map((start) => (1 - STAY) * start);
    for (const [n, { edges, sum, rarity }] of entities.entries()) {
      for (const { section, weight } of edges) {
        next.set(section, (next.get(section) ?? 0) + (STAY * (held[n] ?? 0) * weight) / sum);
        nextHeld[n] = (nextHeld[n] ?? 0) + (STAY * (sections.get(section) ?? 0) * rarity * weight) / (degree.get(section) ?? 1);
      }
    }
    sections = next;
    held = nextHeld;
  }
  const top = Math.max(1e-9, ...sections.values());
  return new Map([...sections].map(([section, value]) => [section, value / top]));
}
