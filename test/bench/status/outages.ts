/** A real bff, killed or hung a hundred times: how long until the page of a real status host says so. */
import { setTimeout as wait } from 'node:timers/promises';
import { becomes, shownAfter, startPair, statusOf, type Pair } from './processes.ts';

const GIVE_UP_MS = 20_000;
const config = { providers: { builtin: { kind: 'builtin' } }, models: [{ id: 'builtin', provider: 'builtin', model: 'builtin' }] };

export type Drilled = { kind: 'killed' | 'hung'; ms: number }[];

/** `drills` in all, on `pairs` pairs side by side. */
export async function outages(drills: number, pairs: number): Promise<Drilled> {
  const all: Drilled = [];
  const running: Pair[] = [];
  try {
    // One after the other: the first of them may build the site.
    for (let at = 0; at < pairs; at += 1) running.push(await startPair(config));
    let left = drills;
    await Promise.all(running.map(async (pair) => {
      while (left > 0) {
        left -= 1;
        all.push(await drill(pair, left % 2 === 0 ? 'killed' : 'hung'));
      }
    }));
  } finally {
    await Promise.all(running.map((pair) => pair.end()));
  }
  return all;
}

async function drill({ bff, host }: Pair, kind: 'killed' | 'hung'): Promise<Drilled[number]> {
  await becomes(host, (state) => statusOf(state, 'gateway') === 'operational');
  await wait(Math.random() * 2_000);
  const since = performance.now();
  if (kind === 'killed') void bff.kill();
  else bff.hang();
  const ms = await shownAfter(host, since, (state) => statusOf(state, 'gateway') === 'major_outage', GIVE_UP_MS);
  if (kind === 'killed') await bff.restart();
  else bff.goOn();
  return { kind, ms };
}
