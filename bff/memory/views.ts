/** Turns as the ranking sees them: terms counted once, sittings told apart. Pure. */
import type { TurnView } from './features.ts';
import { counted, stem, telling, terms } from './words.ts';

/** What a view is made from; rows and lines of a training set have all of it. */
export type Spoken = { text: string; name: string | null; role: string; chat: string; at: number; vector: Float32Array | null };
export type View = Omit<TurnView, 'session' | 'vector'>;

/** A pause that ends a sitting (ms). */
const PAUSE_MS = 4 * 3_600_000;
const FIRST_PERSON = /\b(?:I|my|we|our)\b/i;
/** A description of a picture behind a question does not make it less of a question. */
const QUESTION = /\?\s*(?:\[[^\]]*\])?\s*$/;

/** What of a turn never changes. */
export function viewOf({ text, name, role, at }: Pick<Spoken, 'text' | 'name' | 'role' | 'at'>): View {
  const words = telling(text);
  return { text, at, role, terms: counted(words.map(stem)), words: [...new Set(words)], length: words.length, head: new Set(terms(name ?? '')), question: QUESTION.test(text), own: FIRST_PERSON.test(text) };
}

/** Numbers the sittings of turns in order: another chat or a long pause begins one. */
export function sittings(turns: { chat: string; at: number }[]): number[] {
  let session = 0;
  return turns.map(({ chat, at }, n) => {
    const before = turns[n - 1];
    if (before && (before.chat !== chat || at - before.at > PAUSE_MS)) session++;
    return session;
  });
}

export function viewsOf(turns: Spoken[]): TurnView[] {
  const sessions = sittings(turns);
  return turns.map((turn, n) => ({ ...viewOf(turn), session: sessions[n] ?? 0, vector: turn.vector }));
}
