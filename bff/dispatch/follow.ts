/** Whether a message leans on what was said before it: "and for annual plans?", "why?", "thanks". */
import { normalise, wordsOf } from './text.ts';

/** Longer messages say what they are about. */
const LONGEST = 8;
const opens = /^(?:and|any|anything|which one|which ones|since|until|but|or|also|then|what about|how about|what if|what else|why|why not|is that|is it|was it|does it|does that|do they|did it|can it|can that|will it|will that|would that|how so|ok|okay|even|only|with|without|for|in|on|at|from|und|aber|oder|auch|was ist mit|wie ist es|wieso|warum|ist das|geht das|kostet das|et|mais|ou|pourquoi|c'est|combien de temps|y|pero|o|por que|e|mas|でも|それ|じゃあ|那|还有|但是|و|لكن)(?=[^\p{L}]|$)/u;
const unspacedOpens = /^(?:でも|それ|じゃあ|あと|那|还有|但是|为什么|なぜ)/u;
const leans = /(?:^| )(?:it|that|they|them|those|ones|same|too|davon|dafur|cela|eso|isso)(?:$| )/u;
/** Words that carry no topic of their own: a message of nothing else cannot start a new one. */
const empty = new Set(`a an the i you me my your it is are do does did can could would will and or but so why how what when where who which
 that this they them more tell go on please thanks thank yes no ok okay sure really again explain example else about mean not understand detail details long since many great good cool nice perfect awesome fine alright right wow super got
 und oder aber warum wieso wie was wann wo wer das es ist ja nein danke bitte mehr genauer wirklich echt ok vraiment merci oui non verdad si gracias obrigado obrigada sim`.split(/\s+/));

/**
 * `bare`: nothing in it names a topic ("why?", "tell me more"). `any`: also short messages that open or lean like
 * a continuation, whatever words they bring.
 */
export function followsUp(text: string, how: 'bare' | 'any'): boolean {
  const normal = normalise(text).replace(/^[^\p{L}\p{N}]+/u, '').trim();
  const words = wordsOf(normal);
  if (words.every((word) => empty.has(word))) return true;
  if (how === 'bare' || words.length > LONGEST) return false;
  return opens.test(normal) || unspacedOpens.test(normal) || leans.test(` ${words.join(' ')} `);
}

/** Words in a message, as far as they are counted. */
export function lengthOf(text: string): number {
  return wordsOf(normalise(text)).length;
}
