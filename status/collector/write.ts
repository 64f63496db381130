/** From one state to every file of the public folder. */
import { modelStatus, queueStatus } from '@halfsecond/shared/status';
import type { Observed } from './collect.ts';
import { DAYS_SHOWN } from './charts.ts';
import { badge, feedFiles } from './feeds.ts';
import { escape } from './html.ts';
import { modelPart } from './modelview.ts';
import { fill, type Publish, type Site } from './publish.ts';
import type { Signer } from './sign.ts';
import type { Snapshot } from './snapshot.ts';
import { statuspageFiles, type PageFacts } from './statuspage.ts';
import type { Store } from './store.ts';
import { livePart, modelPath } from './view.ts';

const DAY = 86_400_000;
/** More models than this are written in turn, each once in so many seconds. */
const AT_ONCE = 4;
const EVERY = 4;

/** A function that publishes one state. It keeps the chain: every snapshot carries the hash of the one before. */
export function createWriter(store: Store, signer: Signer, publish: Publish, facts: PageFacts): (observed: Observed, site: Site) => void {
  // A wiped data folder must not start below numbers that open pages have already seen, hence the clock.
  let seq = Number(store.meta('seq')) || Math.floor(Date.now() / 1_000);
  let previous = store.meta('hash');
  const shown = new Set<string>();

  return (observed, site) => {
    seq += 1;
    const snapshot: Snapshot = { seq, previous, ...observed };
    const days = new Map(snapshot.components.map((each) => [each.id, store.watched(each.id, snapshot.asOf - DAYS_SHOWN * DAY)]));
    const live = livePart(snapshot, days).markup;
    const bytes = JSON.stringify({ ...snapshot, html: live });
    const signed = signer.sign(bytes, seq);
    previous = signed.hash;
    store.setMeta('seq', String(seq));
    store.setMeta('hash', previous);

    // Signature first: a snapshot that can be read can be verified.
    publish('snapshot.sig', signed.file);
    publish('snapshot.json', bytes);
    publish('api/models.json', JSON.stringify({ models: snapshot.models.map((each) => modelStatus.parse(each)) }));
    publish('api/queue.json', JSON.stringify(queueStatus.parse(snapshot.queue)));
    for (const [name, content] of Object.entries(statuspageFiles(snapshot, site.incidents, facts))) publish(`api/v2/${name}`, JSON.stringify(content));
    for (const [name, content] of Object.entries(feedFiles(site.incidents, facts.url, facts.begun))) publish(name, content);
    publish('badge.svg', badge(snapshot.indicator));
    for (const [index, model] of snapshot.models.entries()) {
      // Each read goes over a day of sketches, so many models take turns.
      if (shown.has(model.id) && snapshot.models.length > AT_ONCE && index % EVERY !== seq % EVERY) continue;
      shown.add(model.id);
      const path = modelPath(model.id);
      if (path === null) continue;
      const part = modelPart(store, model, snapshot).markup;
      const shell = site.model.replaceAll('@@MODEL@@', escape(model.id));
      publish(`${path}/index.html`, fill(shell, `${escape(model.id)} \u2013 Halfsecond status`, part));
      publish(`${path}/live.json`, JSON.stringify({ seq, asOf: snapshot.asOf, html: part }));
    }
    // Last: a page never links to one that is not there yet.
    publish('index.html', fill(site.index, `${escape(snapshot.headline)} \u2013 Halfsecond status`, live));
  };
}
