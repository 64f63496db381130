/** Numbers that money moves by: payment cards with their brand, length and Luhn digit, IBANs with country and mod 97. Pure. */
import { after, shapeOf, type Run } from './runs.ts';

/** Beginnings of the card brands, and how many digits their numbers have. */
const BRANDS: [beginning: RegExp, lengths: number[]][] = [
  [/^4/, [16, 19]],
  [/^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(30[0-5]|3095|36|38|39)/, [14, 16]],
  [/^(6011|64[4-9]|65)/, [16, 19]],
  [/^35(2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^62/, [16, 17, 18, 19]],
  [/^(50(18|20|38)|5[68]|6304|6390|67)/, [16, 17, 18, 19]],
  [/^(60|81|82|508|353|356)/, [16]],
  [/^220[0-4]/, [16, 17, 18, 19]],
  [/^9792/, [16]],
];
/** How card numbers are set in groups, when more digits stand around them. */
const CARD_SHAPES = new Set(['4-4-4-4', '4-4-4-4-3', '4-6-5', '4-6-4', '4-4-4-3', '8-8', '6-10', '6-13']);
const CARD_WORD = /\b(card|visa|karte|kreditkarte|carte|tarjeta|cart[aã]o|carta)\b[^.!?\n]*$/i;
const CARD_GROUPS_MAX = 5;

export function findCards(text: string, runs: Run[]): boolean {
  return runs.some((run) => {
    // The whole run may be spaced in any way, but "4.111.111.111.111.111" is an amount.
    if (!/^\d{1,3}(-3)*$/.test(run.shape) || run.gap !== '.' ? isCard(run.digits) : false) return true;
    if (/^4\d{12}$/.test(run.digits) && luhn(run.digits) && after(text, run.start, CARD_WORD)) return true;
    for (let from = 0; from < run.groups.length; from++) {
      for (let count = 1; count <= CARD_GROUPS_MAX && from + count <= run.groups.length; count++) {
        const groups = run.groups.slice(from, from + count);
        if ((count === 1 || CARD_SHAPES.has(shapeOf(groups))) && isCard(groups.join(''))) return true;
      }
    }
    return false;
  });
}

function isCard(digits: string): boolean {
  if (digits.length < 14 || digits.length > 19 || /^(\d)\1*$/.test(digits)) return false;
  return BRANDS.some(([beginning, lengths]) => lengths.includes(digits.length) && beginning.test(digits)) && luhn(digits);
}

/** The check digit of cards and of several national numbers. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const value = Number(digits[digits.length - 1 - at]) * (at % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** Length of an IBAN by country. */
const IBAN_LENGTHS: Record<string, number> = {
  AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28, CH: 21, CR: 22, CY: 28, CZ: 24, DE: 22, DJ: 27,
  DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FK: 18, FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HR: 21, HU: 28, IE: 22,
  IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20, LU: 20, LV: 21, LY: 25, MC: 27, MD: 24, ME: 22, MK: 19,
  MN: 20, MR: 27, MT: 31, MU: 30, NI: 28, NL: 18, NO: 15, OM: 23, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24, RS: 22, RU: 33, SA: 24, SC: 31,
  SD: 18, SE: 24, SI: 19, SK: 24, SM: 27, SO: 23, ST: 25, SV: 28, TL: 23, TN: 24, TR: 26, UA: 29, VA: 22, VG: 24, XK: 20,
};

export function findIbans(text: string): boolean {
  for (const match of text.matchAll(/(?<![a-z0-9])(?:iban)?([a-z]{2}[ .-]?\d[ ]?\d(?:[ .-]{0,2}[a-z0-9]){11,34})/gi)) {
    const letters = (match[1] ?? '').replace(/[ .-]/g, '').toUpperCase();
    const length = IBAN_LENGTHS[letters.slice(0, 2)];
    if (length !== undefined && letters.length >= length && mod97(letters.slice(0, length))) return true;
  }
  return false;
}

function mod97(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
