/** Waiting with a deadline and a signal; every listener and timer is gone afterwards. */

/** Resolves after `ms`, rejects with the signal's reason when it aborts first. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Resolves after `ms` as `sleep` does, or as soon as the device says that it is online again. */
export function online(ms: number, signal: AbortSignal): Promise<void> {
  const waited = new AbortController();
  const back = (): void => waited.abort();
  globalThis.addEventListener?.('online', back, { once: true });
  return sleep(navigator.onLine === false ? Math.max(ms, 5_000) : ms, AbortSignal.any([signal, waited.signal])).catch((error: unknown) => {
    if (signal.aborted) throw error;
  }).finally(() => globalThis.removeEventListener?.('online', back));
}

/** A signal that follows `parent` and can also run out of time; `touch` starts the time anew, `disarm` only stops the clock, `release` lets go of the parent too. */
export type Deadline = { signal: AbortSignal; touch(ms: number): void; disarm(): void; release(): void };

/** `ms` from now the signal aborts with a TimeoutError, unless touched or released before. */
export function deadline(ms: number, parent: AbortSignal): Deadline {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  let until = 0;
  let due = Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function arm(rest: number): void {
    clearTimeout(timer);
    due = performance.now() + rest;
    timer = setTimeout(expire, rest);
  }
  function disarm(): void {
    clearTimeout(timer);
    due = Infinity;
  }
  function expire(): void {
    const rest = until - performance.now();
    if (rest > 1) arm(rest);
    else controller.abort(new DOMException('deadline', 'TimeoutError'));
  }
  function touch(next: number): void {
    until = performance.now() + next;
    // A timer that fires too early finds that out by itself: a stream touches far more often than it falls silent.
    if (until < due) arm(next);
  }
  touch(ms);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    touch,
    disarm,
    release() {
      disarm();
      parent.removeEventListener('abort', follow);
    },
  };
}

/** Delay before the nth try (from 0), in ms: doubling from 250 up to 8 s, with up to a quarter taken off at random. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.min(8_000, 250 * 2 ** attempt) * (1 - random() / 4);
}

/** Seconds named by a Retry-After header (a number or a date); null when absent or unreadable. `now` in epoch ms. */
export function retryAfterSeconds(header: string | null, now: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1_000));
}
