/** What the built-in answerer hears in a message, and what it says itself, in each of its languages. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kindOf, goesOn, type Kind } from '../../../bff/route/answer/kind.ts';
import { languages, tagOf, type Tag } from '../../../bff/route/answer/languages.ts';
import { phrasesFor, smallTalk, wantsPerson } from '../../../bff/route/answer/phrases.ts';
import { readerFor } from '../../../bff/route/answer/reader.ts';
import { createBuiltin } from '../../../bff/route/providers/builtin.ts';
import { model, snippet } from './setup.ts';

type Heard = { talk: [bye: string, who: string]; more: string; person: string[]; noPerson: string; asks: [question: string, kind: Kind][]; onward: string };
const HEARD: Record<Exclude<Tag, 'en' | 'de'>, Heard> = {
  fr: { talk: ['Au revoir !', 'Êtes-vous un robot ?'], more: 'Bonjour, où est ma commande ?', person: ['Puis-je parler à un conseiller ?', 'Je veux un humain'], noPerson: 'Puis-je envoyer un cadeau à une autre personne ?', onward: 'Et pour l’étranger ?',
    asks: [['Combien ça coûte ?', 'measure'], ['Quand arrive mon colis ?', 'measure'], ['Pourquoi est-ce si cher ?', 'reason'], ['Comment annuler ?', 'howto'], ['Qu’est-ce qu’un bon ?', 'definition'], ['Qu’est-ce que c’est ?', 'definition'], ['Quels moyens de paiement acceptez-vous ?', 'list']] },
  es: { talk: ['Hasta luego', '¿Quién eres?'], more: 'Hola, ¿dónde está mi factura?', person: ['¿Puedo hablar con alguien?', 'Necesito un agente'], noPerson: 'Quiero enviar un regalo a otra persona', onward: '¿Y a Canarias?',
    asks: [['¿Cuánto cuesta?', 'measure'], ['¿Cuándo llega?', 'measure'], ['¿Por qué tarda?', 'reason'], ['¿Cómo cancelo?', 'howto'], ['¿Qué es un vale?', 'definition'], ['¿Qué métodos de pago aceptan?', 'list']] },
  pt: { talk: ['Tchau', 'Você é um robô?'], more: 'Oi, onde está a minha fatura?', person: ['Quero falar com um atendente', 'Preciso de um humano'], noPerson: 'Quero cadastrar outra pessoa', onward: 'E para o exterior?',
    asks: [['Quanto custa?', 'measure'], ['Quando chega?', 'measure'], ['Por que demora?', 'reason'], ['Como cancelo?', 'howto'], ['O que é um vale?', 'definition'], ['Quais formas de pagamento aceitam?', 'list']] },
  ja: { talk: ['さようなら', 'あなたは誰ですか？'], more: 'こんにちは、請求書はどこですか？', person: ['人と話したい', 'オペレーターにつないでください'], noPerson: 'ほかの人に送れますか？', onward: 'では海外は？',
    asks: [['いくらですか', 'measure'], ['いつ届きますか', 'measure'], ['なぜ遅いのですか', 'reason'], ['どうすれば取り消せますか', 'howto'], ['ポイントとは何ですか', 'definition'], ['どんなカードが使えますか', 'list']] },
  zh: { talk: ['再见', '你是谁？'], more: '你好，发票在哪里？', person: ['转人工', '我想跟真人聊'], noPerson: '可以送给别人吗？', onward: '那国外呢？',
    asks: [['多少钱', 'measure'], ['什么时候送到', 'measure'], ['为什么这么慢', 'reason'], ['怎么取消', 'howto'], ['什么是积分', 'definition'], ['有哪些付款方式', 'list']] },
  ar: { talk: ['مع السلامة', 'من أنت؟'], more: 'مرحبا، أين فاتورتي؟', person: ['أريد التحدث مع موظف', 'حولني إلى خدمة العملاء'], noPerson: 'أريد إرسال هدية إلى شخص آخر', onward: 'وماذا عن الخارج؟',
    asks: [['كم السعر؟', 'measure'], ['متى يصل الطلب؟', 'measure'], ['لماذا التأخير؟', 'reason'], ['كيف ألغي الطلب؟', 'howto'], ['ما هو الرصيد؟', 'definition'], ['ما طرق الدفع المتوفرة؟', 'list']] },
};

/** What says yes to an offer, and what does not. */
const ANSWERED: Record<string, [yes: string, no: string]> = {
  en: ['Yes, please!', 'no'], de: ['Ja, gerne.', 'nein'], fr: ['Oui, s’il vous plaît', 'non'], es: ['Sí', 'no'], pt: ['Sim, por favor', 'não'], ja: ['はい、お願いします', 'いいえ'], zh: ['需要', '不用'], ar: ['نعم', 'لا'],
};

for (const [lang, { talk, more, person, noPerson, asks, onward }] of Object.entries(HEARD)) {
  it(`${lang}: small talk, the wish for a person, and what a question asks for`, () => {
    const [yes = '', no = ''] = ANSWERED[lang] ?? [];
    assert.deepEqual(talk.map(smallTalk), ['bye', 'whoAmI']);
    assert.equal(smallTalk(more), null);
    assert.deepEqual(person.map((text) => wantsPerson(text, '')), person.map(() => true));
    assert.equal(wantsPerson(noPerson, ''), false);
    assert.deepEqual([yes, 'yes', no].map((text) => wantsPerson(text, `Hm. ${phrasesFor(lang).offerPerson}`)), [true, true, false]);
    assert.equal(wantsPerson(yes, 'A whole answer.'), false);
    assert.deepEqual(asks.map(([question]) => [question, kindOf(question)]), asks);
    assert.equal(goesOn(onward, 3), true);
  });
}

describe('what it says itself', () => {
  it('each language has its own words for everything', () => {
    const said = Object.values(languages).map(({ says }) => Object.entries(says).map(([key, phrase]) => `${key}: ${typeof phrase === 'string' ? phrase : phrase.length === 0 ? '' : key === 'waiting' ? says.waiting(3) : says.youSaid('x')}`));
    for (const [at, own] of said.entries()) for (const other of said.slice(at + 1)) assert.deepEqual(own.filter((line) => other.includes(line)), []);
    for (const { says } of Object.values(languages)) assert.ok([0, 1, 2, 3, 11, 102].every((depth) => says.waiting(depth).length > 5) && says.toolFailed('Demo').includes('Demo') && says.toolEmpty('Demo').includes('Demo'));
  });
  it('a tag of a region is read, an unknown language is English', () => {
    assert.deepEqual(['pt-BR', 'ZH-Hant', 'fr_CA', 'ko', 'constructor', ''].map(tagOf), ['pt', 'zh', 'fr', 'en', 'en', 'en']);
  });
  it('who stands in says so in the visitor\'s language, before the quote', async () => {
    let text = '';
    const passage = snippet('a#1', '帮助', '发票', '发票可以在账户的支付页面下载。');
    await createBuiltin().call({ model: model('builtin', 'builtin'), chat: 'c', lang: 'zh', system: '', messages: [{ role: 'user', text: '在哪里下载发票？' }], snippets: [passage], tools: [], partial: '', standIn: true }, { asked: false, call: null }, (part) => {
      if (part.type === 'text') text += part.text;
    });
    assert.equal(text, `*${phrasesFor('zh').standIn}${phrasesFor('zh').wordForWord}*\n\n${passage.text}`);
  });
});

describe('words', () => {
  const stems = (lang: string, text: string): string[] => readerFor(lang).contentWords(text);
  it('forms of one word meet', () => {
    for (const [lang, one, other] of [
      ['fr', 'annuler', 'annulation'], ['fr', 'l’abonnement', 'abonnements'], ['fr', 'remboursé', 'remboursement'], ['es', 'cancelación', 'cancelar'], ['es', 'envíos', 'envío'], ['pt', 'cancelamentos', 'cancelar'], ['pt', 'devoluções', 'devolução'],
      ['ar', 'الْفَاتُورَة', 'فواتيرك'], ['ar', 'والتوصيل', 'توصيل'], ['ja', 'ﾊﾟｽﾜｰﾄﾞ', 'パスワード'],
    ] as const) assert.deepEqual(stems(lang, one), stems(lang, other), `${one} ${other}`);
  });
  it('scripts without spaces are compared by pairs of letters, words in katakana whole', () => {
    assert.deepEqual(stems('ja', '請求書をダウンロードする'), ['請求', '求書', 'ダウンロード']);
    assert.deepEqual(stems('zh', '在哪里下载发票？'), ['下载', '载发', '发票']);
  });
  it('the words of one language change nothing in another', () => {
    assert.equal(readerFor('fr').likeness('contact', 'email') > 0, true);
    assert.equal(readerFor('en').likeness('contact', 'email'), 0);
    assert.deepEqual(stems('en', 'pour comment'), ['pour', 'comment']);
  });
});
