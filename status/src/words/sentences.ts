/**
 * What the collector says in English about components, in the other languages: a pattern each, with its groups as $1, $2.
 * A sentence that is not known here stays English and is marked as such by whoever shows it.
 */
type In = readonly [de: string, fr: string, es: string, ja: string];

/** Why calls fail; these follow "Out:" and "Troubled:". */
const whys: Record<string, In> = {
  'the key was refused': ['der Schlüssel wurde abgelehnt', 'la clé a été refusée', 'la clave fue rechazada', 'キーが拒否されました'],
  'it turns requests away (rate limit)': ['er weist Anfragen ab (Ratenlimit)', 'il rejette des requêtes (limite de débit)', 'rechaza solicitudes (límite de uso)', 'リクエスト制限中です'],
  'it answers with errors of its own': ['er antwortet mit eigenen Fehlern', 'il répond par ses propres erreurs', 'responde con errores propios', 'サーバーエラーを返しています'],
  'it cannot be reached': ['er ist nicht erreichbar', 'il est injoignable', 'no se puede alcanzar', '到達できません'],
  'it does not answer in time': ['er antwortet nicht rechtzeitig', 'il ne répond pas à temps', 'no responde a tiempo', '時間内に応答しません'],
  'its answers break off': ['seine Antworten brechen ab', 'ses réponses s’interrompent', 'sus respuestas se cortan', '応答が途中で切れます'],
  'its answers cannot be read': ['seine Antworten sind nicht lesbar', 'ses réponses sont illisibles', 'sus respuestas no se pueden leer', '応答を読み取れません'],
  'it refuses the requests': ['er lehnt die Anfragen ab', 'il refuse les requêtes', 'rechaza las solicitudes', 'リクエストを拒否しています'],
  'its answers are empty': ['seine Antworten sind leer', 'ses réponses sont vides', 'sus respuestas están vacías', '応答が空です'],
  'its calls were cancelled': ['seine Aufrufe wurden abgebrochen', 'ses appels ont été annulés', 'sus llamadas se cancelaron', '呼び出しが中止されました'],
  'its calls fail': ['seine Aufrufe scheitern', 'ses appels échouent', 'sus llamadas fallan', '呼び出しが失敗しています'],
  'some of its calls fail': ['einige seiner Aufrufe scheitern', 'certains de ses appels échouent', 'algunas de sus llamadas fallan', '一部の呼び出しが失敗しています'],
};

const patterns: readonly (readonly [RegExp, In])[] = [
  [/^Answers\.$/, ['Antwortet.', 'Répond.', 'Responde.', '応答しています。']],
  [/^Answers our probes\.$/, ['Antwortet auf unsere Proben.', 'Répond à nos sondes.', 'Responde a nuestras sondas.', '監視に応答しています。']],
  [/^Answers our probes; its figures are stale\.$/, ['Antwortet auf unsere Proben; die Zahlen sind veraltet.', 'Répond à nos sondes ; ses chiffres sont périmés.', 'Responde a nuestras sondas; sus datos están desfasados.', '監視に応答していますが、数値は更新されていません。']],
  [/^Answers our probes; (\d+) of (\d+) probers does not reach it\.$/, ['Antwortet auf unsere Proben; $1 von $2 Prüfern erreicht es nicht.', 'Répond à nos sondes ; $1 sur $2 ne le joint pas.', 'Responde a nuestras sondas; $1 de $2 no lo alcanza.', '監視に応答していますが、$2 か所中 $1 か所から到達できません。']],
  [/^Does not answer our probes\.$/, ['Antwortet nicht auf unsere Proben.', 'Ne répond pas à nos sondes.', 'No responde a nuestras sondas.', '監視に応答しません。']],
  [/^Does not answer our probes \((\d+) of (\d+) probers\)\.$/, ['Antwortet nicht auf unsere Proben ($1 von $2 Prüfern).', 'Ne répond pas à nos sondes ($1 sur $2).', 'No responde a nuestras sondas ($1 de $2).', '監視に応答しません（$2 か所中 $1 か所）。']],
  [/^Reached from (\d+) of (\d+) places\.$/, ['Von $1 von $2 Orten erreichbar.', 'Joignable depuis $1 lieux sur $2.', 'Accesible desde $1 de $2 lugares.', '$2 か所中 $1 か所から到達できます。']],
  [/^Not probed at the moment\.$/, ['Wird im Moment nicht geprüft.', 'Pas sondé en ce moment.', 'Sin sondear por ahora.', '現在は監視していません。']],
  [/^Not measured at the moment\.$/, ['Wird im Moment nicht gemessen.', 'Pas mesuré en ce moment.', 'Sin medir por ahora.', '現在は計測していません。']],
  [/^Not configured\.$/, ['Nicht eingerichtet.', 'Non configuré.', 'Sin configurar.', '未設定です。']],
  [/^Nothing has been asked of it yet\.$/, ['Noch wurde nichts gefragt.', 'Rien ne lui a encore été demandé.', 'Todavía no se le ha preguntado nada.', 'まだ呼び出していません。']],
  [/^Nobody is waiting\.$/, ['Niemand wartet.', 'Personne n’attend.', 'Nadie espera.', '待っている人はいません。']],
  [/^(\d+) waiting, moving\.$/, ['$1 warten, es geht voran.', '$1 en attente, la file avance.', '$1 en espera, avanzando.', '$1 件が待機中、進行しています。']],
  [/^(\d+) turns are waiting for a place\.$/, ['$1 Fragen warten auf einen Platz.', '$1 échanges attendent une place.', '$1 turnos esperan sitio.', '$1 件が空きを待っています。']],
  [/^Out of reach with the gateway\.$/, ['Mit dem Gateway außer Reichweite.', 'Hors de portée avec la passerelle.', 'Fuera de alcance junto con la pasarela.', 'ゲートウェイとともに到達できません。']],
  [/^(\d+) of the last (\d+) turns failed on our side\.$/, ['$1 der letzten $2 Antworten scheiterten auf unserer Seite.', '$1 des $2 derniers échanges ont échoué de notre côté.', '$1 de los últimos $2 turnos fallaron por nuestra parte.', '直近 $2 件中 $1 件が当方の問題で失敗しました。']],
  [/^(\d+) of the last (\d+) turns were turned away\.$/, ['$1 der letzten $2 Fragen wurden abgewiesen.', '$1 des $2 derniers échanges ont été refusés.', '$1 de los últimos $2 turnos fueron rechazados.', '直近 $2 件中 $1 件を受け付けられませんでした。']],
  [/^(\d+) of the last (\d+) calls failed\.$/, ['$1 der letzten $2 Aufrufe scheiterten.', '$1 des $2 derniers appels ont échoué.', '$1 de las últimas $2 llamadas fallaron.', '直近 $2 回中 $1 回の呼び出しが失敗しました。']],
  [/^No calls in the last minute\.$/, ['Keine Aufrufe in der letzten Minute.', 'Aucun appel dans la dernière minute.', 'Sin llamadas en el último minuto.', '直近1分の呼び出しなし。']],
  [/^First token at (\d+) ms in the middle of the last (\d+) turns; the target is (\d+) ms\.$/, ['Erstes Wort im Mittel der letzten $2 Antworten nach $1 ms; das Ziel ist $3 ms.', 'Premier mot à $1 ms au milieu des $2 derniers échanges ; l’objectif est $3 ms.', 'Primera palabra a $1 ms en la mediana de los últimos $2 turnos; el objetivo es $3 ms.', '直近 $2 件の中央値で最初の言葉まで $1 ms（目標 $3 ms）。']],
  [/^Answers, though its public endpoint does not answer our probes\.$/, ['Antwortet, obwohl seine öffentliche Adresse auf unsere Proben nicht antwortet.', 'Répond, bien que son adresse publique ne réponde pas à nos sondes.', 'Responde, aunque su dirección pública no responde a nuestras sondas.', '応答していますが、公開アドレスは監視に応答しません。']],
  [/^Its public endpoint does not answer our probes\.$/, ['Seine öffentliche Adresse antwortet nicht auf unsere Proben.', 'Son adresse publique ne répond pas à nos sondes.', 'Su dirección pública no responde a nuestras sondas.', '公開アドレスが監視に応答しません。']],
];
const troubles: Record<string, In> = {
  Out: ['Ausgefallen: $1.', 'En panne : $1.', 'Caído: $1.', '停止：$1。'],
  Troubled: ['Gestört: $1.', 'Perturbé : $1.', 'Con fallos: $1.', '不調：$1。'],
};

/** The headline's building blocks; `{names}` are the components. */
const headlines: Record<string, In> = {
  down: ['Der Chat antwortet nicht', 'Le chat ne répond pas', 'El chat no responde', 'チャットが応答していません'],
  out: ['Ausgefallen: {names}', 'En panne : {names}', 'Caído: {names}', '停止中：{names}'],
  outAnswers: ['Ausgefallen: {names}. Der Chat antwortet', 'En panne : {names}. Le chat répond', 'Caído: {names}. El chat responde', '{names} は停止中、チャットは応答中'],
  ill: ['Langsam oder teilweise gestört: {names}', 'Lent ou en partie défaillant : {names}', 'Lento o con fallos: {names}', '遅延または一部不調：{names}'],
  planned: ['In Wartung: {names}', 'En maintenance : {names}', 'En mantenimiento: {names}', 'メンテナンス中：{names}'],
  stale: ['Der Chat antwortet, seine Zahlen sind veraltet', 'Le chat répond, ses chiffres sont périmés', 'El chat responde, sus datos están desfasados', 'チャットは応答中、数値は更新されていません'],
  well: ['Alle Systeme in Betrieb', 'Tous les systèmes sont opérationnels', 'Todos los sistemas operativos', 'すべてのシステムは正常です'],
};

const column: Record<string, number> = { de: 0, fr: 1, es: 2, ja: 3 };

/** The sentence in `lang`; null when it is English or not known. */
export function translated(text: string, lang: string): string | null {
  const at = column[lang];
  if (at === undefined) return null;
  const trouble = /^(Out|Troubled): (.+?)\.$/.exec(text);
  const why = whys[trouble?.[2] ?? '']?.[at];
  if (trouble && why !== undefined) return troubles[trouble[1] ?? '']?.[at]?.replace('$1', why) ?? null;
  const known = patterns.find(([pattern]) => pattern.test(text));
  return known ? text.replace(known[0], known[1][at] ?? '') : null;
}

/** One of the headline's forms; null in English, where the collector has said it. */
export function headlineIn(lang: string, form: string, names: string): string | null {
  const at = column[lang];
  return at === undefined ? null : (headlines[form]?.[at]?.replace('{names}', () => names) ?? null);
}
