/** Writes inline nodes into an element: settled ones once and for good, the tail anew at every flush. */
import { parseInline } from './inline.ts';
import { plainText, type InlineNode } from './emphasis.ts';

/** Words that the reader sees inside rendered Markdown. */
export type MarkdownWords = { image: string; done: string; open: string; copyCode: string; table: string };

export type InlineWriter = {
  /** Shows `raw`, which must begin with what was shown before. With `final` nothing more will come. */
  update(raw: string, final: boolean): void;
};

export function createInlineWriter(doc: Document, element: Element, words: MarkdownWords): InlineWriter {
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
          element.append(build(doc, node, words));
          settled = node.end;
          continue;
        }
        const cut = settledTo - node.start;
        if (tail.length === 0 && node.type === 'text' && cut > 0 && node.text.length === node.end - node.start) {
          element.append(doc.createTextNode(node.text.slice(0, cut)));
          settled = settledTo;
          tail.push(doc.createTextNode(node.text.slice(cut)));
        } else tail.push(build(doc, node, words));
      }
      element.append(...tail);
    },
  };
}

/** Writes `raw` into an element in one go. */
export function writeInline(doc: Document, element: Element, raw: string, words: MarkdownWords): void {
  element.append(...parseInline(raw, 0, true).nodes.map((node) => build(doc, node, words)));
}

function build(doc: Document, node: InlineNode, words: MarkdownWords): Node {
  if (node.type === 'text') return doc.createTextNode(node.text);
  if (node.type === 'break') return doc.createElement('br');
  if (node.type === 'link') return link(doc, node, words);
  const element = doc.createElement(node.type);
  if (node.type === 'code') element.append(node.text);
  else element.append(...node.children.map((child) => build(doc, child, words)));
  return element;
}

/** An image is a link to it: nothing that a model wrote is fetched before somebody clicks. */
function link(doc: Document, node: InlineNode & { type: 'link' }, words: MarkdownWords): Element {
  const anchor = doc.createElement('a');
  anchor.setAttribute('href', node.href);
  anchor.setAttribute('target', '_blank');
  anchor.setAttribute('rel', 'noopener noreferrer nofollow ugc');
  anchor.setAttribute('title', node.title === '' ? node.href : `${node.title} (${node.href})`);
  anchor.setAttribute('part', 'link');
  const label = plainText(node.children).trim();
  if (node.image) anchor.append(`${words.image}: ${label === '' ? new URL(node.href).hostname : label}`);
  else if (label === '') anchor.append(node.href);
  else anchor.append(...node.children.map((child) => build(doc, child, words)));
  return anchor;
}
