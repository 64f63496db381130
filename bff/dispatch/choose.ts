/** Who a message goes to: a new topic to its agent, what continues the talk to the one who is talking. Pure. */
import type { Said } from '../layers.ts';
import type { Guess } from './classify.ts';
import { followsUp, lengthOf } from './follow.ts';

/** Least score that an agent is taken with. Chosen on messages whose agent is known; see test/bench/dispatch.ts. */
export const TAKE = 0.5;
/** Least score that the current agent keeps the conversation with, and how far another must be ahead to take over. */
const KEEP = 0.35;
const AHEAD = 0.15;
/** The current agent is as good as the best from here on, by their strength. */
const BESIDE = 0.5;
/** Least score of another agent when the message seems to continue what was said, and when together with that it is the current one's. */
const SURE = 0.7;
const CERTAIN = 0.85;
/** A message of so few words may lean on what was said before without saying so. */
const SHORT = 3;
/** Characters of an earlier message that go along. */
const CONTEXT_MAX = 300;

/** `guess`: scores of the agents that this visitor may reach. `current` is one of them, or null. */
export type Talk = { text: string; recent: Said[]; current: string | null; guess: (text: string) => Guess[] };

/** The agent to take, or null. `alone` are the guesses at the message by itself. */
export function choose({ text, recent, current, guess }: Talk, alone: Guess[]): Guess | null {
  const [best] = alone;
  if (!best) return null;
  const own = alone.find(({ name }) => name === current);
  const bare = followsUp(text, 'bare');
  const continues = bare || followsUp(text, 'any') || recent.at(-1)?.asked !== undefined;
  const context = continues || (lengthOf(text) <= SHORT && best.score < TAKE) ? contextOf(recent) : '';
  const joined = context === '' ? null : guess(`${context} ${text}`);
  const ahead = best.name !== own?.name && best.score >= (own?.score ?? 0) + AHEAD && (own?.close ?? 0) < BESIDE;
  if (!own) return best.score >= TAKE && !(bare && joined) ? best : taken(joined);

  // What came before was nobody's topic: the talk has left this agent, and a "why?" does not bring it back.
  const left = joined !== null && [...guess(context), ...joined].every(({ score }) => score < KEEP);
  if (bare) return left ? null : continued(own, joined);
  // What continues moves only when what was said before does not pull it back.
  const moved = ahead && best.score >= (!continues ? TAKE : joined === null ? SURE : joined[0]?.name === best.name ? TAKE : CERTAIN);
  if (moved) return best;
  if (own.score >= KEEP) return own;
  // The best could be anybody's as much as the current one's: nothing says that the topic has moved.
  if (own.close >= BESIDE && best.score >= KEEP) return continued(own, joined);
  if (continues) return left ? null : continued(own, joined);
  // A few words that mean little alone, but something as the rest of what was said.
  if (joined?.[0]?.name === own.name && own.score >= best.score) return taken(joined);
  return best.score >= TAKE ? best : null;
}

function taken(guesses: Guess[] | null): Guess | null {
  const best = guesses?.[0];
  return best && best.score >= TAKE ? best : null;
}

/** The current agent on a message that says little of its own: its score is what it takes to be kept, or more with what was said before. */
function continued(own: Guess, joined: Guess[] | null): Guess {
  const together = joined?.find(({ name }) => name === own.name)?.score ?? 0;
  return { ...own, score: Math.max(own.score, together, KEEP) };
}

/** The last message of the visitor that named a topic, with the one before when it leant on that itself; empty when there is none. */
function contextOf(recent: Said[]): string {
  const context: string[] = [];
  for (const { role, text } of recent.toReversed()) {
    if (role !== 'user' || followsUp(text, 'bare')) continue;
    context.unshift(text.slice(0, CONTEXT_MAX));
    if (!followsUp(text, 'any')) break;
  }
  return context.join(' ');
}
