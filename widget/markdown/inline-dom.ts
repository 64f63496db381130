/** Writes inline nodes into an element: settled ones once and for good, the tail anew at every flush. */
import { parseInline } from './inline.ts';
import { plainText, type InlineNode } from './emphasis.ts';

/** Words that the reader sees inside rendered Markdown. */
export type MarkdownWords = { image: string; done: string; open: string; copyCode: string; table: string };

/** What a Markdown stream writes with. */
export type Kit = {
  doc: Document;
  words: MarkdownWords;
  /** Origins whose images are shown; every other image is a link to it. */
  images: readonly string[];
  /** Colours the code of a closed fence, at some later time. */
  highlight(code: Element, language: string): void;
};

export type InlineWriter = {
  /** Shows `raw`, which must begin with what was shown before. With `final` nothing more will come. */
  update(raw: string, final: boolean): void;
};

export function createInlineWriter(kit: Kit, element: Element): InlineWriter {
  const { doc } = kit;
  let settled = 0;
  let shown = '';
  let tail: Node[] = [];

  return {
    update(raw, final) {
      if (raw === shown && !final) return;
      shown = raw;
      for (const node of tail) node.parentNode?.removeChild(node);
      tail = [];
      const { nodes, settledTo } = parseInline(raw, settled, final);
      for (const node of nodes) {
        if (tail.length === 0 && node.end <= settledTo) {
          element.append(build(kit, node, true));
          settled = node.end;
          continue;
        }
        const cut = settledTo - node.start;
        if (tail.length === 0 && node.type === 'text' && cut > 0 && node.text.length === node.end - node.start) {
          element.append(doc.createTextNode(node.text.slice(0, cut)));
          settled = settledTo;
          tail.push(doc.createTextNode(node.text.slice(cut)));
        } else tail.push(build(kit, node, false));
      }
      element.append(...tail);
    },
  };
}

/** Writes `raw` into an element in one go. */
export function writeInline(kit: Kit, element: Element, raw: string): void {
  element.append(...parseInline(raw, 0, true).nodes.map((node) => build(kit, node, true)));
}

function build(kit: Kit, node: InlineNode, settled: boolean): Node {
  const { doc } = kit;
  if (node.type === 'text') return doc.createTextNode(node.text);
  if (node.type === 'break') return doc.createElement('br');
  if (node.type === 'link') return (settled && node.image && image(kit, node)) || link(kit, node, settled);
  const element = doc.createElement(node.type);
  if (node.type === 'code') element.append(node.text);
  else element.append(...node.children.map((child) => build(kit, child, settled)));
  return element;
}

/** A picture from an origin that the page's owner has named, and only once its address cannot change any more. */
function image({ doc, images }: Kit, node: InlineNode & { type: 'link' }): Element | null {
  if (!images.includes(new URL(node.href).origin)) return null;
  const picture = doc.createElement('img');
  for (const [name, value] of [['alt', plainText(node.children)], ['loading', 'lazy'], ['decoding', 'async'], ['referrerpolicy', 'no-referrer'], ['part', 'image'], ['src', node.href]] as const) picture.setAttribute(name, value);
  return picture;
}

/** An image is a link to it: nothing that a model wrote is fetched before somebody clicks. */
function link(kit: Kit, node: InlineNode & { type: 'link' }, settled: boolean): Element {
  const { doc, words } = kit;
  const anchor = doc.createElement('a');
  const { protocol, hostname } = new URL(node.href);
  const label = plainText(node.children).trim();
  anchor.setAttribute('href', node.href);
  anchor.setAttribute('target', '_blank');
  anchor.setAttribute('rel', 'noopener noreferrer nofollow ugc');
  anchor.setAttribute('title', node.title === '' ? node.href : `${node.title} (${node.href})`);
  anchor.setAttribute('part', 'link');
  // The words of a link are the model's; where it goes is shown behind them, unless they say so themselves.
  const target = protocol === 'mailto:' ? node.href.slice(7).replace(/\?.*/, '') : hostname;
  if (label !== '' && !node.bare && hostname !== doc.location?.hostname && !says(label, target)) anchor.setAttribute('data-to', target);
  if (node.image) anchor.append(`${words.image}: ${label === '' ? hostname : label}`);
  else if (label === '') anchor.append(node.href);
  else anchor.append(...node.children.map((child) => build(kit, child, settled)));
  return anchor;
}

/** The label begins with the very target: what stands before a host in an address could make it look like another one. */
function says(label: string, target: string): boolean {
  const text = label.toLowerCase().replace(/^https?:\/\//, '');
  return text.startsWith(target) && !/^[\w.@:-]/.test(text.slice(target.length));
}
