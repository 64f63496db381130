/** The side channel of a process of the bench: says that it is ready, and what it costs when the parent asks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import type { Reply } from './child.ts';
import { startAllocations, startProfile, stopAllocations, stopProfile } from './profiler.ts';

/** Resident memory, JavaScript heap and what hangs on it outside, in bytes, after collection. */
export type Memory = { rss: number; heap: number; external: number };
type Commands = Record<string, (argument: never) => unknown>;

/** CPU time of this process so far, user and system, in microseconds. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function memory(): Promise<Memory> {
  for (let i = 0; i < 4; i += 1) {
    await sleep(150);
    globalThis.gc?.();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed, external };
}

/** Answers the parent from now on, prints the ready line, and ends with the parent. */
export function ready(name: string, port: number, more: Commands = {}): void {
  const commands: Commands = {
    cpu, memory, profile: startProfile, profiled: stopProfile, allocations: startAllocations, allocated: stopAllocations,
    heap: (path: string) => writeHeapSnapshot(path), ...more,
  };
  process.on('message', ({ id, command, argument }: { id: number; command: string; argument: never }) => {
    const reply = (answer: Omit<Reply, 'id'>): void => void process.send?.({ id, ...answer });
    new Promise((resolve) => resolve(commands[command]?.(argument))).then(
      (value) => reply({ value }),
      (error: unknown) => reply({ error: `${name}, ${command}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` }),
    );
  });
  process.once('disconnect', () => process.exit());
  console.log(JSON.stringify({ ready: name, url: `http://127.0.0.1:${port}` }));
}
