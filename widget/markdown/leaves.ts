/** The blocks that hold text: paragraph, heading, fenced code, table. Each writes itself, only ever at its end. */
import { createInlineWriter, writeInline, type InlineWriter, type Kit } from './inline-dom.ts';
import { cells } from './lines.ts';

/** An open block. `flush` shows what has come so far; after `close` nothing of it changes any more. */
type Open = { append(text: string): void; flush(): void; close(): void };
export type Paragraph = Open & {
  kind: 'paragraph';
  nextLine(): void;
  lastLine(): string;
  /** The paragraph turns out to be the heading of an underline. */
  toHeading(level: 3 | 4 | 5 | 6): void;
  /** Its last line turns out to be the first row of a table. */
  toTable(align: string[]): Table;
};
export type Heading = Open & { kind: 'heading' };
export type Fence = Open & { kind: 'fence'; mark: string; length: number; indent: number; nextLine(): void };
/** Blank lines inside it count only once more code follows. */
export type Indented = Open & { kind: 'indented'; nextLine(): void; blankLine(text: string): void };
export type Table = Open & { kind: 'table' };
export type Leaf = Paragraph | Heading | Fence | Indented | Table;

export type Place = { kit: Kit; parent: Element };

/** `mayBeTask`: the first paragraph of a list item, where `[ ]` and `[x]` are a box. */
export function openParagraph(place: Place, mayBeTask: boolean): Paragraph {
  const { kit, parent } = place;
  const { doc, words } = kit;
  let raw = '';
  let lineStart = 0;
  let element: Element | null = null;
  let writer: InlineWriter | null = null;
  let task = mayBeTask;

  function show(text: string, final: boolean): void {
    if (text === '') return;
    if (!element) parent.append((element = doc.createElement('p')));
    writer ??= createInlineWriter(kit, element);
    writer.update(text, final);
  }

  /** Takes a task box off the front; true while the text may still become one. */
  function box(final: boolean): boolean {
    if (!task) return false;
    if (raw.length < 4 && !final && '[ ] '.startsWith(raw.replace(/[xX]/, ' '))) return true;
    task = false;
    const match = /^\[([ xX])\][ \t]/.exec(raw);
    if (!match) return false;
    const done = match[1] !== ' ';
    const mark = doc.createElement('span');
    mark.setAttribute('class', done ? 'task done' : 'task');
    mark.setAttribute('role', 'img');
    mark.setAttribute('aria-label', done ? words.done : words.open);
    parent.setAttribute('class', 'task-item');
    parent.append(mark);
    raw = raw.slice(4);
    lineStart = Math.max(0, lineStart - 4);
    return false;
  }

  /** A line that begins with a bar may be the head of a table: it waits for the line after it. */
  const visible = (): string => (raw[lineStart] === '|' ? raw.slice(0, Math.max(0, lineStart - 1)) : raw);

  return {
    kind: 'paragraph',
    append(text) {
      raw += text;
    },
    nextLine() {
      raw += '\n';
      lineStart = raw.length;
    },
    lastLine: () => raw.slice(lineStart),
    flush() {
      if (!box(false)) show(visible(), false);
    },
    close() {
      box(true);
      show(raw.trimEnd(), true);
    },
    toHeading(level) {
      element?.remove();
      const heading = doc.createElement(`h${level}`);
      parent.append(heading);
      writeInline(kit, heading, raw.trimEnd());
    },
    toTable(align) {
      const header = raw.slice(lineStart);
      element?.remove();
      element = writer = null;
      show(raw.slice(0, Math.max(0, lineStart - 1)).trimEnd(), true);
      return openTable(place, header, align);
    },
  };
}

export function openHeading({ kit, parent }: Place, level: 3 | 4 | 5 | 6): Heading {
  const element = kit.doc.createElement(`h${level}`);
  const writer = createInlineWriter(kit, element);
  let raw = '';
  parent.append(element);
  return {
    kind: 'heading',
    append(text) {
      raw += text;
    },
    flush: () => writer.update(withoutClosing(raw).trimStart(), false),
    close: () => writer.update(withoutClosing(raw).trimStart(), true),
  };
}

export function openFence(place: Place, fence: { mark: string; length: number; indent: number; info: string }): Fence {
  const language = /^[\w#+.-]{1,24}/.exec(fence.info)?.[0] ?? '';
  const { code, append, flush } = openCode(place, language);
  let lines = 0;
  return {
    kind: 'fence', mark: fence.mark, length: fence.length, indent: fence.indent, append, flush,
    nextLine() {
      if (lines++ > 0) append('\n');
    },
    close() {
      flush();
      if (language !== '') place.kit.highlight(code, language.toLowerCase());
    },
  };
}

export function openIndented(place: Place): Indented {
  const { append, flush } = openCode(place, '');
  let blank = '';
  return {
    kind: 'indented', append, flush, close: flush,
    nextLine() {
      append(`${blank}\n`);
      blank = '';
    },
    blankLine(text) {
      blank += `\n${text}`;
    },
  };
}

function openCode({ kit: { doc, words }, parent }: Place, language: string): { code: Element; append(text: string): void; flush(): void } {
  const figure = element(doc, 'div', { class: 'code', part: 'code' });
  const head = element(doc, 'div', { class: 'code-head' });
  const label = element(doc, 'span', {});
  const copy = element(doc, 'button', { type: 'button', 'data-copy': '', 'aria-label': words.copyCode, title: words.copyCode });
  const pre = element(doc, 'pre', { tabindex: '0' });
  const code = element(doc, 'code', language === '' ? {} : { 'data-language': language.toLowerCase() });
  label.append(language);
  head.append(label, copy);
  pre.append(code);
  figure.append(head, pre);
  parent.append(figure);
  let pending = '';
  return {
    code,
    append(text) {
      pending += text;
    },
    flush() {
      if (pending !== '') code.append(doc.createTextNode(pending));
      pending = '';
    },
  };
}

function openTable({ kit, parent }: Place, header: string, align: string[]): Table {
  const { doc, words } = kit;
  const frame = element(doc, 'div', { class: 'table', part: 'table', role: 'region', tabindex: '0', 'aria-label': words.table });
  const table = element(doc, 'table', {});
  const head = element(doc, 'thead', {});
  const body = element(doc, 'tbody', {});
  const waiting: string[] = [];
  const row = (line: string, tag: 'th' | 'td'): Element => {
    const tr = element(doc, 'tr', {});
    const texts = cells(line);
    for (const [at, side] of align.entries()) {
      const cell = element(doc, tag, side === '' ? {} : { class: side });
      writeInline(kit, cell, texts[at] ?? '');
      tr.append(cell);
    }
    return tr;
  };
  head.append(row(header, 'th'));
  table.append(head, body);
  frame.append(table);
  parent.append(frame);
  const flush = (): void => body.append(...waiting.splice(0).map((line) => row(line, 'td')));
  return {
    kind: 'table', flush, close: flush,
    append(line) {
      waiting.push(line);
    },
  };
}

/** Without the row of # that may close a heading, and the space before it. */
function withoutClosing(raw: string): string {
  const text = raw.trimEnd();
  let end = text.length;
  while (text[end - 1] === '#') end--;
  if (end === 0) return '';
  return end < text.length && /[ \t]/.test(text[end - 1] ?? '') ? text.slice(0, end).trimEnd() : text;
}

function element(doc: Document, tag: string, attributes: Record<string, string>): Element {
  const made = doc.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
