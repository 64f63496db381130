/** German. */
import type { Language } from '../languages.ts';

export const de: Language = {
  says: {
    unknown: 'Das habe ich in den Dokumenten, die ich habe, nicht gefunden.',
    offerPerson: 'Möchten Sie einen Menschen fragen?',
    askedForPerson: 'Gern. Ich gebe das an einen Menschen weiter.',
    noPerson: 'Aus diesem Chat heraus kann ich keinen Menschen erreichen. Bitte nutzen Sie die Kontaktangaben dieser Website.',
    standIn: 'Die Sprachmodelle sind gerade nicht erreichbar.',
    wordForWord: 'Das hier stammt wörtlich aus den Dokumenten:',
    youSaid: (text) => `Sie haben mir vorhin gesagt: „${text}“`,
    toolFailed: (title) => `Ich habe „${title}“ versucht, aber keine Antwort bekommen.`,
    toolEmpty: (title) => `„${title}“ hat dazu nichts gefunden.`,
    greeting: 'Hallo! Was möchten Sie wissen?',
    thanks: 'Gern geschehen. Gibt es noch etwas?',
    bye: 'Auf Wiedersehen und danke für den Besuch.',
    whoAmI: 'Ich bin der eingebaute Antwortgeber, kein Sprachmodell: Ich suche in den Dokumenten die Sätze, die Ihre Frage beantworten, und sage es, wenn es keine gibt.',
    firstToken: 'erstes Wort nach',
    waiting: (depth) => (depth === 0 ? 'In der Warteschlange wartet niemand.' : `In der Warteschlange ${depth === 1 ? 'wartet eine Frage' : `warten ${depth} Fragen`}.`),
  },
  talk: {
    greeting: /^(hallo|guten (morgen|tag|abend)|servus|moin|grüß gott)$/,
    thanks: /^(danke|vielen dank|danke schön|super|prima|ok(ay)?)( (vielen dank|danke|sehr))*$/,
    bye: /^(ciao|tschüss?|tschüß|auf wiedersehen|bis bald)$/,
    whoAmI: /^(wer|was) (bist du|sind sie)|^was (kannst du|können sie)|^(bist du|sind sie) (ein |eine )?(bot|roboter|mensch|ki|echt)/,
  },
  yes: /^(ja|ja bitte|ja gern|ja gerne|gern|gerne|bitte)$/,
  person: /\b(mit|zu) (einem|einer|dem|der)\b.{0,20}\b(menschen|mitarbeiter|mitarbeiterin|person|berater)\b.{0,20}\b(sprechen|reden|verbinden)?/,
  asks: {
    measure: /\bwie (schnell|lange|viel|viele|gro(ß|ss)|oft|alt)\b|\b(kostet|preis)/,
    reason: /\bwarum\b|\bwieso\b|\bweshalb\b/,
    howto: /\bwie\b|\b(installieren|einrichten|einbauen)/,
    list: /\bwelche \p{L}+ .*(gibt|werden|sind|kann|können)\b/u,
    definition: /\bwas (ist|sind|macht|bedeutet)\b|\bwer (ist|sind)\b|\berklär/,
  },
  goesOn: /^(und|aber|oder|auch|was ist mit|wie ist es mit)\b/,
  about: {
    supposed: /\b(falls|wenn)\b/,
    general: /^\W*(?:so |und |aber )?(?:wie|was|wo|welche[rs]?|kann|warum)\b/,
    steps: /^\W*(?:und )?wie (?:kann|mache|melde)\b/,
    now: /\b(gerade|momentan|moment|aktuell|heute|jetzt|zurzeit)\b/,
  },
  tells: {
    figure: /\d/,
    because: /\b(weil|damit|denn|deshalb)\b/,
    does: /\b(install)\b/,
    hangsOn: /^(es|er|sie|das|dies|dann|sonst)\b/,
  },
  stop: `aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist bitte da damit dann das dass dein deine dem den denn der des dich die dies diese diesem diesen dieser dieses dir doch dort
du durch ein eine einem einen einer eines er es etwas euch euer für gegen geht gibt haben hat hatte hier ich ihm ihn ihnen ihr ihre im in ins ist ja jede jeder jedes jetzt kann kannst können könnte machen macht man mein meine mich mir mit
muss nach nein nicht noch nun nur ob oder ohne schon sehr sein seine sich sie sind so soll sollte über um und uns unser unter viel viele kein keine keinen hoch vom von vor wann war warum was weil welche welcher welches wenn wer werden wie wieder will wird wir wo woher wohin wozu
wurde komme kommt kommen lange passiert passieren eigentlich genau hallo danke zu zum zur zwischen`,
  soft: 'finde finden bekomme bekommen erhalte dauert bestellung unterstützt unterstützen funktioniert zeigt brauche braucht benötigt verfügbar version groß gibt art liste geht',
  alike: [],
};
