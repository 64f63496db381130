/** Every page of one second in every language, and the signed live parts that open pages fetch. */
import { languages, folderOf } from '../src/words/languages.ts';
import type { Words } from '../src/words/en.ts';
import type { PublishedIncident, PublishedMaintenance } from '../src/incident.ts';
import { binned, type Bins } from './charts.ts';
import { DAYS_SHOWN } from './daybars.ts';
import { escape } from './html.ts';
import { historyPart, incidentPart } from './incidentview.ts';
import { modelFacts, modelPart, type ModelFacts } from './modelview.ts';
import { file, type File } from './publish.ts';
import type { Signer } from './sign.ts';
import { fill, keyed, shellsOf, type Site } from './site.ts';
import { latestTurn, type ModelView, type Snapshot } from './snapshot.ts';
import type { Store } from './store.ts';
import { subscribePart } from './subscribeview.ts';
import { headlineOf, livePart, modelPath, type Shown } from './view.ts';

const DAY = 86_400_000;
/** More models than this are written in turn, each once in so many seconds; so are the translations of a page. */
const AT_ONCE = 4;
const EVERY = 4;
/** Charts of a day on the front page: half hours, read anew after so many snapshots. */
const PARTS = 48;
const CHART_EVERY = 10;
/** The split of time is the average of so many turns of the last quarter of an hour. */
const LATELY = { ms: 900_000, turns: 100 };

export type PagesFacts = { url: string; begun: number; mail: boolean };
/** Runs `make`; when it throws, what it made last stays and the fault is remembered. Null: what it made last is good still. */
export type Format = (name: string, make: (() => File[]) | null) => File[];
/** `live` is the English part, which stands in the snapshot; `fronts` come last of all. */
export type Pages = { live: string; pages: File[]; fronts: File[] };

const titled = (text: string): string => `${escape(text)} \u2013 Halfsecond status`;

/** A function that makes one second's pages. It remembers what is dear to read or seldom changes. */
export function createPages(store: Store, signer: Signer, facts: PagesFacts) {
  const charts = new Map<string, { seq: number; bins: Bins }>();
  const models = new Map<string, ModelFacts>();
  const made = new Set<string>();
  /** Pages that do not change every second, by what they were made of. */
  let still: { of: string; files: File[] } = { of: '', files: [] };

  function shownOf(snapshot: Snapshot): Shown {
    const { asOf, seq } = snapshot;
    for (const [at, { id }] of snapshot.models.entries()) {
      const before = charts.get(id);
      if (before && (seq + at) % CHART_EVERY !== 0 && seq - before.seq < 2 * CHART_EVERY) continue;
      charts.set(id, { seq, bins: binned(store.series('minute', id, 'firstToken', asOf - DAY), asOf, PARTS) });
    }
    return {
      snapshot, begun: facts.begun,
      days: new Map(snapshot.components.map((each) => [each.id, store.watched(each.id, asOf - DAYS_SHOWN * DAY)])),
      bins: new Map([...charts].map(([id, { bins }]) => [id, bins])),
      lately: store.turnsSince(asOf - LATELY.ms, LATELY.turns, asOf).map(latestTurn),
    };
  }

  /** A live part that a page can check by itself: what is signed names the file, so that none can stand in for another. */
  function sealed(path: string, snapshot: Snapshot, title: string, html: string): File {
    const signed = JSON.stringify({ path: `/${path}`, seq: snapshot.seq, asOf: snapshot.asOf, title, html });
    return file(path, JSON.stringify({ ...signer.seal(signed, snapshot.seq), signed }));
  }

  function modelFiles(w: Words, model: ModelView, path: string, snapshot: Snapshot, site: Site): File[] {
    const known = models.get(model.id) ?? modelFacts(store, model, snapshot);
    models.set(model.id, known);
    const part = modelPart(w, model, known, snapshot, facts.begun).markup;
    const at = `${folderOf(w)}${path}`;
    const shell = keyed(shellsOf(site, w.lang).model, signer.publicKey).replaceAll('@@MODEL@@', escape(model.id));
    return [sealed(`${at}/live.json`, snapshot, titled(model.id), part), file(`${at}/index.html`, fill(shell, titled(model.id), part))];
  }

  /** The models that have a page, each in English when it is its turn and in one other language at a time. */
  function modelPages(snapshot: Snapshot, site: Site, format: Format): File[] {
    return snapshot.models.flatMap((model, index) => {
      const path = modelPath(model.id);
      if (path === null) return [];
      const turn = snapshot.seq % EVERY;
      const now = snapshot.models.length <= AT_ONCE || index % EVERY === turn;
      if (now) models.delete(model.id);
      return spoken(site).flatMap((w, at) => {
        const name = `model ${model.id} ${w.lang}`;
        const due = !made.has(name) || (at === 0 ? now : (at + index) % EVERY === turn);
        made.add(name);
        return format(name, due ? () => modelFiles(w, model, path, snapshot, site) : null);
      });
    });
  }

  function stillPages(site: Site, incidents: PublishedIncident[], maintenances: PublishedMaintenance[]): File[] {
    const of = `${site.version}${JSON.stringify([incidents, maintenances])}`;
    if (still.of !== of) {
      still = { of, files: [
        ...spoken(site).flatMap((w) => {
          const shells = shellsOf(site, w.lang);
          return [
            file(`${folderOf(w)}history/index.html`, fill(shells.history, titled(w.history), historyPart(w, incidents, maintenances).markup)),
            file(`${folderOf(w)}subscribe/index.html`, fill(shells.subscribe, titled(w.subscribe), subscribePart(w, facts.url, facts.mail).markup)),
          ];
        }),
        ...spoken(site).slice(0, 1).flatMap((w) => incidents.map((each) =>
          file(`incidents/${each.id}/index.html`, fill(site.incident, titled(each.title), incidentPart(w, each, { markup: site.bodies[each.id] ?? '' }).markup)))),
      ] };
    }
    return still.files;
  }

  return (snapshot: Snapshot, site: Site, format: Format): Pages => {
    const shown = shownOf(snapshot);
    const { incidents = [], maintenances = [] } = snapshot;
    let live = '';
    const parts: File[] = [];
    const fronts = spoken(site).flatMap((w, at) => {
      const part = livePart(w, shown).markup;
      const title = titled(headlineOf(w, snapshot));
      if (at === 0) live = part;
      else parts.push(sealed(`${folderOf(w)}live.json`, snapshot, title, part));
      // Open pages read their part; the page around it may be some seconds old, so translations take turns.
      const name = `front ${w.lang}`;
      const due = at === 0 || !made.has(name) || at % EVERY === snapshot.seq % EVERY;
      made.add(name);
      return format(name, due ? () => [file(`${folderOf(w)}index.html`, fill(keyed(shellsOf(site, w.lang).index, signer.publicKey), title, part))] : null);
    });
    return { live, pages: [...parts, ...format('history and subscribe', () => stillPages(site, incidents, maintenances)), ...modelPages(snapshot, site, format)], fronts };
  };
}

/** English and the languages that the build has. */
function spoken(site: Site): Words[] {
  return languages.filter((w) => w.lang === 'en' || site.translated.has(w.lang));
}
