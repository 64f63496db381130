/** Another place that gets every round too: in order, with deadlines and retries, and never in the way of the local page. */
import { setTimeout as wait } from 'node:timers/promises';
import { listed, type File, type Round } from './publish.ts';

/** Where files can be put one by one; each call replaces a file as a whole and ends with its signal. */
export type Place = {
  name: string;
  put: (file: File, signal: AbortSignal) => Promise<void>;
  remove: (path: string, signal: AbortSignal) => Promise<void>;
  /** Null when there is no such file. */
  read: (path: string, signal: AbortSignal) => Promise<string | null>;
};
export type Target = {
  /** Takes the newest round; returns at once. A round that waits is replaced by a newer one. */
  offer: (round: Round) => void;
  /** Ends what runs; resolves once nothing does. */
  close: () => Promise<void>;
};

/** Times in ms: one file may take so long; pauses between tries double from first to most. */
export type Patience = { file: number; first: number; most: number };
const patience: Patience = { file: 10_000, first: 250, most: 30_000 };
const AT_ONCE = 8;

/** @param log one line when the place is lost or its reason changes, one when it is whole again */
export function createTarget(place: Place, log: (line: string) => void, times: Patience = patience): Target {
  const stop = new AbortController();
  /** Digests of what the place has, as far as we put it there. */
  const there = new Map<string, string>();
  let known: Set<string> | null = null;
  let next: Round | null = null;
  let running: Promise<void> | null = null;
  let complaint: string | null = null;

  const within = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => deadline(work, times.file, stop.signal);

  async function send(round: Round): Promise<void> {
    known ??= new Set(listed(await within((signal) => place.read('manifest.json', signal))));
    for (const wave of round) {
      const changed = wave.filter((each) => there.get(each.path) !== each.digest);
      for (let at = 0; at < changed.length; at += AT_ONCE) {
        // All are waited for, so that no old put ends after a newer one of the same file began.
        const ended = await Promise.allSettled(changed.slice(at, at + AT_ONCE).map(async (each) => {
          // A put that fails may still have gone through: what the place has is unknown until one succeeds.
          there.delete(each.path);
          await within((signal) => place.put(each, signal));
          there.set(each.path, each.digest);
        }));
        for (const each of ended) if (each.status === 'rejected') throw each.reason;
      }
    }
    const wanted = new Set(round.flat().map((each) => each.path));
    for (const path of new Set([...known, ...there.keys()])) {
      if (wanted.has(path)) continue;
      await within((signal) => place.remove(path, signal));
      there.delete(path);
      known.delete(path);
    }
  }

  async function run(): Promise<void> {
    let pause = times.first;
    while (next && !stop.signal.aborted) {
      const round = next;
      next = null;
      try {
        await send(round);
        if (complaint !== null) log(`${place.name} is up to date again.`);
        complaint = null;
        pause = times.first;
      } catch (error) {
        if (stop.signal.aborted) return;
        const told = error instanceof Error ? error.message : String(error);
        if (told !== complaint) log(`${place.name} cannot be written (${told}); this host's own page goes on.`);
        complaint = told;
        next ??= round;
        // Half of it by chance, so that several hosts do not come back in step.
        await wait(pause * (0.5 + Math.random() / 2), undefined, { signal: stop.signal }).catch(ignoreAbort);
        pause = Math.min(pause * 2, times.most);
      }
    }
  }

  return {
    offer(round) {
      if (stop.signal.aborted) return;
      next = round;
      running ??= run().finally(() => { running = null; });
    },
    async close() {
      stop.abort();
      await running;
    },
  };
}

/** The work's result, or a rejection after `ms` or on `stop`, even when the work does not listen. */
async function deadline<T>(work: (signal: AbortSignal) => Promise<T>, ms: number, stop: AbortSignal): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${ms} ms`)), ms);
  const forward = (): void => late.abort(stop.reason);
  stop.addEventListener('abort', forward, { once: true });
  const gone = new Promise<never>((_, reject) => late.signal.addEventListener('abort', () => reject(late.signal.reason as Error), { once: true }));
  try {
    stop.throwIfAborted();
    return await Promise.race([work(late.signal), gone]);
  } catch (error) {
    // Clients wrap the abort in errors of their own; the reason says what happened.
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', forward);
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
