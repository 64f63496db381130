/** Portuguese. */
import type { Language } from '../languages.ts';

export const pt: Language = {
  says: {
    unknown: 'Não encontrei isso nos documentos de que disponho.',
    offerPerson: 'Gostaria de perguntar a uma pessoa?',
    askedForPerson: 'Claro. Vou encaminhar o seu pedido a uma pessoa.',
    noPerson: 'A partir deste chat não consigo contactar uma pessoa. Por favor, utilize os contactos deste site.',
    standIn: 'Os modelos de linguagem não estão acessíveis neste momento.',
    wordForWord: 'Isto vem palavra por palavra dos documentos:',
    youSaid: (text) => `Você me disse antes: “${text}”`,
    toolFailed: (title) => `Tentei “${title}”, mas não houve resposta.`,
    toolEmpty: (title) => `“${title}” não encontrou nada sobre isso.`,
    greeting: 'Olá! O que você gostaria de saber?',
    thanks: 'De nada. Posso ajudar em mais alguma coisa?',
    bye: 'Até logo e obrigado pela visita.',
    whoAmI: 'Sou o respondedor integrado, não um modelo de linguagem: procuro nos documentos as frases que respondem à sua pergunta e aviso quando não há nenhuma.',
    firstToken: 'primeira palavra após',
    waiting: (depth) => (depth === 0 ? 'Não há ninguém à espera na fila.' : depth === 1 ? 'Há 1 pergunta à espera na fila.' : `Há ${depth} perguntas à espera na fila.`),
  },
  talk: {
    greeting: /^(ola|oi|bom dia|boa (tarde|noite)|e ai|saudacoes|tudo bem)( (tudo bem|bom dia|boa tarde|boa noite|a todos))?$/,
    thanks: /^(obrigad[oa]|muito obrigad[oa]|obg|valeu|otimo|perfeito|show|legal|certo|ok|ta bom)( (obrigad[oa]|muito obrigad[oa]|mesmo|por tudo|pela (ajuda|atencao)))*$/,
    bye: /^(tchau|adeus|ate (logo|mais|breve|amanha|a proxima))( (e )?obrigad[oa])?$/,
    whoAmI: /^(quem|o que) (e|es) (voce|tu)|^quem es\b|^o que (voce )?(pode|sabe|consegue) fazer( por mim)?$|^(voce e|tu es|es|e voce) (um |uma )?(bot|robo|humano|humana|pessoa|ia|chatgpt|modelo|real)/,
  },
  yes: /^(sim|sim por favor|claro|por favor|quero)$/,
  person: /\b(falar|conversar|me (?:conecte|conecta|transfira|transfere|passe|passa))\b.{0,30}\b(humano|pessoa|alguem|atendente|operador|operadora|representante|agente|suporte humano)\b|\b(quero|preciso de|prefiro) (um |uma )?(ser )?(humano|pessoa (de verdade|real)|atendente|operador)\b/,
  asks: {
    measure: /\b(quantos?|quantas?|(?:desde|ate) quando|que horas|qual (e )?o (preco|prazo|horario|valor)|quais os (precos|prazos|horarios))\b|^\P{L}*quando\b|\bcusta/u,
    reason: /\bpor ?que\b(?! \p{L}+ (?:e|sao) )|\bpor qual motivo\b/u,
    howto: /\bcomo\b(?! (se chama|esta))|\bde que (maneira|forma)\b/,
    list: /\b(quais|que \p{L}+s)\b.*\b(ha|sao|existem|oferecem|aceitam|posso|podem|tem|disponiveis)\b/u,
    definition: /\bo que (e|sao|significa|quer dizer)\b|\b(quem|qual) e\b|\bexpli(ca|que)/,
  },
  goesOn: /^(mas|ou|tambem|que tal|e (se|quanto|quando|qual|quais|como|onde|por que|para|com|em|no|na|quem|isso|depois))\b/,
  about: {
    supposed: /\b(o que acontece|caso|em caso de|quando se)\b|(?<!\p{L})se (o|a|eu|um|uma|meu|minha|nao)\b/u,
    general: /^\W*(?:e |mas )?(?:como|o que|onde|qual|quais|quem|posso|e possivel|por ?que)\b/,
    steps: /^\W*(?:e |mas )?como\b/,
    now: /\b(agora|atualmente|neste momento|no momento|hoje|ontem|ainda)\b/,
  },
  tells: {
    figure: /\d|\b(dois|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|doze|quinze|vinte|trinta)\b/,
    because: /\b(porque|pois|ja que|devido a|uma vez que|por isso|para que)\b/,
    does: /\b(clique|abra|va (em|ate)|escolha|digite|adicione|instale|utilize|use|ligue|envie|acesse|aceda|insira|execute|entre em)\b/,
    hangsOn: /^(isso|isto|este|esta|estes|estas|ele|ela|depois|entao|senao|caso contrario|nesse caso)\b/,
  },
  stop: `a acontece acha achar ainda alem algo alguem algum alguma algumas alguns ali ao aos apenas apos aquela aquele aqui as assim ate bem boa bom cada como com conseguir consigo consegue contra da daqui das de dela dele demora demoram depois desde deve devem devo dia dias disse do dos durante
e ela elas ele eles em encontrar encontro enquanto entao entre era eram essa essas esse esses esta estao estar estas estava este estes estou eu faz fazer faco favor fica ficar foi foram gostaria ha haver hora horas hoje isso isto ja la leva lhe lhes logo mais mas me mediante meio mesma mesmo meu meus minha minhas muita muitas muito muitos
na nada nao nas nem nenhum nenhuma nesse nesta neste no nos nossa nossas nosso nossos num numa o obrigada obrigado obter ola onde os ou outra outras outro outros para pela pelas pelo pelos pode podem poder podia por porque posso possivel pouco pra preciso qual quais qualquer quando quanta quantas quanto quantos que quem quer quero
receber recebe recebo recebemos saber sao se seja sem sempre sendo ser sera seu seus si sido so sob sobre sou sua suas tal tambem tao te tem temos tenho ter teu ti tive toda todas todo todos tu tua tudo um uma umas uns vai vamos ver vez voce voces vou`,
  soft: 'aceita aceitam permitem período duração máximo mínimo tamanho número pedido pedidos encomenda encomendas compra compras artigo artigos produto produtos ajuda precisa precisar existe disponivel disponiveis oferece oferecem funciona versao tipo lista grande tamanho mostra tempo usar utilizar',
  alike: [
    'reembolso reembolsar reembolsamos devolução devoluções devolver devolvido devolvemos estorno dinheiro', 'cancelar cancelamento cancelo anular', 'fatura faturas faturação faturamento nota recibo',
    'preço preços custo custa custam custar valor tarifa pagar reais euros grátis gratuito', 'entrega entregar entregas envio envios enviar enviamos chega chegam chegar frete pedido encomenda',
    'senha senhas palavra-passe acesso', 'aberto aberta abrem abre abrir abrimos abertura horário horários funcionamento atendemos fecham fecha fechado', 'contato contacto contatar ligar telefone email correio escrever escreva',
    'esqueci esqueceu esquecer esquecido perdi perder redefinir recuperar', 'trocar troca mudar mudança alterar alteração', 'pedido pedidos encomenda compra comprar', 'pagamento pagamentos pagar', 'baixar descarregar download', 'assinatura plano', 'adicionar adiciono adicione acrescentar convidar convido convite criar', 'excluir excluo exclusão excluída apagar apago remover eliminar', 'hospedado hospedados hospedagem servidor servidores armazenados guardados', 'tamanho peso passar limite máximo',
  ],
};
