/** Cuts a Markdown passage into the pieces that an answer can be made of. Pure. */

/** `lead` is the sentence that introduces a list or a block of code; `heading` the nearest above. */
export type Unit = { kind: 'sentence' | 'item' | 'row' | 'code'; text: string; heading: string; lead: string; block: number };

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The units in the order of the text. `block` numbers paragraphs, lists and tables: neighbours share one. */
export function unitsOf(markdown: string): Unit[] {
  const units: Unit[] = [];
  const lines = markdown.replace(/\r\n?/g, '\n').split('\n');
  let heading = '';
  let lead = '';
  let block = 0;
  let paragraph: string[] = [];

  function closeParagraph(): void {
    const text = paragraph.join(' ').replace(/\s+/g, ' ').trim();
    paragraph = [];
    if (text === '') return;
    block++;
    const sentences = sentencesOf(text);
    for (const sentence of sentences) units.push({ kind: 'sentence', text: sentence, heading, lead: '', block });
    lead = sentences.at(-1) ?? '';
  }

  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const fence = /^\s*(```+|~~~+)\s*([\w+-]*)/.exec(line);
    const title = /^#{1,6}\s+(.*?)#*$/.exec(line);
    const item = /^\s*(?:[-*+]|\d+[.)])\s+(.*)$/.exec(line);
    if (fence) {
      closeParagraph();
      const body: string[] = [];
      while (++at < lines.length && !(lines[at] ?? '').trim().startsWith(fence[1] ?? '```')) body.push(lines[at] ?? '');
      units.push({ kind: 'code', text: `\`\`\`${fence[2] ?? ''}\n${body.join('\n').trimEnd()}\n\`\`\``, heading, lead, block: ++block });
    } else if (title) {
      closeParagraph();
      heading = (title[1] ?? '').trim();
      lead = '';
    } else if (item) {
      const continues = units.at(-1)?.kind === 'item' && paragraph.length === 0;
      closeParagraph();
      if (!continues) block++;
      let text = item[1] ?? '';
      while (/^\s{2,}\S/.test(lines[at + 1] ?? '') && !/^\s*(?:[-*+]|\d+[.)])\s/.test(lines[at + 1] ?? '')) text += ` ${(lines[++at] ?? '').trim()}`;
      units.push({ kind: 'item', text: text.trim(), heading, lead, block });
    } else if (isRow(line)) {
      closeParagraph();
      const header = isRule(lines[at + 1]) ? cellsOf(line) : [];
      if (header.length > 0) at++;
      else if (!isRule(line)) units.push({ kind: 'row', text: cellsOf(line).join(' – '), heading, lead, block: block + 1 });
      block++;
      while (header.length > 0 && isRow(lines[at + 1])) units.push({ kind: 'row', text: rowText(header, cellsOf(lines[++at] ?? '')), heading, lead, block });
    } else if (line.trim() === '') closeParagraph();
    else paragraph.push(line.replace(/^\s*>\s?/, '').trim());
  }
  closeParagraph();
  return units.filter((unit) => /\p{L}/u.test(unit.text));
}

function isRow(line: string | undefined): boolean {
  return line !== undefined && /^\s*\|.*\|\s*$/.test(line);
}
function isRule(line: string | undefined): boolean {
  return isRow(line) && cellsOf(line ?? '').every((cell) => /^:?-+:?$/.test(cell));
}
function cellsOf(line: string): string[] {
  return line.trim().slice(1, -1).split('|').map((cell) => cell.trim());
}
/** A row that can stand alone: its first cell, then each value with the head of its column. */
function rowText(header: string[], cells: string[]): string {
  const values = cells.slice(1).flatMap((cell, at) => (cell === '' ? [] : [`${header[at + 1] ?? ''} ${cell}`.trim()]));
  return `${cells[0] ?? ''}: ${values.join(', ')}`;
}

/** Sentences of a paragraph; abbreviations, numbers and file names do not end one. */
export function sentencesOf(paragraph: string): string[] {
  const sentences: string[] = [];
  for (const { segment } of segmenter.segment(paragraph)) {
    const last = sentences.at(-1);
    const torn = last !== undefined && (/(?:\b(?:e\.g|i\.e|etc|vs|approx|z\.\s?B|bzw|ca|Nr|d\.\s?h|u\.\s?a)\.|\b\p{Lu}\.)\s*$/u.test(last) || (last.split('`').length - 1) % 2 === 1);
    if (torn) sentences[sentences.length - 1] = last + segment;
    else sentences.push(segment);
  }
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '');
}
