/** Long histories for learning: one dialogue with its questions, its sittings mixed among those of others by date. */
import { terms } from '@halfsecond/bff/memory/words.ts';
import type { Dialogue } from './dialogues.ts';

export type HistoryTurn = { id: string; role: 'user' | 'assistant'; name: string | null; chat: string; text: string; at: number };
/** `wanted`: ids of the turns that answer; `unclear`: turns of other dialogues that might as well, counted neither way. */
export type HistoryQuestion = { text: string; wanted: string[]; unclear: string[] };
export type History = { turns: HistoryTurn[]; questions: HistoryQuestion[] };

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const NAMES = /\{[UA]\}/g;

/** Numbers from 0 to 1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = (seed + 1) * 2_654_435_761 >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Seven of ten histories have names for their speakers, the others only roles; one question in five also says the month. */
export function historyOf(dialogues: Dialogue[], at: number, others: number, draw: () => number): History {
  const mine = dialogues[at] as Dialogue;
  const rest = dialogues.filter((dialogue) => dialogue !== mine).map((dialogue) => ({ dialogue, order: draw() })).sort((a, b) => a.order - b.order).slice(0, others).map(({ dialogue }) => dialogue);
  const named = draw() < 0.7;
  const fill = (text: string): string => text.replaceAll('{U}', mine.names.user).replaceAll('{A}', mine.names.assistant);
  const turns = [mine, ...rest].flatMap((dialogue, number) => dialogue.lines.map((line, n): HistoryTurn => ({
    id: `${dialogue.id}:${line.mark ?? n}`, role: line.role, name: named ? mine.names[line.role] : null, chat: dialogue.id, text: fill(line.text), at: line.at + number * 1_000,
  }))).sort((a, b) => a.at - b.at);
  const questions = mine.questions.map(({ text, marks }): HistoryQuestion => {
    const asked = new Set(terms(text.replace(NAMES, '')));
    const alike = rest.flatMap((dialogue) => dialogue.questions.filter((question) => terms(question.text.replace(NAMES, '')).some((term) => asked.has(term))).flatMap((question) => question.marks.map((mark) => `${dialogue.id}:${mark}`)));
    const days = new Set(marks.map((mark) => mine.lines.find((line) => line.mark === mark)?.at));
    const day = new Date([...days][0] ?? 0);
    const dated = draw() < 0.2 && days.size === 1 && !/\bwhen\b|\d{4}|January|June/i.test(text);
    const month = ` in ${MONTHS[day.getUTCMonth()] ?? ''}${draw() < 0.6 ? ` ${day.getUTCFullYear()}` : ''}?`;
    const said = dated ? text.replace(/\?$/, month) : text;
    return { text: named ? fill(said) : inFirstPerson(said), wanted: marks.map((mark) => `${mine.id}:${mark}`), unclear: alike };
  });
  return { turns, questions };
}

/** A question about the two by name, as the visitor would ask it. */
function inFirstPerson(text: string): string {
  return text.replaceAll("{U}'s", 'my').replaceAll("{A}'s", 'your').replaceAll('{U}', 'I').replaceAll('{A}', 'you')
    .replace(/\bdoes (I|you)\b/g, 'do $1').replace(/\b(?:is|are) I\b/g, 'am I').replace(/\bhas (I|you)\b/g, 'have $1').replace(/\bI has\b/g, 'I have');
}
