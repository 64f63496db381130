/**
 * Inline Markdown: a piece of text in, a list of nodes out. Linear: nothing looks further back or ahead than REACH.
 * Told that the text may still grow, it closes what is open for show and says from where on nothing is final yet.
 */
import { readAutolink, readBareUrl, readTarget, safeUrl } from './links.ts';
import { isPunctuation, isSpace, lastWordStart, readEntity, wordStart } from './characters.ts';
import { REACH, plainText, settle, type InlineNode, type Item } from './emphasis.ts';

/** `settledTo`: every later text leaves the nodes that end at or before it as they are. */
export type InlineResult = { nodes: InlineNode[]; settledTo: number };

const SPECIAL = /[\\`*_~[\]!<&\n]|https?:\/\/|www\./g;

/**
 * Parses `raw` from `from` to its end. `from` must be 0 or a place that an earlier result called settled.
 * With `final` the text is complete; without, its last word and whatever is open stay unsettled.
 */
export function parseInline(raw: string, from: number, final: boolean): InlineResult {
  const items: Item[] = [];
  const brackets: number[] = [];
  const missing = new Map<number, number>();
  let open = final ? raw.length : lastWordStart(raw, from, REACH);
  let at = from;

  const unsettle = (place: number): void => {
    if (place < open) open = place;
  };
  const addText = (text: string, start: number, end: number): void => {
    const last = items.at(-1);
    const literal = text.length === end - start;
    if (literal && last?.type === 'text' && last.end === start && last.text.length === start - last.start) {
      last.text += text;
      last.end = end;
    } else items.push({ type: 'text', text, start, end });
  };

  while (at < raw.length) {
    SPECIAL.lastIndex = at;
    const special = SPECIAL.exec(raw);
    if (!special) {
      addText(raw.slice(at), at, raw.length);
      break;
    }
    if (special.index > at) addText(raw.slice(at, special.index), at, special.index);
    at = special.index;
    const char = raw[at] ?? '';
    if (char === '\\') at = backslash(at);
    else if (char === '`') at = codeSpan(at);
    else if (char === '*' || char === '_' || char === '~') at = emphasisRun(at, char);
    else if (char === '!' && raw[at + 1] === '[') at = openBracket(at, true);
    else if (char === '[') at = openBracket(at, false);
    else if (char === ']') at = closeBracket(at);
    else if (char === '\n') at = lineBreak(at);
    else if (char === 'h' || char === 'w') at = bareUrl(at);
    else at = angleOrEntity(at, char);
  }
  if (!final) for (const index of brackets) unsettleBracket(index);
  return { nodes: settle(items, final, raw.length, unsettle), settledTo: Math.max(open, from) };

  function unsettleBracket(index: number): void {
    const bracket = items[index];
    if (bracket?.type === 'bracket' && raw.length - bracket.start <= REACH) unsettle(bracket.start);
  }

  function backslash(start: number): number {
    const next = raw[start + 1];
    if (next === '\n') {
      items.push({ type: 'break', start, end: start + 2 });
      return start + 2;
    }
    if (next !== undefined && next < '\x7f' && isPunctuation(next)) {
      addText(next, start, start + 2);
      return start + 2;
    }
    if (next !== undefined || final) addText('\\', start, start + 1);
    return start + 1;
  }

  function codeSpan(start: number): number {
    let end = start;
    while (raw[end] === '`') end++;
    const length = end - start;
    if (end === raw.length && !final) return end;
    const limit = Math.min(raw.length, start + REACH);
    let search = Math.max(end, missing.get(length) ?? 0);
    while (search < limit) {
      const tick = raw.indexOf('`', search);
      if (tick < 0 || tick >= limit) break;
      let stop = tick;
      while (raw[stop] === '`') stop++;
      if (stop - tick === length && (final || stop < raw.length)) {
        items.push({ type: 'code', text: codeText(raw.slice(end, tick)), start, end: stop });
        return stop;
      }
      search = stop;
    }
    missing.set(length, limit);
    if (!final && limit === raw.length) {
      unsettle(start);
      items.push({ type: 'code', text: codeText(raw.slice(end).replace(/`+$/, '')), start, end: raw.length });
      return raw.length;
    }
    addText(raw.slice(start, end), start, end);
    return end;
  }

  function emphasisRun(start: number, mark: string): number {
    let end = start;
    while (raw[end] === mark) end++;
    if (end === raw.length && !final) return end;
    const [before, after] = [raw[start - 1] ?? ' ', raw[end] ?? ' '];
    const left = !isSpace(after) && (!isPunctuation(after) || isSpace(before) || isPunctuation(before));
    const right = !isSpace(before) && (!isPunctuation(before) || isSpace(after) || isPunctuation(after));
    const count = end - start;
    const inWord = mark === '_';
    const canOpen = left && (!inWord || !right || isPunctuation(before)) && (mark !== '~' || count <= 2);
    const canClose = right && (!inWord || !left || isPunctuation(after)) && (mark !== '~' || count <= 2);
    if (canOpen || canClose) items.push({ type: 'run', mark, count, length: count, canOpen, canClose, start, end });
    else addText(raw.slice(start, end), start, end);
    return end;
  }

  function openBracket(start: number, image: boolean): number {
    const end = start + (image ? 2 : 1);
    brackets.push(items.length);
    items.push({ type: 'bracket', image, start, end });
    return end;
  }

  function closeBracket(start: number): number {
    const index = brackets.pop();
    const bracket = index === undefined ? undefined : items[index];
    if (index === undefined || bracket?.type !== 'bracket' || start - bracket.start > REACH) {
      addText(']', start, start + 1);
      return start + 1;
    }
    const target = raw[start + 1] === '(' ? readTarget(raw, start + 1, bracket.start + REACH) : start + 1 === raw.length ? 'unfinished' : null;
    if (target === 'unfinished' && !final) {
      // The label is shown, the address that is still coming in is held back.
      unsettle(bracket.start);
      return raw.length;
    }
    if (target === null || target === 'unfinished') {
      items[index] = { type: 'text', text: raw.slice(bracket.start, bracket.end), start: bracket.start, end: bracket.end };
      addText(']', start, start + 1);
      return start + 1;
    }
    const children = unlinked(settle(items.splice(index + 1), true, raw.length, unsettle));
    const href = safeUrl(target.url);
    const span = { start: bracket.start, end: target.end };
    // A refused address leaves its label behind as plain text.
    items[index] = href === null ? { type: 'text', text: plainText(children), ...span }
      : { type: 'link', href, title: target.title, image: bracket.image, children, ...span };
    // No link inside a link: what is still open to the left can only become an image or text.
    if (!bracket.image) dropBrackets();
    return target.end;
  }

  /** They stay in the row, as text: each still takes its own `]`. */
  function dropBrackets(): void {
    for (const index of brackets) {
      const item = items[index];
      if (item?.type === 'bracket' && !item.image) items[index] = { type: 'text', text: '[', start: item.start, end: item.end };
    }
  }

  function lineBreak(start: number): number {
    const last = items.at(-1);
    if (last?.type === 'text' && last.end === start) {
      const spaces = last.text.length - last.text.replace(/ +$/, '').length;
      last.text = last.text.slice(0, last.text.length - spaces);
      if (spaces >= 2) {
        items.push({ type: 'break', start, end: start + 1 });
        return start + 1;
      }
    }
    addText('\n', start, start + 1);
    return start + 1;
  }

  function bareUrl(start: number): number {
    const before = raw[start - 1];
    const length = raw[start] === 'w' ? 4 : raw.startsWith('https', start) ? 8 : 7;
    const possible = (before === undefined || !/[A-Za-z0-9]/.test(before)) && start + length - wordStart(raw, start, REACH) < REACH;
    const found = possible ? readBareUrl(raw, start, REACH) : null;
    const end = found === null || (!final && found.reach === raw.length) ? 0 : found.end;
    const href = end === 0 ? null : safeUrl(`${length === 4 ? 'https://' : ''}${raw.slice(start, end)}`);
    if (href === null) {
      addText(raw.slice(start, start + length), start, start + length);
      return start + length;
    }
    items.push({ type: 'link', href, title: '', image: false, bare: true, children: [{ type: 'text', text: raw.slice(start, end), start, end }], start, end });
    return end;
  }

  function angleOrEntity(start: number, char: string): number {
    if (char === '<') {
      const link = readAutolink(raw, start, REACH);
      if (link) {
        items.push({ type: 'link', href: link.href, title: '', image: false, bare: true, children: [{ type: 'text', text: link.text, start, end: link.end }], start, end: link.end });
        return link.end;
      }
    } else if (char === '&') {
      const entity = readEntity(raw, start);
      if (entity) {
        addText(entity.text, start, entity.end);
        return entity.end;
      }
    }
    addText(char, start, start + 1);
    return start + 1;
  }
}

/** Addresses in the words of a link are words. */
function unlinked(nodes: InlineNode[]): InlineNode[] {
  return nodes.flatMap((node) => (node.type === 'link' && node.bare ? node.children : 'children' in node ? [{ ...node, children: unlinked(node.children) }] : [node]));
}

/** Line ends are spaces in a code span, and one space of padding on both sides is dropped. */
function codeText(raw: string): string {
  const text = raw.replaceAll('\n', ' ');
  return text.length > 2 && text.startsWith(' ') && text.endsWith(' ') && text.trim() !== '' ? text.slice(1, -1) : text;
}
