/** Whether a message asks for a person, in the languages that the widget ships. */
import { respelled } from './spelling.ts';
import { normalise } from './text.ts';

/** Whole messages that mean it, such as "human please". */
const bare = /^(?:(?:stop|hey|hi|hello|no|please|bitte)[\s,.!]+)?(?:(?:a |an |real |live |einen? |un |una |um |uma )*(?:human|person|operator|representative|agent|customer (?:service|support)|mensch|mitarbeiter(?:in)?|humain|conseiller|humano|persona|agente|operador|atendente|人間|オペレーター|担当者|人工|人工客服|人工服务|人工服務|客服|真人|موظف|انسان|بشري)(?: please| bitte| s'il (?:vous|te) plait| svp| por favor|お願いします| من فضلك| لو سمحت)?)[\s.!。！]*$/u;

const asks: RegExp[] = [
  // English: a wish or a verb of contact, then a person.
  /\b(?:talk|speak|chat|connect(?: me)?|transfer(?: me)?|switch(?: me)?|forward(?: me)?|escalate(?: this)?|put me through|hand (?:me|this) over|get me|give me|want|need|prefer|(?:'d|would) (?:rather(?: have)?|like)|contact|reach|call|is there|bring me)\b(?: (?:to|too|with|me|over|directly|right|now|just|some|please|a|an|the|your|any|one of your|actual|real|live|human|customer|support|service|sales|someone|somebody|from)){0,6} (?:human(?: being| agent)?s?|(?:real |actual )?person|operator|representative|rep|live agent|human agent|support agent|service agent|staff(?: member)?|employee|team member|someone (?:real|human|in (?:your )?(?:team|support|sales)|from (?:your )?(?:team|support|sales))|somebody real|real agent|advisor)\b(?! (?:detection|verification|readable|review|resources|hand ?off|hand ?over|takeover))/u,
  /\b(?:talk|speak|(?:connect|transfer|forward|put) me(?: through)?) (?:to|with) (?:someone|somebody|an agent|your (?:team|support|manager|boss)|a (?:manager|supervisor|colleague)|customer (?:service|support)|support)\b/u,
  /\b(?:chat (?:to|with) (?:an?|your|the) (?:live )?agent|(?:contact|reach|call) (?:your |the |customer )*(?:support|customer service)\b(?! (?:page|api|email|form|hours))|can (?:someone|somebody|anyone)(?: \S+){0,4} (?:call|phone|contact) me|is there (?:anyone|anybody|someone|somebody) (?:real|human|i can (?:talk|speak|chat)))/u,
  // German
  /\b(?:mit|an|zu) (?:(?:einem|einen|einer|eine|nem|ner|dem|der|jemandem|jemand|euch|ihrem|ihren|echten|echter|richtigen|realen|menschlichen|lebenden) )*(?:mensch(?:en)?|person|mitarbeiter(?:in|n)?|berater(?:in)?|kundenberater(?:in)?|kundenservice|kundendienst|support|ansprechpartner(?:in)?|jemandem|jemand|kollegen|operator)\b.{0,30}(?:sprechen|reden|chatten|verbind|weiterleit|schreiben|telefonieren|verbunden|ubergeben)/u,
  /\b(?:brauche|mochte|will|hatte gern(?:e)?|gib mir|verbinde? mich mit|verbinden sie mich mit|kann ich) (?:bitte )?(?:(?:einen?|eine|echten?|echte|richtigen?|menschlichen?|lebenden?) )+(?:mensch(?:en)?|person|mitarbeiter(?:in)?|berater(?:in)?|ansprechpartner(?:in)?)\b/u,
  /\b(?:verbinde|verbinden sie) mich (?:bitte )?mit\b|\bgibt es (?:hier |da )?(?:einen |eine )?(?:echten?|richtigen?|realen?) (?:mensch(?:en)?|person|mitarbeiter(?:in)?)\b|\bkann mich (?:bitte )?jemand (?:anrufen|zuruckrufen)\b/u,
  // French
  /\b(?:parler|discuter|echanger|en relation|passe[rz]?(?:-| )moi|mettre en relation|contacter|joindre|transfere[rz]?(?:-| )moi|veux|voudrais|besoin d)(?:e| |')?(?:(?:a|avec|directement|un|une|vrai|vraie|d'|de|quelqu'un|votre|le|la|service) ?)*(?:humaine?|personne|conseillere?|conseiller|agent|operateur|etre humain|service client|quelqu'un|responsable)\b/u,
  // Spanish
  /\b(?:hablar|charlar|comunicarme|contactar|conectame|conecteme|paseme|pasame|quiero|necesito|transfiereme)(?: (?:con|a|un|una|ser|de|el|la|al|directamente|hablar|verdadera?|algun))*(?: (?:humano|persona(?: real)?|agente|alguien|operador|representante|asesora?|servicio al cliente|atencion al cliente))\b/u,
  // Portuguese
  /\b(?:falar|conversar|contatar|contactar|quero|preciso|me (?:passe|passa|transfira|transfere|conecte|conecta)|transferir)(?: (?:com|de|para|um|uma|o|a|ser|direto|diretamente|falar|verdadeira?|algum))*(?: (?:humano|pessoa(?: real)?|atendente|alguem|operador|representante|assistente humano|suporte humano))\b/u,
  // Japanese
  /(?<!ほかの|他の|別の)(?:人間|にんげん|ニンゲン|人|担当者|たんとうしゃ|担当の方|オペレーター|スタッフ|係の人|サポートの方)(?:の方)?(?:と|に|へ)?(?:直接)?(?:話|はな(?:し|せ)|代わ|替わ|つな|繋|連絡|相談|お願い|対応)/u,
  // Chinese
  /(?:转|轉|专|传|傳|找|要|接|联系|聯繫|需要|想要|和|跟|与|與).{0,4}(?:人[工公功共](?!智能)(?:客服|服务|服務)?|真人|客服|活人)|(?:和|跟|与|與)(?:一个|个)?(?:真)?人(?:说话|說話|聊|谈|談|沟通|溝通)/u,
  // Arabic
  /(?:تحدث|التحدث|اتحدث|التكلم|اتكلم|اكلم|الكلام|التواصل|اتواصل|حولني|حولوني|وصلني|اريد|احتاج)(?: \S+){0,2}? (?:مع |الي |ب|ل)?(?:شخص|انسان|موظف|بشري|ممثل|احد|خدمه العملاء|الدعم)(?!\S*ه العملاء)(?! اخر)/u,
];

/** About people in general, or about someone else's wish: a question for an agent. */
const others = /\b(?:contact person for|do (?:i|we) (?:need|have)|(?:do not|don't|dont|never) (?:want|need|have) (?:to (?:talk|speak|chat)|an? (?:human|person|agent))|(?:visitors?|customers?|users?|clients?|guests?|they|it|people) (?:can |could |may |want to |wants to |ask(?:s)? to |will |to |get to )?(?:talk|speak|chat|reach|ask|connect|hand)|(?:are|is) (?:you|this|it) (?:a |an )?(?:real )?(?:human|person|bot)|nicht mit (?:einem|einer)|(?:besucher|kunden|nutzer)(?:n)? (?:mit|an)|(?:let|lets|allow|allows) (?:visitors?|customers?|users?|clients?|them|people))\b/u;

/** One form per Arabic letter that people write in several, and no vowel marks. */
function plainArabic(text: string): string {
  return text.replace(/[\u064B-\u0652\u0640]/g, '').replace(/[أإآ]/g, 'ا').replaceAll('ة', 'ه').replaceAll('ى', 'ي');
}

/** True when the visitor wants a person now. `known`: whether a word is spelled as it is meant. */
export function wantsHuman(text: string, known: (word: string) => boolean = () => true): boolean {
  const normal = plainArabic(normalise(text).replace(/[’]/g, "'").replace(/\s+/g, ' ').trim());
  if (means(normal)) return true;
  return respelled(normal, known).some(means);
}

function means(normal: string): boolean {
  return bare.test(normal) || (!others.test(normal) && asks.some((pattern) => pattern.test(normal)));
}
