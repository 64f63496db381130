/** What kind of answer a question asks for, by how it is put. Pure. */
import { inAny } from './languages.ts';

export type Kind = 'definition' | 'howto' | 'measure' | 'reason' | 'list' | 'other';

const KINDS = (['measure', 'reason', 'howto', 'list', 'definition'] as const).map((kind) => [kind, inAny(({ asks }) => asks[kind])] as const);
const opensOnward = inAny(({ goesOn: opening }) => opening);
const supposes = inAny(({ about }) => about.supposed);
const generally = inAny(({ about }) => about.general);
const byStep = inAny(({ about }) => about.steps);
const thisMoment = inAny(({ about }) => about.now);

/** The first kind that fits, of those that ask for the most. */
export function kindOf(question: string): Kind {
  return KINDS.find(([, fits]) => fits(question))?.[0] ?? 'other';
}

/** "What happens when it is down?", "How do I …", "Does it …" ask how things are in general, unless they ask about this moment. */
export function isGeneral(question: string): boolean {
  return !thisMoment(question) && (supposes(question) || generally(question));
}

/** Whether it asks how something is done. */
export function asksForSteps(question: string): boolean {
  return byStep(question);
}

/** A question about the thing as a whole names it by "this product" or not at all; a lone "this" says nothing. */
export function withoutPointing(question: string): string {
  return question.replace(/\b(this|your|the|dieses|diese|das|euer|eure|ihr|ce|cette|votre|este|esta|su|o|seu) (product|software|tool|app|service|project|thing|produkt|programm|projekt|dienst|produit|logiciel|projet|producto|programa|servicio|proyecto|produto|serviço|projeto)\b/giu, '$1');
}

/** Whether a message only makes sense after the one before: it opens like a continuation, or brings hardly a word of its own. */
export function goesOn(question: string, words: number): boolean {
  const asked = question.replace(/^[^\p{L}\p{N}]+/u, '').trim();
  return words === 0 || (words <= 1 && lengthOf(asked) <= 3) || opensOnward(asked);
}

/** In words; without spaces four letters count as one. */
function lengthOf(text: string): number {
  return text.split(/\s+/).reduce((sum, part) => sum + (/[\u3040-\u9fff]/.test(part) ? Math.ceil(part.length / 4) : 1), 0);
}
