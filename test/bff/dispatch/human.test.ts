/** A wish for a person, in every language that the widget ships: also misspelled, and not mistaken for talk about people. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wantsHuman } from '@halfsecond/bff/dispatch/human.ts';
import { loadWords } from '@halfsecond/bff/words/words.ts';
import { cpu } from '../../cpu.ts';

const words = loadWords();
const known = (word: string): boolean => words.embed(word).some((value) => value !== 0);

const wishes: Record<string, string[]> = {
  en: ['talk to a human', 'can i speak with a real person please', 'human please', 'I need to talk to someone in support', 'get me an operator', 'this bot is useless, transfer me to a person', 'i would rather talk to a human being', 'let me speak to your manager',
    'speek to a humann', 'tlak to a human', 'i want to spaek with a persn', 'conect me to a real peson', 'talk to a reprsentative', 'humna please', 'pls let me talk to a hmuan', 'I want a humen', 'TALK TOO A HUMAN!!', 'talk to human 🙏'],
  de: ['Ich möchte mit einem Menschen sprechen', 'Kann ich mit einem Mitarbeiter reden?', 'Mensch bitte', 'Ich brauche einen echten Menschen', 'verbinden Sie mich mit einem Berater', 'ich will mit jemandem vom Support sprechen',
    'ich will mit einem Menschn sprechen', 'mit einem Mitarbieter sprechen bitte', 'ich möchte mit einem menschen sprehcen', 'Ich moechte mit einem Menschen sprechen'],
  fr: ['Je veux parler à un humain', 'parler à un conseiller', 'un humain svp', 'Puis-je parler à quelqu’un ?', 'passez-moi un conseiller', 'je voudrais parler avec une vraie personne',
    'je veux parler a un humian', 'parler a un conseller', 'je veux palrer à une personne', 'je veux parler à une persone'],
  es: ['quiero hablar con una persona', 'hablar con un agente', 'necesito un humano', 'quiero hablar con alguien de verdad', 'pásame con un agente', 'humano por favor',
    'quiero hablr con una persona', 'hablar con un humnao', 'quiero ablar con una persona real', 'hablar con una presona'],
  pt: ['quero falar com uma pessoa', 'falar com um atendente', 'preciso falar com um humano', 'atendente por favor', 'posso falar com alguém?', 'me transfere para um atendente',
    'quero falr com um atendente', 'falar com um atendnete', 'quero falar com um humnao', 'falar com uma pesoa'],
  ja: ['人間と話したい', '担当者につないでください', 'オペレーターお願いします', 'スタッフと話したいです', '人と直接話したい', 'にんげんとはなしたい', '人間に代わって', '人間と話しい'],
  zh: ['转人工', '我要人工客服', '我想和真人说话', '請轉人工客服', '找人工', '我要跟真人聊', '转人公', '专人工', '我要人功客服'],
  ar: ['أريد التحدث مع شخص', 'حولني إلى موظف', 'اريد التكلم مع انسان', 'أريد أن أتحدث مع موظف خدمة العملاء', 'موظف من فضلك', 'التحدث إلى إنسان', 'اريد التحدت مع شخص', 'أريد أن أتحدث مع موضف', 'أُرِيدُ التَّحَدُّثَ مَعَ شَخْص'],
};
const plain: Record<string, string[]> = {
  en: ['human resources', 'how do I reach the human resources department', 'is a human answering faster than a bot?', 'Are you human?', 'do I need a human to review answers', 'when does the bot hand over to a human?', 'human rights', 'personal data', 'I need personal data deleted',
    'who is the contact person for privacy', 'how many agents can I have', 'talk about pricing', 'is this written by a person', 'I do not want to talk to a human', 'what does the support team cost', 'humane treatment of animals', 'walk to a parson', 'speak up', 'does a person read my chats?', 'I want to personalise the widget', 'real-time chat for people'],
  de: ['Was ist der Mensch?', 'Kann ein Mitarbeiter mitlesen?', 'Personalabteilung', 'Wie viele Menschen arbeiten hier?', 'Welche Sprachen sprechen Sie?', 'Ist das menschlich geschrieben?'],
  fr: ['ressources humaines', 'combien de personnes travaillent ici', 'Êtes-vous humain ?', 'quels conseils donnez-vous', 'parler plusieurs langues', 'est-ce que le bot parle français'],
  es: ['recursos humanos', '¿Eres humano?', 'cuántas personas trabajan aquí', '¿hablas español?', 'los datos personales', 'agenda de eventos'],
  pt: ['recursos humanos', 'você é humano?', 'quantas pessoas trabalham aí', 'fala português?', 'dados pessoais', 'a agenda'],
  ja: ['人工知能とは', 'あなたは人間ですか', '一人でも使えますか', '料金について話して', '人気の機能は', 'ほかの人に連絡先を送れますか', '他の人に対応していますか'],
  zh: ['人工智能是什么', '你是真人吗', '几个人可以用', '个人信息安全吗', '人力资源'],
  ar: ['هل أنت إنسان؟', 'الموارد البشرية', 'كم عدد الموظفين', 'هل يتحدث العربية', 'أريد السعر', 'أريد إرسال هدية إلى شخص آخر'],
};

for (const [language, list] of Object.entries(wishes)) {
  test(`${language}: a wish for a person is heard, misspelled too`, () => {
    assert.deepEqual(list.filter((text) => !wantsHuman(text, known)), []);
  });
}
for (const [language, list] of Object.entries(plain)) {
  test(`${language}: talk about people is none`, () => {
    assert.deepEqual(list.filter((text) => wantsHuman(text, known)), []);
  });
}

test('a long message costs little, and a wish stands anywhere in it', () => {
  const from = cpu();
  assert.equal(wantsHuman('speek to '.repeat(110_000), known), false);
  assert.ok(cpu() - from < 250);
  assert.equal(wantsHuman(`${'I have tried everything on this page. '.repeat(20)} Please let me talk to a human.`, known), true);
});
