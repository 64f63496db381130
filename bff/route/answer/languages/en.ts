/** English. */
import type { Language } from '../languages.ts';

export const en: Language = {
  says: {
    unknown: 'I could not find that in the documents I was given.',
    offerPerson: 'Would you like to ask a person?',
    askedForPerson: 'Of course. I am passing this on to a person.',
    noPerson: 'I cannot reach a person from this chat. Please use the contact details of this site.',
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
  },
  talk: {
    greeting: /^(hi|hello|hey|hey there|hi there|good (morning|afternoon|evening|day))$/,
    thanks: /^(thanks?|thank you|many thanks|thx|cheers|great|perfect|ok(ay)?|cool)( (thanks?|thank you|a lot|so much|very much))*$/,
    bye: /^(bye|bye bye|goodbye|see you)$/,
    whoAmI: /^(who|what) are you|^what can you do|^are you (a |an )?(bot|robot|human|person|ai|real|chatgpt|llm|language model)/,
  },
  yes: /^(yes|yeah|yep|sure|yes please|please|please do|i would|i do)$/,
  person: /\b(talk|speak|chat|connect|transfer|put me|pass me)\b.{0,30}\b(human|person|someone|somebody|agent|representative|operator|support)\b|\b(real|actual) (human|person)\b|\bhuman (please|agent)\b/,
  asks: {
    measure: /\bhow (fast|long|much|many|big|large|often|old|quick|quickly)\b|\b(cost|price)/,
    reason: /\bwhy\b/,
    howto: /\bhow (do|can|could|should|would|may|to|does one)\b|\b(install|set ?up|configure|integrate)/,
    list: /\b(which|what) (\p{L}+ )?(?!is\b|does\b|was\b|has\b|ss\b)\p{L}{2,}s\b.*\b(are|do|can|exist|available|support|supported|there)\b|\bwhat are\b|^list\b/u,
    definition: /\b(what|who)( is|'?s| are)\b|\bwhat (do|does)\b.*\b(do|mean|for|set)\b|\bexplain\b|\btell me about\b/,
  },
  goesOn: /^(and|but|or|also|what about|how about|what if)\b/,
  about: {
    supposed: /\b(what happens|if|when|whenever)\b/,
    general: /^\W*(?:and |but |so )?(?:how (?:do|can|does|to|is|are)|what|where|which|does|do|can|who|why)\b/,
    steps: /^\W*(?:and |but |so )?how (?:do|can|could|should|to)\b/,
    now: /\b(now|currently|moment|today|yesterday|hour|minutes? ago|still)\b/,
  },
  tells: {
    figure: /\d/,
    because: /\b(because|since|so that|therefore|due to)\b/,
    does: /`|\b(run|type|add|put|set|use|install|open|click|call)\b/,
    hangsOn: /^(it|this|that|these|they|then|so|otherwise|instead)\b/,
  },
  stop: `a about above after again all also am an and any are as at be because been before being below between both but by
can could did do does doing don during each else even ever every few for from further get gets getting give go goes going gonna got happen happens happened hello help hey hi please thanks had has have having he her here hers him his
how i if in into is it its itself just let like long made make makes many may me mean means might more most much must my near no nor not now of often on once one only or other our
out over own per please possible same say says she should since so some something still such take tell than that the their them then there these they thing things this those
through to too under until up upon us use used uses using very want wants was we well were what when where which while who whom whose why will with within without would yes yet you your
s t re ve ll d m whats hows wheres whos dont doesnt cant isnt im ive`,
  soft: 'support supported supports work works working show shows know need needs needed require required version available big large size explain offer add way kind type thing list store find order receive',
  alike: [],
};
