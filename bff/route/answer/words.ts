/** Words as the builtin answerer compares them: lower case, lightly stemmed, English and German. Pure. */

const STOP = new Set(`a about above after again all also am an and any are as at be because been before being below between both but by
can could did do does doing don during each else even ever every few for from further get gets getting give go goes going gonna got happen happens happened hello help hey hi please thanks had has have having he her here hers him his
how i if in into is it its itself just let like long made make makes many may me mean means might more most much must my near no nor not now of often on once one only or other our
out over own per please possible same say says she should since so some something still such take tell than that the their them then there these they thing things this those
through to too under until up upon us use used uses using very want wants was we well were what when where which while who whom whose why will with within without would yes yet you your
s t re ve ll d m whats hows wheres whos dont doesnt cant isnt im ive
aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist bitte da damit dann das dass dein deine dem den denn der des dich die dies diese diesem diesen dieser dieses dir doch dort
du durch ein eine einem einen einer eines er es etwas euch euer für gegen geht gibt haben hat hatte hier ich ihm ihn ihnen ihr ihre im in ins ist ja jede jeder jedes jetzt kann kannst können könnte machen macht man mein meine mich mir mit
muss nach nein nicht noch nun nur ob oder ohne schon sehr sein seine sich sie sind so soll sollte über um und uns unser unter viel vom von vor war warum was weil welche welcher welches wenn wer werden wie wieder will wird wir wo woher wohin wozu
wurde komme kommt kommen passiert passieren eigentlich genau hallo danke zu zum zur zwischen`.split(/\s+/));

/** Words that ask for the same thing; each row is one concept, across both languages. */
const ALIKE = `
install setup set start run begin embed deploy installation launch getting clone npm integrate installieren installiere installation einrichten starten einbauen einbinden
add put insert embed place integrate include einbauen einbinden einfügen baue hinzufügen
fast speed quick quickly latency slow millisecond ms second seconds instant schnell geschwindigkeit dauer dauert millisekunden sekunde sekunden langsam
fail fails failure down error outage crash dies die dead breaks broken fallback unavailable ausfall ausfällt fällt fehler störung
lost loses lose broken interrupted disconnect verloren abgebrochen
provider vendor upstream openai anthropic anbieter
model models llm gpt claude modell modelle sprachmodell
price prices cost costs pricing expensive charge pay paid bill kosten kostet preis preise bezahlen zahlen
free gratis costless kostenlos umsonst
refund refunds reimburse return erstattung rückerstattung zurückzahlung
cancel cancellation terminate unsubscribe kündigen kündigung stornieren
secure security privacy private protect encrypt encryption gdpr dsgvo sicher sicherheit datenschutz privat
delete remove erase forget clear lösche löschen entfernen vergessen
configure configuration config setting settings option options einstellen einstellung konfiguration konfigurieren konfiguriere
change customise customize theme style adjust look looks appearance color colors design ändern ändere anpassen farbe farben aussehen
position left right corner place links rechts
document documents docs documentation knowledge dokument dokumente dokumentation wissen
teach add ingest upload import feed train hochladen importieren
file files format formats datei dateien formate
language languages sprache sprachen
memory remember remembers recall gedächtnis erinnert merkt
test tests testing suite prüfung
license licence licensed mit lizenz lizenzen
contact kontakt
allow allowed permit permitted forbidden refused erlaubt
health healthy incident incidents störungen zustand
require required requires requirement requirements prerequisite need needs needed voraussetzung voraussetzungen benötigt brauche braucht nötig
website page site homepage webseite website seite
store stored keep kept save saved hold retain data gespeichert speichert aufbewahrt daten
large big size bytes kb groß größe
widget script tag panel button launcher
person human agent mensch mitarbeiter
visitor visitors user users customer customers besucher nutzer kunde kunden
answer answers reply replies respond response antwort antworten
choose choice pick picks select selects decide decides prefer prefers wählt auswählen entscheidet
stop stops end ends quit exit abort beenden stoppen anhalten
wait waiting queue queued pending warten warteschlange
offline network internet netz netzwerk
check checks verify validate prüfen überprüfen
find finds search look locate finden suchen
environment variable variables env umgebungsvariable
twice again second repeatedly doppelt zweimal
late delayed timeout deadline verspätet
address url port endpoint route adresse
`.trim().split('\n').map((row) => row.split(' '));

const concepts = new Map<string, Set<number>>();
for (const [at, row] of ALIKE.entries()) for (const word of row) concepts.set(stem(word), new Set(concepts.get(stem(word))).add(at));

/** Words that shape a question more than they say what it is about: they count, but cannot carry an answer. */
const SOFT = new Set(`support supported supports work works working show shows know need needs needed require required version available big large size explain offer add way kind type thing list store
unterstützt unterstützen funktioniert zeigt brauche braucht benötigt verfügbar version groß gibt art liste geht`.split(/\s+/).map(stem));

/** Whether a stem only shapes the question. */
export function isSoft(word: string): boolean {
  return SOFT.has(word);
}

/** All words of a text in order, stemmed, stop words left out; names such as `queue_full` also as a whole. */
export function contentWords(text: string): string[] {
  const names = text.toLowerCase().match(/[\p{L}\p{N}]+(?:[_.][\p{L}\p{N}]+)+/gu) ?? [];
  return [...allWords(text).filter((word) => !STOP.has(word)).map(stem), ...names];
}

/** All words in lower case, as they stand. */
export function allWords(text: string): string[] {
  return text.toLowerCase().normalize('NFC').match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu)?.map((word) => word.replace(/['’].*$/, '')) ?? [];
}

/** The word without the commonest endings of English and German; short words stay as they are. */
export function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  const plain = oneSpelling(word.replace(/ß/g, 'ss'));
  for (const ending of ['ations', 'ation', 'ungen', 'ingly', 'ung', 'ing', 'ies', 'ers', 'est', 'ed', 'es', 'en', 'er', 'em', 'ly', 'e', 's', 'n', 'y']) {
    if (plain.endsWith(ending) && plain.length - ending.length >= 3) {
      const short = plain.slice(0, -ending.length);
      return /([bdfgmnprt])\1$/.test(short) && short.length > 3 ? short.slice(0, -1) : short;
    }
  }
  return plain;
}

/** British and American spellings meet. */
function oneSpelling(word: string): string {
  if (word.length < 5) return word;
  return word.replace(/our(s|ed|ing|ful)?$/, 'or$1').replace(/enc(e|es|ed|ing)$/, 'ens$1').replace(/is(e|es|ed|ing|ation)$/, 'iz$1');
}

/** The word that a misspelt one most likely stands for: one slip away, two in a very long word; null when none is. */
export function meantBy(word: string, known: Iterable<string>): string | null {
  if (word.length < 6 || /\d/.test(word)) return null;
  for (const candidate of known) {
    if (candidate.length >= 5 && candidate[0] === word[0] && slips(word, candidate) <= (word.length >= 11 ? 2 : 1)) return candidate;
  }
  return null;
}

/** Letters missing, added, wrong or swapped between two words; stops counting at 3. */
function slips(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((row[j] ?? 3) + 1, (next[j - 1] ?? 3) + 1, (row[j - 1] ?? 3) + (same ? 0 : 1));
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 3) + 1);
      next.push(least);
    }
    [before, row] = [row, next];
  }
  return Math.min(3, row[b.length] ?? 3);
}

/** How well two stems agree: 1 the same, less for a shared root or the same concept, 0 otherwise. */
export function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length >= 5 && long.startsWith(short)) return 0.85;
  const other = concepts.get(b);
  return other !== undefined && [...(concepts.get(a) ?? [])].some((row) => other.has(row)) ? 0.6 : 0;
}

/** Other words for what a text speaks of, for a search that compares letters only. */
export function alikeWords(text: string): string[] {
  const rows = new Set(contentWords(text).flatMap((word) => [...(concepts.get(word) ?? [])]));
  return [...rows].flatMap((row) => ALIKE[row] ?? []);
}
