/** What the builtin answerer says in a visitor's language, and the small talk that it understands in every one. */
import { folded, inAny, languages, tagOf, type Phrases, type Talk } from './languages.ts';

/** Sentences for a BCP 47 tag; English for every language that has none of its own. */
export function phrasesFor(lang: string): Phrases {
  return languages[tagOf(lang)].says;
}

const TALK = (['greeting', 'thanks', 'bye', 'whoAmI'] as const).map((kind) => [kind, inAny(({ talk }) => talk[kind])] as const);

/** The kind of small talk that a message is, if it is nothing more. */
export function smallTalk(text: string): Talk | null {
  const forms = new Set([text, folded(text)].map((form) => form.replace(/[^\p{L}\p{N}\s]/gu, ' ').replace(/\s+/g, ' ').trim()));
  return TALK.find(([, fits]) => [...forms].some(fits))?.[0] ?? null;
}

/** Whether the visitor asks for a person. */
export const wantsPerson = inAny(({ person }) => person);
