/** The repository's own README files as readable pages. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Marked, type Tokens } from 'marked';

/** A document that may be read: `name` is its path below `/docs/` and below `root`. */
export type Doc = { name: string; title: string };

/** `README.md` of the root and of every workspace that has one; nothing else is ever read from disk. */
export function listDocs(root: string): Doc[] {
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory() && /^[a-z]+$/.test(entry.name)).map((entry) => entry.name);
  const names = ['README.md', ...folders.toSorted().map((folder) => `${folder}/README.md`)];
  return names.filter((name) => existsSync(join(root, name))).map((name) => ({ name, title: name === 'README.md' ? 'Overview' : titled(name.split('/')[0] ?? name) }));
}

/** One document as the inside of a page. Headings get the anchor that GitHub would give them. */
export async function renderDoc(root: string, doc: Doc): Promise<string> {
  const used = new Map<string, number>();
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading(this: { parser: { parseInline(tokens: Tokens.Generic[]): string } }, { tokens, depth, text }: Tokens.Heading) {
        const id = anchor(text, used);
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}<a class="anchor" href="#${id}" aria-label="Link to this section">#</a></h${depth}>\n`;
      },
    },
  });
  const page = await marked.parse(await readFile(join(root, doc.name), 'utf8'));
  // What may be wider than the page scrolls, by keyboard too.
  return page.replaceAll('<pre>', '<pre tabindex="0">').replaceAll('<table>', '<div class="wide" role="group" aria-label="Table" tabindex="0"><table>').replaceAll('</table>', '</table></div>');
}

/** The anchor of a heading: lower case, spaces as hyphens, no punctuation; a number is added to a repeated one. */
export function anchor(text: string, used: Map<string, number>): string {
  const plain = text.replace(/<[^>]*>/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  const base = plain.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
  const count = used.get(base) ?? 0;
  used.set(base, count + 1);
  return count === 0 ? base : `${base}-${count}`;
}

function titled(word: string): string {
  return word === 'bff' ? 'Server' : (word[0]?.toUpperCase() ?? '') + word.slice(1);
}
