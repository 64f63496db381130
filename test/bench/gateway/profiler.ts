/** Where a process spends its time: V8's sampling profile, summed by function. */
import { Session } from 'node:inspector/promises';

/** `self` in microseconds of the profiled time; `where` is file:line. */
export type Hot = { name: string; where: string; self: number };
export type Profile = { hot: Hot[]; total: number; idle: number };

const session = new Session();

export async function startProfile(): Promise<void> {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  await session.post('Profiler.start');
}

/** Functions by self time, longest first. `total` leaves idle time out. */
export async function stopProfile(): Promise<Profile> {
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const sums = new Map<string, Hot>();
  let idle = 0;
  let total = 0;
  for (const [at, id] of (profile.samples ?? []).entries()) {
    const frame = nodes.get(id);
    const self = profile.timeDeltas?.[at + 1] ?? 0;
    if (!frame || self <= 0) continue;
    if (frame.functionName === '(idle)') {
      idle += self;
      continue;
    }
    total += self;
    const where = frame.url === '' ? '(native)' : `${frame.url.replace(/^.*\/(?=(?:bff|shared|test|node_modules)\/)/, '')}:${frame.lineNumber + 1}`;
    const key = `${frame.functionName} ${where}`;
    const hot = sums.get(key) ?? { name: frame.functionName || '(anonymous)', where, self: 0 };
    hot.self += self;
    sums.set(key, hot);
  }
  return { hot: [...sums.values()].sort((a, b) => b.self - a.self), total, idle };
}
