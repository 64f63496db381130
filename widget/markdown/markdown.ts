/**
 * Incremental Markdown: text in, DOM nodes out, never through an HTML parser. A finished block is never touched
 * again; whatever could still become something else is held back. After any prefix the DOM is that of the prefix
 * alone, however it was cut into pieces.
 */
import { openFence, openHeading, openIndented, openParagraph, type Fence, type Indented, type Leaf, type Place } from './leaves.ts';
import { createCleaner } from './clean.ts';
import { indentOf, isBlank, readLine, skipIndent, type LineStart } from './lines.ts';
import type { Kit, MarkdownWords } from './inline-dom.ts';

export type MarkdownStream = {
  /** Takes more text; nothing is shown before the next flush. */
  write(text: string): void;
  /** Shows everything that is certain, and the open end as far as it can be. */
  flush(): void;
  /** The text is complete. */
  end(): void;
};

type Quote = { kind: 'quote'; element: Element };
type Item = { kind: 'item'; element: Element; list: Element; type: string; offset: number; fresh: boolean };
type Container = Quote | Item;

/** Deeper nesting is shown as text. */
const DEPTH_MAX = 24;
const LINE_MAX = 1_000;

/** Without options no image is shown and no code coloured. */
export type MarkdownOptions = Partial<Pick<Kit, 'images' | 'highlight'>>;

/** Writes into `root`, which should be empty. */
export function createMarkdown(doc: Document, root: Element, words: MarkdownWords, { images = [], highlight = () => undefined }: MarkdownOptions = {}): MarkdownStream {
  const kit: Kit = { doc, words, images, highlight };
  const containers: Container[] = [];
  let leaf: Leaf | null = null;
  let buffer = '';
  const clean = createCleaner();
  /** The running line's beginning has been judged: the rest of it goes straight to the leaf. */
  let inLine = false;
  let firstLevel = 0;
  let lastRank = 2;

  function consume(final: boolean): void {
    let at = 0;
    while (at < buffer.length) {
      const newline = buffer.indexOf('\n', at);
      const end = newline < 0 ? buffer.length : newline;
      if (inLine) leaf?.append(buffer.slice(at, end));
      else if (!startLine(buffer.slice(at, end), final || newline >= 0)) break;
      inLine = newline < 0;
      at = inLine ? end : newline + 1;
      if (!inLine && leaf?.kind === 'heading') closeLeaf();
    }
    buffer = buffer.slice(at);
  }

  /** False when more of the line is needed to know what it is. */
  function startLine(line: string, complete: boolean): boolean {
    const match = matchContainers(line, complete);
    if (!match) return false;
    const all = match.count === containers.length;
    if (leaf?.kind === 'fence' && all) return fenceLine(leaf, line, match.at, complete);
    if (leaf?.kind === 'indented' && all) {
      const taken = indentedLine(leaf, line, match.at, complete);
      if (taken !== null) return taken;
    }
    const steps = readSteps(line, match.at, complete, all);
    if (!steps) return false;
    const last = steps.at(-1);
    if (!last) return false;
    if (leaf?.kind === 'table' && all && last.kind === 'text' && steps.length === 1) {
      if (!complete) return false;
      if (line.includes('|', last.text)) {
        leaf.append(line.slice(last.text));
        return true;
      }
    }
    apply(steps, last, line, match.count);
    return true;
  }

  function matchContainers(line: string, complete: boolean): { at: number; count: number } | null {
    let at = 0;
    let count = 0;
    for (const container of containers) {
      let text = at;
      while (isBlank(line[text])) text++;
      if (text === line.length) {
        if (!complete) return null;
        if (container.kind === 'quote') break;
      } else if (container.kind === 'item') {
        if (indentOf(line, at) < container.offset) break;
        at = skipIndent(line, at, container.offset);
      } else {
        if (line[text] !== '>') break;
        if (text + 1 === line.length && !complete) return null;
        at = text + (isBlank(line[text + 1]) ? 2 : 1);
      }
      count++;
    }
    return { at, count };
  }

  /** Everything that the line opens, from the outside in; the last step is what it holds. */
  function readSteps(line: string, from: number, complete: boolean, all: boolean): LineStart[] | null {
    const steps: LineStart[] = [];
    let above = leaf?.kind === 'paragraph' ? { lastLine: leaf.lastLine(), lazy: !all } : null;
    for (let at = from; ; ) {
      const start = readLine(line, at, complete, above);
      if (!start) return null;
      const nests = start.kind === 'quote' || start.kind === 'item';
      if (nests && containers.length + steps.length >= DEPTH_MAX) {
        steps.push({ kind: 'text', text: at });
        return steps;
      }
      steps.push(start);
      if (!nests || (start.kind === 'item' && start.empty)) return steps;
      at = start.text;
      above = null;
    }
  }

  function apply(steps: LineStart[], last: LineStart, line: string, matched: number): void {
    if (leaf?.kind === 'paragraph' && steps.length === 1) {
      if (last.kind === 'text') {
        leaf.nextLine();
        return leaf.append(line.slice(last.text));
      }
      if (last.kind === 'setext') {
        leaf.toHeading(rank(last.level));
        leaf = null;
        return;
      }
      if (last.kind === 'delimiters') {
        leaf = leaf.toTable(last.align);
        return;
      }
    }
    closeLeaf();
    const cut = containers[matched];
    containers.length = matched;
    for (const [at, step] of steps.entries()) open(step, line, at === 0 && cut?.kind === 'item' ? cut : null);
  }

  function open(step: LineStart, line: string, before: Item | null): void {
    if (step.kind === 'blank') return;
    const place = here();
    const inside = containers.at(-1);
    const first = inside?.kind === 'item' && inside.fresh;
    if (inside?.kind === 'item') inside.fresh = false;
    if (step.kind === 'quote') {
      const element = doc.createElement('blockquote');
      place.parent.append(element);
      containers.push({ kind: 'quote', element });
    } else if (step.kind === 'item') {
      const list = before?.type === step.type ? before.list : openList(place, step);
      const element = doc.createElement('li');
      list.append(element);
      containers.push({ kind: 'item', element, list, type: step.type, offset: step.offset, fresh: true });
    } else if (step.kind === 'rule') place.parent.append(doc.createElement('hr'));
    else if (step.kind === 'fence') leaf = openFence(place, step);
    else if (step.kind === 'indented') {
      leaf = openIndented(place);
      leaf.append(line.slice(step.text));
    } else if (step.kind === 'heading') {
      leaf = openHeading(place, rank(step.level));
      leaf.append(line.slice(step.text));
    } else if (step.kind === 'text') {
      leaf = openParagraph(place, first);
      leaf.append(line.slice(step.text));
    }
  }

  function openList(place: Place, item: LineStart & { kind: 'item' }): Element {
    const list = doc.createElement(item.ordered ? 'ol' : 'ul');
    if (item.ordered && item.number !== 1) list.setAttribute('start', String(item.number));
    place.parent.append(list);
    return list;
  }

  function fenceLine(fence: Fence, line: string, at: number, complete: boolean): boolean {
    let text = at;
    while (isBlank(line[text])) text++;
    let end = text;
    while (line[end] === fence.mark) end++;
    const run = end - text;
    while (isBlank(line[end])) end++;
    if (end === line.length && line.length - at < LINE_MAX && indentOf(line, at) < 4) {
      if (!complete) return false;
      if (run >= fence.length) {
        closeLeaf();
        return true;
      }
    }
    fence.nextLine();
    fence.append(line.slice(skipIndent(line, at, fence.indent)));
    return true;
  }

  /** Null when the line ends the code, false when more of it is needed to know. */
  function indentedLine(code: Indented, line: string, at: number, complete: boolean): boolean | null {
    const start = skipIndent(line, at, 4);
    let text = at;
    while (isBlank(line[text])) text++;
    if (text === line.length) {
      if (complete) code.blankLine(line.slice(start));
      return complete;
    }
    if (indentOf(line, at) < 4) return null;
    code.nextLine();
    code.append(line.slice(start));
    return true;
  }

  /**
   * Headings of an answer stand below the panel's own second-level title: its first one is third-level however many
   * signs it has, and none is more than one level below the one before it.
   */
  function rank(level: number): 3 | 4 | 5 | 6 {
    firstLevel ||= level;
    lastRank = Math.max(3, Math.min(6, 3 + level - firstLevel, lastRank + 1));
    return lastRank as 3 | 4 | 5 | 6;
  }

  function closeLeaf(): void {
    leaf?.close();
    leaf = null;
  }

  function here(): Place {
    return { kit, parent: containers.at(-1)?.element ?? root };
  }

  return {
    write(text) {
      buffer += clean.push(text);
    },
    flush() {
      consume(false);
      leaf?.flush();
    },
    end() {
      buffer += clean.end();
      consume(true);
      closeLeaf();
      containers.length = 0;
      inLine = false;
    },
  };
}
