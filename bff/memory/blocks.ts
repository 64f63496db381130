/** What every kind of document is read into, and how blocks become sections. Pure. */
import { estimateTokens } from './tokens.ts';

/** A heading, a paragraph (list item, table row), or code kept line by line. `anchor` is the heading's own id in its page. */
export type Block =
  | { kind: 'heading'; depth: number; text: string; anchor: string | null }
  | { kind: 'text' | 'code'; text: string };
/** `heading` is the path of headings below the title, outermost first; null before the first. */
export type Section = { heading: string | null; anchor: string | null; text: string };

/** Stands between the headings of a path. */
export const PATH_MARK = ' › ';
/** Largest section in tokens: two or three of them fit the budget of an answer. */
const SECTION_TOKENS = 180;

/** One section per heading, long ones cut between blocks. Headings without text of their own only lead the path of those below. */
export function toSections(blocks: Block[], title: string): Section[] {
  const sections: Section[] = [];
  let path: { depth: number; text: string }[] = [];
  let anchor: string | null = null;
  let waiting: string[] = [];
  let tokens = 0;

  function close(): void {
    const heading = path.map((part) => part.text).filter((part, at) => at > 0 || part !== title).join(PATH_MARK);
    if (waiting.length > 0) sections.push({ heading: heading === '' ? null : heading, anchor, text: waiting.join('\n') });
    waiting = [];
    tokens = 0;
  }

  for (const block of blocks) {
    if (block.text.trim() === '') continue;
    if (block.kind === 'heading') {
      close();
      path = [...path.filter((part) => part.depth < block.depth), { depth: block.depth, text: oneLine(block.text) }];
      anchor = block.anchor;
      continue;
    }
    // Code stays fenced: whoever reads the snippet must be able to tell it from prose.
    const parts = block.kind === 'code' ? pieces(block.text.trimEnd()).map((code) => `\`\`\`\n${code}\n\`\`\``) : pieces(tidy(block.text));
    for (const piece of parts) {
      const cost = estimateTokens(piece);
      if (tokens > 0 && tokens + cost > SECTION_TOKENS) close();
      waiting.push(piece);
      tokens += cost;
    }
  }
  close();
  return sections;
}

/** A text in pieces that each fit a section: whole if it can be, else by lines, sentences, and words at last. */
function pieces(text: string): string[] {
  if (estimateTokens(text) <= SECTION_TOKENS) return [text];
  for (const [between, glue] of [[/\n+/, '\n'], [/(?<=[.!?。！？;])\s+/u, ' '], [/\s+/, ' ']] as const) {
    const parts = text.split(between).filter((part) => part !== '');
    if (parts.length < 2) continue;
    return gather(parts.flatMap(pieces), glue);
  }
  return gather(text.match(/.{1,100}/gsu) ?? [], '');
}

function gather(parts: string[], glue: string): string[] {
  const out: string[] = [];
  let tokens = Infinity;
  for (const part of parts) {
    const cost = estimateTokens(part);
    if (tokens + cost > SECTION_TOKENS) {
      out.push(part);
      tokens = cost;
    } else {
      out.push(`${out.pop() ?? ''}${glue}${part}`);
      tokens += cost;
    }
  }
  return out;
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Spaces within lines collapsed, empty lines gone, line breaks kept. */
function tidy(text: string): string {
  return text.split('\n').map(oneLine).filter((line) => line !== '').join('\n');
}
