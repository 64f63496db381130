/** One job after another: what changes a table or a log waits for the change before it. And long work in pieces. */
import { setImmediate } from 'node:timers/promises';

export type Serial = <T>(job: () => Promise<T>) => Promise<T>;

/** Each job starts when the one before has ended, well or badly; its caller gets its own result or error. */
export function serial(): Serial {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const run = last.then(job, job);
    last = run;
    return run;
  };
}

/** The promise's result, or the signal's reason as soon as it aborts. The work itself goes on and is ignored. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Entries handled before others get the thread: a few ms of work. */
const PIECE = 1_000;

/** `map`, but a long list lets others in between; a short one is done at once. */
export async function inPieces<From, To>(list: From[], one: (entry: From) => To): Promise<To[]> {
  const out: To[] = [];
  for (let at = 0; at < list.length; at += PIECE) {
    if (at > 0) await setImmediate();
    for (const entry of list.slice(at, at + PIECE)) out.push(one(entry));
  }
  return out;
}
