/** Finds the words for a language; only English is part of the panel, the others are fetched when asked for. */
import { en, type Strings } from './en.ts';

const others: Record<string, () => Promise<{ strings: Strings }>> = {
  de: () => import('./de.ts'),
};

/** Words for a BCP 47 tag such as `de-AT`; English for every language that is not there. */
export async function loadStrings(tag: string): Promise<Strings> {
  const load = others[tag.toLowerCase().split('-')[0] ?? ''];
  return load ? (await load()).strings : en;
}
