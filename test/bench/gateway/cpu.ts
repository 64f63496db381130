/** CPU time per forwarded token: while tokens flow, and with the whole turns around them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Counts } from './load.ts';
import type { Behaviour } from './mock.ts';
import { allHeld, inTurns, onStand, warmUp } from './stand.ts';
import type { Name, Server, Stand } from './stand.ts';

/** `interval` in ms between the tokens of one stream. */
export type Load = { streams: number; tokens: number; interval: number; rounds: number };
/** Microseconds per token; `packets` is how many reads a client needed for one token: below 1, tokens came in clumps. */
export type Cost = { flowing: number; whole: number; packets: number };

/** What a server still does after its answers are out belongs to them: stored, remembered, counted. */
const AFTERWARDS_MS = 700;

/** One entry a round, in the order of rounds, so that servers can be compared within a round. */
export async function measureCpu(names: Name[], load: Load): Promise<Map<Name, Cost[]>> {
  return onStand(names, {}, async (stand) => {
    const costs = new Map<Name, Cost[]>(names.map((name) => [name, []]));
    for (const server of stand.servers) {
      await warmUp(stand, server.target, 200);
      // The compiler is not done after the first few thousand tokens: one round is not counted.
      await round(stand, server, load);
    }
    await inTurns(stand.servers, load.rounds, async (server) => void costs.get(server.name)?.push(await round(stand, server, load)));
    return costs;
  });
}

async function round(stand: Stand, { name, child, target }: Server, { streams, tokens, interval }: Load): Promise<Cost> {
  const { mock, load } = stand;
  const expected = streams * tokens;
  const quiet = await child.ask<number>('cpu');
  await mock.ask('behave', { tokens, interval, hold: ['second', 'end'] } satisfies Behaviour);
  await load.ask('open', { ...target, count: streams, until: 'token', at: streams });
  await allHeld(mock, 'second', streams);
  const before = await load.ask<Counts>('until', { tokens: streams, patience: 1_000 });
  const from = await child.ask<number>('cpu');
  await mock.ask('open', 'second');
  await allHeld(mock, 'end', streams, tokens * interval * 4 + 10_000);
  const after = await load.ask<Counts>('until', { tokens: expected, patience: 20_000 });
  const to = await child.ask<number>('cpu');
  await mock.ask('open', 'end');
  const counts = await load.ask<Counts>('until', { patience: 20_000 });
  await sleep(AFTERWARDS_MS);
  const end = await child.ask<number>('cpu');
  await load.ask('reset');
  if (counts.complete !== streams || counts.tokens !== expected) throw new Error(`${name}: ${counts.complete} of ${streams} answers and ${counts.tokens} of ${expected} tokens came`);
  const flowed = after.tokens - before.tokens;
  return { flowing: (to - from) / flowed, whole: (end - quiet) / expected, packets: (after.packets - before.packets) / flowed };
}
