/** HTML to blocks of clean text: what a reader of the page sees, without navigation and scripts. Pure. */
import { Parser } from 'htmlparser2';
import type { Block } from './blocks.ts';

const UNSEEN = new Set(['script', 'style', 'noscript', 'template', 'svg', 'nav', 'iframe', 'object', 'select', 'textarea', 'button', 'title']);
const BREAKS = new Set(['p', 'div', 'section', 'article', 'main', 'header', 'footer', 'aside', 'ul', 'ol', 'dl', 'dt', 'dd', 'table', 'blockquote', 'figure', 'figcaption', 'form', 'fieldset', 'details', 'summary', 'hr', 'address', 'body']);

/** Text that the page keeps from its readers must not become something that an answer says. */
function isHidden(attributes: Record<string, string>): boolean {
  return 'hidden' in attributes || /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(attributes['style'] ?? '');
}

/** The page's blocks in order. Broken markup is read as far as it goes, as browsers do. */
export function htmlBlocks(source: string): Block[] {
  return readHtml(source).blocks;
}

/** Blocks, and the text of `<title>` when there is one. */
export function readHtml(source: string): { blocks: Block[]; title: string | null } {
  const blocks: Block[] = [];
  let text = '';
  let title: string | null = null;
  let inTitle = false;
  /** Of every open element, whether its text is not seen; and how many of them that are. */
  const open: boolean[] = [];
  let unseen = 0;
  let pre = 0;
  let heading: { depth: number; anchor: string | null } | null = null;

  function close(kind: 'text' | 'code' = 'text'): void {
    if (text.trim() !== '') blocks.push(heading ? { kind: 'heading', ...heading, text } : { kind, text: kind === 'code' ? text.replace(/^\n/, '') : text });
    text = '';
  }

  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'title') inTitle = true;
      open.push(UNSEEN.has(name) || isHidden(attributes));
      if (open.at(-1) === true) unseen++;
      if (unseen > 0) return;
      const depth = /^h([1-6])$/.exec(name)?.[1];
      if (depth !== undefined) {
        close();
        heading = { depth: Number(depth), anchor: attributes['id'] ?? null };
      } else if (name === 'pre') {
        close();
        pre++;
      } else if (name === 'li') {
        close();
        text = '- ';
      } else if (name === 'br') text += '\n';
      else if (name === 'img') text += attributes['alt'] ?? '';
      else if (name === 'tr' || BREAKS.has(name)) {
        if (text !== '- ') close();
      } else if ((name === 'td' || name === 'th') && text.trim() !== '') text += ' | ';
    },
    ontext(part) {
      if (inTitle) title = (title ?? '') + part;
      else if (unseen === 0) text += pre > 0 ? part : part.replace(/\s+/g, ' ');
    },
    onclosetag(name) {
      if (name === 'title') inTitle = false;
      const hid = open.pop() === true;
      if (hid) unseen--;
      if (hid || unseen > 0) return;
      if (/^h[1-6]$/.test(name)) {
        close();
        heading = null;
      } else if (name === 'pre') {
        close('code');
        pre = Math.max(0, pre - 1);
      } else if (name === 'li' || name === 'tr' || BREAKS.has(name)) close();
    },
  }, { decodeEntities: true });
  parser.end(source);
  close();
  const name = title === null ? '' : String(title).replace(/\s+/g, ' ').trim();
  return { blocks: blocks.filter((block) => block.text.trim() !== '-'), title: name === '' ? null : name };
}
