/** What a question asks for besides its words: whose turn, when, how many. Pure. */
import { queryTerms, stem, telling } from './words.ts';

/** `names`: terms that name a speaker; `terms`: the others, and `words` as they were written. `days`: when the question says it was, as ranges of epoch ms. */
export type Question = { terms: string[]; words: string[]; names: string[]; asks: Asks; days: Days[]; role: 'user' | 'assistant' | null };
/** What kind of word an answer holds. */
export type Asks = 'time' | 'number' | 'place' | 'person' | 'reason' | 'other';
/** From (included) to (excluded); `yearly`: of any year. */
export type Days = { from: number; to: number; yearly: boolean };

const DAY = 86_400_000;
const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTH = '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const DAY_MONTH = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${MONTH}\\b(?:,? (\\d{4}))?`, 'gi');
const MONTH_DAY = new RegExp(`\\b${MONTH} (\\d{1,2})(?:st|nd|rd|th)?\\b(?!\\d)(?:,? (\\d{4}))?`, 'gi');
const MONTH_YEAR = new RegExp(`\\b(?:in|of|since|during|last|this|early|late|mid|around|on)[ -]${MONTH}\\b(?:,? (\\d{4}))?`, 'gi');
const ISO = /\b(\d{4})-(\d{2})(?:-(\d{2}))?\b/g;
const YEAR = /\b(?:in|of|since|during) ((?:19|20)\d{2})\b/gi;
const WEEKDAY = /\b(?:last |this |on |past )(sunday|monday|tuesday|wednesday|thursday|friday|saturday)\b/gi;

/** `speakers`: the terms of the names of those who speak. `now` in epoch ms: what "last Friday" starts from. */
export function readQuestion(text: string, speakers: Set<string>, now: number): Question {
  const all = queryTerms(text);
  const names = all.filter((term) => speakers.has(term));
  const rest = all.filter((term) => !speakers.has(term));
  const asked = rest.length > 0 ? rest : all;
  const written = new Map(telling(text).map((word) => [stem(word), word]));
  return { terms: asked, words: asked.map((term) => written.get(term) ?? term), names, asks: asksFor(text), days: daysIn(text, now), role: roleIn(text) };
}

function asksFor(text: string): Asks {
  const low = text.toLowerCase();
  if (/\bwhen\b|\bwhat (?:day|date|time|year|month)\b|\bhow long\b|\bsince when\b|\bwhich (?:day|month|year|week)\b|\bhow often\b/.test(low)) return 'time';
  if (/\bhow (?:many|much|old|big|far|large|tall)\b|\bwhat (?:number|price|amount|size)\b/.test(low)) return 'number';
  if (/\bwhere\b|\b(?:what|which) (?:city|country|place|town|state|room|address)\b/.test(low)) return 'place';
  if (/\bwho(?:se|m)?\b|\b(?:what|which) (?:person|colleague|friend)\b/.test(low)) return 'person';
  return /\bwhy\b|\bwhat (?:made|caused|motivated|inspired)\b|\breason\b/.test(low) ? 'reason' : 'other';
}

/** A visitor who asks "what did I say" means their own turns; "what did you tell me" means the answers. */
function roleIn(text: string): 'user' | 'assistant' | null {
  if (/\b(?:did|have|had|do|were|are|would|could|can) you\b|\byou(?:'ve)? (?:said|told|promised|suggested|recommended|offered|gave|sent|mentioned)\b/i.test(text)) return 'assistant';
  return /\b(?:I|my|mine|me|we|our)\b/i.test(text) ? 'user' : null;
}

/** The days that a text names, relative ones as seen from `now`. */
export function daysIn(text: string, now: number): Days[] {
  const found: Days[] = [];
  const today = Math.floor(now / DAY) * DAY;
  const add = (from: number, to: number, yearly = false): void => void (Number.isFinite(from) && found.push({ from, to, yearly }));
  for (const [, day, month = '', year] of text.matchAll(DAY_MONTH)) add(...oneDay(Number(day), month, year));
  for (const [, month = '', day, year] of text.matchAll(MONTH_DAY)) add(...oneDay(Number(day), month, year));
  for (const [, year, month, day] of text.matchAll(ISO)) {
    const from = Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1));
    add(from, day === undefined ? Date.UTC(Number(year), Number(month), 1) : from + DAY);
  }
  if (found.length === 0) for (const [, month = '', year] of text.matchAll(MONTH_YEAR)) {
    const number = monthOf(month);
    const of = Number(year ?? 2000);
    add(Date.UTC(of, number, 1), Date.UTC(of, number + 1, 1), year === undefined);
  }
  if (found.length === 0) for (const [, year] of text.matchAll(YEAR)) add(Date.UTC(Number(year), 0, 1), Date.UTC(Number(year) + 1, 0, 1));
  for (const [, name = ''] of text.matchAll(WEEKDAY)) {
    const back = (new Date(today).getUTCDay() - WEEKDAYS.indexOf(name.toLowerCase()) + 7) % 7 || 7;
    add(today - back * DAY, today - (back - 1) * DAY);
  }
  if (/\byesterday\b/i.test(text)) add(today - DAY, today);
  if (/\b(?:today|this morning|earlier today)\b/i.test(text)) add(today, today + DAY);
  if (/\blast week\b/i.test(text)) add(today - 14 * DAY + DAY, today - DAY);
  if (/\blast month\b/i.test(text)) {
    const date = new Date(now);
    add(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1), Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));
  }
  return found;
}

function oneDay(day: number, month: string, year: string | undefined): [number, number, boolean] {
  const from = Date.UTC(Number(year ?? 2000), monthOf(month), day);
  return [from, from + DAY, year === undefined];
}

function monthOf(name: string): number {
  return MONTHS.findIndex((month) => month.startsWith(name.toLowerCase().slice(0, 3)));
}

/** How well a moment fits the days of a question, 0 to 1; people speak of a day on it or within the two weeks after it. */
export function dateFit(at: number, days: Days[]): number {
  let best = 0;
  for (const { from, to, yearly } of days) {
    const shift = yearly ? Date.UTC(new Date(at).getUTCFullYear(), 0, 1) - Date.UTC(2000, 0, 1) : 0;
    const late = Math.max(from + shift - at, at - (to + shift), 0) / DAY;
    const after = at >= from + shift;
    best = Math.max(best, late === 0 ? 1 : after ? Math.max(0, 1 - late / 14) * 0.7 : 0);
  }
  return best;
}

const TIME = /\b(?:yesterday|today|tonight|tomorrow|ago|last|next|week(?:s|end)?|months?|years?|days?|hours?|minutes?|morning|evening|recently|since|until|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december|\d{1,2}(?::\d{2}| ?[ap]m)|(?:19|20)\d{2})\b/i;
const NUMBER = /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twice|once|couple|hundred|thousand|first|second|third)\b/i;
const PLACE = /\b(?:in|at|to|from|near|into|visit\w*|moved?|live[ds]?) (?:the )?\p{Lu}\p{L}+/u;
const PERSON = /\b(?:my|our|his|her|their|with|by|from) (?:\w+ )?(?:friend|sister|brother|mother|mom|mum|father|dad|wife|husband|boss|colleague|manager|team|daughter|son|kids?|neighbou?r|technician|agent|cousin|aunt|uncle|partner|coworker|boyfriend|girlfriend|teacher|coach|doctor)\b|(?<=\p{Ll}[,]? )\p{Lu}\p{Ll}+/u;
const REASON = /\b(?:because|since|so that|due to|reason|that's why|which is why|cause[ds]?|as it|turned out|inspired|motivated|wanted to|felt)\b/i;

const HELD = { time: TIME, number: NUMBER, place: PLACE, person: PERSON, reason: REASON };

/** Whether a text could hold an answer of a kind. */
export function holds(text: string, asks: keyof typeof HELD): boolean {
  return HELD[asks].test(text);
}
