/** What the beginning of a line means for the blocks of Markdown. Pure; `complete` says whether the line's end is known. */

/** What a line starts; `text` is where its content begins. */
export type LineStart =
  | { kind: 'blank' }
  | { kind: 'quote'; text: number }
  | { kind: 'heading'; level: number; text: number }
  | { kind: 'fence'; mark: string; length: number; indent: number; info: string }
  | { kind: 'rule' }
  | { kind: 'indented'; text: number }
  | { kind: 'item'; type: string; ordered: boolean; number: number; text: number; offset: number; empty: boolean }
  | { kind: 'setext'; level: number }
  | { kind: 'delimiters'; align: string[] }
  | { kind: 'text'; text: number };

/** Longest line that can be a rule, a fence or a table's second row: longer ones are text, and no longer ones are held back. */
const LINE_MAX = 1_000;

/** The paragraph that the line would continue; null when there is none. */
export type Above = { lastLine: string; lazy: boolean } | null;

/**
 * Judges the line from `at`. Null when the characters so far could still become several things; a complete line is
 * always judged, and what is said about a part of a line holds for the whole of it.
 */
export function readLine(line: string, at: number, complete: boolean, above: Above): LineStart | null {
  let text = at;
  while (text < line.length && isBlank(line[text])) text++;
  if (text === line.length) return complete ? { kind: 'blank' } : null;
  const rest = line.slice(text, text + LINE_MAX);
  const whole = complete && line.length - text < LINE_MAX;
  const waiting = !complete && line.length - text < LINE_MAX;
  const char = rest[0] ?? '';

  // So far to the right nothing begins but code, and that not in the middle of a paragraph.
  if (indentOf(line, at) >= 4) return above ? { kind: 'text', text } : { kind: 'indented', text: skipIndent(line, at, 4) };

  if (char === '>') {
    if (rest.length === 1 && !complete) return null;
    return { kind: 'quote', text: text + (isBlank(rest[1]) ? 2 : 1) };
  }
  if (char === '#') return heading(rest, text, complete);
  if (char === '`' || char === '~') return fence(rest, text, text - at, char, whole, waiting);
  if (above && !above.lazy) {
    const row = delimiters(rest, whole, waiting, above.lastLine);
    if (row === null) return null;
    if (row !== 'none') return row;
    if (char === '=' || char === '-') {
      if (waiting && /^(=*|-*)[ \t]*$/.test(rest)) return null;
      if (whole && /^(=+|-+)[ \t]*$/.test(rest)) return { kind: 'setext', level: char === '=' ? 1 : 2 };
    }
  }
  if (char === '*' || char === '-' || char === '_') {
    if (waiting && /^(?:[*\t ]*|[-\t ]*|[_\t ]*)$/.test(rest)) return null;
    if (whole && /^([*\-_])[ \t]*(?:\1[ \t]*){2,}$/.test(rest)) return { kind: 'rule' };
  }
  return item(line, rest, at, text, complete, above) ?? (mayBecomeItem(rest, complete) ? null : { kind: 'text', text });
}

/** Cells of a table row, trimmed; `\|` is a bar inside a cell. */
export function cells(line: string): string[] {
  const row = line.trim().replace(/^\|/, '');
  const out: string[] = [];
  let start = 0;
  for (let at = 0; at <= row.length; at++) {
    if (row[at] === '\\') at++;
    else if (row[at] === '|' || at === row.length) {
      if (at < row.length || row.slice(start).trim() !== '') out.push(row.slice(start, at).trim().replaceAll('\\|', '|'));
      start = at + 1;
    }
  }
  return out;
}

/** Columns of white space at `at`, a tab reaching to the next multiple of four. */
export function indentOf(line: string, at: number): number {
  let columns = 0;
  for (let place = at; isBlank(line[place]); place++) columns += line[place] === '\t' ? 4 - (columns % 4) : 1;
  return columns;
}

/** Where `columns` of white space from `at` end, at the first other character at the latest. */
export function skipIndent(line: string, at: number, columns: number): number {
  let place = at;
  for (let done = 0; done < columns && isBlank(line[place]); place++) done += line[place] === '\t' ? 4 - (done % 4) : 1;
  return place;
}

export function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t';
}

function heading(rest: string, text: number, complete: boolean): LineStart | null {
  const level = /^#*/.exec(rest)?.[0].length ?? 0;
  if (level > 6) return { kind: 'text', text };
  if (rest.length === level) return complete ? { kind: 'heading', level, text: text + level } : null;
  return isBlank(rest[level]) ? { kind: 'heading', level, text: text + level + 1 } : { kind: 'text', text };
}

function fence(rest: string, text: number, indent: number, mark: string, whole: boolean, waiting: boolean): LineStart | null {
  let length = 0;
  while (rest[length] === mark) length++;
  if (length < 3) return length === rest.length && waiting ? null : { kind: 'text', text };
  const info = rest.slice(length).trim();
  if (mark === '`' && info.includes('`')) return { kind: 'text', text };
  if (whole) return { kind: 'fence', mark, length, indent, info };
  return waiting ? null : { kind: 'text', text };
}

function delimiters(rest: string, whole: boolean, waiting: boolean, header: string): LineStart | 'none' | null {
  if (!/^[|:\- \t]+$/.test(rest) || !(header.includes('|') || rest.includes('|'))) {
    return waiting && /^[|:\- \t]+$/.test(rest) ? null : 'none';
  }
  if (waiting) return null;
  if (!whole) return 'none';
  const row = cells(rest);
  if (row.length !== cells(header).length || !row.every((cell) => /^:?-+:?$/.test(cell))) return 'none';
  return { kind: 'delimiters', align: row.map((cell) => (cell.startsWith(':') ? (cell.endsWith(':') ? 'center' : 'left') : cell.endsWith(':') ? 'right' : '')) };
}

function mayBecomeItem(rest: string, complete: boolean): boolean {
  return !complete && /^(?:(?:[-+*]|\d{1,9}[.)])[ \t]*|\d{1,9})$/.test(rest);
}

function item(line: string, rest: string, at: number, text: number, complete: boolean, above: Above): LineStart | null {
  const match = /^(?:([-+*])|(\d{1,9})([.)]))(?=[ \t]|$)/.exec(rest);
  if (!match || (rest.length === match[0].length && !complete)) return null;
  const width = match[0].length;
  const [, bullet, digits, closer] = match;
  const number = digits === undefined ? 1 : Number.parseInt(digits, 10);
  let content = text + width;
  while (isBlank(line[content])) content++;
  const empty = content === line.length;
  if (empty && !complete) return null;
  // A paragraph is not broken by an empty item, nor by a number that happens to begin a line.
  if (above && !above.lazy && (empty || number !== 1)) return null;
  const gap = indentOf(line, text + width);
  const offset = indentOf(line, at) + width + (empty || gap > 4 ? 1 : gap);
  return { kind: 'item', type: bullet ?? closer ?? '', ordered: digits !== undefined, number, text: gap > 4 && !empty ? text + width + 1 : content, offset, empty };
}
