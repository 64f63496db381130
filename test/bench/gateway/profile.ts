/**
 * Where the gateway's figures come from: the functions that take the CPU while tokens flow and while turns begin and end,
 * and the objects that an idle stream consists of. Run: node test/bench/gateway/profile.ts [SERVER [PART]], ours by default;
 * the parts are flow, heap, lean (turns without memory and tools) and turns, all of them by default.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareHeaps } from './heap.ts';
import type { Asking, Counts } from './load.ts';
import type { Behaviour } from './mock.ts';
import type { Memory } from './probe.ts';
import type { Hot, Profile } from './profiler.ts';
import { allHeld, onStand, warmUp } from './stand.ts';
import type { Name, Server, Stand } from './stand.ts';

const TOP = 25;
const FLOW = { streams: 50, tokens: 400, interval: 10 };
const TURNS = { clients: 10, each: 100 };
const IDLE = 1_000;
const name = (process.argv[2] ?? 'ours') as Name;
const part = process.argv[3];

if (part === undefined || part === 'flow') await warm(false, flow);
if (part === undefined || part === 'heap') await warm(false, heap);
if (part === undefined || part === 'lean') await warm(true, (stand, server) => turns(stand, server, true));
if (part === undefined || part === 'turns') await warm(false, (stand, server) => turns(stand, server, false));

/** Each part in processes of its own. */
async function warm(lean: boolean, work: (stand: Stand, server: Server) => Promise<void>): Promise<void> {
  await onStand([name], { lean }, async (stand) => {
    const [server] = stand.servers;
    if (!server) throw new Error(`there is no server "${name}"`);
    await warmUp(stand, server.target, 400);
    await work(stand, server);
  });
}

async function flow({ mock, load }: Stand, { child, target }: Server): Promise<void> {
  const { streams, tokens, interval } = FLOW;
  await mock.ask('behave', { tokens, interval, hold: ['second', 'end'] } satisfies Behaviour);
  await load.ask('open', { ...target, count: streams, until: 'token', at: streams });
  await allHeld(mock, 'second', streams);
  const cpu = await child.ask<number>('cpu');
  await child.ask('profile');
  await mock.ask('open', 'second');
  await allHeld(mock, 'end', streams);
  await load.ask<Counts>('until', { tokens: streams * tokens, patience: 10_000 });
  const profile = await child.ask<Profile>('profiled');
  const used = (await child.ask<number>('cpu')) - cpu;
  await mock.ask('open', 'end');
  await load.ask('until', { patience: 10_000 });
  await load.ask('reset');
  print(`while tokens flow: ${(used / streams / tokens).toFixed(1)} µs of CPU per token, the profiler's own included`, profile, streams * (tokens - 1), 'µs/token');
}

async function turns({ mock, load }: Stand, { child, target }: Server, lean: boolean): Promise<void> {
  await mock.ask('behave', { tokens: 2, interval: 0, hold: [] } satisfies Behaviour);
  const cpu = await child.ask<number>('cpu');
  await child.ask('profile');
  await load.ask('ask', { ...target, ...TURNS, spread: 0 } satisfies Asking);
  const profile = await child.ask<Profile>('profiled');
  const count = TURNS.clients * TURNS.each;
  const used = (await child.ask<number>('cpu')) - cpu;
  print(`turns of two tokens${lean ? ', memory and tools off' : ''}: ${(used / count).toFixed(0)} µs of CPU per turn over all threads, the profiler's own included`, profile, count, 'µs/turn');
}

async function heap({ mock, load }: Stand, { child, target }: Server): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-bench-heap-'));
  const open = async (): Promise<void> => {
    await load.ask('open', { ...target, count: IDLE, until: 'token', at: 50 });
    await allHeld(mock, 'second', IDLE);
  };
  try {
    await mock.ask('behave', { tokens: 2, interval: 0, hold: ['second'] } satisfies Behaviour);
    const was = await child.ask<Memory>('memory');
    const before = await child.ask<string>('heap', join(folder, 'before.heapsnapshot'));
    await open();
    const is = await child.ask<Memory>('memory');
    const after = await child.ask<string>('heap', join(folder, 'after.heapsnapshot'));
    const per = (bytes: number) => `${(bytes / IDLE / 1_024).toFixed(1)} KB`;
    console.log(`\n# an idle stream: heap ${per(is.heap - was.heap)}, external ${per(is.external - was.external)}; by constructor, shallow`);
    for (const { name: kind, count, bytes } of compareHeaps(before, after).slice(0, TOP)) console.log(`${(bytes / IDLE).toFixed(0).padStart(7)} B ${(count / IDLE).toFixed(1).padStart(7)} ×  ${kind}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await load.ask('reset');
  await child.ask('memory');
  await child.ask('allocations');
  await open();
  await child.ask('memory');
  print('an idle stream: bytes still held, by who allocated them', await child.ask<Profile>('allocated'), IDLE, 'B/stream');
  await load.ask('reset');
}

function print(title: string, { hot, total, idle }: Profile, count: number, unit: string): void {
  const line = ({ name: kind, where }: Hot, amount: number) => console.log(`${((amount / total) * 100).toFixed(1).padStart(5)} % ${(amount / count).toFixed(2).padStart(9)} ${unit}  ${kind}  ${where}`);
  console.log(`\n# ${title}${idle > 0 ? `; main thread busy ${((total / (total + idle)) * 100).toFixed(0)} %` : ''}`);
  console.log('by itself:');
  for (const entry of hot.toSorted((a, b) => b.self - a.self).slice(0, TOP)) line(entry, entry.self);
  console.log('with what it calls, our own functions only:');
  for (const entry of hot.filter(({ where }) => /^(bff|shared|test)\//.test(where)).sort((a, b) => b.all - a.all).slice(0, TOP)) line(entry, entry.all);
}
