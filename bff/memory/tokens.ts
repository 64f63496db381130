/** How many tokens a text costs, and cutting a text to a number of them. Pure. */

const PIECE = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|'?[A-Za-z]+|[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}]+?(?='[A-Za-z])|[^\s\p{L}\p{M}\p{N}]+/gu;

/**
 * Estimates the tokens of a text as a language model counts them; no tokenizer is loaded, words are counted by
 * length and script. Against o200k over 3,300 texts: English chat, prose, documentation and code between 0.98 and
 * 1.1 times the true sum, single texts mostly 0.87 to 1.2; samples of ten other languages 0.97 to 1.4 times.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(PIECE)) tokens += cost(piece);
  return tokens;
}

function cost(piece: string): number {
  if (/^'?[A-Za-z]/.test(piece)) return piece.length <= 8 ? 1 : Math.ceil(piece.length / 6);
  if (/^\p{N}/u.test(piece)) return Math.ceil(piece.length / 3);
  if (/^\p{L}/u.test(piece)) return Math.max(1, Math.ceil(piece.length / 3));
  return Math.ceil(piece.length / 2);
}

/** The longest beginning of a text within `limit` tokens, cut at a word and marked with an ellipsis when shortened. */
export function clipTokens(text: string, limit: number): string {
  let spent = 0;
  let end = 0;
  for (const match of text.matchAll(PIECE)) {
    spent += cost(match[0]);
    if (spent > limit) return limit > 1 && end > 0 ? `${shorter(text.slice(0, end))}…` : '';
    if (spent < limit) end = match.index + match[0].length;
  }
  return text;
}

function shorter(text: string): string {
  return text.replace(/[\s,;:–-]+$/u, '');
}
