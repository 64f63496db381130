/** Who answers: the agent that a message belongs to, the one that is already talking, or honestly nobody. */
import type { Agent, Dispatch, Dispatched, DispatchInput, Embed } from '../layers.ts';
import { trainClassifier } from './classify.ts';
import type { Classifier, Guess } from './classify.ts';
import { followsUp } from './follow.ts';
import { wantsHuman } from './human.ts';
import { overlaps } from './overlap.ts';

/** Least score that an agent is taken with. Chosen on messages whose agent is known; see test/bench/dispatch.ts. */
const TAKE = 0.5;
/** Least score that the current agent keeps the conversation with, and how far another must be ahead to take over. */
const KEEP = 0.35;
const AHEAD = 0.15;
/** Least score of another agent when the message only seems to continue what was said. */
const SURE = 0.7;
/** Alternatives handed on. */
const SHOWN = 5;

/** `words`: what in the message spoke for the best agent, strongest first. */
export type Explained = Dispatched & { words: { word: string; weight: number }[] };
export type Dispatcher = { dispatch: Dispatch; explain: (input: DispatchInput) => Explained };

/**
 * Learns the agents and returns the dispatcher. `fallback` is an agent's name or "human"; `log` gets one line for
 * each thing in the agents that cannot work well. Never throws on a message, however odd.
 */
export function createDispatch({ agents, words, fallback, log }: {
  agents: Agent[];
  words: Embed;
  fallback?: string | undefined;
  log: (line: string) => void;
}): Dispatcher {
  for (const warning of overlaps(agents)) log(warning);
  const byName = new Map(agents.map((agent) => [agent.name, agent]));
  const classifier = agents.length === 0 ? null : trainClassifier(agents.map((agent) => ({
    name: agent.name,
    about: agent.description,
    topics: agent.title === undefined ? agent.topics : [agent.title, ...agent.topics],
    examples: agent.examples,
  })), words);

  function decide(input: DispatchInput): Dispatched {
    const open = (name: string): boolean => byName.get(name)?.identity === false || (input.identified && byName.has(name));
    const guesses = classifier ? guess(classifier, input, open) : [];
    const [best] = guesses;
    const current = input.current !== null && open(input.current) ? input.current : null;
    const chosen = choose(input, guesses, current);
    const alternatives = guesses.slice(0, SHOWN);
    if (chosen && !alternatives.some(({ name }) => name === chosen.name)) alternatives[SHOWN - 1] = chosen;

    if (wantsHuman(input.text)) {
      const keep = chosen?.name ?? current;
      return { agent: keep === null ? null : byName.get(keep) ?? null, score: chosen?.score ?? best?.score ?? 0, abstained: false, human: true, alternatives };
    }
    if (chosen) return { agent: byName.get(chosen.name) ?? null, score: chosen.score, abstained: false, human: false, alternatives };
    const stand = fallback !== undefined && open(fallback) ? byName.get(fallback) ?? null : null;
    return { agent: stand, score: best?.score ?? 0, abstained: true, human: fallback === 'human', alternatives };
  }

  return {
    async dispatch(input, signal) {
      signal.throwIfAborted();
      return decide(input);
    },
    explain(input) {
      const decided = decide(input);
      const name = decided.alternatives[0]?.name;
      return { ...decided, words: name === undefined || !classifier ? [] : classifier.words(input.text, name) };
    },
  };
}

/**
 * Scores of the agents that this visitor may reach. A closed agent keeps its share: what belongs to it must not
 * look as if it belonged to the next best.
 */
function guess(classifier: Classifier, input: DispatchInput, open: (name: string) => boolean): Guess[] {
  return classifier.classify(input.text).filter(({ name }) => open(name));
}

/** The agent to take, or null. The current one is kept unless the message clearly belongs elsewhere or nowhere. */
function choose(input: DispatchInput, guesses: Guess[], current: string | null): Guess | null {
  const [best] = guesses;
  if (!best) return null;
  const own = guesses.find(({ name }) => name === current);
  if (own) {
    if (followsUp(input.text, 'bare')) return continued(own);
    const continues = followsUp(input.text, 'any');
    const ahead = best.name !== own.name && best.score >= own.score + AHEAD;
    if (ahead && best.score >= (continues ? SURE : TAKE)) return best;
    if (own.score >= KEEP) return own;
    if (continues) return continued(own);
  }
  return best.score >= TAKE ? best : null;
}

/** The current agent on a message that says nothing of its own: its score is what it takes to be kept. */
function continued(own: Guess): Guess {
  return { name: own.name, score: Math.max(own.score, KEEP) };
}
