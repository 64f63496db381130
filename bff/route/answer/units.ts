/** Cuts a Markdown passage into the pieces that an answer can be made of. Pure. */

/** `lead` is the sentence that introduces a list or a block of code; `heading` the nearest above. */
export type Unit = { kind: 'sentence' | 'item' | 'row' | 'code'; text: string; heading: string; lead: string; block: number };

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
/** Letters of scripts that leave no space between words or after a sentence. */
const WIDE = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー、。！？「」（）]';
const TORN_WIDE = new RegExp(`(?<=${WIDE}) (?=${WIDE})`, 'gu');

/** Whether a sentence asks, or announces what comes after it; in every script. */
export function asks(text: string): boolean {
  return /[?？؟]$/.test(text.trimEnd());
}
export function leadsOn(text: string): boolean {
  return /[:：]$/.test(text);
}

/**
 * The units in the order of the text. `block` numbers paragraphs, lists and tables: neighbours share one. Both
 * Markdown and the plain form that memory keeps are read: there every block is one line, without fences.
 */
export function unitsOf(markdown: string): Unit[] {
  const units: Unit[] = [];
  const text = markdown.replace(/\r\n?/g, '\n').trim();
  const linewise = !/\n\s*\n|^\s*#{1,6}\s|^\s*\|/m.test(text.replace(FENCED, '').trim());
  const lines = text.split('\n');
  let heading = '';
  let lead = '';
  let block = 0;
  let paragraph: string[] = [];

  /** Whether the sentence at the end of a line goes on in the next: in the plain form a wrapped block keeps its breaks. */
  const wrapped = (at: number): boolean => linewise && runsOn(lines[at], lines[at + 1]);
  function closeParagraph(): void {
    const words = paragraph.join(' ').replace(/\s+/g, ' ').replace(TORN_WIDE, '').trim();
    paragraph = [];
    if (words === '') return;
    block++;
    const sentences = sentencesOf(words);
    for (const sentence of sentences) units.push({ kind: 'sentence', text: sentence, heading, lead: '', block });
    lead = sentences.at(-1) ?? '';
  }
  function add(kind: Unit['kind'], words: string): void {
    units.push({ kind, text: words, heading, lead, block });
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
      block++;
      add('code', fenced(body, fence[2] ?? ''));
    } else if (title) {
      closeParagraph();
      heading = (title[1] ?? '').trim();
      lead = '';
    } else if (item) {
      if (!(units.at(-1)?.kind === 'item' && paragraph.length === 0)) {
        closeParagraph();
        block++;
      }
      let words = item[1] ?? '';
      while ((/^\s{2,}\S/.test(lines[at + 1] ?? '') && !ITEM.test(lines[at + 1] ?? '')) || wrapped(at)) words += ` ${(lines[++at] ?? '').trim()}`;
      add('item', words.trim());
    } else if (isRow(line, linewise)) {
      closeParagraph();
      block++;
      const rows = [cellsOf(line)];
      while (isRow(lines[at + 1], linewise)) rows.push(cellsOf(lines[++at] ?? ''));
      const [header = [], ...body] = rows.filter((cells) => !cells.every((cell) => /^:?-+:?$/.test(cell)));
      // A passage that was cut out of a table begins with a row like any other.
      const headed = body.length > 0 && header.every(isHead);
      for (const cells of headed ? body : [header, ...body]) add('row', rowText(headed ? header : [], cells));
    } else if (linewise && isCode(line)) {
      closeParagraph();
      const body = [line];
      while (isCode(lines[at + 1])) body.push(lines[++at] ?? '');
      block++;
      add('code', fenced(body, ''));
    } else if (line.trim() === '') closeParagraph();
    else {
      paragraph.push(line.replace(/^\s*>\s?/, '').trim());
      if (linewise && !wrapped(at)) closeParagraph();
    }
  }
  closeParagraph();
  return units.filter((unit) => /\p{L}/u.test(unit.text));
}

/** Sentences of a paragraph; abbreviations, numbers, addresses and file names do not end one, nor does a quote that the sentence goes on after. */
export function sentencesOf(paragraph: string): string[] {
  const sentences: string[] = [];
  let opening = '';
  for (const { segment } of segmenter.segment(paragraph)) {
    const [text = '', opens = ''] = /^([^]*?)([「『（《“]*)$/u.exec(opening + segment)?.slice(1) ?? [];
    opening = opens;
    const last = sentences.at(-1);
    if (last !== undefined && goesThrough(last, text)) sentences[sentences.length - 1] = last + text;
    else sentences.push(text);
  }
  if (opening !== '') sentences.push(opening);
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '');
}
function goesThrough(sentence: string, next: string): boolean {
  return !/[\s。！？][」』”’）]*$/.test(sentence) || ABBREVIATION.test(sentence) || (sentence.split('`').length - 1) % 2 === 1 || (/[」』]$/.test(sentence) && /^\p{Script=Hiragana}/u.test(next));
}
const ABBREVIATION = /(?:\b(?:e\.g|i\.e|etc|vs|approx|z\.\s?B|bzw|ca|Nr|d\.\s?h|u\.\s?a|p\.\s?ex|p\.\s?ej|Sra?|Dra?|aprox|[nN]úm|[tT][eé]l)\.|\b\p{Lu}\.)\s*$/u;

function fenced(body: string[], language: string): string {
  const [first = ''] = body;
  const guess = /^\s*</.test(first) ? 'html' : /^\s*[[{]/.test(first) ? 'json' : isCode(first) ? 'sh' : '';
  return `\`\`\`${language || guess}\n${body.join('\n').trimEnd()}\n\`\`\``;
}

const FENCED = /^\s*(```|~~~)[\s\S]*?(?:^\s*\1\s*?(?:\n|$)|$(?![\s\S]))/gm;
const ITEM = /^\s*(?:[-*+]|\d+[.)])\s/;

/** Whether a sentence that was wrapped at the margin goes on in the next line. */
function runsOn(line: string | undefined, next: string | undefined): boolean {
  if (line === undefined || next === undefined || line.trim().length < (/[\u3040-\u9fff]/.test(line) ? 20 : 40) || /[.!?:…。！？：؟]["'”)」』）]*\s*$/.test(line)) return false;
  return next.trim() !== '' && !/^\s*(?:```|~~~|#{1,6}\s)/.test(next) && !ITEM.test(next) && !isRow(next, true) && !isRow(line, true) && !isCode(next);
}

/** Without fences a line of code shows by how it begins and ends; a sentence about a command is no code. */
function isCode(line: string | undefined): boolean {
  if (line === undefined || line.trim() === '' || /[.!?:]$|[.!?] \p{Lu}/u.test(line.replace(/\s#.*$/, ''))) return false;
  return /^\s*(?:[<{}[\]]|\$ |["'][\w.$-]+["']:|(?:npm|npx|git|cd|curl|docker|node|pip3?|apt(?:-get)?|brew|yarn|pnpm|bun|export|sudo|python3?|make|go|cargo|ollama|helm|kubectl|import|const|let)\s)|[;{}]$/.test(line);
}
/** A table's row, between bars; in the plain form with bars between the cells only. */
function isRow(line: string | undefined, linewise: boolean): boolean {
  return line !== undefined && (linewise ? /\S \| \S/.test(line) : /^\s*\|.*\|\s*$/.test(line));
}
function cellsOf(line: string): string[] {
  return line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());
}
/** A row that can stand alone: its first cell, what describes it, then the other values with the heads of their columns. */
function rowText(header: string[], [first = '', ...rest]: string[]): string {
  const cells = rest.map((cell, at) => ({ cell, head: header[at + 1] ?? '' })).filter(({ cell }) => cell !== '');
  const plain = (head: string): boolean => rest.length === 1 || head === '' || DESCRIBES.test(head);
  const said = cells.filter(({ head }) => plain(head)).map(({ cell }) => cell).join(', ');
  const named = cells.filter(({ head }) => !plain(head)).map(({ cell, head }) => `${head} ${cell}`).join(', ');
  return [first === '' ? '' : `**${first}**`, [said, said !== '' && named !== '' ? `(${named})` : named].filter(Boolean).join(' ')].filter(Boolean).join(': ');
}
/** Heads of columns whose cells speak for themselves. */
const DESCRIBES = /^(what|does|is|means|meaning|description|holds|purpose|use|used for|what it .*|was|bedeutung|bedeutet|beschreibung|zweck|signification|descripción|significado|descrição|説明|意味|内容|说明|描述|含义|用途|الوصف|المعنى)$/i;
/** Where a passage was cut out of a table its first row may be no head at all. */
function isHead(cell: string): boolean {
  return cell.length <= 30 && !/[/_:,;=]/.test(cell);
}
