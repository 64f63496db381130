/** How well two words agree, and which ask for the same thing. Pure. */
import { languages, type Tag } from './languages.ts';

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

/** What a reader knows of its languages' words, which come to it as stems. */
export type Lexicon = {
  /** How well a question's stem and another agree: 1 the same, less for a shared root or the same concept, 0 otherwise. */
  likeness(a: string, b: string): number;
  /** Whether a stem only shapes the question. */
  isSoft(word: string): boolean;
  /** Other words for the concepts that stems stand for. */
  alike(stems: string[]): string[];
};

/** The rows of the other languages hold closer words than those of English and German. */
const NARROW = 0.75;
const WIDE = 0.6;
/** A single Chinese letter and a word in hiragana are too little to tell what a question is about, unless they name a concept. */
const SLIGHT = /^(?:\p{Script=Han}|\p{Script=Hiragana}+)$/u;
const BEYOND_LATIN = '\u0600';

/** The lexicon of several languages. `stems`: the stems of a list's words. */
export function createLexicon(tags: Tag[], stems: (list: string) => string[]): Lexicon {
  const wide = tags.includes('en') ? ALIKE : [];
  const rows = [...wide, ...tags.flatMap((tag) => languages[tag].alike.map((row) => row.split(' ')))];
  const concepts = new Map<string, Set<number>>();
  for (const [at, row] of rows.entries()) for (const word of row.flatMap(stems)) concepts.set(word, new Set(concepts.get(word)).add(at));
  const soft = new Set(tags.flatMap((tag) => stems(languages[tag].soft)));
  return {
    isSoft: (word) => soft.has(word) || (word > BEYOND_LATIN && SLIGHT.test(word) && !concepts.has(word)),
    alike: (words) => [...new Set(words.flatMap((word) => [...(concepts.get(word) ?? [])]))].flatMap((row) => rows[row] ?? []),
    likeness(a, b) {
      if (a === b) return 1;
      const [short, long] = a.length < b.length ? [a, b] : [b, a];
      if (short.length >= 5 && long.startsWith(short)) return 0.85;
      const further = short > BEYOND_LATIN ? kinship(short, long, short === a) : 0;
      if (further > 0) return further;
      const other = concepts.get(b);
      if (other === undefined) return 0;
      const row = [...(concepts.get(a) ?? [])].find((at) => other.has(at));
      return row === undefined ? 0 : row < wide.length ? WIDE : NARROW;
    },
  };
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

/** Arabic: one letter in front (and, with, for, a verb's person) makes another form. Katakana: a part of a compound, less where the question has the whole (`asked`: it has the part). A Chinese letter alone: a pair that it stands in. */
function kinship(short: string, long: string, asked: boolean): number {
  if (short < '\u0700') {
    const other = long.length === short.length
      ? long.length >= 4 && long.slice(1) === short.slice(1) && PERSON.test(long) && PERSON.test(short)
      : short.length >= 3 && long.length === short.length + 1 && long.endsWith(short) && CLITIC.test(long);
    return other ? 0.85 : 0;
  }
  if (/^[\u30a0-\u30ff]{3}/.test(short) && (long.startsWith(short) || long.endsWith(short))) return asked ? 0.85 : 0.5;
  return short.length === 1 && long.length === 2 && long.includes(short) && /\p{Script=Han}/u.test(short) ? 0.5 : 0;
}
const PERSON = /^[ايتن]/;
const CLITIC = /^[وفبكلسايتن]/;
