/** Memory of an open stream in which nothing flows: resident, after collection, above what the warm server had before. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Counts } from './load.ts';
import type { Behaviour, Gate } from './mock.ts';
import type { Memory } from './probe.ts';
import { allHeld, median, onStand, warmUp } from './stand.ts';
import type { Name } from './stand.ts';

/** Bytes per stream: resident, and the part of it that is JavaScript's heap. */
export type Weight = { rss: number; heap: number };

/** Time for buffers of the opening to be let go. */
const SETTLE_MS = 1_500;

/** Each measurement in a fresh server; `order` names them one after the other. `gate`: `first` is silence before the first token, `second` after it. */
export async function measureMemory(order: Name[], streams: number, gate: Gate): Promise<Map<Name, Weight>> {
  const weights = new Map<Name, Weight[]>();
  for (const name of order) weights.set(name, [...(weights.get(name) ?? []), await weigh(name, streams, gate)]);
  return new Map([...weights].map(([name, all]) => [name, { rss: median(all.map(({ rss }) => rss)), heap: median(all.map(({ heap }) => heap)) }]));
}

async function weigh(name: Name, streams: number, gate: Gate): Promise<Weight> {
  return onStand([name], {}, async (stand) => {
    const [server] = stand.servers;
    if (!server) throw new Error('no server');
    const { child, target } = server;
    await warmUp(stand, target, 500);
    const before = await child.ask<Memory>('memory');
    await stand.mock.ask('behave', { tokens: 2, interval: 0, hold: [gate] } satisfies Behaviour);
    const counts = await stand.load.ask<Counts>('open', { ...target, count: streams, until: gate === 'first' ? 'head' : 'token', at: 50 });
    await allHeld(stand.mock, gate, streams);
    await sleep(SETTLE_MS);
    const after = await child.ask<Memory>('memory');
    if (counts.broken > 0 || counts.open !== streams) throw new Error(`${name}: ${counts.open} of ${streams} streams are open, ${counts.broken} broke`);
    return { rss: (after.rss - before.rss) / streams, heap: (after.heap - before.heap) / streams };
  });
}
