/** Addresses in Markdown: where they begin and end, and which of them a visitor may follow. */

/** The address when it is absolute and http, https or mailto; null for anything else a model may have written. */
export function safeUrl(text: string): string | null {
  if (/[\u0000-\u001f\u007f]/.test(text) || !/^(?:https?:\/\/|mailto:)/i.test(text)) return null;
  // A browser would read a backslash as a slash, and the address as another one than it looks.
  const url = text.replaceAll('\\', '%5C');
  return URL.canParse(url) ? new URL(url).href : null;
}

export type Target = { url: string; title: string; end: number };

/**
 * Reads `(address "title")` at `at`. `unfinished` when the text ends first, null when it is no target or goes
 * beyond `limit`.
 */
export function readTarget(raw: string, at: number, limit: number): Target | 'unfinished' | null {
  if (raw[at] !== '(') return null;
  const stop = Math.min(raw.length, limit);
  const ranOut = limit >= raw.length ? 'unfinished' : null;
  let place = skipSpace(raw, at + 1, stop);
  if (place >= stop) return ranOut;
  const address = raw[place] === '<' ? pointed(raw, place, stop) : bare(raw, place, stop);
  if (address === null) return null;
  if (address.end >= stop) return ranOut;
  place = skipSpace(raw, address.end, stop);
  if (place >= stop) return ranOut;
  if (raw[place] === ')') return { url: address.url, title: '', end: place + 1 };
  const open = raw[place] ?? '';
  const close = open === '(' ? ')' : open;
  if (!/["'(]/.test(open) || place === address.end) return null;
  const end = find(raw, close, place + 1, stop);
  if (end < 0) return ranOut;
  const after = skipSpace(raw, end + 1, stop);
  if (after >= stop) return ranOut;
  return raw[after] === ')' ? { url: address.url, title: unescape(raw.slice(place + 1, end)), end: after + 1 } : null;
}

/** `<https://…>`, `<mailto:…>` or `<name@host>` at `at`. */
export function readAutolink(raw: string, at: number, reach: number): { href: string; text: string; end: number } | null {
  let end = at + 1;
  while (end < raw.length && end - at < reach && /[^\s<>]/.test(raw[end] ?? ' ')) end++;
  if (raw[end] !== '>') return null;
  const text = raw.slice(at + 1, end);
  const mail = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(text);
  const href = safeUrl(mail ? `mailto:${text}` : text);
  return href === null ? null : { href, text, end: end + 1 };
}

/**
 * A bare address at `at`. `end` leaves off punctuation that belongs to the sentence; `reach` is how far the run of
 * address characters goes; brackets are none of them, they belong to a link around it. Null when there is none or it is longer than `limit`.
 */
export function readBareUrl(raw: string, at: number, limit: number): { end: number; reach: number } | null {
  let reach = at;
  while (reach < raw.length && reach - at <= limit && /[!-;=?-Z\\^-~]/.test(raw[reach] ?? ' ')) reach++;
  if (reach - at > limit) return null;
  let end = reach;
  let [opened, closed] = [0, 0];
  for (let place = at; place < reach; place++) {
    if (raw[place] === '(') opened++;
    else if (raw[place] === ')') closed++;
  }
  for (; end > at; end--) {
    const last = raw[end - 1] ?? '';
    if (last === ')' && closed > opened) closed--;
    else if (!/[!?.,:;*_~'"`\]]/.test(last)) break;
  }
  return /^(?:https?:\/\/|www\.)[^\s/.]+\.?[^\s]*$/.test(raw.slice(at, end)) ? { end, reach } : null;
}

function pointed(raw: string, at: number, stop: number): { url: string; end: number } | null {
  for (let end = at + 1; end < stop; end++) {
    const char = raw[end];
    if (char === '\\') end++;
    else if (char === '>') return { url: unescape(raw.slice(at + 1, end)), end: end + 1 };
    else if (char === '<' || char === '\n') return null;
  }
  return { url: '', end: stop };
}

function bare(raw: string, at: number, stop: number): { url: string; end: number } | null {
  let depth = 0;
  let end = at;
  for (; end < stop; end++) {
    const char = raw[end] ?? '';
    if (char === '\\' && end + 1 < stop) end++;
    else if (char === '(') depth++;
    else if (char === ')' && depth-- === 0) break;
    else if (/\s/.test(char)) return depth > 0 ? null : { url: unescape(raw.slice(at, end)), end };
  }
  return { url: unescape(raw.slice(at, end)), end };
}

function find(raw: string, char: string, from: number, stop: number): number {
  for (let at = from; at < stop; at++) {
    if (raw[at] === '\\') at++;
    else if (raw[at] === char) return at;
  }
  return -1;
}

function skipSpace(raw: string, from: number, stop: number): number {
  let at = from;
  while (at < stop && /\s/.test(raw[at] ?? '')) at++;
  return at;
}

function unescape(text: string): string {
  return text.replace(/\\([!-/:-@[-`{-~])/g, '$1');
}
