/** The built-in answerer in the widget's eight languages, through the real door: a shop's document, its visitors' questions. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { languages, type Tag } from '../../../bff/route/answer/languages.ts';
import { piecesOf } from '../../../bff/route/answer/unspaced.ts';
import { sentencesOf } from '../../../bff/route/answer/units.ts';
import { admin, bffFor, eventsOf, ORIGIN, received, session, SITE, textOf, type Received, type TestBff } from '../harness.ts';
import { shops } from './languages-cases.ts';

/** Least share of right answers in each language. */
const ENOUGH = 5 / 6;
/** Further tries of a question that nothing was found for. */
const TRIES = 4;
const ENGLISH = /\b(the|could|not|find|that|would|you|reached|hello|welcome|goodbye)\b/i;

for (const [lang, shop] of Object.entries(shops)) {
  const own = languages[lang as Tag].says;
  describe(lang, () => {
    let bff: TestBff;
    before(async () => {
      bff = await bffFor({ limits: { requestsPerMinute: 10_000 } });
      const response = await admin(bff, 'POST', '/admin/knowledge', { site: SITE.id, documents: [{ id: 'help', title: shop.title, text: shop.text }] });
      assert.equal(response.status, 200);
    });
    after(() => bff.stop());
    /** The first message of a new visitor whose browser speaks the language. */
    const fresh = async (text: string): Promise<Received[]> => {
      const { token } = await session(bff);
      const body = { id: `chat-${crypto.randomUUID()}`, token, trigger: 'submit-message', messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text }] }] };
      const response = await fetch(`${bff.url}/api/chat`, { method: 'POST', headers: { origin: ORIGIN, 'accept-language': lang, 'content-type': 'application/json' }, body: JSON.stringify(body) });
      assert.equal(response.status, 200);
      return Array.fromAsync(received(response));
    };
    const inOwnWords = (text: string): void => {
      if (lang !== 'en') assert.doesNotMatch(text, ENGLISH);
    };

    it('answers questions that repeat no sentence, and cites the document', async (t) => {
      const wrong: string[] = [];
      for (const [question, says] of shop.questions) {
        let events = await fresh(question);
        // Recall has 50 ms: on a busy machine it may come too late, as if there were no document.
        for (let more = 0; more < TRIES && textOf(events).startsWith(own.unknown); more++) events = await fresh(question);
        const text = textOf(events);
        inOwnWords(text);
        if (!says.test(text)) wrong.push(`${question}\n    ${text}`);
        else assert.ok(eventsOf(events, 'source-document').some(({ title }) => title.startsWith(shop.title)), question);
      }
      const right = shop.questions.length - wrong.length;
      t.diagnostic(`${right} of ${shop.questions.length} right${wrong.map((line) => `\n  ${line}`).join('')}`);
      assert.ok(right / shop.questions.length >= ENOUGH, wrong.join('\n'));
    });

    it('says what it does not know, and that a person could help', async () => {
      for (const question of shop.offTopic) {
        const events = await fresh(question);
        assert.equal(textOf(events), own.unknown, question);
        assert.equal(eventsOf(events, 'data-handoff').length, 1);
        inOwnWords(textOf(events) + eventsOf(events, 'data-handoff')[0]?.data.reason);
      }
    });

    it('understands a greeting, thanks and the wish for a person', async () => {
      assert.equal(textOf(await fresh(shop.greeting)), own.greeting);
      assert.equal(textOf(await fresh(shop.thanks)), own.thanks);
      const events = await fresh(shop.person);
      assert.equal(textOf(events), own.noPerson);
      assert.equal(eventsOf(events, 'data-handoff').length, 1);
    });
  });
}

describe('texts without spaces', () => {
  it('pieces lose and add nothing, marks stay with the word before', () => {
    const text = '返金は「14日以内」です。\n\n- 送料：490円！ **無料** example.com です';
    assert.equal(piecesOf(text).join(''), text);
    assert.ok(piecesOf(text).length > 10);
    assert.ok(piecesOf(text).every((piece) => !/^[。、！」]/.test(piece)));
  });
  it('sentences end at the marks of every script', () => {
    assert.deepEqual(sentencesOf('返金は7日以内です。はい！「そうです。」次へ進みますか？はい。'), ['返金は7日以内です。', 'はい！', '「そうです。」', '次へ進みますか？', 'はい。']);
    assert.deepEqual(sentencesOf('「はい。」と言う。終わり。'), ['「はい。」と言う。', '終わり。']);
    assert.deepEqual(sentencesOf('هل يمكن الإلغاء؟ نعم. اتصل بنا!'), ['هل يمكن الإلغاء؟', 'نعم.', 'اتصل بنا!']);
    assert.deepEqual(sentencesOf('Escriba al Sr. Ruiz. ¿Cuándo? Hoy, p. ej. Mañana no.'), ['Escriba al Sr. Ruiz.', '¿Cuándo?', 'Hoy, p. ej. Mañana no.']);
  });
});
