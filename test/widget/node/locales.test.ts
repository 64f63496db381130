/** Every language says everything, loses no value, counts as its speakers do; a page's own words go first. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { en, type Words } from '../../../widget/locales/en.ts';
import { english, loadStrings, others } from '../../../widget/locales/load.ts';

type Leaf = { path: string; word: unknown };
const leaves = (words: object, path = ''): Leaf[] => Object.entries(words).flatMap(([key, word]: [string, unknown]) =>
  (typeof word === 'object' && word !== null ? leaves(word, `${path}${key}.`) : [{ path: path + key, word }]));
const say = (word: unknown, values: string[]): string => (word as (...values: string[]) => string)(...values);
/** As many values as a word of English takes, beside the numbers of the language. */
const VALUES = ['731', '86', '59'];
const valuesOf = (path: string): string[] => {
  const word = String(leaves(en).find((leaf) => leaf.path === path)?.word);
  return VALUES.slice(0, word.slice(word.indexOf('(') + 1, word.indexOf(')')).split(',').filter((name) => name.trim() !== 'n').length);
};

const languages = Object.entries(others);
const loaded: [string, Words][] = await Promise.all(languages.map(async ([tag, load]): Promise<[string, Words]> => [tag, (await load()).strings]));

describe('the languages', () => {
  it('are English and at least seven more, one file each', () => {
    const files = readdirSync(fileURLToPath(new URL('../../../widget/locales', import.meta.url))).filter((name) => /^[a-z]{2}\.ts$/.test(name));
    assert.deepEqual(['en', ...Object.keys(others)].toSorted(), files.map((name) => name.slice(0, 2)).toSorted());
    for (const tag of ['de', 'fr', 'es', 'pt', 'ja', 'zh', 'ar']) assert.ok(tag in others, tag);
  });

  for (const [tag, words] of loaded) {
    it(`${tag} has exactly the words of English, each of the same kind and none empty`, () => {
      assert.deepEqual(leaves(words).map(({ path, word }) => `${path}: ${typeof word}`).toSorted(), leaves(en).map(({ path, word }) => `${path}: ${typeof word}`).toSorted());
      assert.deepEqual(leaves(words).filter(({ word }) => typeof word === 'string' && word.trim() === ''), []);
    });

    it(`${tag} loses no value`, async () => {
      const strings = await loadStrings(tag);
      const spoken = new Map(leaves(strings).map(({ path, word }) => [path, word]));
      for (const { path } of leaves(english).filter(({ word }) => typeof word === 'function')) {
        const values = valuesOf(path);
        assert.ok(values.length > 0, path);
        const said = say(spoken.get(path), values);
        for (const value of values) assert.ok(said.includes(value), `${path}: ${said}`);
        assert.ok(!/undefined|\{\}|\$\{/.test(said), `${path}: ${said}`);
      }
    });

    it(`${tag} is translated`, () => {
      // A few short words are the same in several languages.
      const same = leaves(words).filter(({ path, word }) => typeof word === 'string' && word === leaves(en).find((leaf) => leaf.path === path)?.word).map(({ path }) => path);
      assert.ok(same.length <= 10, `as in English: ${same.join(', ')}`);
    });
  }

  it('know their direction: only Arabic runs from right to left', () => {
    assert.deepEqual(loaded.filter(([, { direction }]) => direction === 'rtl').map(([tag]) => tag), ['ar']);
  });
});

describe('numbers', () => {
  it('are written as the language writes them, with the decimals they came with', async () => {
    assert.equal(english.firstWord('0.43'), 'first word 0.43 s');
    assert.equal((await loadStrings('de')).firstWord('0.43'), 'erstes Wort nach 0,43 s');
    assert.equal((await loadStrings('de')).seconds('2.0'), '2,0 s');
    assert.equal((await loadStrings('de-CH')).tooLong('4000'), 'Bitte höchstens 4’000 Zeichen.'.replace('’', new Intl.NumberFormat('de-CH').format(4000)[1] ?? ''));
    assert.ok((await loadStrings('ar-EG')).seconds('3').includes('٣'));
  });

  it('take the plural that the language wants', async () => {
    const [german, arabic] = [await loadStrings('de'), await loadStrings('ar')];
    assert.equal(english.unread('1'), '1 new answer');
    assert.equal(english.unread('2'), '2 new answers');
    assert.equal(german.unread('1'), '1 neue Antwort');
    assert.equal(new Set(['1', '2', '3', '11', '100'].map((count) => arabic.retryIn(count).replace(/\d+/, '#'))).size, 4);
  });
});

describe('choosing', () => {
  it('takes the language of a tag, with hyphen or underscore, else English', async () => {
    assert.equal((await loadStrings('pt-BR')).send, 'Enviar');
    assert.equal((await loadStrings('de_AT')).send, 'Senden');
    assert.equal((await loadStrings('ZH-Hant-TW')).send, '发送');
    for (const tag of ['tlh', '', 'constructor', '%']) assert.equal((await loadStrings(tag)).send, 'Send', tag);
  });

  it('lets a page use its own words, as texts or functions, deep ones too, and ignores what fits nothing', async () => {
    const strings = await loadStrings('de', { send: 'Los', firstWord: 'nach {} s', seconds: (value) => `${value} Sekunden`, errors: { network: 'Funkloch.' } });
    assert.equal(strings.send, 'Los');
    assert.equal(strings.firstWord('0.5'), 'nach 0,5 s');
    assert.equal(strings.seconds('3'), '3 Sekunden');
    assert.equal(strings.errors.network, 'Funkloch.');
    assert.equal(strings.errors.timeout, 'Der Chat hat zu lange nicht geantwortet.');
    const spoilt = await loadStrings('en', { send: 5, errors: null, nonsense: 'x' } as object);
    assert.equal(spoilt.send, 'Send');
    assert.equal(spoilt.errors.network, english.errors.network);
  });
});
