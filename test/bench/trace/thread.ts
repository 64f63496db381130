/** The thread of the visitor, seen from the bench. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Told, Visit, Wish } from './visitor.ts';

export type Visitor = { visit(wish: Omit<Wish, 'number'>): Promise<Visit>; close(): Promise<void> };

/** Starts it for the bff at `url`. */
export async function startVisitor(url: string): Promise<Visitor> {
  const worker = new Worker(new URL('./visitor.ts', import.meta.url), { workerData: { url } });
  await once(worker, 'message');
  const waiting = new Map<number, PromiseWithResolvers<Visit>>();
  let count = 0;
  worker.on('message', ({ number, visit, error }: Told) => {
    if (visit) waiting.get(number)?.resolve(visit);
    else waiting.get(number)?.reject(new Error(error));
    waiting.delete(number);
  });
  return {
    visit(wish) {
      const answer = Promise.withResolvers<Visit>();
      waiting.set((count += 1), answer);
      worker.postMessage({ ...wish, number: count } satisfies Wish);
      return answer.promise;
    },
    close: async () => void (await worker.terminate()),
  };
}
