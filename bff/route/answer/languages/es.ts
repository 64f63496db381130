/** Spanish. */
import type { Language } from '../languages.ts';

export const es: Language = {
  says: {
    unknown: 'No he encontrado eso en los documentos de los que dispongo.',
    offerPerson: '¿Desea preguntar a una persona?',
    askedForPerson: 'Por supuesto. Paso su consulta a una persona.',
    noPerson: 'Desde este chat no puedo contactar con una persona. Utilice, por favor, los datos de contacto de este sitio.',
    standIn: 'En este momento no se puede contactar con los modelos de lenguaje.',
    wordForWord: 'Esto procede palabra por palabra de los documentos:',
    youSaid: (text) => `Antes me dijo: «${text}»`,
    toolFailed: (title) => `He probado «${title}», pero no ha dado respuesta.`,
    toolEmpty: (title) => `«${title}» no ha encontrado nada sobre esto.`,
    greeting: '¡Hola! ¿Qué le gustaría saber?',
    thanks: 'De nada. ¿Puedo ayudarle en algo más?',
    bye: 'Hasta luego y gracias por su visita.',
    whoAmI: 'Soy el contestador integrado, no un modelo de lenguaje: busco en los documentos las frases que responden a su pregunta y, cuando no las hay, lo digo.',
    firstToken: 'primera palabra tras',
    waiting: (depth) => (depth === 0 ? 'No hay nadie esperando en la cola.' : depth === 1 ? 'Hay 1 pregunta esperando en la cola.' : `Hay ${depth} preguntas esperando en la cola.`),
  },
  talk: {
    greeting: /^(hola|buenas|buenos dias|buen dia|buenas (tardes|noches)|saludos|que tal)( (que tal|buenas|a todos|buenos dias|buenas tardes))?$/,
    thanks: /^(gracias|muchas gracias|mil gracias|muchisimas gracias|genial|perfecto|estupendo|vale|ok|de acuerdo)( (gracias|muchas gracias|muy amable|por (todo|su ayuda|tu ayuda|la ayuda)))*$/,
    bye: /^(adios|hasta (luego|pronto|manana|la vista)|nos vemos|chao|que tenga (un )?buen dia)( (y )?gracias)?$/,
    whoAmI: /^(quien|que) (eres|es usted|sois)|^que (puedes|puede|sabes|sabe) hacer( por mi)?$|^(eres|es usted) (un |una )?(bot|robot|humano|humana|persona|ia|chatgpt|modelo|real)/,
  },
  yes: /^(si|si por favor|claro|vale|por favor)$/,
  person: /\b(hablar|charlar|chatear|comunicarme|comuniqueme|conecteme|conectame|pas[ae]me|transfier[ae]me)\b.{0,30}\b(humano|persona|alguien|agente|operador|operadora|representante|asesora?|atencion al cliente)\b|\b(quiero|necesito|prefiero) (a )?(un |una )?(ser )?(humano|persona real|agente|asesora?|operador)\b/,
  asks: {
    measure: /\b(cuantos?|cuantas?|(?:desde|hasta) cuando|a que hora|que (horarios?|precios?|plazos?|dias?)|cual es el (precio|plazo|horario))\b|^\P{L}*cuando\b|\bcuesta/u,
    reason: /\bpor que\b|\bpor cual motivo\b/,
    howto: /\bcomo\b(?! (se llama|esta))|\bde que (manera|forma)\b/,
    list: /\b(cuales|que \p{L}+s)\b.*\b(hay|son|existen|ofrecen|aceptan|puedo|pueden|tienen|disponibles)\b/u,
    definition: /\bque (es|son|significa|quiere decir)\b|\b(quien|cual) es\b|\bexplic/,
  },
  goesOn: /^(y|pero|tambien|que hay de|que tal si|o (si|tambien|bien))\b/,
  about: {
    supposed: /\b(que (pasa|sucede|ocurre)|en caso de|cuando se)\b|(?<!\p{L})si (se|el|la|un|una|mi|no|quiero|pierdo|he)\b/u,
    general: /^\W*(?:y |pero )?(?:como|que|donde|cual|cuales|quien|puedo|se puede|por que)\b/,
    steps: /^\W*(?:y |pero )?como\b/,
    now: /\b(ahora|actualmente|en este momento|hoy|ayer|todavia|desde hace)\b/,
  },
  tells: {
    figure: /\d|\b(dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|treinta)\b/,
    because: /\b(porque|ya que|debido a|puesto que|por eso|para que)\b/,
    does: /\b(haga clic|pulse|abra|vaya|elija|escriba|anada|instale|utilice|use|llame|envie|entre en|introduzca|ejecute|inicie)\b/,
    hangsOn: /^(esto|este|esta|estos|estas|eso|ello|luego|despues|entonces|si no|de lo contrario|en ese caso)\b/,
  },
  stop: `a al algo alguien algun alguna algunas algunos alli antes aqui asi aun aunque bien cada casi como con conseguir cual cuales cualquier cuando cuanta cuantas cuanto cuantos cuyo da dan dar de debe deben debo decir del desde despues dia dias dice donde dos durante
e el ella ellas ellos en encontrar encuentra encuentro entonces entre era eran eres es esa esas ese eso esos esta estaba estan estar estas este esto estos estoy fue fueron gracias gusta gustaria ha haber habia hace hacer hacen haces hago han has hasta hay haya he hola hora horas hoy ir
la las le les lleva lo los luego mas me mediante mi mientras mis misma mismo mucha muchas mucho muchos muy nada ni ningun ninguna no nos nosotros nuestra nuestras nuestro nuestros o obtener os otra otras otro otros para pasa pero poco poder podemos podria por porque posible puede pueden puedo pues
que quien quienes quiere quiero quisiera recibir recibe recibo recibire saber se sea segun ser si sido siempre sin sobre sois solo son soy su sus tal tambien tampoco tan tanto tarda tardan te tendra tendre tener tengo ti tiene tienen tienes toda todas todo todos tras tu tus u un una unas uno unos usted ustedes va vamos ver vez voy y ya yo favor sucede ocurre`,
  soft: 'acepta aceptan admiten permiten periodo duración máximo mínimo tamaño número pedido pedidos compra compras artículo artículos producto productos todavía ayuda necesito necesita necesitar existe disponible disponibles ofrece ofrecen funciona version tipo lista grande tamaño muestra tiempo usar utilizar',
  alike: [
    'reembolso reembolsar devolución devoluciones devolver devuelve devuelto devolvemos devuelven dinero', 'cancelar cancelación cancela anular anulación baja', 'factura facturas facturación',
    'precio precios coste costo cuesta cuestan costar vale tarifa pagar euros gratis gratuito', 'entrega entregar entregas envío envíos enviar enviamos llega llegan llegar llegará pedido paquete',
    'contraseña contraseñas clave acceso', 'abierto abierta abren abre abrir abrimos apertura horario horarios atendemos cierran cierra cierre cerrado', 'contacto contactar llamar teléfono correo email escribir escríbanos comunicarme',
    'olvidado olvidé olvidó olvidar olvido perdido perdí perder restablecer recuperar', 'cambiar cambio cambios modificar', 'pedido pedidos compra comprar', 'pago pagos pagar abonar', 'descargar descarga bajar', 'suscripción plan abono', 'añadir añado añada agregar agrego invitar invito invitación crear', 'eliminar elimino elimina borrar borro suprimir quitar', 'alojado alojados alojamiento servidor servidores almacenan guardan guardado', 'tamaño peso superar límite máximo',
  ],
};
