/** Texts to words as the builtin answerer compares them, by the language of the question. Pure. */
import { folded, languages, tagOf, type Tag } from './languages.ts';
import { arabicStem, germanicStem, romanceStem } from './stems.ts';
import { isUnspaced, spaced } from './unspaced.ts';
import { createLexicon, type Lexicon } from './words.ts';

export type Reader = Lexicon & {
  /** All words in lower case, as they stand. */
  allWords(text: string): string[];
  /** All words in order, stemmed, stop words left out; names such as `queue_full` also as a whole. */
  contentWords(text: string): string[];
  stem(word: string): string;
  /** What stands between a thing and what it is. */
  is: Set<string>;
};

const ARABIC = /\p{Script=Arabic}/u;
const FURTHER = /[\u0600-\u06ff\u3040-\u30ff\u3400-\u9fff\uff66-\uff9d]/;

function createReader(tags: Tag[], words: (text: string) => string[], latinStem: (word: string) => string, is: string, chinese = false): Reader {
  /** Scripts tell themselves apart, so every reader knows them all. */
  const allWords = (text: string): string[] => {
    if (!FURTHER.test(text)) return words(text);
    const bare = ARABIC.test(text) ? folded(text) : text.normalize('NFKC');
    return words(isUnspaced(bare) ? spaced(bare, chinese) : bare);
  };
  /** A list's words stand as they are, also in scripts without spaces. */
  const listed = (list: string): string[] => list.split(/\s+/).flatMap(words);
  const stop = new Set(tags.flatMap((tag) => listed(languages[tag].stop)));
  const stem = (word: string): string => (word < '\u0600' ? latinStem(word) : ARABIC.test(word) ? arabicStem(word) : word);
  return {
    ...createLexicon(tags, (list) => allWords(list).map(stem)),
    allWords,
    contentWords(text) {
      const names = text.toLowerCase().match(/[\p{L}\p{N}]+(?:[_.][\p{L}\p{N}]+)+/gu) ?? [];
      return [...allWords(text).filter((word) => !stop.has(word)).map(stem), ...names];
    },
    stem,
    is: new Set(is.split(' ')),
  };
}

/** English and German: what follows an apostrophe says nothing. */
function germanicWords(text: string): string[] {
  return text.toLowerCase().normalize('NFC').match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu)?.map((word) => word.replace(/['’].*$/, '')) ?? [];
}
/** French, Spanish, Portuguese: without accents; what stands before an apostrophe is a word of its own. */
function romanceWords(text: string): string[] {
  return folded(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

const germanic = createReader(['en', 'de', 'ja', 'ar'], germanicWords, germanicStem, 'is are ist sind means');
const romance = createReader(['fr', 'es', 'pt'], romanceWords, romanceStem, 'est sont es son e sao significa designe');
const chinese = createReader(['en', 'de', 'zh'], germanicWords, germanicStem, 'is are', true);
const readers: Record<Tag, Reader> = { en: germanic, de: germanic, ja: germanic, ar: germanic, fr: romance, es: romance, pt: romance, zh: chinese };

/** How texts are read for a question in a language (BCP 47). Neighbours share a reader, because a short question is easily taken for the other's. */
export function readerFor(lang: string): Reader {
  return readers[tagOf(lang)];
}
