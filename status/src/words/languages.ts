/** Which languages there are and where their pages lie. */
import { de } from './de.ts';
import { en } from './en.ts';
import type { Words } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { ja } from './ja.ts';

/** English stands at the root, every other language in a folder of its own name. */
export const languages: Words[] = [en, de, fr, es, ja];

/** Folder of a language's pages under the public folder, with a slash at its end; empty for English. */
export function folderOf({ lang }: Pick<Words, 'lang'>): string {
  return lang === 'en' ? '' : `${lang}/`;
}

/** The words of a language; English where there are none of it. */
export function wordsIn(lang: string | undefined): Words {
  return languages.find((each) => each.lang === lang) ?? en;
}

/** Fills `{name}` in a sentence of text. */
export function say(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
