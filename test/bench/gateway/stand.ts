/** The stand: a provider, a load generator and the servers under test, each in a fresh process, all gone afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from './child.ts';
import type { Child } from './child.ts';
import type { Counts, Target } from './load.ts';
import type { Behaviour, Gate } from './mock.ts';

export type Name = 'raw' | 'hono' | 'ai-sdk' | 'ours';
export type Server = { name: Name; child: Child; target: Target };
export type Stand = { mock: Child; load: Child; servers: Server[] };

const kinds = { raw: 'openai', hono: 'openai', 'ai-sdk': 'ui', ours: 'ours' } as const;

/** Starts everything, does the work, ends everything. `lean`: ours without memory and tools. */
export async function onStand<T>(names: Name[], { lean = false }: { lean?: boolean }, work: (stand: Stand) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-bench-gateway-'));
  const children: Child[] = [];
  const begin = async (file: string, args: string[] = []): Promise<Child> => {
    const child = await start(file, args);
    children.push(child);
    return child;
  };
  try {
    const mock = await begin('mock.ts');
    const load = await begin('load.ts');
    const servers: Server[] = [];
    for (const name of names) {
      const child = await begin(`servers/${name}.ts`, [mock.url, folder, ...(lean ? ['lean'] : [])]);
      servers.push({ name, child, target: { port: portOf(child), kind: kinds[name] } });
    }
    return await work({ mock, load, servers });
  } finally {
    await Promise.all(children.map((child) => child.end()));
    rmSync(folder, { recursive: true, force: true });
  }
}

export function portOf(child: Child): number {
  return Number(new URL(child.url).port);
}

/** Whole answers, many at a time, until the server's hot code is compiled. */
export async function warmUp({ mock, load }: Stand, target: Target, answers: number): Promise<void> {
  await load.ask('prepare', { ...target, count: answers });
  await mock.ask('behave', { tokens: 20, interval: 2, hold: [] } satisfies Behaviour);
  const before = await load.ask<Counts>('open', { ...target, count: answers, until: 'token', at: 20 });
  await load.ask<Counts>('until', { patience: 30_000 });
  await load.ask('reset');
  if (before.broken > 0) throw new Error(`${before.broken} of ${answers} answers broke while warming up`);
}

/** Waits until the provider holds `count` streams at a gate; throws when they have not come in time. */
export async function allHeld(mock: Child, gate: Gate, count: number, patience = 30_000): Promise<void> {
  const deadline = performance.now() + patience;
  for (;;) {
    const held = (await mock.ask<Record<Gate, number>>('held'))[gate];
    if (held >= count) return;
    if (performance.now() > deadline) throw new Error(`only ${held} of ${count} streams came to the gate "${gate}"`);
    await sleep(10);
  }
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** `rounds` passes over all servers, the order reversed each time. */
export async function inTurns(servers: Server[], rounds: number, measure: (server: Server) => Promise<void>): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const server of round % 2 === 0 ? servers : servers.toReversed()) await measure(server);
  }
}
