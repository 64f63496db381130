/** From one state to one round of files: everything is made and checked before the first byte is written. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelStatus, queueStatus } from '@halfsecond/shared/status';
import type { Observed } from './collect.ts';
import { badge, feedFiles } from './feeds.ts';
import { metrics } from './metrics.ts';
import { createPages, type Format } from './pages.ts';
import { file, type File, type Manifest, type Round } from './publish.ts';
import type { Signer } from './sign.ts';
import type { Site } from './site.ts';
import { publishable, type Snapshot } from './snapshot.ts';
import { statuspageFiles, type PageFacts, type Published } from './statuspage.ts';
import type { Store } from './store.ts';

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
  const pagesOf = createPages(store, signer, facts);
  /** The last good files of each format. */
  const good = new Map<string, File[]>();

  return (observed, site) => {
    seq += 1;
    const snapshot: Snapshot = { seq, previous, ...observed };
    publishable.parse(snapshot);
    const { incidents = [], maintenances = [], ...rest } = snapshot;
    const written: Published = { incidents, maintenances };
    const faults: string[] = [];
    const format: Format = (name, make) => {
      try {
        if (make) good.set(name, make());
      } catch (error) {
        faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      return good.get(name) ?? [];
    };

    const { live, pages, fronts } = pagesOf(snapshot, site, format);
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
    const built = site.files.filter((each) => each.path.endsWith('.html'));

    const inventory: Manifest = { seq, files: Object.fromEntries([...assets, ...data, ...built, ...pages, ...fronts].map((each) => [each.path, each.digest])) };
    const manifest = file('manifest.json', JSON.stringify(inventory));
    // What is over stands in the feeds; the snapshot is read once a second and carries what is going on.
    const announced = maintenances.filter((each) => each.status !== 'completed');
    const bytes = JSON.stringify({ ...rest, maintenances: announced, manifest: manifest.digest, html: live });
    const signed = signer.sign(bytes, seq);
    previous = signed.hash;
    store.setMeta('seq', String(seq));
    store.setMeta('hash', previous);

    // Signature first: a snapshot that can be read can be verified. The page last: it never shows what is not there yet.
    const round: Round = [[file('snapshot.sig', signed.file), ...assets], [file('snapshot.json', bytes), manifest, ...data], [...built, ...pages], fronts];
    for (const take of takers) take(round);
    if (faults.length > 0) throw new Error(`some files stay as they were (${faults.join('; ')})`);
  };
}
