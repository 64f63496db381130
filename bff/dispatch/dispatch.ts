/** Who answers: the agent that a message belongs to, the one that is already talking, or honestly nobody. */
import type { Agent, Dispatch, Dispatched, DispatchInput, Words, SecondOpinion } from '../layers.ts';
import { TAKE, choose } from './choose.ts';
import { between, chosenOf } from './clarify.ts';
import { trainClassifier } from './classify.ts';
import type { Guess } from './classify.ts';
import { wantsHuman } from './human.ts';
import { guessAt } from './long.ts';
import { overlaps } from './overlap.ts';
import { createSpelling } from './spelling.ts';
import { tokensOf } from './train.ts';

/** Alternatives handed on. */
const SHOWN = 5;

/** `words`: what in the message spoke for the best agent, strongest first. */
export type Explained = Dispatched & { words: { word: string; weight: number }[] };
export type Dispatcher = { dispatch: Dispatch; explain: (input: DispatchInput) => Explained };
export type DispatchOptions = {
  agents: Agent[];
  words: Words;
  /** An agent's name or "human". */
  fallback?: string | undefined;
  /** Whether a visitor may be asked which of two agents they mean. */
  clarify?: boolean;
  /** Asked when no agent fits. */
  second?: SecondOpinion | undefined;
  /** Gets one line for each thing in the agents that cannot work well. */
  log: (line: string) => void;
};

/** Learns the agents and returns the dispatcher. Never throws on a message, however odd. */
export function createDispatch({ agents, words, fallback, clarify = true, second, log }: DispatchOptions): Dispatcher {
  for (const warning of overlaps(agents)) log(warning);
  const byName = new Map(agents.map((agent) => [agent.name, agent]));
  const classifier = agents.length === 0 ? null : trainClassifier(agents.map((agent) => ({
    name: agent.name,
    about: agent.description,
    topics: agent.title === undefined ? agent.topics : [agent.title, ...agent.topics],
    examples: agent.examples,
  })), words);

  const spell = createSpelling(new Set(agents.flatMap((agent) => [agent.name, agent.title ?? '', agent.description, ...agent.topics, ...agent.examples].flatMap(tokensOf))), words.knows);

  /** Whether this visitor may reach the agent of that name: no words open one that needs an identity. */
  const opened = ({ identified }: DispatchInput) => (name: string): boolean => byName.get(name)?.identity === false || (identified && byName.has(name));

  function decide(input: DispatchInput): Dispatched {
    const open = opened(input);
    // A closed agent keeps its share: what belongs to it must not look as if it belonged to the next best.
    const text = spell(input.text);
    const all = classifier ? guessAt(text, classifier, TAKE) : [];
    const guesses = all.filter(({ name }) => open(name));
    const current = input.current !== null && open(input.current) ? input.current : null;
    const asked = input.recent.at(-1)?.asked ?? null;
    const picked = asked && chosenOf(input.text, asked);
    const chosen: Guess | null = picked !== null && open(picked)
      ? { name: picked, score: 1, share: 1, close: 1 }
      : choose({ text, recent: input.recent, current, guess: (said) => classifier?.classify(said).filter(({ name }) => open(name)) ?? [] }, guesses);
    const score = chosen?.score ?? guesses[0]?.score ?? 0;
    const alternatives = guesses.slice(0, SHOWN).map(({ name, score: of }) => ({ name, score: of }));
    if (chosen && !alternatives.some(({ name }) => name === chosen.name)) alternatives[SHOWN - 1] = { name: chosen.name, score };

    if (wantsHuman(input.text, words.knows)) {
      const keep = chosen?.name ?? current;
      return { agent: keep === null ? null : byName.get(keep) ?? null, score, abstained: false, human: true, alternatives };
    }
    // Never twice in a row, and never in the middle of a talk that goes on.
    const ask = clarify && asked === null && (chosen === null || (chosen.name !== current && chosen === guesses[0])) ? between(input.text, all, open, (name) => byName.get(name)) : null;
    if (ask) return { agent: null, score, abstained: true, human: false, alternatives, ask };
    if (chosen) return { agent: byName.get(chosen.name) ?? null, score, abstained: false, human: false, alternatives };
    const stand = fallback !== undefined && open(fallback) ? byName.get(fallback) ?? null : null;
    return { agent: stand, score, abstained: true, human: fallback === 'human', alternatives };
  }

  return {
    async dispatch(input, signal) {
      signal.throwIfAborted();
      const decided = decide(input);
      if (!second || !decided.abstained || decided.ask) return decided;
      const open = agents.filter(({ name }) => opened(input)(name));
      if (open.length === 0) return decided;
      const { name, ...spent } = await second({ ...input, agents: open.map((agent) => ({ name: agent.name, about: aboutOf(agent) })) }, signal);
      const agent = open.find((entry) => entry.name === name);
      return agent ? { ...decided, agent, score: Math.max(TAKE, decided.score), abstained: false, human: false, spent } : { ...decided, spent };
    },
    explain(input) {
      const decided = decide(input);
      const name = (decided.abstained ? undefined : decided.agent?.name) ?? decided.alternatives[0]?.name;
      return { ...decided, words: name === undefined || !classifier ? [] : classifier.words(spell(input.text), name) };
    },
  };
}

function aboutOf({ title, description, topics }: Agent): string {
  return [title, description, topics.slice(0, 12).join(', ')].filter(Boolean).join('. ').slice(0, 300);
}
