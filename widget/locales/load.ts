/** Finds the words for a language; only English is part of the panel, the others are fetched when asked for. */
import { en, type Numbers, type Overrides, type Strings, type Words } from './en.ts';

/** Every language beside English. */
export const others: Record<string, () => Promise<{ strings: Words }>> = {
  ar: () => import('./ar.ts'),
  de: () => import('./de.ts'),
  es: () => import('./es.ts'),
  fr: () => import('./fr.ts'),
  ja: () => import('./ja.ts'),
  pt: () => import('./pt.ts'),
  zh: () => import('./zh.ts'),
};

/** English as it stands, until `loadStrings` has found better. */
export const english: Strings = sayable(en, numbersOf('en'), {});

/** Words for a BCP 47 tag such as `de-AT`; English for every language that is not there. What `own` has goes first. */
export async function loadStrings(tag: string, own: Overrides | null = null): Promise<Strings> {
  const language = tag.toLowerCase().split(/[-_]/)[0] ?? '';
  const load = Object.hasOwn(others, language) ? others[language] : undefined;
  return sayable(load ? (await load()).strings : en, load || language === 'en' ? numbersOf(tag, language) : numbersOf('en'), own ?? {});
}

/** Numbers in the way of a language; a tag that is none counts as its `language`. */
function numbersOf(tag: string, language = tag): Numbers {
  const locale = isTag(tag) ? tag : language;
  const rules = new Intl.PluralRules(locale);
  const formats = new Map<number, Intl.NumberFormat>();
  const show = (value: string): string => {
    const decimals = /^\d+(?:\.(\d+))?$/.exec(value);
    if (!decimals) return value;
    const digits = decimals[1]?.length ?? 0;
    let format = formats.get(digits);
    if (!format) formats.set(digits, (format = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })));
    return format.format(Number(value));
  };
  // The first format of a page takes some ten milliseconds: they are taken when nobody waits.
  globalThis.requestIdleCallback?.(() => void (show('0') + show('0.0')));
  return { show, plural: (count, forms) => (forms[rules.select(Number(count))] ?? forms.other).replace('{}', show(count)) };
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false; // Pages write `de_AT` too.
  }
}

/** Templates get plain functions of what they want said; the numbers of the language are filled in here. */
function sayable<T extends object>(words: T, numbers: Numbers, own: object): Strings {
  const entries = Object.entries(words).map(([key, word]: [string, unknown]) => {
    const mine: unknown = Reflect.get(own, key);
    if (typeof word === 'object' && word !== null) return [key, sayable(word, numbers, typeof mine === 'object' && mine !== null ? mine : {})];
    if (typeof word !== 'function') return [key, typeof mine === 'string' ? mine : word];
    if (typeof mine === 'string') return [key, (...values: string[]) => mine.replace(/\{\}/g, () => numbers.show(values.shift() ?? ''))];
    const say = (typeof mine === 'function' ? mine : word) as (...values: unknown[]) => string;
    return [key, (...values: string[]) => say(...values, numbers)];
  });
  return Object.fromEntries(entries) as Strings;
}
