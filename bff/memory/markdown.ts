/** Markdown (with GitHub's tables, lists and strikethrough) to blocks of clean text. Pure. */
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { Block } from './blocks.ts';
import { htmlBlocks } from './html.ts';

type Node = ReturnType<typeof fromMarkdown> | ReturnType<typeof fromMarkdown>['children'][number];

/**
 * A part is cut before a heading beyond the first size, between paragraphs beyond the second, and anywhere beyond the last (characters): a
 * parser takes about 3 ms per 1,000, but the square of it for one paragraph or table.
 */
const PART = 6_000;
const LONG_PART = 16_000;
const LONGEST_PART = 18_000;
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:[ \t]*\S.*$/gm;

/**
 * The document in parts that can be parsed one by one, so that others get the thread in between: front matter is left out, and
 * each part carries the addresses that links elsewhere in the document are defined by, unless they are a document of their own.
 */
export function markdownParts(source: string): string[] {
  const body = source.replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---[ \t]*(?:\r?\n|$)/, '');
  if (body.length <= LONG_PART) return [body];
  const parts: string[] = [];
  let part: string[] = [];
  let length = 0;
  let fence = '';
  let blank = true;
  for (const line of body.split('\n').flatMap(shortLines)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    const between = fence === '' && ((length > PART && /^#{1,6}\s/.test(line)) || (length > LONG_PART && blank && /^[\p{L}\p{N}*_[`]/u.test(line) && !/^\d+[.)]|^[*] /.test(line)));
    if (between || (fence === '' && length + line.length > LONGEST_PART)) {
      parts.push(part.join('\n'));
      part = [];
      length = 0;
    }
    if (mark !== undefined) fence = fence === '' ? mark : line.trim().startsWith(fence) ? '' : fence;
    part.push(line);
    length += line.length + 1;
    blank = line.trim() === '';
  }
  parts.push(part.join('\n'));
  const definitions = (body.match(DEFINITION) ?? []).join('\n');
  return definitions === '' || definitions.length > PART ? parts : parts.map((text) => `${text}\n\n${definitions}`);
}

/** A line that would be a part too long, cut between words where there are any. */
function shortLines(line: string): string[] {
  return line.length <= LONG_PART ? [line] : (line.match(/.{1,16000}(?:\s|$)|.{1,16000}/gs) ?? []);
}

/** The blocks of a part; raw HTML in it is read as HTML. */
export function markdownBlocks(part: string): Block[] {
  return fromMarkdown(part, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }).children.flatMap((node) => blocksOf(node, ''));
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
