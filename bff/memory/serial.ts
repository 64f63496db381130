/** One job after another: what changes a table or a log waits for the change before it. */

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
