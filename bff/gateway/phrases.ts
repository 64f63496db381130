/** The sentences of `sentences.ts` in each language that visitors are spoken to in. */
import type { TurnState } from '@halfsecond/shared/wire';

/** `agent` and `tool` are titles from the configuration; `position` in the queue from 1; `question`: the message asks something. */
export type Details = { agent?: string; tool?: string; position?: number; question?: boolean };
export type Phrases = Record<TurnState, (details: Details) => string> & { handoff: Record<'requested' | 'no-answer' | 'private' | 'nobody', string>; clarify: (first: string, second: string) => string; tools: Record<string, string> };

const en: Phrases = {
  accepted: ({ agent, question }) => {
    const what = question ? 'your question' : 'your message';
    return agent ? `${agent} has ${what} and looks through the documents first.` : `Got ${what}. First I find out who knows this best.`;
  },
  queued: ({ position }) => (position === 1 ? 'You are next in line.' : `You are number ${position} in line.`),
  thinking: ({ agent }) => (agent ? `${agent} is thinking.` : 'Thinking.'),
  recalling: ({ agent }) => (agent ? `${agent} is looking through the documents.` : 'Looking through the documents.'),
  'calling-tool': ({ tool }) => `Using the tool “${tool}”.`,
  answering: ({ agent }) => (agent ? `${agent} is answering.` : 'Answering.'),
  switching: () => 'That was too slow. Asking another model.',
  waiting: () => 'Still waiting for an answer.',
  handoff: { requested: 'You asked for a person.', 'no-answer': 'The documents do not hold the answer.',
    private: 'This conversation holds private data, so no outside language model was asked. A person can help you with it.',
    nobody: 'No one here knows this subject. A person can help you with it.' },
  tools: { 'docs.search': 'Search the documentation', 'status.check': 'Check the service status', 'handoff.person': 'Hand over to a person' },
  clarify: (a, b) => `Do you mean “${a}” or “${b}”?`,
};

const de: Phrases = {
  accepted: ({ agent, question }) => {
    const what = question ? 'Ihre Frage' : 'Ihre Nachricht';
    return agent ? `${agent} hat ${what} und sieht zuerst in den Dokumenten nach.` : `${what} ist da. Zuerst suche ich, wer das am besten weiß.`;
  },
  queued: ({ position }) => (position === 1 ? 'Sie sind als Nächstes dran.' : `Sie sind Nummer ${position} in der Schlange.`),
  thinking: ({ agent }) => (agent ? `${agent} denkt nach.` : 'Ich denke nach.'),
  recalling: ({ agent }) => (agent ? `${agent} sieht in den Dokumenten nach.` : 'Ich sehe in den Dokumenten nach.'),
  'calling-tool': ({ tool }) => `Werkzeug „${tool}“ wird verwendet.`,
  answering: ({ agent }) => (agent ? `${agent} antwortet.` : 'Ich antworte.'),
  switching: () => 'Das dauert zu lange. Ich frage ein anderes Modell.',
  waiting: () => 'Ich warte noch auf eine Antwort.',
  handoff: { requested: 'Sie möchten mit einem Menschen sprechen.', 'no-answer': 'Die Dokumente enthalten die Antwort nicht.',
    private: 'Dieses Gespräch enthält private Daten, deshalb wurde kein fremdes Sprachmodell gefragt. Ein Mensch kann Ihnen weiterhelfen.',
    nobody: 'Mit diesem Thema kennt sich hier niemand aus. Ein Mensch kann Ihnen weiterhelfen.' },
  tools: { 'docs.search': 'Dokumentation durchsuchen', 'status.check': 'Dienststatus prüfen', 'handoff.person': 'An einen Menschen übergeben' },
  clarify: (a, b) => `Meinen Sie „${a}“ oder „${b}“?`,
};

const fr: Phrases = {
  accepted: ({ agent, question }) => {
    const what = question ? 'votre question' : 'votre message';
    return agent ? `${agent} a ${what} et consulte d’abord les documents.` : `J’ai ${what}. Je cherche d’abord qui peut le mieux répondre.`;
  },
  queued: ({ position }) => (position === 1 ? 'Vous êtes le prochain.' : `Vous êtes numéro ${position} dans la file.`),
  thinking: ({ agent }) => (agent ? `${agent} réfléchit.` : 'Je réfléchis.'),
  recalling: ({ agent }) => (agent ? `${agent} consulte les documents.` : 'Je consulte les documents.'),
  'calling-tool': ({ tool }) => `Utilisation de l’outil « ${tool} ».`,
  answering: ({ agent }) => (agent ? `${agent} répond.` : 'Je réponds.'),
  switching: () => 'C’est trop lent. Je demande à un autre modèle.',
  waiting: () => 'J’attends encore une réponse.',
  handoff: { requested: 'Vous souhaitez parler à une personne.', 'no-answer': 'Les documents ne contiennent pas la réponse.',
    private: 'Cette conversation contient des données privées : aucun modèle externe n’a été interrogé. Une personne peut vous aider.',
    nobody: 'Personne ici ne connaît ce sujet. Une personne peut vous aider.' },
  tools: { 'docs.search': 'Chercher dans la documentation', 'status.check': 'Vérifier l’état du service', 'handoff.person': 'Transmettre à une personne' },
  clarify: (a, b) => `Voulez-vous dire « ${a} » ou « ${b} » ?`,
};

const es: Phrases = {
  accepted: ({ agent, question }) => {
    const what = question ? 'su pregunta' : 'su mensaje';
    return agent ? `${agent} tiene ${what} y primero consulta los documentos.` : `Recibí ${what}. Primero busco a quien mejor lo sabe.`;
  },
  queued: ({ position }) => (position === 1 ? 'Es su turno a continuación.' : `Es el número ${position} en la cola.`),
  thinking: ({ agent }) => (agent ? `${agent} está pensando.` : 'Pensando.'),
  recalling: ({ agent }) => (agent ? `${agent} consulta los documentos.` : 'Consulto los documentos.'),
  'calling-tool': ({ tool }) => `Usando la herramienta «${tool}».`,
  answering: ({ agent }) => (agent ? `${agent} responde.` : 'Respondiendo.'),
  switching: () => 'Tarda demasiado. Pregunto a otro modelo.',
  waiting: () => 'Sigo esperando una respuesta.',
  handoff: { requested: 'Ha pedido hablar con una persona.', 'no-answer': 'Los documentos no contienen la respuesta.',
    private: 'Esta conversación contiene datos privados, por eso no se consultó ningún modelo externo. Una persona puede ayudarle.',
    nobody: 'Nadie aquí conoce este tema. Una persona puede ayudarle.' },
  tools: { 'docs.search': 'Buscar en la documentación', 'status.check': 'Comprobar el estado del servicio', 'handoff.person': 'Pasar a una persona' },
  clarify: (a, b) => `¿Se refiere a «${a}» o a «${b}»?`,
};

const pt: Phrases = {
  accepted: ({ agent, question }) => {
    const what = question ? 'a sua pergunta' : 'a sua mensagem';
    return agent ? `${agent} tem ${what} e consulta primeiro os documentos.` : `Recebi ${what}. Primeiro procuro quem sabe melhor.`;
  },
  queued: ({ position }) => (position === 1 ? 'É o próximo da fila.' : `É o número ${position} na fila.`),
  thinking: ({ agent }) => (agent ? `${agent} está a pensar.` : 'A pensar.'),
  recalling: ({ agent }) => (agent ? `${agent} consulta os documentos.` : 'A consultar os documentos.'),
  'calling-tool': ({ tool }) => `A usar a ferramenta “${tool}”.`,
  answering: ({ agent }) => (agent ? `${agent} responde.` : 'A responder.'),
  switching: () => 'Está a demorar demasiado. Pergunto a outro modelo.',
  waiting: () => 'Ainda à espera de uma resposta.',
  handoff: { requested: 'Pediu para falar com uma pessoa.', 'no-answer': 'Os documentos não contêm a resposta.',
    private: 'Esta conversa contém dados privados, por isso nenhum modelo externo foi consultado. Uma pessoa pode ajudar.',
    nobody: 'Ninguém aqui conhece este assunto. Uma pessoa pode ajudar.' },
  tools: { 'docs.search': 'Pesquisar na documentação', 'status.check': 'Verificar o estado do serviço', 'handoff.person': 'Passar a uma pessoa' },
  clarify: (a, b) => `Refere-se a “${a}” ou a “${b}”?`,
};

const ja: Phrases = {
  accepted: ({ agent, question }) => {
    const what = question ? 'ご質問' : 'メッセージ';
    return agent ? `${what}を受け取りました。${agent}がまず資料を確認します。` : `${what}を受け取りました。まず担当を探します。`;
  },
  queued: ({ position }) => (position === 1 ? '次にご案内します。' : `順番待ち：${position}番目です。`),
  thinking: ({ agent }) => (agent ? `${agent}が考えています。` : '考えています。'),
  recalling: ({ agent }) => (agent ? `${agent}が資料を確認しています。` : '資料を確認しています。'),
  'calling-tool': ({ tool }) => `「${tool}」を使っています。`,
  answering: ({ agent }) => (agent ? `${agent}が回答しています。` : '回答しています。'),
  switching: () => '時間がかかっているため、別のモデルに切り替えます。',
  waiting: () => '回答を待っています。',
  handoff: { requested: '担当者との会話をご希望です。', 'no-answer': '資料に答えが見つかりませんでした。',
    private: '個人情報が含まれているため、外部のモデルには送信していません。担当者がご案内します。',
    nobody: 'この件に詳しい担当がおりません。スタッフがご案内します。' },
  tools: { 'docs.search': '資料を検索', 'status.check': 'サービスの稼働状況を確認', 'handoff.person': '担当者に引き継ぐ' },
  clarify: (a, b) => `「${a}」と「${b}」のどちらについてでしょうか？`,
};

const zh: Phrases = {
  accepted: ({ agent, question }) => {
    const what = question ? '您的问题' : '您的消息';
    return agent ? `${agent}已收到${what}，先查阅资料。` : `已收到${what}，先找最了解的人。`;
  },
  queued: ({ position }) => (position === 1 ? '下一位就是您。' : `您排在第 ${position} 位。`),
  thinking: ({ agent }) => (agent ? `${agent}正在思考。` : '正在思考。'),
  recalling: ({ agent }) => (agent ? `${agent}正在查阅资料。` : '正在查阅资料。'),
  'calling-tool': ({ tool }) => `正在使用“${tool}”。`,
  answering: ({ agent }) => (agent ? `${agent}正在回答。` : '正在回答。'),
  switching: () => '等待过久，正在换用另一个模型。',
  waiting: () => '仍在等待回答。',
  handoff: { requested: '您希望与人工客服交谈。', 'no-answer': '资料中没有答案。',
    private: '本次对话包含隐私数据，因此没有询问任何外部模型。人工客服可以为您处理。',
    nobody: '这里没有人熟悉这个话题，人工客服可以帮助您。' },
  tools: { 'docs.search': '搜索资料', 'status.check': '查看服务状态', 'handoff.person': '转接人工客服' },
  clarify: (a, b) => `您指的是“${a}”还是“${b}”？`,
};

const ar: Phrases = {
  accepted: ({ agent, question }) => {
    const what = question ? 'سؤالك' : 'رسالتك';
    return agent ? `وصل ${what} إلى ${agent}، ونبدأ بالبحث في المستندات.` : `وصلنا ${what}. نبحث أولاً عمّن يعرف الإجابة.`;
  },
  queued: ({ position }) => (position === 1 ? 'أنت التالي في الدور.' : `أنت رقم ${position} في الدور.`),
  thinking: ({ agent }) => (agent ? `${agent} يفكر.` : 'جارٍ التفكير.'),
  recalling: ({ agent }) => (agent ? `${agent} يبحث في المستندات.` : 'جارٍ البحث في المستندات.'),
  'calling-tool': ({ tool }) => `جارٍ استخدام «${tool}».`,
  answering: ({ agent }) => (agent ? `${agent} يجيب.` : 'جارٍ الرد.'),
  switching: () => 'تأخر الرد، نسأل نموذجاً آخر.',
  waiting: () => 'ما زلنا ننتظر الرد.',
  handoff: { requested: 'طلبت التحدث إلى شخص.', 'no-answer': 'المستندات لا تحتوي على الإجابة.',
    private: 'تحتوي هذه المحادثة على بيانات خاصة، لذلك لم نسأل أي نموذج خارجي. يمكن لشخص أن يساعدك.',
    nobody: 'لا أحد هنا يعرف هذا الموضوع. يمكن لشخص أن يساعدك.' },
  tools: { 'docs.search': 'البحث في المستندات', 'status.check': 'التحقق من حالة الخدمة', 'handoff.person': 'التحويل إلى شخص' },
  clarify: (a, b) => `هل تقصد «${a}» أم «${b}»؟`,
};

export const phrases: Record<string, Phrases> = { en, de, fr, es, pt, ja, zh, ar };
