/** Sends what is owed: several subscribers at once, one message at a time to each, tried again with growing pauses. */
import type { Book, Message } from './book.ts';
import type { Send } from './send.ts';

/** Pauses before each further try (ms); after the last one a message is given up. Over three days in all. */
const PAUSES = [2_000, 30_000, 120_000, 600_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000, 48 * 3_600_000];
const AT_ONCE = 20;
const DEADLINE_MS = 15_000;

export type Deliver = {
  /** Starts what is due and has room; does not wait for it. */
  tick: (now: number) => void;
  /** Resolves once nothing is on its way; what was cut off is tried again in the next life. */
  idle: () => Promise<void>;
};

/** @param pauses other ones let a test be quick */
export function createDeliver(book: Book, send: Send, log: (line: string) => void, stop: AbortSignal, pauses: number[] = PAUSES): Deliver {
  /** By subscriber. */
  const running = new Map<string, Promise<void>>();

  async function one(message: Message): Promise<void> {
    const sent = await send.send(message, AbortSignal.any([stop, AbortSignal.timeout(DEADLINE_MS)]));
    if (stop.aborted && sent.kind === 'failed') return;
    const now = Date.now();
    if (sent.kind === 'delivered') return book.done(message.id, null, now);
    if (sent.kind === 'gone') return void book.unsubscribe(message.subscriber.id);
    const pause = pauses[message.tries];
    if (pause === undefined) {
      log(`A message to a ${message.subscriber.kind} was given up after ${message.tries + 1} tries: ${sent.fault}`);
      return book.done(message.id, sent.fault, now);
    }
    if (message.tries === 0) log(`A message to a ${message.subscriber.kind} was not taken (${sent.fault}); it is tried again.`);
    // Somewhat by chance, so that many that failed together do not come back together.
    book.later(message.id, now + Math.round(pause * (0.8 + Math.random() * 0.4)), sent.fault);
  }

  return {
    tick(now) {
      if (stop.aborted || running.size >= AT_ONCE) return;
      for (const message of book.due(now, 10 * AT_ONCE)) {
        const { id } = message.subscriber;
        if (running.has(id)) continue;
        if (running.size >= AT_ONCE) break;
        const work = one(message)
          .catch((error: unknown) => log(`What was sent cannot be noted: ${error instanceof Error ? error.message : String(error)}`))
          .finally(() => running.delete(id));
        running.set(id, work);
      }
    },
    async idle() {
      await Promise.all(running.values());
    },
  };
}
