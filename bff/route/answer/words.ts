/** Words as the builtin answerer compares them: lower case, lightly stemmed, English and German. Pure. */

const STOP = new Set(`a about above after again all also am an and any are as at be because been before being below between both but by
can could did do does doing don during each else even ever every few for from further get gets getting give go goes going gonna got happen happens happened hello help hey hi please thanks had has have having he her here hers him his
how i if in into is it its itself just know let like long made make makes many may me mean means might more most much must my near no nor not now of often on once one only or other our
out over own per please possible same say says she should since so some something still such take tell than that the their them then there these they thing things this those
through to too under until up upon us use used uses using very want wants was we well were what when where which while who whom whose why will with within without would yes yet you your
s t re ve ll d m
aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist bitte da damit dann das dass dein deine dem den denn der des dich die dies diese diesem diesen dieser dieses dir doch dort
du durch ein eine einem einen einer eines er es etwas euch euer für gegen geht gibt haben hat hatte hier ich ihm ihn ihnen ihr ihre im in ins ist ja jede jeder jedes jetzt kann kannst können könnte machen macht man mein meine mich mir mit
muss nach nein nicht noch nun nur ob oder ohne schon sehr sein seine sich sie sind so soll sollte über um und uns unser unter viel vom von vor war warum was weil welche welcher welches wenn wer werden wie wieder will wird wir wo woher wohin wozu
wurde passiert passieren eigentlich genau hallo danke zu zum zur zwischen`.split(/\s+/));

/** Words that ask for the same thing; each row is one concept, across both languages. */
const ALIKE = `
install setup set start run begin embed deploy installation launch getting clone npm integrate installieren installation einrichten starten einbauen einbinden
fast speed quick quickly latency slow millisecond ms second seconds instant schnell geschwindigkeit dauer dauert millisekunden sekunde sekunden langsam
fail fails failure down error outage crash dies die breaks broken fallback unavailable ausfall ausfällt fällt fehler störung
provider vendor upstream openai anthropic anbieter
model models llm modell modelle
price prices cost costs pricing expensive kosten kostet preis preise
refund refunds reimburse return erstattung rückerstattung zurückzahlung
cancel cancellation terminate unsubscribe kündigen kündigung stornieren
secure security privacy private protect encrypt encryption sicher sicherheit datenschutz privat
delete remove erase forget löschen entfernen vergessen
configure configuration config setting settings option options einstellen einstellung konfiguration konfigurieren
document documents docs documentation knowledge dokument dokumente dokumentation wissen
language languages sprache sprachen
memory remember remembers recall gedächtnis erinnert merkt
test tests testing suite prüfung
license licence licensed mit lizenz
contact kontakt
status health healthy incident incidents störungen zustand
require required requires requirement requirements prerequisite need needs needed voraussetzung voraussetzungen benötigt brauche braucht nötig
website page site homepage webseite website seite
store stored keep kept save saved hold retain speichern gespeichert aufbewahrt
large big size bytes kb groß größe
widget script tag panel
person human agent mensch mitarbeiter
`.trim().split('\n').map((row) => row.split(' '));

const concepts = new Map<string, number>();
for (const [at, row] of ALIKE.entries()) for (const word of row) concepts.set(stem(word), at);

/** Words that shape a question more than they say what it is about: they count, but cannot carry an answer. */
const SOFT = new Set(`support supported supports work works working show shows need needs needed require required version available big large size explain offer add way kind type thing list store
unterstützt unterstützen funktioniert zeigt brauche braucht benötigt verfügbar version groß gibt art liste`.split(/\s+/).map(stem));

/** Whether a stem only shapes the question. */
export function isSoft(word: string): boolean {
  return SOFT.has(word);
}

/** All words of a text in order, stemmed, stop words left out. */
export function contentWords(text: string): string[] {
  return allWords(text).filter((word) => !STOP.has(word)).map(stem);
}

/** All words in lower case, as they stand. */
export function allWords(text: string): string[] {
  return text.toLowerCase().normalize('NFC').match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu)?.map((word) => word.replace(/['’].*$/, '')) ?? [];
}

/** The word without the commonest endings of English and German; short words stay as they are. */
export function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  const plain = word.replace(/ß/g, 'ss');
  for (const ending of ['ations', 'ation', 'ungen', 'ingly', 'ung', 'ing', 'ies', 'ers', 'est', 'ed', 'es', 'en', 'er', 'em', 'ly', 'e', 's', 'n', 'y']) {
    if (plain.endsWith(ending) && plain.length - ending.length >= 3) {
      const short = plain.slice(0, -ending.length);
      return /([bdfgmnprt])\1$/.test(short) && short.length > 3 ? short.slice(0, -1) : short;
    }
  }
  return plain;
}

/** How well two stems agree: 1 the same, less for a shared root or the same concept, 0 otherwise. */
export function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length >= 5 && long.startsWith(short)) return 0.85;
  const concept = concepts.get(a);
  return concept !== undefined && concept === concepts.get(b) ? 0.6 : 0;
}

/** Other words for what a text speaks of, for a search that compares letters only. */
export function alikeWords(text: string): string[] {
  const rows = new Set(contentWords(text).map((word) => concepts.get(word)).filter((row) => row !== undefined));
  return [...rows].flatMap((row) => ALIKE[row] ?? []);
}
