/** What kind of answer a question asks for, by how it is put. Pure. */

export type Kind = 'definition' | 'howto' | 'measure' | 'reason' | 'list' | 'other';

const MEASURE = /\bhow (fast|long|much|many|big|large|often|old|quick|quickly)\b|\bwie (schnell|lange|viel|viele|gro(ß|ss)|oft|alt)\b|\b(cost|price|kostet|preis)/;
const HOWTO = /\bhow (do|can|could|should|would|may|to|does one)\b|\bwie\b|\b(install|set ?up|configure|integrate|installieren|einrichten|einbauen)/;
const DEFINITION = /\b(what|who)( is|'?s| are)\b|\bwhat (do|does)\b.*\b(do|mean|for|set)\b|\bwas (ist|sind|macht|bedeutet)\b|\bwer (ist|sind)\b|\bexplain\b|\btell me about\b|\berklär/;
const REASON = /\bwhy\b|\bwarum\b|\bwieso\b|\bweshalb\b/;
const LIST = /\b(which|what) (\p{L}+ )?(?!is\b|does\b|was\b|has\b|ss\b)\p{L}{2,}s\b.*\b(are|do|can|exist|available|support|supported|there)\b|\bwhat are\b|^list\b|\bwelche \p{L}+ .*(gibt|werden|sind|kann|können)\b/u;

export function kindOf(question: string): Kind {
  const text = question.toLowerCase();
  if (MEASURE.test(text)) return 'measure';
  if (REASON.test(text)) return 'reason';
  if (HOWTO.test(text)) return 'howto';
  if (LIST.test(text)) return 'list';
  return DEFINITION.test(text) ? 'definition' : 'other';
}

/** A question about the thing as a whole names it by "this product" or not at all. */
export function withoutPointing(question: string): string {
  return question.replace(/\b(this|your|the|dieses|diese|das|euer|eure|ihr) (product|software|tool|app|service|project|thing|produkt|programm|projekt|dienst)\b/giu, 'this');
}

/** Whether a message only makes sense after the one before: it opens like a continuation, or brings hardly a word of its own. */
export function goesOn(question: string, words: number): boolean {
  return words === 0 || (words <= 1 && question.trim().split(/\s+/).length <= 3) || /^(and|but|or|also|what about|how about|what if|und|aber|oder|auch|was ist mit|wie ist es mit)\b/i.test(question.trim());
}
