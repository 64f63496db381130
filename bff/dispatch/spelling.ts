/** Slips of the finger: in the few words that a wish for a person is made of, "speek to a humann", and in those that agents are known by. */
import { guessLanguage } from './language.ts';
import { normalise } from './text.ts';

/** Words of such wishes in the shipped languages that write letters; accents have fallen away. Short ones are too easily another word. */
const wishes = new Set(`talk speak chat connect transfer human person representative operator someone somebody agent support employee advisor supervisor manager customer service real please want need
 mensch menschen mitarbeiter mitarbeiterin berater ansprechpartner jemandem jemand sprechen reden verbinden echten person mochte kundenservice
 parler humain personne conseiller conseillere operateur quelqu'un voudrais veux discuter
 hablar persona humano agente alguien operador representante quiero necesito
 falar pessoa atendente alguem humano preciso quero
 التحدث اتحدث التكلم اتكلم التواصل اتواصل موظف انسان بشري حولني وصلني`.split(/\s+/));
/** Words of other languages than English that look like one of them and are none. */
const others = new Set('menschheit menschlich menschliche personen personal sprache personnes humaine humains conseils personas humanos humanidad hable habla pessoas humanidade fala agentes agenda'.split(' '));
/** In a longer message a wish stands spelled out somewhere. */
const MOST_WORDS = 16;
const SHORTEST = 4;
const LONG = 8;
const LONGEST = 20;

/** A slip is as near to "human" as to "humain": so many readings are tried. */
const READINGS = 4;
const wishIndex = indexOf(wishes);

/**
 * The readings of a text in which words that are nearly one of a wish are spelled like it; none when there is no such
 * word. `known` says whether a word is one of its own, which then stays.
 */
export function respelled(normal: string, known: (word: string) => boolean): string[] {
  const words = normal.slice(0, MOST_WORDS * 20).split(' ');
  if (words.length > MOST_WORDS) return [];
  const readings = words.map((part) => {
    const [, before = '', word = '', after = ''] = /^([^\p{L}]*)(.*?)([^\p{L}]*)$/u.exec(part) ?? [];
    if (wishes.has(word) || others.has(word) || word.length < SHORTEST || known(word)) return [part];
    const meant = nearest(word, wishIndex);
    return meant.length === 0 ? [part] : meant.map((wish) => `${before}${wish}${after}`);
  });
  if (readings.every((reading, n) => reading[0] === words[n])) return [];
  return Array.from({ length: READINGS }, (_, n) => readings.map((reading) => reading[Math.min(n, reading.length - 1)] ?? '').join(' '));
}

/**
 * Spells what visitors mistype of the given words, "invioce" for "invoice". Only words that are none themselves are
 * touched; a long message has enough others, and stays as it is.
 */
export function createSpelling(vocabulary: Set<string>, known: (word: string) => boolean): (text: string) => string {
  const index = indexOf(vocabulary);
  return (text) => {
    // What is known here are English words: in another language everything would look mistyped.
    if (text.length > MOST_WORDS * 20 || guessLanguage(text, 'en') !== 'en') return text;
    let changed = false;
    const spelled = normalise(text).replace(/[\p{L}']{4,}/gu, (word) => {
      if (vocabulary.has(word) || known(word)) return word;
      const [meant] = nearest(word, index);
      changed ||= meant !== undefined;
      return meant ?? word;
    });
    return changed ? spelled : text;
  };
}

/** Words by their first letter, and by their second, which may have come first. */
function indexOf(words: Iterable<string>): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const word of words) {
    if (word.length < SHORTEST || word.length > LONGEST) continue;
    for (const letter of new Set([word[0] ?? '', word[1] ?? ''])) {
      const list = index.get(letter);
      if (list) list.push(word);
      else index.set(letter, [word]);
    }
  }
  return index;
}

/** The nearest words: one slip away, two in a long word. The first letter is right, missing, or has changed places with the second. */
function nearest(word: string, index: Map<string, string[]>): string[] {
  if (word.length < SHORTEST || word.length > LONGEST) return [];
  const allowed = word.length >= LONG ? 2 : 1;
  let best: string[] = [];
  let least = allowed;
  for (const wish of index.get(word[0] ?? '') ?? []) {
    if (Math.abs(wish.length - word.length) > allowed) continue;
    const far = slips(word, wish);
    if (far > least) continue;
    best = far < least ? [wish] : [...best, wish];
    least = far;
  }
  return best;
}

/** Letters that were left out, put in, mistaken or swapped with their neighbour. */
function slips(a: string, b: string): number {
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((old[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (old[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (older[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [older, old] = [old, row];
  }
  return old[b.length] ?? 0;
}
