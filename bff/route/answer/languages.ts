/** The languages that the builtin answerer speaks and reads: what it says in each, and how visitors put things. */
import { ar } from './languages/ar.ts';
import { de } from './languages/de.ts';
import { en } from './languages/en.ts';
import { es } from './languages/es.ts';
import { fr } from './languages/fr.ts';
import { ja } from './languages/ja.ts';
import { pt } from './languages/pt.ts';
import { zh } from './languages/zh.ts';

export type Phrases = {
  unknown: string;
  offerPerson: string;
  /** A person has been told. */
  askedForPerson: string;
  /** There is nobody who could be told. */
  noPerson: string;
  standIn: string;
  wordForWord: string;
  youSaid(text: string): string;
  toolFailed(title: string): string;
  toolEmpty(title: string): string;
  greeting: string;
  thanks: string;
  bye: string;
  whoAmI: string;
  firstToken: string;
  waiting(depth: number): string;
};

export type Talk = 'greeting' | 'thanks' | 'bye' | 'whoAmI';

/**
 * Patterns see lower case. Those of a language with accents or vowel marks are written without them, and see the text
 * so; `\b` knows no letters but a to z. `talk` sees whole messages without punctuation.
 */
export type Language = {
  says: Phrases;
  talk: Record<Talk, RegExp>;
  /** A whole message without punctuation that only says yes. */
  yes: RegExp;
  /** The visitor asks for a person. */
  person: RegExp;
  /** What a question asks for. */
  asks: Record<'measure' | 'reason' | 'howto' | 'list' | 'definition', RegExp>;
  /** A message that only makes sense after the one before opens so. */
  goesOn: RegExp;
  /** `supposed` and `general` ask how things are at any time, `steps` how something is done, `now` about this moment. */
  about: Record<'supposed' | 'general' | 'steps' | 'now', RegExp>;
  /** In a sentence that answers: it holds a figure, gives a reason, tells what to do, hangs on the sentence before. */
  tells: Record<'figure' | 'because' | 'does' | 'hangsOn', RegExp>;
  /** Words that say nothing of what a text is about. */
  stop: string;
  /** Words that shape a question more than they say what it is about. */
  soft: string;
  /** Words that ask for the same thing, a row for each; those of English and German stand in `words.ts`. */
  alike: string[];
};

export const languages = { en, de, fr, es, pt, ja, zh, ar } satisfies Record<string, Language>;
export type Tag = keyof typeof languages;

/** The language of a BCP 47 tag; English for every one that is not there. */
export function tagOf(lang: string): Tag {
  const tag = /^[a-z]+/.exec(lang.toLowerCase())?.[0] ?? '';
  return Object.hasOwn(languages, tag) ? (tag as Tag) : 'en';
}

/** Whether a text fits the pattern of any language: who asks in French on a German page is understood too. */
export function inAny(pick: (language: Language) => RegExp): (text: string) => boolean {
  const patterns = Object.values(languages).map(pick);
  return (text) => {
    const lower = text.toLowerCase();
    const bare = folded(lower);
    return patterns.some((pattern) => pattern.test(lower) || (bare !== lower && pattern.test(bare)));
  };
}

const MARKED = /[^\x00-\x7f]/;
/** Lower case without accents and Arabic vowel marks, and one form for Arabic letters that people write in several. */
export function folded(text: string): string {
  if (!MARKED.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/[\u0300-\u036f\u064b-\u065f\u0670\u0640]+/g, '').normalize('NFC').toLowerCase()
    .replaceAll('œ', 'oe').replaceAll('’', "'").replaceAll('ى', 'ي').replaceAll('ة', 'ه');
}
