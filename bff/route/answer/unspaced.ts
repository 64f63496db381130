/** Chinese and Japanese, which are written without spaces: words to compare, and pieces to say one after another. Pure. */

const LETTERS = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}々ー';
const RUN = new RegExp(`[${LETTERS}]+`, 'gu');
const ANY = new RegExp(`[${LETTERS}]`, 'u');
const PART = /[\p{Script=Han}々]+|[\p{Script=Katakana}ー]+|\p{Script=Hiragana}+/gu;
/** Shorter words in hiragana are particles and endings. */
const LEAST_HIRAGANA = 3;
const segmenter = new Intl.Segmenter('ja', { granularity: 'word' });

/** What a Chinese question is put with, and small words that would only tear pairs apart. */
const CHINESE_SMALL = new RegExp([
  '怎么办理|怎么办|怎么样|怎么|怎麼|怎样|怎樣|如何|在哪里|在哪裡|在哪儿|在哪|哪里|哪裡|哪儿|哪些|哪个|哪個|什么时候|什麼時候|什么|什麼|为什么|為什麼|多少|多久|多长时间|多长|几[点天个次号本张件位年月]?|請問|请问|请|我想要?|我们|我們|你们|你們|您们|他们',
  '是否|是不是|能不能|可不可以|可以|能够|需要|应该|如果|或者|以及|并且|但是|因为|所以|通常|一般|已经|没有|才能|之后|之前|以后|以前|以内|时候|(?<![功可智性职才])能|(?<!社|协|机)会(?!员|议|话|计|展)|(?<![重必主摘])要(?!求|素)|(?<![所拥])有(?!效|限|关|机)|(?<![现存])在(?!线|职)|(?<![思感理])想(?!法)|到(?!期|达|账|货|付)|最(?=[大小多少高低长快近])',
  '[我你您他她它的了吗嗎呢吧啊么是都也就还和与跟或把被从将为对于向给让可及且并而则这那个、]',
].join('|'), 'u');

/** Whether a text has letters of these scripts. */
export function isUnspaced(text: string): boolean {
  return ANY.test(text);
}

/** The text with spaces between what counts as a word there: pairs of Chinese letters, words in katakana, longer ones in hiragana. */
export function spaced(text: string, chinese: boolean): string {
  return text.replace(RUN, (run) => ` ${(run.match(PART) ?? []).flatMap((part) => wordsOf(part, chinese)).join(' ')} `);
}

function wordsOf(part: string, chinese: boolean): string[] {
  if (/^\p{Script=Hiragana}/u.test(part)) return part.length < LEAST_HIRAGANA ? [] : [...segmenter.segment(part)].map(({ segment }) => segment).filter((word) => word.length >= LEAST_HIRAGANA);
  if (!/^[\p{Script=Han}々]/u.test(part)) return [part];
  return chinese ? part.split(CHINESE_SMALL).flatMap((piece) => pairs(piece ?? '')) : pairs(part);
}

function pairs(run: string): string[] {
  const letters = [...run];
  return letters.length < 2 ? letters : letters.slice(1).map((letter, at) => `${letters[at] ?? ''}${letter}`);
}

/** Whether two pairs stand side by side in a run and share a letter. */
export function adjoin(one: string | undefined, next: string | undefined): boolean {
  return one !== undefined && next !== undefined && HAN_PAIR.test(one) && HAN_PAIR.test(next) && [...one][1] === [...next][0];
}
const HAN_PAIR = /^[\p{Script=Han}々]{2}$/u;

/** Where there are no spaces, a text in pieces of about a word each, marks with the piece before; nothing is lost or added. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (const chunk of text.match(/\s*\S+\s*?/g) ?? []) {
    if (!ANY.test(chunk)) pieces.push(chunk);
    else {
      for (const { segment, isWordLike } of segmenter.segment(chunk)) {
        const last = pieces.at(-1);
        const opens = /^[\s「『（“‘《【(]/u.test(segment);
        if (last === undefined || isWordLike === true || opens) pieces.push(segment);
        else pieces[pieces.length - 1] = last + segment;
      }
    }
  }
  return pieces;
}

/** What stands between two sentences: nothing after a mark that is as wide as a letter. */
export function gapAfter(sentence: string): string {
  return /[。！？：；」』]$/u.test(sentence) ? '' : ' ';
}
