/** Character classes, words and entities, as inline Markdown needs them. */

export function isSpace(char: string): boolean {
  return /^\s$/.test(char);
}

export function isPunctuation(char: string): boolean {
  return /^[\p{P}\p{S}]$/u.test(char);
}

/** Where the run of printable ASCII around `at` begins; looks back at most `reach` characters. */
export function wordStart(raw: string, at: number, reach: number): number {
  let start = at;
  while (start > 0 && at - start < reach && isWord(raw, start - 1)) start--;
  return start;
}

/**
 * Where the last word begins, with the white space behind it: what the next characters may still change. A word
 * longer than twice `reach` holds no more than its last `reach` characters back.
 */
export function lastWordStart(raw: string, from: number, reach: number): number {
  let start = raw.length;
  while (start > from && raw.length - start < reach && isSpace(raw[start - 1] ?? '')) start--;
  const end = start;
  while (start > from && end - start < 2 * reach && isWord(raw, start - 1)) start--;
  return end - start < 2 * reach ? start : end - reach;
}

const ENTITIES: Record<string, string> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', reg: '®', trade: '™', hellip: '…', mdash: '—', ndash: '–',
  lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', bull: '•', middot: '·', times: '×', rarr: '→', larr: '←', euro: '€', deg: '°',
};
const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));/y;

/** The entity at `at`, or null when there is none that is known here. */
export function readEntity(raw: string, at: number): { text: string; end: number } | null {
  ENTITY.lastIndex = at;
  const match = ENTITY.exec(raw);
  if (!match) return null;
  const [, decimal, hex, name] = match;
  const code = decimal ? Number.parseInt(decimal, 10) : hex ? Number.parseInt(hex, 16) : -1;
  const text = name !== undefined ? (Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined) : fromCode(code);
  return text === undefined ? null : { text, end: ENTITY.lastIndex };
}

function fromCode(code: number): string {
  return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
}

function isWord(raw: string, at: number): boolean {
  const code = raw.charCodeAt(at);
  return code > 32 && code < 127;
}
