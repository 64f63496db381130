/** What the visitor reads while a turn is under way, in their language. */
import type { StatusData, StreamEvent, TurnState } from '@halfsecond/shared/wire';
import type { Question } from '../layers.ts';
import { phrases } from './phrases.ts';
import type { Details, Phrases } from './phrases.ts';

/** A language that is not shipped reads English. `lang` is BCP 47. */
function phrasesOf(lang: string): Phrases {
  return phrases[lang.slice(0, 2).toLowerCase()] ?? (phrases['en'] as Phrases);
}

/** The `data-status` event of a state; `details` are told as fields too. */
export function statusEvent(question: Pick<Question, 'lang'>, state: TurnState, details: Omit<Details, 'question'> & { model?: string } = {}): StreamEvent {
  return event({ state, text: phrasesOf(question.lang)[state](details), since: Date.now(), ...details });
}

/**
 * The acknowledgement. It comes before any work, so it rests on what is known without: whether the message asks
 * something, and who answered in this conversation before (`agent` is that agent's title).
 */
export function acknowledgement({ lang, text }: Pick<Question, 'lang' | 'text'>, agent: string | null): StreamEvent {
  const details = agent === null ? {} : { agent };
  return event({ state: 'accepted', text: phrasesOf(lang).accepted({ ...details, question: /[?？؟]/.test(text) }), since: Date.now(), ...details });
}

/** The offer of a person; a reason without a sentence is a sentence itself. */
export function handoffEvent({ lang }: Pick<Question, 'lang'>, reason: string, url?: string): StreamEvent {
  const known = reason === 'requested' || reason === 'no-answer' || reason === 'private' || reason === 'nobody';
  return { type: 'data-handoff', data: { reason: known ? phrasesOf(lang).handoff[reason] : reason, ...(url === undefined ? {} : { url }) } };
}

/** A tool's title for the visitor; those of the built-in tools are in their language, every other one as it was given. */
export function toolTitle({ lang }: Pick<Question, 'lang'>, name: string, title: string): string {
  return phrases['en']?.tools[name] === title ? (phrasesOf(lang).tools[name] ?? title) : title;
}

/** The question between two agents, by their titles. */
export function clarification({ lang }: Pick<Question, 'lang'>, titles: string[]): string {
  return phrasesOf(lang).clarify(titles[0] ?? '', titles[1] ?? '');
}

function event(data: StatusData): StreamEvent {
  return { type: 'data-status', transient: true, data };
}
