/** The demo's own agents, out of the shipped configuration: real questions, follow-ups, people, and the language guess. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '@halfsecond/bff/config.ts';
import { createDispatch } from '@halfsecond/bff/dispatch/dispatch.ts';
import { loadWords } from '@halfsecond/bff/words/words.ts';
import { guessLanguage } from '@halfsecond/bff/dispatch/language.ts';
import type { DispatchInput } from '@halfsecond/bff/layers.ts';
import { questions } from './questions.ts';

const words = loadWords();
const root = join(import.meta.dirname, '../../..');
const read = readConfig({}, root);
assert.ok('config' in read, 'the shipped configuration has no faults');
const { config } = read;
const warnings: string[] = [];
const { dispatch, explain } = createDispatch({ words, agents: config.agents, log: (line) => warnings.push(line) });
const { signal } = new AbortController();
const ask = (text: string, current: string | null = null): DispatchInput => ({ site: 'demo', text, recent: [], current, identified: false, dataClass: 'public' });

test('the shipped configuration gives no warnings', () => {
  assert.deepEqual(read.warnings, []);
  assert.deepEqual(warnings, []);
});

test('no question of the list is one of the examples', () => {
  const examples = new Set(config.agents.flatMap((agent) => agent.examples.map((text) => text.toLowerCase().replace(/\W/g, ''))));
  assert.deepEqual(questions.filter(([text]) => examples.has(text.toLowerCase().replace(/\W/g, ''))), []);
});

test('questions reach their agent, and what belongs to nobody is refused', async () => {
  const onTopic = questions.filter(([, agent]) => agent !== null);
  const offTopic = questions.filter(([, agent]) => agent === null);
  assert.ok(onTopic.length >= 40);
  let right = 0;
  let wrong = 0;
  for (const [text, agent] of onTopic) {
    const got = await dispatch(ask(text), signal);
    assert.equal(got.human, false, text);
    if (got.agent?.name === agent) right += 1;
    else if (got.agent !== null) wrong += 1;
  }
  let refused = 0;
  for (const [text] of offTopic) if ((await dispatch(ask(text), signal)).abstained) refused += 1;
  console.error(`demo questions: ${right}/${onTopic.length} right, ${wrong} wrong agent, ${refused}/${offTopic.length} off-topic refused`);
  assert.ok(right / onTopic.length >= 0.88, `${right} of ${onTopic.length} right`);
  assert.ok(wrong <= 3, `${wrong} went to a wrong agent`);
  assert.ok(refused / offTopic.length >= 0.85, `${refused} of ${offTopic.length} refused`);
});

test('a wish for a person wins in every shipped language, whatever else the message says', async () => {
  const wishes = [
    'talk to a human', 'I want to speak to a real person please', 'connect me with an agent who is human', 'human please', 'agent',
    'How much does it cost? Actually no, let me talk to someone', 'can I chat with a support agent', 'get me a representative', 'I need a human', 'TALK TO A HUMAN!!!', "I'd rather have a real person", 'I would like to speak with somebody real',
    'Ich möchte mit einem Menschen sprechen', 'Kann ich mit einem Mitarbeiter reden?', 'verbinden Sie mich bitte mit dem Support', 'Ich brauche einen echten Menschen',
    'Je veux parler à un humain', 'Puis-je parler avec un conseiller ?', 'Passez-moi un agent', 'un humain svp', 'mettez-moi en relation avec un conseiller', 'quiero hablar con una persona', 'Necesito un agente', 'Quisiera hablar con alguien',
    'quero falar com um atendente', 'Posso falar com uma pessoa?', 'preciso de um humano', 'me transfere para um atendente', '人間と話したい', '担当者につないでください', 'オペレーターお願いします', '转人工', '我要人工客服', '我想和真人说话', '我要和人说话', "I don't want a bot, I want a person", 'stop, human!', 'Kann mich jemand anrufen?',
    'أريد التحدث مع شخص', 'اريد ان اتحدث مع موظف', 'حولني إلى موظف',
  ];
  const missed = [];
  for (const text of wishes) if (!(await dispatch(ask(text, 'product'), signal)).human) missed.push(text);
  assert.deepEqual(missed, []);
});

test('talking about people is no wish for one', async () => {
  const plain = [
    'Are you human?', 'can you act like a real person', 'How do visitors talk to a human?', 'Does the widget let people talk to an agent?', 'How do I configure an agent?', 'Which agents exist?',
    'I do not want to talk to a human', 'What is the person responsible for GDPR called?', 'the agent answered wrong', 'Was macht ein Mitarbeiter den ganzen Tag?', 'Where do I put the contact form of my support?',
    'is my personal data safe', '人工智能是什么', '我需要人工智能', 'How does the human handoff work?', 'need people search feature', 'Kann ein Mitarbeiter die Gespräche lesen?', '一人でも使えますか', 'Combien de personnes utilisent Halfsecond ?', 'Wie viele Menschen arbeiten bei euch?', 'Can several people use one account?', 'how do I contact the API from my server',
  ];
  const wrong = [];
  for (const text of plain) if ((await dispatch(ask(text), signal)).human) wrong.push(text);
  assert.deepEqual(wrong, []);
});

test('a short follow-up stays with the agent that is talking', async () => {
  // The first two are about money by their words, so only the billing agent is asked to keep them.
  for (const text of ['and for annual plans?', 'is that per day?', 'why?', 'tell me more', 'thanks!', 'what about on weekends?', 'und warum?', 'does it really?', 'and on sundays?', 'ok']) {
    for (const agent of ['billing', 'product']) {
      if (agent === 'product' && /annual|per day/.test(text)) continue;
      const got = await dispatch(ask(text, agent), signal);
      assert.equal(got.agent?.name, agent, `${text} with ${agent}`);
      assert.equal(got.abstained, false);
    }
  }
});

test('the conversation moves when the topic moves, and stops when it leaves', async () => {
  assert.equal((await dispatch(ask('How do I add the chat to my website?', 'billing'), signal)).agent?.name, 'integration');
  assert.equal((await dispatch(ask('is the service down right now?', 'integration'), signal)).agent?.name, 'status');
  assert.equal((await dispatch(ask('which licence is it under', 'status'), signal)).agent?.name, 'billing');
  assert.equal((await dispatch(ask('and how much does it cost?', 'product'), signal)).agent?.name, 'billing');
  const away = await dispatch(ask('who won the football match between spain and italy', 'billing'), signal);
  assert.equal(away.agent, null);
  assert.equal(away.abstained, true);
});

test('typos, mixed languages, emoji, very short and very long messages find their agent', async () => {
  const cases: [string, string][] = [
    ['hwo much does it csot', 'billing'], ['were is my invioce', 'billing'], ['how do i instal the widgit', 'integration'], ['is teh service donw', 'status'], ['chnage the colors', 'integration'],
    ['Hallo, how do I install das Widget auf meiner Webseite?', 'integration'], ['hola, is the service down right now?', 'status'], ['💸💸 price? 💸', 'billing'], ['🙏🙏 invoice 🙏', 'billing'], ['pricing', 'billing'], ['outage?', 'status'], ['REFUND!!!', 'billing'],
    [`${'Hello, I am writing on behalf of our small team here. '.repeat(3)}How do I add the chat to my website?`, 'integration'],
  ];
  const wrong = [];
  for (const [text, agent] of cases) {
    const got = await dispatch(ask(text), signal);
    if (got.agent?.name !== agent && !got.ask?.some((choice) => choice.agent === agent)) wrong.push(`${text}: ${got.agent?.name} ${got.alternatives.map(({ name, score }) => `${name} ${score.toFixed(2)}`).join(', ')}`);
  }
  assert.deepEqual(wrong, []);
});

test('explain names the words that decided, and decides the same', async () => {
  const why = explain(ask('where is my invoice'));
  assert.equal(why.words[0]?.word, 'invoice');
  // A word's weight is what the score loses without it.
  const without = explain(ask('where is my')).alternatives.find(({ name }) => name === 'billing')?.score ?? 0;
  assert.ok(Math.abs((why.words[0]?.weight ?? 0) - (why.score - without)) < 0.05);
  assert.ok((explain(ask('change the limit please')).words[0]?.weight ?? 0) > 0.3);
  const { words: _words, ...decided } = why;
  assert.deepEqual(decided, await dispatch(ask('where is my invoice'), signal));
});

test('the language is guessed from script and common words, else the default stands', () => {
  const cases: [string, string, string][] = [
    ['How do I install it?', 'de', 'en'], ['no idea who was here', 'en', 'en'], ['Wie baue ich das in meine Seite ein?', 'en', 'de'], ['Comment est-ce que je change la couleur ?', 'en', 'fr'],
    ['¿Cuánto cuesta la licencia?', 'en', 'es'], ['Quanto custa a licença? Não encontrei', 'en', 'pt'], ['料金はいくらですか', 'en', 'ja'], ['这个多少钱', 'en', 'zh'],
    ['كم يكلف هذا', 'en', 'ar'], ['ok', 'fr', 'fr'], ['', 'en', 'en'], ['🙂🙂', 'de', 'de'], ['halfsecond.config.json', 'de', 'de'], ['Сколько это стоит', 'en', 'en'], ['x'.repeat(1_000_000), 'pt', 'pt'],
  ];
  assert.deepEqual(cases.map(([text, otherwise]) => guessLanguage(text, otherwise)), cases.map(([, , expected]) => expected));
});
