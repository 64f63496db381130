/** The builtin answerer's own sentences, in English and German, and the small talk that it understands. */

export type Phrases = {
  unknown: string;
  offerPerson: string;
  askedForPerson: string;
  standIn: string;
  wordForWord: string;
  youSaid(text: string): string;
  toolFailed(title: string): string;
  toolEmpty(title: string): string;
  greeting: string;
  thanks: string;
  bye: string;
  whoAmI: string;
  firstToken: string;
  waiting(depth: number): string;
};

const english: Phrases = {
  unknown: 'I could not find that in the documents I was given.',
  offerPerson: 'Would you like to ask a person?',
  askedForPerson: 'Of course. I am passing this on to a person.',
  standIn: 'The language models cannot be reached right now.',
  wordForWord: 'This comes word for word from the documents:',
  youSaid: (text) => `You told me earlier: “${text}”`,
  toolFailed: (title) => `I tried “${title}”, but it gave no answer.`,
  toolEmpty: (title) => `“${title}” found nothing on this.`,
  greeting: 'Hello! What would you like to know?',
  thanks: 'You are welcome. Is there anything else?',
  bye: 'Goodbye, and thank you for stopping by.',
  whoAmI: 'I am the built-in answerer, not a language model: I look for the sentences in the documents that answer your question, and say so when there are none.',
  firstToken: 'first word after',
  waiting: (depth) => (depth === 0 ? 'Nobody is waiting in the queue.' : `${depth} ${depth === 1 ? 'question is' : 'questions are'} waiting in the queue.`),
};

const german: Phrases = {
  unknown: 'Das habe ich in den Dokumenten, die ich habe, nicht gefunden.',
  offerPerson: 'Möchten Sie einen Menschen fragen?',
  askedForPerson: 'Gern. Ich gebe das an einen Menschen weiter.',
  standIn: 'Die Sprachmodelle sind gerade nicht erreichbar.',
  wordForWord: 'Das hier stammt wörtlich aus den Dokumenten:',
  youSaid: (text) => `Sie haben mir vorhin gesagt: „${text}“`,
  toolFailed: (title) => `Ich habe „${title}“ versucht, aber keine Antwort bekommen.`,
  toolEmpty: (title) => `„${title}“ hat dazu nichts gefunden.`,
  greeting: 'Hallo! Was möchten Sie wissen?',
  thanks: 'Gern geschehen. Gibt es noch etwas?',
  bye: 'Auf Wiedersehen und danke für den Besuch.',
  whoAmI: 'Ich bin der eingebaute Antwortgeber, kein Sprachmodell: Ich suche in den Dokumenten die Sätze, die Ihre Frage beantworten, und sage es, wenn es keine gibt.',
  firstToken: 'erstes Wort nach',
  waiting: (depth) => (depth === 0 ? 'In der Warteschlange wartet niemand.' : `In der Warteschlange ${depth === 1 ? 'wartet eine Frage' : `warten ${depth} Fragen`}.`),
};

/** Sentences for a BCP 47 tag; English for every language that has none of its own. */
export function phrasesFor(lang: string): Phrases {
  return /^de\b/i.test(lang) ? german : english;
}

const SMALL_TALK: [kind: 'greeting' | 'thanks' | 'bye' | 'whoAmI', pattern: RegExp][] = [
  ['greeting', /^(hi|hello|hey|hey there|hi there|good (morning|afternoon|evening|day)|hallo|guten (morgen|tag|abend)|servus|moin|grüß gott)$/],
  ['thanks', /^(thanks?|thank you|many thanks|thx|cheers|great|perfect|ok(ay)?|cool|danke|vielen dank|danke schön|super|prima)( (thanks?|thank you|a lot|so much|very much|danke|sehr))*$/],
  ['bye', /^(bye|bye bye|goodbye|see you|ciao|tschüss?|tschüß|auf wiedersehen|bis bald)$/],
  ['whoAmI', /^(who|what) are you|^what can you do|^are you (a |an )?(bot|robot|human|person|ai|real|chatgpt|llm|language model)|^(wer|was) (bist du|sind sie)|^was (kannst du|können sie)|^(bist du|sind sie) (ein |eine )?(bot|roboter|mensch|ki|echt)/],
];

/** The kind of small talk that a message is, if it is nothing more. */
export function smallTalk(text: string): 'greeting' | 'thanks' | 'bye' | 'whoAmI' | null {
  const plain = text.toLowerCase().replace(/[^\p{L}\p{N}\s]/gu, ' ').replace(/\s+/g, ' ').trim();
  return SMALL_TALK.find(([, pattern]) => pattern.test(plain))?.[0] ?? null;
}

/** Whether the visitor asks for a person. */
export function wantsPerson(text: string): boolean {
  return /\b(talk|speak|chat|connect|transfer|put me|pass me)\b.{0,30}\b(human|person|someone|somebody|agent|representative|operator|support)\b|\b(real|actual) (human|person)\b|\bhuman (please|agent)\b|\b(mit|zu) (einem|einer|dem|der)\b.{0,20}\b(menschen|mitarbeiter|mitarbeiterin|person|berater)\b.{0,20}\b(sprechen|reden|verbinden)?/iu.test(text);
}
