/** What the visitor reads while a turn is under way, in their language. */
import type { StatusData, TurnState } from '@halfsecond/shared/wire';

/** `agent` and `tool` are titles from the configuration; `position` in the queue from 1. */
type Details = { agent?: string; tool?: string; position?: number };
type Sentences = Record<TurnState, (details: Details) => string>;

const en: Sentences = {
  accepted: () => 'Got it. Finding the right person for this.',
  queued: ({ position }) => (position === 1 ? 'You are next in line.' : `You are number ${position} in line.`),
  thinking: ({ agent }) => (agent ? `${agent} is thinking.` : 'Thinking.'),
  recalling: ({ agent }) => (agent ? `${agent} is looking through the documents.` : 'Looking through the documents.'),
  'calling-tool': ({ tool }) => `Using the tool “${tool}”.`,
  answering: ({ agent }) => (agent ? `${agent} is answering.` : 'Answering.'),
  switching: () => 'That was too slow. Asking another model.',
  waiting: () => 'Still waiting for an answer.',
};

const de: Sentences = {
  accepted: () => 'Angekommen. Ich suche, wer das am besten weiß.',
  queued: ({ position }) => (position === 1 ? 'Sie sind als Nächstes dran.' : `Sie sind Nummer ${position} in der Schlange.`),
  thinking: ({ agent }) => (agent ? `${agent} denkt nach.` : 'Ich denke nach.'),
  recalling: ({ agent }) => (agent ? `${agent} sieht in den Dokumenten nach.` : 'Ich sehe in den Dokumenten nach.'),
  'calling-tool': ({ tool }) => `Werkzeug „${tool}“ wird verwendet.`,
  answering: ({ agent }) => (agent ? `${agent} antwortet.` : 'Ich antworte.'),
  switching: () => 'Das dauert zu lange. Ich frage ein anderes Modell.',
  waiting: () => 'Ich warte noch auf eine Antwort.',
};

const fr: Sentences = {
  accepted: () => 'Bien reçu. Je cherche qui peut répondre.',
  queued: ({ position }) => (position === 1 ? 'Vous êtes le prochain.' : `Vous êtes numéro ${position} dans la file.`),
  thinking: ({ agent }) => (agent ? `${agent} réfléchit.` : 'Je réfléchis.'),
  recalling: ({ agent }) => (agent ? `${agent} consulte les documents.` : 'Je consulte les documents.'),
  'calling-tool': ({ tool }) => `Utilisation de l’outil « ${tool} ».`,
  answering: ({ agent }) => (agent ? `${agent} répond.` : 'Je réponds.'),
  switching: () => 'C’est trop lent. Je demande à un autre modèle.',
  waiting: () => 'J’attends encore une réponse.',
};

const es: Sentences = {
  accepted: () => 'Recibido. Busco a quien mejor lo sabe.',
  queued: ({ position }) => (position === 1 ? 'Es su turno a continuación.' : `Es el número ${position} en la cola.`),
  thinking: ({ agent }) => (agent ? `${agent} está pensando.` : 'Pensando.'),
  recalling: ({ agent }) => (agent ? `${agent} consulta los documentos.` : 'Consulto los documentos.'),
  'calling-tool': ({ tool }) => `Usando la herramienta «${tool}».`,
  answering: ({ agent }) => (agent ? `${agent} responde.` : 'Respondiendo.'),
  switching: () => 'Tarda demasiado. Pregunto a otro modelo.',
  waiting: () => 'Sigo esperando una respuesta.',
};

const byLanguage: Record<string, Sentences> = { en, de, fr, es };

/** Why a person should take over, as the visitor reads it. */
const handoffs: Record<string, Record<string, string>> = {
  requested: { en: 'You asked for a person.', de: 'Sie möchten mit einem Menschen sprechen.', fr: 'Vous souhaitez parler à une personne.', es: 'Ha pedido hablar con una persona.' },
  'no-answer': { en: 'The documents do not hold the answer.', de: 'Die Dokumente enthalten die Antwort nicht.', fr: 'Les documents ne contiennent pas la réponse.', es: 'Los documentos no contienen la respuesta.' },
};

/** `reason` is the layers' word for it; one without a sentence is a sentence itself. */
export function handoffText(reason: string, lang: string): string {
  const sentences = handoffs[reason];
  return sentences?.[lang.slice(0, 2).toLowerCase()] ?? sentences?.['en'] ?? reason;
}

/** The status event's data. `lang` is BCP 47; a language that is not here reads English. */
export function statusData(state: TurnState, lang: string, details: Details & { model?: string } = {}): StatusData {
  const sentences = byLanguage[lang.slice(0, 2).toLowerCase()] ?? en;
  return { state, text: sentences[state](details), since: Date.now(), ...details };
}
