/**
 * Numbers that a state or a health insurance gives to one person, with their check digits where they have some.
 * A number that any nine digits could be counts only after a word that says what it is. Pure.
 */
import { luhn } from './accounts.ts';
import { after, type Run } from './runs.ts';

const SSN_WORD = /\b(ssn|social security|itin|tax ?payer)\b/i;
const NHS_WORD = /\bnhs\b/i;
const BSN_WORD = /\b(bsn|burgerservice\w*|sofi)\b/i;
const AADHAAR_WORD = /\ba+dha+r\b/i;
const PASSPORT = /\b(?:passport|reisepass|passnummer|pasaporte|passeport|passaporto)\b(?: ?(?:no|nr|number|nummer|n[°º]|num[eé]ro|n[uú]mero)\b)?[ .:#]*(?:is |ist |lautet |est |es )?(?=[a-z]{0,3}\d)[a-z0-9]{7,9}\b/i;
const HEALTH_WORD = /\b(kvnr|kranken\w*|versicherten\w*|gesundheitskarte|health insurance|insurance number)\b/i;
const RECORD = /\b(?:mrn|medical record|patient(?:en)?(?: id|-id| number| no|nummer| nr)|patientennummer)\b(?: ?(?:no|nr|number|id))?[ .:#]*(?:is |ist )?[a-z]{0,3}[-]?\d{5,12}\b/i;

/** 'national-id' and 'health', each once at most. */
export function findIds(text: string, runs: Run[]): ('national-id' | 'health')[] {
  const national = runs.some((run) => isNational(text, run)) || isNationalWord(text) || PASSPORT.test(text);
  const health = runs.some((run) => run.digits.length === 10 && after(text, run.start, NHS_WORD) && nhs(run.digits)) || isHealthWord(text) || RECORD.test(text);
  return [...(national ? ['national-id' as const] : []), ...(health ? ['health' as const] : [])];
}

function isNational(text: string, { digits, shape, gap, start, end }: Run): boolean {
  const single = shape === String(digits.length);
  const said = (word: RegExp): boolean => after(text, start, word);
  switch (digits.length) {
    case 9: return (shape === '3-2-4' && gap === '-' && ssn(digits)) || ((shape === '3-2-4' || single) && said(SSN_WORD) && ssn(digits)) || (said(BSN_WORD) && bsn(digits));
    case 10: return shape === '6-4' && gap === '-' && isDate(digits.slice(2, 4), digits.slice(4, 6)) && luhn(digits);
    case 11: return !isDialled(text, start) && ((single || shape === '2-3-3-3') && steuerId(digits) || (single && pesel(digits)) || ((single || shape === '3-3-3-2') && cpf(digits)) || (single && tckn(digits)));
    case 12: return (shape === '4-4-4' || (single && said(AADHAAR_WORD))) && /^[2-9]/.test(digits) && verhoeff(digits) && !/\d/.test(text[end] ?? '');
    case 13: return (single || shape === '3-4-4-2') && digits.startsWith('756') && ean13(digits);
    case 15: return (single || shape === '13-2' || shape === '1-2-2-2-3-3-2') && nir(digits);
    default: return false;
  }
}

/** Numbers with letters in them. */
function isNationalWord(text: string): boolean {
  if (!/\d/.test(text)) return false;
  for (const [match, number = '', letter = ''] of text.matchAll(/\b([xyz]?[ -]?\d{1,2}\.?\d{3}\.?\d{3})[ -]?([a-hj-np-tv-z])\b/gi)) if (dni(number, letter) && match.length <= 14) return true;
  for (const [match] of text.matchAll(/\b[a-z]{6}[\dl-nqr-v]{2}[a-ehlmprst][\dl-nqr-v]{2}[a-z][\dl-nqr-v]{3}[a-z]\b/gi)) if (codiceFiscale(match.toUpperCase())) return true;
  for (const [match] of text.matchAll(/\b[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?2[ab] ?\d{3} ?\d{3} ?\d{2}\b/gi)) if (nir(match.replace(/ /g, '').toUpperCase())) return true;
  for (const [match] of text.matchAll(/\b\d{2} ?[0-3]\d[01]\d{3} ?[a-z] ?\d{3}\b/gi)) if (socialInsurance(match.replace(/ /g, '').toUpperCase())) return true;
  for (const [match] of text.matchAll(/\b[a-ceghj-prstw-z][a-ceghj-nprstw-z] ?\d{2} ?\d{2} ?\d{2} ?[a-d]\b/gi)) if (!/^(bg|gb|nk|kn|tn|nt|zz)/i.test(match)) return true;
  return false;
}

function isHealthWord(text: string): boolean {
  // The US Medicare number says what it is by its form; the German insurance number is ten characters of many things.
  if (/\b[1-9][ac-hj-km-np-rt-y][ac-hj-km-np-rt-y\d]\d-?[ac-hj-km-np-rt-y][ac-hj-km-np-rt-y\d]\d-?[ac-hj-km-np-rt-y]{2}\d{2}\b/i.test(text)) return true;
  for (const { 0: match, index } of text.matchAll(/\b[a-z]\d{9}\b/gi)) if (after(text, index, HEALTH_WORD) && kvnr(match.toUpperCase())) return true;
  return false;
}

function isDialled(text: string, start: number): boolean {
  return text[start - 1] === '+';
}
function isDate(month: string, day: string): boolean {
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;
}
function weighed(digits: string, weights: number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0);
}

/** United States: ranges that are given out, the taxpayer numbers that begin with 9 included. */
function ssn(digits: string): boolean {
  return !/^(000|666)|^...00|0000$/.test(digits) && (!digits.startsWith('9') || /^9..(5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])/.test(digits));
}
/** Netherlands: the test of eleven. */
function bsn(digits: string): boolean {
  return weighed(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}
/** Germany, tax: one digit twice or three times among the first ten, and ISO 7064 mod 11,10. */
function steuerId(digits: string): boolean {
  const counts = [...new Set(digits.slice(0, 10))].map((digit) => digits.slice(0, 10).split(digit).length - 1).sort((a, b) => b - a);
  if (digits.startsWith('0') || (counts[0] ?? 0) > 3 || (counts[0] ?? 0) < 2 || (counts[1] ?? 0) > 1) return false;
  let product = 10;
  for (const digit of digits.slice(0, 10)) product = (((Number(digit) + product) % 10 || 10) * 2) % 11;
  return (11 - product) % 10 === Number(digits[10]);
}
/** Poland: a date of birth, the month raised by 20 since 2000, and a check digit. */
function pesel(digits: string): boolean {
  const month = Number(digits.slice(2, 4));
  return isDate(String(month > 20 ? month - 20 : month), digits.slice(4, 6)) && (10 - (weighed(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === Number(digits[10]);
}
/** Brazil: two check digits. */
function cpf(digits: string): boolean {
  if (/^(\d)\1*$/.test(digits)) return false;
  const check = (length: number): number => ((weighed(digits, Array.from({ length }, (_, at) => length + 1 - at)) * 10) % 11) % 10;
  return check(9) === Number(digits[9]) && check(10) === Number(digits[10]);
}
/** Turkey: two check digits. */
function tckn(digits: string): boolean {
  if (digits.startsWith('0')) return false;
  const tenth = (weighed(digits, [7, -1, 7, -1, 7, -1, 7, -1, 7]) % 10 + 10) % 10;
  return tenth === Number(digits[9]) && weighed(digits, Array.from({ length: 10 }, () => 1)) % 10 === Number(digits[10]);
}
/** Switzerland. */
function ean13(digits: string): boolean {
  return weighed(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
}
/** France: the key is what is missing to a multiple of 97; Corsica's letters count as numbers. */
function nir(number: string): boolean {
  if (!/^[12]\d{2}(0[1-9]|1[0-2]|[2-9]\d)/.test(number)) return false;
  return 97 - (Number(number.slice(0, 13).replace('2A', '19').replace('2B', '18')) % 97) === Number(number.slice(13));
}
/** Spain: the letter is the remainder by 23; a foreigner's first letter counts as a digit. */
function dni(number: string, letter: string): boolean {
  const digits = number.toUpperCase().replace(/[ .-]/g, '').replace('X', '0').replace('Y', '1').replace('Z', '2');
  return digits.length === 8 && 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === letter.toUpperCase();
}
const CF_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
/** Italy. */
function codiceFiscale(code: string): boolean {
  let sum = 0;
  for (let at = 0; at < 15; at++) {
    const character = code[at] ?? '';
    const value = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65;
    sum += at % 2 === 0 ? CF_ODD[value] ?? 0 : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === code[15];
}
/** Germany, social insurance: the letter counts as two digits; of each product the digits are added. */
function socialInsurance(code: string): boolean {
  return checkedLetters(code, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]);
}
/** Germany, health insurance. */
function kvnr(code: string): boolean {
  return checkedLetters(code, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]);
}
function checkedLetters(code: string, weights: number[]): boolean {
  const digits = code.replace(/[A-Z]/, (letter) => String(letter.charCodeAt(0) - 64).padStart(2, '0'));
  const sum = weights.reduce((total, weight, at) => {
    const product = weight * Number(digits[at]);
    return total + Math.floor(product / 10) + (product % 10);
  }, 0);
  return sum % 10 === Number(digits.at(-1));
}
/** United Kingdom, health: mod 11. */
function nhs(digits: string): boolean {
  return (11 - (weighed(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(digits[9]);
}
const TIMES = ['0123456789', '1234067895', '2340178956', '3401289567', '4012395678', '5987604321', '6598710432', '7659821043', '8765932104', '9876543210'];
const TURNS = ['0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258'];
/** India. */
function verhoeff(digits: string): boolean {
  let check = 0;
  for (let at = 0; at < digits.length; at++) check = Number(TIMES[check]?.[Number(TURNS[at % 8]?.[Number(digits[digits.length - 1 - at])])]);
  return check === 0;
}
