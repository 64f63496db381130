/** A document as it is handed in, and its sections. Pure. */
import { setImmediate } from 'node:timers/promises';
import { toSections, type Block, type Section } from './blocks.ts';
import { htmlBlocks } from './html.ts';
import { markdownBlocks, markdownParts } from './markdown.ts';

export type Format = 'markdown' | 'html' | 'text';
/** `at` epoch ms. Without `format` the text itself tells. */
export type KnowledgeDocument = { id: string; title: string; url?: string | undefined; text: string; at?: number | undefined; format?: Format | undefined };

/** The sections of a document in order; other work gets the thread between its parts. */
export async function documentSections({ text, title, format = formatOf(text) }: KnowledgeDocument): Promise<Section[]> {
  if (format !== 'markdown') return toSections(blocksOf(text, format), title);
  const blocks: Block[] = [];
  for (const part of markdownParts(text)) {
    blocks.push(...markdownBlocks(part));
    await setImmediate();
  }
  return toSections(blocks, title);
}

function blocksOf(text: string, format: 'html' | 'text'): Block[] {
  if (format === 'html') return htmlBlocks(text);
  return text.split(/\r?\n\s*\r?\n/).map((paragraph) => ({ kind: 'text', text: paragraph }));
}

/** Markup that begins like a page is HTML; headings, fences, lists or links make Markdown; anything else is plain text. */
export function formatOf(text: string): Format {
  if (/^\s*(?:<!doctype html|<html|<head|<body|<(?:div|p|h[1-6]|article|section|main|ul|table)\b[^>]*>)/i.test(text)) return 'html';
  return /^(?:#{1,6} \S|```|~~~|[-*+] \S|\d+\. \S|>|\|.*\|)|\[[^\]]+\]\([^)\s]+\)|\*\*\S/m.test(text) ? 'markdown' : 'text';
}
