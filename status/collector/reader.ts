/** Keeps reading the bff's feed: what was read last, when, and why not since then. */
import { feed as feedSchema, type Feed } from '@halfsecond/shared/status';
import { follow, ours, skew } from './follow.ts';
import { pull, type PullOptions } from './pull.ts';
import type { Store } from './store.ts';

export type Reader = {
  /** Begins a reading unless one is under way; resolves with its end. Never rejects. */
  read: (stop: AbortSignal) => Promise<void>;
  feed: () => Feed | null;
  /** Epoch ms of the last good reading, null before the first. */
  readAt: () => number | null;
  fault: () => string | null;
  /** A time of the feed on our clock. */
  ours: (at: number, now: number) => number;
  /** Our clock was set: `by` ms are added to what it said before. */
  moveClock: (by: number) => void;
};

/** @param clock epoch ms */
export function createReader(options: PullOptions, store: Store, log: (line: string) => void, clock: () => number): Reader {
  let feed: Feed | null = kept(store, 'feed', (value) => feedSchema.parse(value));
  let shift = 0;
  let readAt = Number(store.meta('readAt')) || null;
  let fault: string | null = null;
  let reading: Promise<void> | null = null;

  async function readOnce(stop: AbortSignal): Promise<void> {
    let told: string | null;
    try {
      let step = await next(stop);
      if (step === 'restart') step = await next(stop);
      told = step === 'read' ? null : step === 'restart' ? 'The feed changes its epoch at every reading.' : step.fault;
    } catch (error) {
      log(`What was read cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
      told = 'The status host cannot keep what it reads.';
    }
    if (stop.aborted || told === fault) return;
    fault = told;
    log(told ?? 'The feed is read again.');
  }

  async function next(stop: AbortSignal): Promise<'read' | 'restart' | { fault: string }> {
    const position = store.position();
    const pulled = await pull(options, position?.read ?? 0, stop);
    if ('fault' in pulled) return pulled;
    const now = clock();
    const step = follow(position, store.pastEpochs(), pulled.feed);
    if (step.kind === 'refuse') return step;
    if (step.kind === 'restart') {
      store.record(step.position, [], now);
      return 'restart';
    }
    shift = skew(pulled.feed, now);
    store.record(step.position, step.samples.map((sample) => ({ ...sample, at: ours(sample.at, shift, now) })), now);
    feed = pulled.feed;
    readAt = now;
    store.setMeta('readAt', String(now));
    store.setMeta('feed', JSON.stringify({ ...feed, samples: [] }));
    return 'read';
  }

  return {
    read: (stop) => (reading ??= readOnce(stop).finally(() => { reading = null; })),
    feed: () => feed,
    readAt: () => readAt,
    fault: () => fault,
    ours: (at, now) => ours(at, shift, now),
    moveClock(by) {
      if (readAt !== null) readAt += by;
    },
  };
}

/** What an earlier life of this collector wrote; null when there is none that can be read. */
export function kept<T>(store: Store, key: string, read: (value: unknown) => T): T | null {
  const text = store.meta(key);
  if (text === null) return null;
  try {
    return read(JSON.parse(text));
  } catch {
    return null; // Written by another version, or cut: this life begins without it, as a first one does.
  }
}
