/** What the builtin answerer says in a visitor's language, and the small talk that it understands in every one. */
import { folded, inAny, languages, tagOf, type Phrases, type Talk } from './languages.ts';

/** Sentences for a BCP 47 tag; English for every language that has none of its own. */
export function phrasesFor(lang: string): Phrases {
  return languages[tagOf(lang)].says;
}

const TALK = (['greeting', 'thanks', 'bye', 'whoAmI'] as const).map((kind) => [kind, inAny(({ talk }) => talk[kind])] as const);

/** The kind of small talk that a message is, if it is nothing more. */
export function smallTalk(text: string): Talk | null {
  return TALK.find(([, fits]) => formsOf(text).some(fits))?.[0] ?? null;
}

/** A whole message without punctuation, and once more without accents. */
function formsOf(text: string): string[] {
  return [...new Set([text, folded(text)].map((form) => form.replace(/[^\p{L}\p{N}\s]/gu, ' ').replace(/\s+/g, ' ').trim()))];
}

const asksForPerson = inAny(({ person }) => person);
const saysYes = inAny(({ yes }) => yes);

/** Whether the visitor asks for a person, or says yes to `before`, which offered one or had no answer. */
export function wantsPerson(text: string, before: string): boolean {
  if (asksForPerson(text)) return true;
  return formsOf(text).some(saysYes) && Object.values(languages).some(({ says }) => before.endsWith(says.offerPerson) || before.endsWith(says.unknown));
}
