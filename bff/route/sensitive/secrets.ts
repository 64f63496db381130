/** What opens doors: keys of services, private keys, signed tokens, passwords given as such. Pure. */

/** Keys that their makers gave a beginning to be known by. The look behind keeps each pattern linear. */
const KEYS = [
  /(?<![\w-])sk-(?:ant-|proj-|svcacct-|or-v1-|live-|test-)?[A-Za-z0-9_-]{16,}/,
  /(?<![A-Za-z0-9])(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9])/,
  /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36}/,
  /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{22,}/,
  /(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20}/,
  /(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}/,
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}/,
  /(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_-]{20,}/,
  /(?<![A-Za-z0-9])(?:sk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,}/,
  /(?<![A-Za-z0-9])(?:npm|hf|dop_v1|shpat|shpss|r8|gsk|pplx|xai)[_-][A-Za-z0-9]{30,}/,
  /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{40,46}/,
  /(?<![A-Za-z0-9])pypi-[A-Za-z0-9_-]{50,}/,
  /(?<![A-Za-z0-9])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/,
  /hooks\.slack\.com\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]{20,}/,
];
/** Something of each of these patterns must be there at all: one look at most texts is enough. */
const ANY_KEY = /[sr]k[-_]|whsec|A(?:KIA|SIA|ROA|IDA|Iza)|gh[pousr]_|github_|glpat|xox|ya29|(?:npm|hf|dop_v1|shpat|shpss|r8|gsk|pplx|xai)[_-]|SG\.|pypi-|:AA|hooks\./;
const ANY_PASSWORD = /pass|pwd|pw|kennwort|zugangscode|contrase|clave|senha|palavra|wachtwoord|has[łl]o|pin|parola/i;
/** A key, named so, that looks drawn rather than written. */
const NAMED_KEY = /(?<![a-z0-9])(?:api|access|secret|client|auth|private|signing)(?:[ _-]?(?:access|api|secret))?[ _-]?(?:key|secret|token)\b["'`]?(?:\s{0,3}[:=]\s{0,3}|\s(?:is|ist|lautet|est|es)\s)["'`]?([A-Za-z0-9_+/=.-]{16,200})/gi;
const BEARER = /\b(?:bearer|basic)\s([A-Za-z0-9_+/=.~-]{20,400})/gi;
const IN_ADDRESS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/]{1,100}:([^\s:@/]{3,200})@/i;

const PASSWORD = /(?<![\p{L}\d])(?:pass(?:word|wort|code|phrase|wd)|pwd|pw|kennwort|zugangscode|mot de passe|contrase(?:ñ|n)a|clave|senha|palavra-passe|wachtwoord|has[łl]o|pin|pincode|parola)["'`]?(?:(?<sign>\s{0,3}[:=：]\s{0,3})|(?:\s\p{L}{1,12}){0,4}?\s{1,3}(?:is|was|ist|war|lautet|est|es|é|to|auf)\s{1,3}(?:now |jetzt |still |set to )?)(?<quote>["'`„“«]?)(?<value>[^\s"'`“”„«»,;]{3,128})(?<rest>[^\n]?)/giu;
/** Words that follow "password:" without being one. */
const NO_PASSWORD = /^(?:\d{1,3}(?:[-–]\d+)?|https?:.*|[\w.+-]+@[\w-]+\.[\w.]{2,}|\*+|x{3,}|•+|\.{3,}|…+|<.*|\{.*|\$.*|%.*|\[.*|required|optional|string|text|null|none|undefined|true|false|forgotten|forgot|reset|wrong|invalid|incorrect|expired|too|minimum|min|at|must|not|the|your|my|a|an|missing|falsch|vergessen|abgelaufen|ungültig|erforderlich|nicht|mindestens|das|ein|oublié|requis|incorrecta|obligatoria|change|show|hide|hashed|encrypted|stored|protected)[.,!?:)]*$/i;

/** Each kind once at most. */
export function findSecrets(text: string): ('api-key' | 'private-key' | 'token' | 'password')[] {
  const found = new Set<'api-key' | 'private-key' | 'token' | 'password'>();
  if ((ANY_KEY.test(text) && KEYS.some((pattern) => pattern.test(text))) || any(text, NAMED_KEY, isDrawn) || any(text, BEARER, isDrawn)) found.add('api-key');
  if (/-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|AGE-SECRET-KEY-1[A-Z0-9]{20}|PuTTY-User-Key-File-\d/.test(text)) found.add('private-key');
  if (any(text, /(?<![A-Za-z0-9_-])(eyJ[A-Za-z0-9_-]{10,})\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g, isHeader)) found.add('token');
  if (isPasswordGiven(text) || IN_ADDRESS.test(text)) found.add('password');
  return [...found];
}

function any(text: string, pattern: RegExp, test: (value: string) => boolean): boolean {
  for (const match of text.matchAll(pattern)) if (test(match[1] ?? '')) return true;
  return false;
}

/** Letters and digits mixed, and many different ones; no placeholder in capitals. */
function isDrawn(value: string): boolean {
  return /\d/.test(value) && /[a-z]/i.test(value) && new Set(value).size >= 8 && !/^your|example|placeholder|x{4}/i.test(value);
}

/** The first part of a JSON web token is an object that names its algorithm. */
function isHeader(part: string): boolean {
  return part.length < 4_000 && /"(alg|enc)"/.test(Buffer.from(part, 'base64url').toString('utf8'));
}

function isPasswordGiven(text: string): boolean {
  if (!ANY_PASSWORD.test(text)) return false;
  for (const { groups } of text.matchAll(PASSWORD)) {
    const { sign, quote = '', value = '', rest = '' } = groups ?? {};
    if (NO_PASSWORD.test(value)) continue;
    const word = value.replace(/[.!?)\]}>]+$/, '');
    // A word of the language is a password only when it is quoted or stands alone after a colon.
    if (/[\d@#$%^&*_+~|\\/]|\p{Ll}\p{Lu}|[.!?-]\p{L}/u.test(word) || quote !== '' || (sign !== undefined && rest === '' && word.length >= 4)) return true;
  }
  return false;
}
