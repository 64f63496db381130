/** Streams held at once by ours: opened, left silent, then finished by the provider; every one must arrive whole. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Counts } from './load.ts';
import type { Behaviour } from './mock.ts';
import { allHeld, onStand, warmUp } from './stand.ts';

export type Held = Counts & { seconds: number };

/** `silence` in ms is how long nothing flows. */
export async function measureHeld(streams: number, silence: number): Promise<Held> {
  return onStand(['ours'], {}, async (stand) => {
    const { mock, load, servers: [server] } = stand;
    if (!server) throw new Error('no server');
    await warmUp(stand, server.target, 200);
    const began = performance.now();
    await mock.ask('behave', { tokens: 5, interval: 2_000, hold: ['second'] } satisfies Behaviour);
    await load.ask('open', { ...server.target, count: streams, until: 'token', at: 50 });
    await allHeld(mock, 'second', streams);
    await sleep(silence);
    await mock.ask('open', 'second');
    const counts = await load.ask<Counts>('until', { patience: 60_000 });
    return { ...counts, seconds: (performance.now() - began) / 1_000 };
  });
}
