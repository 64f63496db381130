/** A guess at a message's language from its script or its commonest words. Tiny on purpose: eight languages. */
import { normalise, wordsOf } from './text.ts';

const common: Record<string, string> = {
  en: 'the is are what how do does can i you my to of and in it for with this that why where when not have please hello thanks no was as am an on or we be about me has will would your who tell between from make set',
  de: 'der die das ist sind was wie ich du sie ein eine und nicht mein meine mit fur auf wo wann warum kann kannst habe bitte hallo danke es zu den dem ihr euch wer kostet gibt',
  fr: "le la les est sont que quoi comment je vous tu un une et pas mon ma avec pour ou quand pourquoi peux puis j'ai c'est des du bonjour merci de combien qu'est quel quelle",
  es: 'el la los las es son que como yo usted tu un una y no mi con para donde cuando por puedo tengo de del hola gracias cuanto cual hay esta',
  pt: 'o os as e sao que como eu voce um uma nao meu minha com para onde quando por posso tenho de do da ola obrigado obrigada quanto qual ha esta isso',
};
const lists = Object.entries(common).map(([language, words]) => [language, new Set(words.split(' '))] as const);

/**
 * A language tag out of en, de, fr, es, pt, ja, zh, ar; `otherwise` when the text is too short or gives no hint.
 * `otherwise` also wins a tie, so a visitor's own setting is only overruled by evidence.
 */
export function guessLanguage(text: string, otherwise: string): string {
  const script = scriptOf(text.slice(0, 2_000));
  if (script === 'none') return otherwise;
  if (script === 'ja') return 'ja';
  if (script === 'han') return otherwise.startsWith('ja') || otherwise.startsWith('zh') ? otherwise : 'zh';
  if (script === 'arab') return otherwise.startsWith('ar') ? otherwise : 'ar';
  const words = wordsOf(normalise(text));
  const hits = lists
    .map(([language, set]) => ({ language, n: words.filter((word) => set.has(word)).length + letterHint(language, text) }))
    .sort((a, b) => b.n - a.n);
  const [best, second] = hits;
  const own = hits.find(({ language }) => otherwise.toLowerCase().split('-')[0] === language);
  if (!best || best.n === 0 || best.n === own?.n) return otherwise;
  return best.n > (second?.n ?? 0) ? best.language : otherwise;
}

/** The writing that a text is mostly in, as far as it tells the language. */
function scriptOf(text: string): 'ja' | 'han' | 'arab' | 'other' | 'none' {
  if (/^[\x20-\x7e\s]*$/.test(text)) return /[a-z]/i.test(text) ? 'other' : 'none';
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return 'ja';
  const letters = count(text, /\p{L}/gu);
  if (letters === 0) return 'none';
  if (count(text, /\p{Script=Han}/gu) * 3 > letters) return 'han';
  return count(text, /\p{Script=Arabic}/gu) * 2 > letters ? 'arab' : 'other';
}

/** Letters that one of the languages has nearly to itself. */
function letterHint(language: string, text: string): number {
  const start = text.slice(0, 2_000);
  if (language === 'de') return /[äöüß]/i.test(start) ? 1 : 0;
  if (language === 'es') return /[ñ¿¡]/i.test(start) ? 2 : 0;
  if (language === 'pt') return /[ãõ]/i.test(start) ? 2 : 0;
  if (language === 'fr') return /[èêëîïœ]|ç(?!ã)/i.test(start) ? 1 : 0;
  return 0;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
