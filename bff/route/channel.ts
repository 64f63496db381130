/** A queue between whoever produces parts and the one who iterates: a push costs no promise while nobody waits. */

export type Channel<T> = AsyncIterableIterator<T> & {
  push(value: T): void;
  /** Ends the iteration after what was pushed; with an error the iteration throws it then. */
  close(error?: Error): void;
};

/** `started` runs at the first pull, `abandoned` when the consumer leaves before the end. */
export function createChannel<T>(started: () => void, abandoned: () => void): Channel<T> {
  let queue: T[] = [];
  let head = 0;
  let running = false;
  let closed = false;
  let failure: Error | null = null;
  let waiting: PromiseWithResolvers<IteratorResult<T, undefined>> | null = null;

  function over(): Promise<IteratorResult<T, undefined>> {
    if (failure === null) return Promise.resolve({ done: true, value: undefined });
    const error = failure;
    failure = null;
    return Promise.reject(error);
  }

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (!running) {
        running = true;
        started();
      }
      if (head < queue.length) {
        const value = queue[head++] as T;
        if (head === queue.length) {
          queue = [];
          head = 0;
        }
        return Promise.resolve({ done: false, value });
      }
      if (closed) return over();
      waiting = Promise.withResolvers();
      return waiting.promise;
    },
    return() {
      if (!closed) abandoned();
      closed = true;
      queue = [];
      head = 0;
      return Promise.resolve({ done: true, value: undefined });
    },
    push(value) {
      if (closed) return;
      const waiter = waiting;
      waiting = null;
      if (waiter) waiter.resolve({ done: false, value });
      else queue.push(value);
    },
    close(error) {
      if (closed) return;
      closed = true;
      failure = error ?? null;
      const waiter = waiting;
      waiting = null;
      if (waiter) over().then(waiter.resolve, waiter.reject);
    },
  };
}
