/** CommonMark's reference parser as an oracle: its tree, written the way the widget's own DOM is, with the widget's rules for addresses. */
import { createRequire } from 'node:module';
import type { TinyElement } from './tiny-dom.ts';
import { TinyText } from './tiny-dom.ts';

const require = createRequire(import.meta.url);
const { Parser } = require('commonmark') as { Parser: new () => { parse(text: string): OracleNode } };
const { tests } = require('commonmark-spec') as { tests: SpecExample[] };

type OracleNode = { type: string; literal: string | null; level: number; info: string | null; destination: string | null; listType: string; listStart: number | null; firstChild: OracleNode | null; next: OracleNode | null; parent: OracleNode | null };
export type SpecExample = { markdown: string; section: string; number: number };

/** Raw HTML is text here and definitions are shown, both on purpose: a reply must not bring markup or change what was said before. */
const OUTSIDE = new Set(['HTML blocks', 'Raw HTML', 'Link reference definitions']);

/** The specification's examples of the parts that the widget has, tabs written as tabs. */
export const examples = tests.filter(({ section, markdown }) => !OUTSIDE.has(section) && !/^[ >*-]*\[[^\]]+\]:/m.test(markdown))
  .map(({ markdown, ...rest }) => ({ ...rest, markdown: markdown.replaceAll('→', '\t') }));

/** The reference parser's tree of `markdown`. Headings have no level, items no paragraphs of their own: the widget ranks and spaces them itself. */
export function expected(markdown: string): string {
  return tidy(childrenOf(new Parser().parse(markdown)));
}

/** The widget's tree in the same words. */
export function actual(root: TinyElement): string {
  return tidy(root.childNodes.map(ours).join(''));
}

function childrenOf(node: OracleNode): string {
  let out = '';
  for (let child = node.firstChild; child; child = child.next) out += write(child);
  return out;
}

function write(node: OracleNode): string {
  const inner = (): string => childrenOf(node);
  const literal = escape(node.literal ?? '');
  switch (node.type) {
    case 'text': case 'html_inline': return literal;
    case 'softbreak': return '\n';
    case 'linebreak': return '<br>';
    case 'code': return `<code>${literal}</code>`;
    case 'emph': return `<em>${inner()}</em>`;
    case 'strong': return `<strong>${inner()}</strong>`;
    case 'paragraph': return node.parent?.type === 'item' ? `${inner()}¶` : `<p>${inner()}</p>`;
    case 'html_block': return `<p>${literal.trimEnd()}</p>`;
    case 'heading': return `<h>${inner()}</h>`;
    case 'thematic_break': return '<hr>';
    case 'block_quote': return `<blockquote>${inner()}</blockquote>`;
    case 'item': return `<li>${inner()}</li>`;
    case 'list': return node.listType === 'ordered' ? `<ol ${node.listStart ?? 1}>${inner()}</ol>` : `<ul>${inner()}</ul>`;
    case 'code_block': return `<pre>${literal.replace(/\n$/, '')}</pre>`;
    case 'link': return link(node.destination ?? '', inner());
    case 'image': return link(node.destination ?? '', text(node));
    default: throw new Error(`unknown node ${node.type}`);
  }
}

function link(destination: string, label: string): string {
  const safe = /^(?:https?:\/\/|mailto:)/i.test(destination) && URL.canParse(destination);
  return safe ? `<a ${new URL(destination).href}>${label}</a>` : plain(label);
}

/** A refused address leaves its words behind, without their markup. */
function plain(label: string): string {
  return label.replace(/<br>/g, '\n').replace(/<[^>]*>/g, '');
}

function text(node: OracleNode): string {
  let out = '';
  for (let child = node.firstChild; child; child = child.next) out += child.firstChild ? text(child) : child.type === 'softbreak' || child.type === 'linebreak' ? '\n' : escape(child.literal ?? '');
  return out;
}

function ours(node: TinyElement | TinyText): string {
  if (node instanceof TinyText) return escape(node.data);
  const inner = node.childNodes.map(ours).join('');
  const attribute = (name: string): string => node.attributes.find(([key]) => key === name)?.[1] ?? '';
  if (/^h[1-6]$/.test(node.tag)) return `<h>${inner}</h>`;
  if (node.tag === 'p') return node.parentNode?.tag === 'li' ? `${inner}¶` : `<p>${inner}</p>`;
  if (node.tag === 'a') return `<a ${attribute('href')}>${inner.replace(/^Image: /, '')}</a>`;
  if (node.tag === 'ol') return `<ol ${attribute('start') || 1}>${inner}</ol>`;
  if (node.tag === 'br' || node.tag === 'hr') return `<${node.tag}>`;
  if (node.tag === 'div' && attribute('class') === 'code') return `<pre>${(node.childNodes[1] as TinyElement).childNodes.flatMap((code) => (code as TinyElement).childNodes.map(ours)).join('')}</pre>`;
  return `<${node.tag}>${inner}</${node.tag}>`;
}

function escape(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
function tidy(value: string): string {
  return value.replaceAll('¶<', '<').replaceAll('\u00a0', ' ').replace(/[ \t]+$/gm, '');
}
