/** Admission: so many turns at once, a bounded queue with a deadline behind them, and an honest no at the door. */
import type { QueueState } from '@halfsecond/shared/status';

export type Refused = { refused: true; code: 'queue_full' | 'queue_timeout'; retryAfter: number };
/** Call it exactly once when the turn has ended; further calls do nothing. */
export type Release = () => void;
export type AdmitStep = { position: number } | { release: Release } | Refused;
/** Yields the position at every change while waiting, and last the place or the refusal. */
export type Admit = (signal: AbortSignal) => AsyncIterable<AdmitStep>;
export type Queue = ReturnType<typeof createQueue>;

/** `place` is set by whoever leaves: a freed place is handed over, never put back for a newcomer to grab. */
type Waiter = { wake: () => void; place: Release | null };

/** `capacity` turns run at once; `depth` may wait, each for at most `wait` ms. */
export function createQueue({ capacity, depth, wait }: { capacity: number; depth: number; wait: number }) {
  let inFlight = 0;
  let waiting: Waiter[] = [];
  /** Decayed mean of how long a place is held (ms); what Retry-After and the door's refusal are judged by. */
  let held = 500;

  function take(): Release {
    inFlight += 1;
    const since = performance.now();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      inFlight -= 1;
      held = held * 0.9 + (performance.now() - since) * 0.1;
      const next = waiting.shift();
      if (!next) return;
      next.place = take();
      next.wake();
      for (const waiter of waiting) waiter.wake();
    };
  }

  const expectedWait = () => ((waiting.length + 1) * held) / capacity;
  const retryAfter = () => Math.max(1, Math.ceil(expectedWait() / 1_000));

  /** Null when a new turn may come in; else why not. Asked before the stream starts, so that the refusal is a 503. */
  function refusal(): Refused | null {
    if (inFlight < capacity && waiting.length === 0) return null;
    if (waiting.length < depth && expectedWait() <= wait) return null;
    return { refused: true, code: 'queue_full', retryAfter: retryAfter() };
  }

  async function* admit(signal: AbortSignal): AsyncGenerator<AdmitStep> {
    if (inFlight < capacity && waiting.length === 0) {
      yield { release: take() };
      return;
    }
    if (waiting.length >= depth) {
      yield { refused: true, code: 'queue_full', retryAfter: retryAfter() };
      return;
    }
    const waiter: Waiter = { wake: () => undefined, place: null };
    waiting.push(waiter);
    const deadline = performance.now() + wait;
    try {
      let told = 0;
      while (!waiter.place && !signal.aborted && performance.now() < deadline) {
        const position = waiting.indexOf(waiter) + 1;
        if (position !== told) yield { position: (told = position) };
        else await sleepUntil(waiter, deadline, signal);
      }
      if (waiter.place && !signal.aborted) {
        const release = waiter.place;
        waiter.place = null;
        yield { release };
      } else if (!signal.aborted) {
        yield { refused: true, code: 'queue_timeout', retryAfter: retryAfter() };
      }
    } finally {
      waiting = waiting.filter((entry) => entry !== waiter);
      waiter.place?.();
    }
  }

  const view = (): QueueState => ({ depth: waiting.length, inFlight, capacity });
  return { admit, refusal, view };
}

/** Until the waiter is woken, the deadline passes or the turn is given up; leaves no timer and no listener. */
function sleepUntil(waiter: Waiter, deadline: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      waiter.wake = () => undefined;
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, deadline - performance.now()));
    signal.addEventListener('abort', done, { once: true });
    waiter.wake = done;
  });
}
