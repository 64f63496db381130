/** One static path per language, for pages that there are in each of them. */
import type { Words } from './en.ts';
import { languages } from './languages.ts';

export function inEveryLanguage(): { params: { lang: string | undefined }; props: { w: Words } }[] {
  return languages.map((w) => ({ params: { lang: w.lang === 'en' ? undefined : w.lang }, props: { w } }));
}
