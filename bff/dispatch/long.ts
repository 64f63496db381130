/** Long messages: what somebody wants often stands in one sentence of many. Pure. */
import type { Classifier, Guess } from './classify.ts';

/** From here on (characters) a message may be one with a preamble. */
const LONG = 100;
/** Sentences looked at: the first and the last two, where people say what they want. */
const FIRST = 1;
const LAST = 2;
const READ_MAX = 2_000;
/** When the whole message is nobody's, one sentence must be this clearly somebody's. */
const CLEAR = 0.75;

/** Guesses at the whole message; of a long one that is nobody's, those at its clearest sentence. `take`: least score to be somebody's. */
export function guessAt(text: string, { classify }: Pick<Classifier, 'classify'>, take: number): Guess[] {
  const whole = classify(text);
  if (text.length < LONG || (whole[0]?.score ?? 1) >= take) return whole;
  const read = text.length > 2 * READ_MAX ? `${text.slice(0, READ_MAX)}\n${text.slice(-READ_MAX)}` : text;
  const sentences = read.split(/(?<=[.!?؟])\s+|(?<=[。！？])|\n+/u).filter((sentence) => sentence.length > 8);
  const looked = [...new Set([...sentences.slice(0, FIRST), ...sentences.slice(-LAST)])];
  const clearest = looked.length < 2 ? [] : looked.map((sentence) => classify(sentence)).reduce((best, guesses) => ((guesses[0]?.score ?? 0) > (best[0]?.score ?? 0) ? guesses : best));
  return (clearest[0]?.score ?? 0) >= CLEAR ? clearest : whole;
}
