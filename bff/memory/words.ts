/** Text to terms: lower case, no accents, a light English stem, no stop words. Pure. */

const STOP = new Set(
  ('a an and any are as at be been but by can could did do does doing for from had has have having he her hers him his how i if in into is it its me my no nor not of on or our ours please '
    + 'she should so some such than that the their theirs them then there these they this those to too us was we were what when where which while who whom whose why will with would you your yours '
    + 'am also just about s t d m ll re ve whats hows wheres whos').split(' '),
);
const WORD = /[\p{L}\p{N}]+/gu;
const MARKED = /\P{ASCII}/u;
/** Scripts without spaces, or whose particles hang on to words: nobody can tell their words by looking at the letters alone. */
const RUN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;
const VOWEL = /[aeiouy]/;

/** Every word of a text in order, lower case and without accents; apostrophes split. Of scripts without spaces, every two letters side by side. */
export function words(text: string): string[] {
  if (!MARKED.test(text)) return text.toLowerCase().match(WORD) ?? [];
  const bare = text.normalize('NFKD').replace(/\p{M}+/gu, '').normalize('NFC').toLowerCase();
  return bare.replace(RUN, (run) => ` ${pairs(run)} `).match(WORD) ?? [];
}

function pairs(run: string): string {
  const letters = [...run];
  return letters.length < 3 ? run : letters.slice(1).map((letter, n) => `${letters[n] ?? ''}${letter}`).join(' ');
}

/** A text as full text shall see it. The index splits at spaces and folds Latin letters; what is beyond ASCII gets the form that a question gets. */
export function searchable(text: string): string {
  return MARKED.test(text) ? words(text).join(' ') : text;
}

/** A text's words without stop words, in order, repeats included. */
export function telling(text: string): string[] {
  return words(text).filter((word) => !STOP.has(word));
}

/** The stems of those words. */
export function terms(text: string): string[] {
  return telling(text).map(stem);
}

/** The distinct terms of a query, at most `limit`; when it is all stop words, those. */
export function queryTerms(query: string, limit = 32): string[] {
  const found = terms(query);
  return [...new Set(found.length > 0 ? found : words(query).map(stem))].slice(0, limit);
}

/** How often each term occurs. */
export function counted(list: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of list) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** A light stem: plural, -ing, -ed and a final e are cut, so that "cited", "citing" and "cites" meet. */
export function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  let root = oneSpelling(word);
  if (root.endsWith('ies') && root.length > 4) root = `${root.slice(0, -3)}y`;
  else if (root.endsWith('sses')) root = root.slice(0, -2);
  else if (root.endsWith('s') && !/(ss|us|is)$/.test(root)) root = root.slice(0, -1);
  for (const ending of ['ing', 'ed']) {
    const rest = root.slice(0, -ending.length);
    if (!root.endsWith(ending) || rest.length < 3 || !VOWEL.test(rest)) continue;
    root = /([bdfgmnprt])\1$/.test(rest) ? rest.slice(0, -1) : rest;
    break;
  }
  if (root.endsWith('e') && root.length > 3) root = root.slice(0, -1);
  return root.endsWith('y') && root.length > 3 ? `${root.slice(0, -1)}i` : root;
}

const SPELLINGS: [one: RegExp, other: string][] = [
  [/our(?=(?:s|ed|ing|ful)?$)/, 'or'], [/(?<=[bcdfghjklmnpqrstvwxyz])or(?=(?:s|ed|ing|ful)?$)/, 'our'], [/enc(?=(?:e|es|ed|ing)$)/, 'ens'], [/ens(?=(?:e|es|ed|ing)$)/, 'enc'],
  [/is(?=(?:e|es|ed|ing|ation)$)/, 'iz'], [/iz(?=(?:e|es|ed|ing|ation)$)/, 'is'],
];

/** A word as spelt in British and in American English, itself first; a form that does not exist finds nothing and does no harm. */
export function spellings(word: string): string[] {
  return word.length < 5 ? [word] : [word, ...SPELLINGS.filter(([one]) => one.test(word)).map(([one, other]) => word.replace(one, other))];
}

/** The American spelling. */
function oneSpelling(word: string): string {
  return word.length < 5 ? word : word.replace(/our(?=(?:s|ed|ing|ful)?$)/, 'or').replace(/enc(?=(?:e|es|ed|ing)$)/, 'ens').replace(/is(?=(?:e|es|ed|ing|ation)$)/, 'iz');
}
