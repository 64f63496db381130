/** Words without their commonest endings, so that forms of one word meet. Pure. */

/** English and German; short words stay as they are. */
export function germanicStem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  const plain = oneSpelling(word.replace(/ß/g, 'ss'));
  for (const ending of ['ations', 'ation', 'ungen', 'ingly', 'ung', 'ing', 'ies', 'ers', 'est', 'ed', 'es', 'en', 'er', 'em', 'ly', 'e', 's', 'n', 'y']) {
    if (plain.endsWith(ending) && plain.length - ending.length >= 3) {
      const short = plain.slice(0, -ending.length);
      return /([bdfgmnprt])\1$/.test(short) && short.length > 3 ? short.slice(0, -1) : short;
    }
  }
  return plain;
}

/** British and American spellings meet. */
function oneSpelling(word: string): string {
  if (word.length < 5) return word;
  return word.replace(/our(s|ed|ing|ful)?$/, 'or$1').replace(/enc(e|es|ed|ing)$/, 'ens$1').replace(/is(e|es|ed|ing|ation)$/, 'iz$1');
}

/** Endings that remain once the plural and the last vowel are gone, the longest first. */
const ROMANCE = ['issement', 'amient', 'imient', 'ation', 'aison', 'ement', 'iment', 'ament', 'ition', 'acion', 'icion', 'mente', 'ment', 'iend', 'aient', 'cion', 'sion', 'eron', 'aron', 'ieron', 'aca', 'ant', 'ent', 'and', 'end', 'ind', 'ion', 'ons', 'ad', 'id', 'ar', 'er', 'ir', 'ez', 'am', 'em', 'im', 'an', 'en', 'on', 'e', 'i'];

/** French, Spanish and Portuguese, without accents. Singular and plural, both genders and the forms of a verb meet. */
export function romanceStem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  const one = word.replace(/coes$/, 'cao').replace(/oes$/, 'ao').replace(/(?<=..[^s])[sx]$/, '');
  const root = one.length > 4 ? one.replace(/(?<=...)(?:ee|[aeo])$/, '') : one;
  for (const ending of ROMANCE) {
    if (root.endsWith(ending) && root.length - ending.length >= (ending.length > 2 ? 4 : 3)) return root.slice(0, -ending.length);
  }
  return root;
}

/** Plurals that change the word itself, by their singular: those that people write to shops about. */
const BROKEN_PLURALS = new Map([
  ['فواتير', 'فاتور'], ['اسعار', 'سعر'], ['طرود', 'طرد'], ['مواعيد', 'موعد'], ['ايام', 'يوم'], ['اموال', 'مال'], ['نقود', 'مال'], ['رسوم', 'رسم'], ['ارقام', 'رقم'], ['عناوين', 'عنوان'],
  ['متاجر', 'متجر'], ['عملاء', 'عميل'], ['زبائن', 'زبون'], ['اسيل', 'سوال'], ['طرق', 'طريق'], ['شروط', 'شرط'], ['هدايا', 'هدي'], ['اشهر', 'شهر'], ['زملاء', 'زميل'], ['خوادم', 'خادم'], ['لغات', 'لغ'],
]);

/** Arabic in the form of `folded`: without the article, what hangs on in front of it, and endings of number and owner. */
export function arabicStem(word: string): string {
  const bare = word.replace(/^[وفبكل]?(?:ال|لل)+(?=.{3})/, '');
  const root = bare.replace(/(?<=...)(?:هما|كما|اتها|اتهم|اتكم|اتنا|اتي|اتك|اته|تها|تهم|تكم|تنا|ها|هم|كم|نا|ات|ان|ون|ين|تي|ته|تك|ه|ي|ك|ا)$/, '');
  return BROKEN_PLURALS.get(root) ?? root;
}
