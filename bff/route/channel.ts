/** A queue between whoever produces parts and the one who iterates: a push costs no promise while nobody waits. */

/** Where a channel's values come from. */
export type Source = {
  /** The first pull: values are wanted from now on. */
  started(): void;
  /** The consumer has left before the end. */
  abandoned(): void;
};
/** A record with functions that all channels share: every open answer holds one through its silences. */
export type Channel<T> = AsyncIterableIterator<T> & {
  push(value: T): void;
  /** Ends the iteration after what was pushed; with an error the iteration throws it then. */
  close(error?: Error): void;
  source: Source | null;
  running: boolean;
  queue: T[];
  head: number;
  closed: boolean;
  failure: Error | null;
  waiting: ((result: Next<T> | Promise<Next<T>>) => void) | null;
};
type Next<T> = IteratorResult<T, undefined>;

/** The source may be put on the channel later, before the first pull. */
export function createChannel<T>(source: Source | null = null): Channel<T> {
  return {
    [Symbol.asyncIterator]: self, next, return: leave, push, close,
    source, running: false, queue: [], head: 0, closed: false, failure: null, waiting: null,
  };
}

function self<T>(this: Channel<T>): Channel<T> {
  return this;
}

function next<T>(this: Channel<T>): Promise<Next<T>> {
  if (!this.running) {
    this.running = true;
    this.source?.started();
  }
  if (this.head < this.queue.length) {
    const value = this.queue[this.head++] as T;
    if (this.head === this.queue.length) {
      this.queue = [];
      this.head = 0;
    }
    return Promise.resolve({ done: false, value });
  }
  if (this.closed) return over(this);
  return new Promise((resolve) => {
    this.waiting = resolve;
  });
}

function leave<T>(this: Channel<T>): Promise<Next<T>> {
  if (!this.closed) this.source?.abandoned();
  this.closed = true;
  this.queue = [];
  this.head = 0;
  return Promise.resolve({ done: true, value: undefined });
}

function push<T>(this: Channel<T>, value: T): void {
  if (this.closed) return;
  const { waiting } = this;
  this.waiting = null;
  if (waiting) waiting({ done: false, value });
  else this.queue.push(value);
}

function close<T>(this: Channel<T>, error?: Error): void {
  if (this.closed) return;
  this.closed = true;
  this.failure = error ?? null;
  const { waiting } = this;
  this.waiting = null;
  waiting?.(over(this));
}

function over<T>(channel: Channel<T>): Promise<Next<T>> {
  const { failure } = channel;
  channel.failure = null;
  return failure === null ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(failure);
}
