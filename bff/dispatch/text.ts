/** From a message to its parts: bounded, normalised words, and the sparse features that the classifier counts. */

/** Work per message is bounded by reading this many characters: most from the start, the rest from the end. */
const HEAD = 1_600;
const TAIL = 400;
const LONGEST_WORD = 24;
/** Scripts that write no spaces; their words are pairs of neighbouring characters. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
/** A run of unspaced script, or a word of any other. */
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}ー]+|[[\p{L}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]][[\p{L}\p{M}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]]*(?:['’]\p{L}+)?/gv;

/** Lower case, one form per letter, no accents, no invisible characters; at most 2,000 characters are looked at. */
export function normalise(text: string): string {
  const bounded = text.length > HEAD + TAIL ? `${text.slice(0, HEAD)} ${text.slice(-TAIL)}` : text;
  return bounded.normalize('NFKD').replace(/(?<=\p{Script=Latin})\p{M}+|\p{Cf}/gu, '').normalize('NFC').toLowerCase();
}

/** The words of a normalised text, in order. Runs of unspaced script come as overlapping pairs. */
export function wordsOf(normal: string): string[] {
  const words: string[] = [];
  for (const [found] of normal.matchAll(WORD)) {
    if (!UNSPACED.test(found)) {
      words.push(found.replaceAll('’', "'").slice(0, LONGEST_WORD));
      continue;
    }
    const letters = [...found];
    if (letters.length === 1) words.push(found);
    for (let at = 0; at + 1 < letters.length; at++) words.push(`${letters[at]}${letters[at + 1]}`);
  }
  return words;
}

/** How often each feature occurs: `w:` words, `b:` neighbouring words, `c:` three to five letters within a word. */
export function featuresOf(words: string[]): { wordly: Map<string, number>; lettered: Map<string, number> } {
  const wordly = new Map<string, number>();
  const lettered = new Map<string, number>();
  let before = '^';
  for (const word of words) {
    count(wordly, `w:${word}`);
    count(wordly, `b:${before} ${word}`);
    before = word;
    const padded = ` ${word} `;
    for (let length = 3; length <= 5; length++) {
      for (let at = 0; at + length <= padded.length; at++) count(lettered, `c:${padded.slice(at, at + length)}`);
    }
  }
  return { wordly, lettered };
}

function count(into: Map<string, number>, key: string): void {
  into.set(key, (into.get(key) ?? 0) + 1);
}
