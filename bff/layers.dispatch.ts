/** What dispatch takes and gives, as types; handed on by `layers.ts`. */
import type { Usage } from '@halfsecond/shared/wire';
import type { Agent, DataClass, Said } from './layers.ts';

/** One of two agents that a visitor may have meant; `prompt` is what they say to choose it. */
export type Choice = { agent: string; title: string; prompt: string };

/** `dataClass`: what the conversation has been raised to, `text` included. */
export type DispatchInput = { site: string; text: string; recent: Said[]; current: string | null; identified: boolean; dataClass: DataClass };
export type Dispatched = {
  /** Null when none fits and the configuration names no fallback agent. */
  agent: Agent | null;
  /** Confidence 0..1 in the best agent, whether or not it was taken. */
  score: number;
  /** True when no agent fitted well enough; `agent` is then the configured fallback or null. */
  abstained: boolean;
  /** The visitor should be offered a person: they asked for one, or the configuration says so for "none". */
  human: boolean;
  /** Best first, at most five, the chosen one included. */
  alternatives: { name: string; score: number }[];
  /** Two agents are close and neither is sure: the visitor is asked which one they mean, and nobody answers yet. */
  ask?: Choice[];
  /** What a second opinion cost. */
  spent?: { usage: Usage; cost: number };
};
/**
 * Asks somebody else who of `agents` a message is for: a name out of them, or null for none or when no answer came in
 * time. Never throws except when `signal` aborts.
 */
export type SecondOpinion = (
  input: { site: string; text: string; recent: Said[]; dataClass: DataClass; agents: { name: string; about: string }[] },
  signal: AbortSignal,
) => Promise<{ name: string | null; usage: Usage; cost: number }>;
export type Dispatch = (input: DispatchInput, signal: AbortSignal) => Promise<Dispatched>;
