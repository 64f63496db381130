/** Where a person can be reached: e-mail addresses and telephone numbers. Pure. */

/** Longest local part and domain of an address (characters). */
const LOCAL_MAX = 64;
const DOMAIN_MAX = 253;

/** Each kind once at most. */
export function findContacts(text: string): ('email' | 'phone')[] {
  return [...(hasEmail(text) ? ['email' as const] : []), ...(hasPhone(text) ? ['phone' as const] : [])];
}

/** From each @ to both sides: a pattern that starts at the local part would read long words again and again. */
function hasEmail(text: string): boolean {
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    if (!/[\p{L}\p{N}_%+-]["']?$/u.test(text.slice(Math.max(0, at - LOCAL_MAX), at))) continue;
    if (/^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?!(?:png|jpe?g|gif|svg|webp|avif|m?[jt]sx?|css|html?|json|md)\b)\p{L}{2,24}(?![\p{L}\p{N}])/u.test(text.slice(at + 1, at + 1 + DOMAIN_MAX))) return true;
  }
  return /[[({]at[\])}]/i.test(text) && /[\w.+-]{1,64} ?(?:\[at\]|\(at\)|\{at\}) ?[\w-]{1,63}(?: ?(?:\.|\[dot\]|\(dot\)|\{dot\}) ?[\w-]{2,63}){1,4}/i.test(text);
}

const PHONES = [
  /** With the country's code. */
  /(?<![\w+]|\d )(?:\+|00)[1-9]\d{0,2}(?:[ .\-/]?\(?\d{1,5}\)?){2,7}(?![\w])/g,
  /** North America. */
  /(?<![\w.-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-.])[2-9]\d{2}[ .-]\d{4}(?![\w])/g,
  /** With the area's code, a zero in front: at home in most of Europe. */
  /(?<![\w.+-]|\d )(?:\(0\d{1,5}\) ?|0[1-9]\d{0,4}(?: ?[/-] ?| ))\d{2,4}(?:[ -]?\d{2,4}){1,4}(?![\w.-]?\d)/g,
  /** A mobile number in one piece. */
  /(?<![\w.+-])0(?:15|16|17|6|7)\d{7,9}(?![\w])/g,
];
const PHONE_WORD = /\b(?:tel|phone|telefon(?:nummer)?|mobil|mobile|handy|cell|call me|call|whatsapp|(?:my|meine) (?:nummer|number)|t[eé]l[eé]phone|tel[eé]fono|fax)\b[^\d\n]{0,16}(\+?\d[\d ().\-/]{5,20}\d)/gi;

function hasPhone(text: string): boolean {
  if (!/\d[\d ().\-/]{5}/.test(text)) return false;
  for (const pattern of PHONES) {
    for (const [match] of text.matchAll(pattern)) if (isLength(match, 9)) return true;
  }
  for (const [, number = ''] of text.matchAll(PHONE_WORD)) if (isLength(number, 7)) return true;
  return false;
}

function isLength(number: string, least: number): boolean {
  const digits = number.replace(/\D/g, '').length;
  return digits >= least && digits <= 16;
}
