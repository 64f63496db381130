/** The question between two agents: when it is worth asking, how it can be answered, and what was chosen. Pure. */
import type { Agent, Choice } from '../layers.ts';
import type { Guess } from './classify.ts';
import { tokensOf } from './train.ts';

/**
 * How strong the second must be beside the best, more where the best one's score is high; and how much both must have
 * beside the background, or the message is likely nobody's. Of CLINC150's validation
 * messages that fall in here (ten domains, 20 examples; 9 % of all) the best is right for one in two, one of both for more than four in five.
 */
const LEAST = 0.35;
const SURE = 0.65;
const CLOSE = Math.exp(-1);
const CLOSER = 0.55;
const BOTH = 0.3;
/** A longer message is not said again in a prompt. */
const REPEATED = 120;

/** The two agents that are asked between, or null when asking would not help. `guesses` are all of them, best first. */
export function between(text: string, guesses: Guess[], open: (name: string) => boolean, agentOf: (name: string) => Agent | undefined): Choice[] | null {
  const [best, second] = guesses;
  if (!best || !second || best.score < LEAST || second.close < (best.score < SURE ? CLOSE : CLOSER) || best.share + second.share < BOTH) return null;
  const choices = [best, second].flatMap(({ name }) => {
    const agent = open(name) ? agentOf(name) : undefined;
    if (!agent) return [];
    const title = agent.title ?? agent.name;
    return [{ agent: name, title, prompt: text.length <= REPEATED ? `${title}: ${text.replace(/\s+/g, ' ').trim()}` : title }];
  });
  return choices.length === 2 && choices[0]?.title !== choices[1]?.title ? choices : null;
}

/** Who was chosen, by a prompt, a title or a name; null when the message says something else. */
export function chosenOf(text: string, asked: Choice[]): string | null {
  const said = tokensOf(text).join(' ');
  if (said === '') return null;
  const is = (words: string): boolean => tokensOf(words).join(' ') === said;
  return asked.find(({ prompt, title, agent }) => is(prompt) || is(title) || is(agent))?.agent ?? null;
}
