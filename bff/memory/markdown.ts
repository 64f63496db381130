/** Markdown (with GitHub's tables, lists and strikethrough) to blocks of clean text. Pure. */
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { Block } from './blocks.ts';
import { htmlBlocks } from './html.ts';

type Node = ReturnType<typeof fromMarkdown> | ReturnType<typeof fromMarkdown>['children'][number];

/** The document's blocks; raw HTML in it is read as HTML, front matter is left out. */
export function markdownBlocks(source: string): Block[] {
  const body = source.replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---[ \t]*(?:\r?\n|$)/, '');
  return fromMarkdown(body, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }).children.flatMap((node) => blocksOf(node, ''));
}

function blocksOf(node: Node, prefix: string): Block[] {
  switch (node.type) {
    case 'heading':
      return [{ kind: 'heading', depth: node.depth, text: inline(node), anchor: null }];
    case 'paragraph':
      return [{ kind: 'text', text: prefix + inline(node) }];
    case 'code':
      return [{ kind: 'code', text: node.value }];
    case 'html':
      return htmlBlocks(node.value);
    case 'list':
      return node.children.flatMap((item, at) => blocksOf(item, node.ordered ? `${(node.start ?? 1) + at}. ` : '- '));
    case 'table': {
      const rows = node.children.map((row) => row.children.map((cell) => inline(cell).trim()).filter((cell) => cell !== '').join(' | '));
      return rows.map((text) => ({ kind: 'text', text }));
    }
    case 'listItem':
    case 'blockquote':
    case 'footnoteDefinition':
      return node.children.flatMap((child, at) => blocksOf(child, at === 0 ? prefix : ''));
    default:
      return []; // Rules, link definitions: nothing that a reader sees.
  }
}

/** The text of a node as read aloud: link words without addresses, code without ticks, images by their description. */
function inline(node: Node): string {
  if (node.type === 'text' || node.type === 'inlineCode' || node.type === 'code') return node.value;
  if (node.type === 'break') return '\n';
  if (node.type === 'image' || node.type === 'imageReference') return node.alt ?? '';
  if (node.type === 'html') return /^<br\b/i.test(node.value) ? '\n' : '';
  return 'children' in node ? node.children.map((child) => inline(child)).join('') : '';
}
