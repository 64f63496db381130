/**
 * So many calls at once per model. A freed place is handed to the one who has waited longest for that model, never
 * put back for a newcomer to grab. The turns themselves are bounded at the gateway's door; these are its rooms.
 */

/** Gives a place back; further calls do nothing. */
export type Leave = () => void;
export type Taken = { model: string; leave: Leave };
export type Places = {
  /** A place at the first of these models that has one, or null. */
  take(models: string[]): Taken | null;
  /** The models that have none. */
  busy(): ReadonlySet<string>;
  /** Waits in line for a place at any of these models, until `deadline` (as of `performance.now()`): null then, or once `signal` aborts. */
  wait(models: string[], deadline: number, signal: AbortSignal, moved: (position: number) => void): Promise<Taken | null>;
  /** Calls that run now, by model id. */
  inFlight(): Record<string, number>;
};

type Waiter = { models: string[]; told: number; moved: (position: number) => void; done: (taken: Taken | null) => void };

/** `limits`: calls at once by model id. */
export function createPlaces(limits: Map<string, number>): Places {
  const running = new Map([...limits.keys()].map((id) => [id, 0]));
  let waiting: Waiter[] = [];

  function give(model: string): Taken {
    running.set(model, (running.get(model) ?? 0) + 1);
    let left = false;
    return {
      model,
      leave() {
        if (left) return;
        left = true;
        running.set(model, (running.get(model) ?? 1) - 1);
        waiting.find(({ models }) => models.includes(model))?.done(give(model));
      },
    };
  }

  function take(models: string[]): Taken | null {
    const free = models.find((id) => (running.get(id) ?? 0) < (limits.get(id) ?? 0));
    return free === undefined ? null : give(free);
  }

  function tell(): void {
    for (const [at, waiter] of waiting.entries()) {
      if (waiter.told === at + 1) continue;
      waiter.told = at + 1;
      waiter.moved(at + 1);
    }
  }

  return {
    take,
    busy: () => new Set([...limits].flatMap(([id, limit]) => ((running.get(id) ?? 0) < limit ? [] : [id]))),
    wait(models, deadline, signal, moved) {
      const now = take(models);
      if (now !== null || signal.aborted) return Promise.resolve(now);
      return new Promise((resolve) => {
        const giveUp = (): void => waiter.done(null);
        const timer = setTimeout(giveUp, Math.max(0, deadline - performance.now()));
        const waiter: Waiter = {
          models, told: 0, moved,
          done(taken) {
            clearTimeout(timer);
            signal.removeEventListener('abort', giveUp);
            waiting = waiting.filter((entry) => entry !== waiter);
            tell();
            resolve(taken);
          },
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.push(waiter);
        tell();
      });
    },
    inFlight: () => Object.fromEntries(running),
  };
}
