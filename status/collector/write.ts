/** From one state to one round of files: everything is made and checked before the first byte is written. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelStatus, queueStatus } from '@halfsecond/shared/status';
import type { Observed } from './collect.ts';
import { DAYS_SHOWN } from './charts.ts';
import { badge, feedFiles } from './feeds.ts';
import { escape } from './html.ts';
import { metrics } from './metrics.ts';
import { modelPart } from './modelview.ts';
import { file, type File, type Manifest, type Round } from './publish.ts';
import type { Signer } from './sign.ts';
import { fill, type Site } from './site.ts';
import { publishable, type ModelView, type Snapshot } from './snapshot.ts';
import { statuspageFiles, type PageFacts, type Published } from './statuspage.ts';
import type { Store } from './store.ts';
import { subscribePart } from './subscribeview.ts';
import { livePart, modelPath } from './view.ts';

const DAY = 86_400_000;
/** More models than this are written in turn, each once in so many seconds. */
const AT_ONCE = 4;
const EVERY = 4;

/** Whoever takes rounds: the local folder, which throws, or another place, which never does. */
export type Take = (round: Round) => void;

/**
 * A function that publishes one state. It keeps the chain: every snapshot carries the hash of the one before.
 * A format that cannot be made keeps its last good files while all others go on; the error is thrown at the end.
 * @throws when the state itself must not leave, or the local folder cannot be written
 */
export function createWriter(store: Store, signer: Signer, takers: Take[], facts: PageFacts & { mail: boolean }): (observed: Observed, site: Site) => void {
  // A wiped data folder must not start below numbers that open pages have already seen, hence the clock.
  let seq = Number(store.meta('seq')) || Math.floor(Date.now() / 1_000);
  let previous = store.meta('hash');
  const embed = file('embed.js', readFileSync(join(import.meta.dirname, '..', 'embed.js')));
  /** The last good files of each format. */
  const good = new Map<string, File[]>();

  return (observed, site) => {
    seq += 1;
    const snapshot: Snapshot = { seq, previous, ...observed };
    publishable.parse(snapshot);
    const { incidents = [], maintenances = [], ...rest } = snapshot;
    const written: Published = { incidents, maintenances };
    const faults: string[] = [];
    const format = (name: string, make: () => File[]): File[] => {
      try {
        good.set(name, make());
      } catch (error) {
        faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      return good.get(name) ?? [];
    };

    const days = new Map(snapshot.components.map((each) => [each.id, store.watched(each.id, snapshot.asOf - DAYS_SHOWN * DAY)]));
    const live = livePart(snapshot, days).markup;
    const data = [
      ...format('api', () => [
        file('api/models.json', JSON.stringify({ models: snapshot.models.map((each) => modelStatus.parse(each)) })),
        file('api/queue.json', JSON.stringify(queueStatus.parse(snapshot.queue))),
      ]),
      ...format('Statuspage', () => Object.entries(statuspageFiles(snapshot, written, facts)).map(([name, content]) => file(`api/v2/${name}`, JSON.stringify(content)))),
      ...format('feeds', () => Object.entries(feedFiles(written, facts.url, facts.begun)).map(([name, content]) => file(name, content))),
      ...format('badge', () => [file('badge.svg', badge(snapshot.indicator))]),
      ...format('metrics', () => [file('metrics', metrics(snapshot))]),
    ];
    const assets = [embed, ...site.files.filter((each) => !each.path.endsWith('.html'))];
    const turns = modelTurns(snapshot, good);
    const pages = [
      ...site.files.filter((each) => each.path.endsWith('.html')),
      ...format('subscribe', () => [file('subscribe/index.html', fill(site.subscribe, 'Subscribe \u2013 Halfsecond status', subscribePart(facts.url, facts.mail).markup))]),
      ...turns.flatMap(({ model, path, now }) => (now ? format(`model ${model.id}`, () => modelFiles(store, model, path, snapshot, site)) : good.get(`model ${model.id}`) ?? [])),
    ];
    const index = file('index.html', fill(site.index, `${escape(snapshot.headline)} \u2013 Halfsecond status`, live));

    const inventory: Manifest = { seq, files: Object.fromEntries([...assets, ...data, ...pages, index].map((each) => [each.path, each.digest])) };
    const manifest = file('manifest.json', JSON.stringify(inventory));
    // What is over stands in the feeds; the snapshot is read once a second and carries what is going on.
    const announced = maintenances.filter((each) => each.status !== 'completed');
    const bytes = JSON.stringify({ ...rest, maintenances: announced, manifest: manifest.digest, html: live });
    const signed = signer.sign(bytes, seq);
    previous = signed.hash;
    store.setMeta('seq', String(seq));
    store.setMeta('hash', previous);

    // Signature first: a snapshot that can be read can be verified. The page last: it never shows what is not there yet.
    const round: Round = [[file('snapshot.sig', signed.file), ...assets], [file('snapshot.json', bytes), manifest, ...data], pages, [index]];
    for (const take of takers) take(round);
    if (faults.length > 0) throw new Error(`some files stay as they were (${faults.join('; ')})`);
  };
}

type Turn = { model: ModelView; path: string; now: boolean };

/** The models that have a page. Each read goes over a day of sketches, so many models take turns. */
function modelTurns(snapshot: Snapshot, good: Map<string, File[]>): Turn[] {
  return snapshot.models.flatMap((model, index) => {
    const path = modelPath(model.id);
    const now = !good.has(`model ${model.id}`) || snapshot.models.length <= AT_ONCE || index % EVERY === snapshot.seq % EVERY;
    return path === null ? [] : [{ model, path, now }];
  });
}

function modelFiles(store: Store, model: ModelView, path: string, snapshot: Snapshot, site: Site): File[] {
  const part = modelPart(store, model, snapshot).markup;
  const shell = site.model.replaceAll('@@MODEL@@', escape(model.id));
  return [
    file(`${path}/live.json`, JSON.stringify({ seq: snapshot.seq, asOf: snapshot.asOf, html: part })),
    file(`${path}/index.html`, fill(shell, `${escape(model.id)} \u2013 Halfsecond status`, part)),
  ];
}
