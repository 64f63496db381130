/** A text as the patterns read it, and the runs of digits in it. Pure. */

/**
 * Digits that belong together although they are set apart by blanks, dots or dashes: "4111 1111-1111 1111" is one
 * run of four groups. `shape` are the lengths of its groups, such as "4-4-4-4"; `gap` is what parts the first two.
 */
export type Run = { start: number; end: number; groups: string[]; digits: string; shape: string; gap: string };

/** Full-width and foreign digits become 0–9, every kind of blank and dash becomes the plain one, invisible characters go. */
export function plain(text: string): string {
  // ASCII and the letters of Latin: nothing that stands for a digit, a blank or a dash.
  // oxlint-disable-next-line no-control-regex
  if (/^[\x00-\x7f\u00c0-\u024f]*$/.test(text)) return text;
  return text.normalize('NFKC')
    .replace(/[\p{Cf}\ufe0e\ufe0f\u20e3]/gu, '')
    .replace(/(?![0-9])\p{Nd}/gu, digitOf)
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[^\S\n\r\t ]/g, ' ');
}

/** Decimal digits come in blocks of ten; a block begins where the character before its zero is none. */
function digitOf(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  for (let value = 0; value < 10; value++) {
    if (!/\p{Nd}/u.test(String.fromCodePoint(point - value - 1))) return String(value);
  }
  // Blocks that follow one another without a gap (mathematical digits) are gone after NFKC.
  return '0';
}

/** Runs of at least eight digits. */
export function runsOf(text: string): Run[] {
  const runs: Run[] = [];
  for (const { 0: match, index } of text.matchAll(/\d+(?:[ .\-_/\t]{1,2}\d+)*/g)) {
    const groups = match.match(/\d+/g) ?? [];
    const digits = groups.join('');
    if (digits.length < 8) continue;
    runs.push({ start: index, end: index + match.length, groups, digits, shape: shapeOf(groups), gap: /\D+/.exec(match)?.[0] ?? '' });
  }
  return runs;
}

export function shapeOf(groups: string[]): string {
  return groups.map((group) => group.length).join('-');
}

/** Whether a word of `pattern` stands shortly before `at`, such as "tax number:" before a number. */
export function after(text: string, at: number, pattern: RegExp): boolean {
  return pattern.test(text.slice(Math.max(0, at - 48), at));
}
