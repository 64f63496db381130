/** The nodes of inline Markdown, and the pairing of `*`, `_` and `~` runs into emphasis. */

export type InlineNode =
  | { type: 'text'; text: string; start: number; end: number }
  | { type: 'code'; text: string; start: number; end: number }
  | { type: 'break'; start: number; end: number }
  | { type: 'link'; href: string; title: string; image: boolean; /** Its words are its address. */ bare?: boolean; children: InlineNode[]; start: number; end: number }
  | { type: 'em' | 'strong' | 'del'; children: InlineNode[]; start: number; end: number };

/** A row of `*`, `_` or `~` that may open or close emphasis. */
export type Run = { type: 'run'; mark: string; count: number; length: number; canOpen: boolean; canClose: boolean; start: number; end: number };
/** A `[` or `![` whose `]` has not come. */
export type Bracket = { type: 'bracket'; image: boolean; start: number; end: number };
export type Item = InlineNode | Run | Bracket;

/** No emphasis, code span or link is longer than this (characters): what bounds the work bounds the unsettled tail too. */
export const REACH = 2_000;

/**
 * Pairs the runs and turns what is left over into text. Unless `final`, runs that a later text could still close are
 * shown as closed at `length`, brackets as not there, and `unsettle` hears where they begin.
 */
export function settle(items: Item[], final: boolean, length: number, unsettle: (place: number) => void): InlineNode[] {
  const out: Item[] = [];
  const openers: number[] = [];
  for (const item of items) {
    if (item.type !== 'run') {
      out.push(item);
      continue;
    }
    if (item.canClose) closeWith(item, out, openers);
    if (item.count === 0) continue;
    if (item.canOpen) openers.push(out.length);
    out.push(item);
  }
  if (!final) closeForShow(out, openers, length, unsettle);
  const nodes: InlineNode[] = [];
  for (const item of out) {
    const node = leftover(item, final, length);
    if (node) nodes.push(node);
  }
  return nodes;
}

/** The readable text of nodes, without any markup. */
export function plainText(nodes: InlineNode[]): string {
  return nodes.map((node) => ('children' in node ? plainText(node.children) : node.type === 'break' ? '\n' : node.text)).join('');
}

function closeWith(closer: Run, out: Item[], openers: number[]): void {
  while (closer.count > 0) {
    const found = findOpener(closer, out, openers);
    if (found < 0) return;
    const place = openers[found] ?? 0;
    const opener = out[place];
    if (opener?.type !== 'run') return;
    openers.length = found + 1;
    const used = closer.mark === '~' ? closer.count : opener.count >= 2 && closer.count >= 2 ? 2 : 1;
    opener.count -= used;
    opener.end -= used;
    closer.count -= used;
    closer.start += used;
    const children = asNodes(out.splice(place + 1));
    if (opener.count === 0) {
      out.pop();
      openers.pop();
    }
    out.push({ type: tag(closer.mark, used), children, start: opener.end, end: closer.start });
  }
}

/** Index into `openers` of the nearest run that `closer` closes, or -1. */
function findOpener(closer: Run, out: Item[], openers: number[]): number {
  for (let at = openers.length - 1; at >= 0; at--) {
    const opener = out[openers[at] ?? 0];
    if (opener?.type !== 'run' || closer.start - opener.start > REACH) return -1;
    if (opener.mark !== closer.mark) continue;
    if (closer.mark === '~' ? opener.count !== closer.count : thirds(opener, closer)) continue;
    return at;
  }
  return -1;
}

/** CommonMark's rule of three: runs that can both open and close must not add up to a multiple of three. */
function thirds(opener: Run, closer: Run): boolean {
  return (opener.canClose || closer.canOpen) && (opener.length + closer.length) % 3 === 0 && (opener.length % 3 !== 0 || closer.length % 3 !== 0);
}

function closeForShow(out: Item[], openers: number[], length: number, unsettle: (place: number) => void): void {
  for (const place of openers.toReversed()) {
    const opener = out[place];
    if (opener?.type !== 'run' || length - opener.start > REACH) return;
    unsettle(opener.start);
    let children = asNodes(out.splice(place + 1));
    let count = opener.count;
    out.pop();
    if (children.length === 0) continue;
    while (count > 0 && count < 8) {
      const used = opener.mark === '~' ? count : count >= 2 ? 2 : 1;
      count -= used;
      children = [{ type: tag(opener.mark, used), children, start: opener.start, end: length }];
    }
    out.push(...children);
  }
}

function asNodes(items: Item[]): InlineNode[] {
  return items.map((item) => leftover(item, true, 0)).filter((node) => node !== null);
}

/** What becomes of an item that found no partner: its own characters, or nothing while a partner may still come. */
function leftover(item: Item, final: boolean, length: number): InlineNode | null {
  if (item.type === 'run') return { type: 'text', text: item.mark.repeat(item.count), start: item.start, end: item.end };
  if (item.type !== 'bracket') return item;
  if (!final && length - item.start <= REACH) return null;
  return { type: 'text', text: item.image ? '![' : '[', start: item.start, end: item.end };
}

function tag(mark: string, used: number): 'em' | 'strong' | 'del' {
  return mark === '~' ? 'del' : used === 2 ? 'strong' : 'em';
}
