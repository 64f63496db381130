/** Where a process spends its time and what keeps its memory: V8's sampling profiles, summed by function. */
import { Session } from 'node:inspector/promises';
import type { HeapProfiler, Profiler, Runtime } from 'node:inspector';

/** `self` of the function alone, `all` with everything that it called: microseconds, or bytes still held. `where` is file:line. */
export type Hot = { name: string; where: string; self: number; all: number };
/** `total` leaves idle time out; `hot` is in no order. */
export type Profile = { hot: Hot[]; total: number; idle: number };

/** Often enough for a second of work; more often it would measure itself (µs). */
const EVERY_US = 400;
/** One sample for so many allocated bytes, on average. */
const EVERY_BYTES = 2_048;

const session = new Session();

export async function startProfile(): Promise<void> {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: EVERY_US });
  await session.post('Profiler.start');
}

export async function stopProfile(): Promise<Profile> {
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child): [number, Profiler.ProfileNode] => [child, node])));
  const sums = createSums();
  let idle = 0;
  for (const [at, id] of (profile.samples ?? []).entries()) {
    const self = profile.timeDeltas?.[at + 1] ?? 0;
    const trail: Runtime.CallFrame[] = [];
    for (let node = nodes.get(id); node; node = parents.get(node.id)) trail.push(node.callFrame);
    if (self <= 0 || trail.length === 0) continue;
    if (trail[0]?.functionName === '(idle)') idle += self;
    else sums.add(trail, self);
  }
  return { ...sums.read(), idle };
}

export async function startAllocations(): Promise<void> {
  session.connect();
  await session.post('HeapProfiler.startSampling', { samplingInterval: EVERY_BYTES });
}

/** What was allocated since the start and is still held, by the function that allocated it. */
export async function stopAllocations(): Promise<Profile> {
  globalThis.gc?.();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  const sums = createSums();
  const walk = (node: HeapProfiler.SamplingHeapProfileNode, above: Runtime.CallFrame[]): void => {
    const trail = [node.callFrame, ...above];
    if (node.selfSize > 0) sums.add(trail, node.selfSize);
    for (const child of node.children) walk(child, trail);
  };
  walk(profile.head, []);
  return { ...sums.read(), idle: 0 };
}

/** Adds up samples; a trail is innermost first. */
function createSums() {
  const hot = new Map<string, Hot>();
  let total = 0;
  return {
    add(trail: Runtime.CallFrame[], amount: number): void {
      total += amount;
      const seen = new Set<Hot>();
      for (const [depth, { functionName, url, lineNumber }] of trail.entries()) {
        const where = url === '' ? '(native)' : `${url.replace(/^.*\/(?=(?:bff|shared|test|node_modules)\/)/, '')}:${lineNumber + 1}`;
        const key = `${functionName} ${where}`;
        const entry = hot.get(key) ?? { name: functionName || '(anonymous)', where, self: 0, all: 0 };
        hot.set(key, entry);
        if (depth === 0) entry.self += amount;
        if (!seen.has(entry)) entry.all += amount;
        seen.add(entry);
      }
    },
    read: () => ({ hot: [...hot.values()], total }),
  };
}
