/**
 * Our own conversations with questions and the turns that answer them: reads the `.txt` files beside it.
 *
 * `== id | U Name | A Name` begins one; `@ 2024-03-04 09:12` a sitting; `U[a]: …` is a turn that questions may point
 * to as `a`; `? question = a b` names every turn that answers it. `{U}` and `{A}` stand for the two names.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Line = { mark: string | null; role: 'user' | 'assistant'; text: string; at: number };
export type Asked = { text: string; marks: string[] };
export type Dialogue = { id: string; names: { user: string; assistant: string }; lines: Line[]; questions: Asked[] };

/** Every dialogue of a folder. Throws a sentence with the file and line that cannot be read. */
export function readDialogues(folder: string = import.meta.dirname): Dialogue[] {
  return readdirSync(folder).filter((name) => name.endsWith('.txt')).sort().flatMap((name) => parseDialogues(readFileSync(join(folder, name), 'utf8'), name));
}

export function parseDialogues(source: string, file: string): Dialogue[] {
  const dialogues: Dialogue[] = [];
  let at = 0;
  for (const [number, line] of source.split('\n').entries()) {
    const last = dialogues.at(-1);
    const head = /^== (\S+) \| U (\S+) \| A (\S+)$/.exec(line);
    const turn = /^([UA])(?:\[(\w+)\])?: (.+)$/.exec(line);
    const question = /^\? (.+) = ([\w ]+)$/.exec(line);
    if (line === '') continue;
    else if (head) dialogues.push({ id: head[1] ?? '', names: { user: head[2] ?? '', assistant: head[3] ?? '' }, lines: [], questions: [] });
    else if (last && line.startsWith('@ ')) at = Date.parse(`${line.slice(2).replace(' ', 'T')}:00Z`);
    else if (last && turn) last.lines.push({ mark: turn[2] ?? null, role: turn[1] === 'U' ? 'user' : 'assistant', text: turn[3] ?? '', at });
    else if (last && question) last.questions.push({ text: question[1] ?? '', marks: (question[2] ?? '').split(' ') });
    else throw new Error(`${file}, line ${number + 1}: not a line of a dialogue: ${line}`);
  }
  for (const { id, lines, questions } of dialogues) {
    const marks = new Set(lines.flatMap(({ mark }) => mark ?? []));
    for (const { text, marks: wanted } of questions) if (!wanted.every((mark) => marks.has(mark))) throw new Error(`${file}, ${id}: "${text}" points to a turn that is not there.`);
  }
  return dialogues;
}
