/** Everything that looks and decides, put together: probers and their door, the rounds, the incidents that follow from them. */
import { setTimeout as wait } from 'node:timers/promises';
import { open } from '../src/incident.ts';
import { apply } from '../incidents/commands.ts';
import { createKeeper } from '../incidents/keeper.ts';
import { createLedger } from '../incidents/ledger.ts';
import { createCollect, type Observed } from './collect.ts';
import { LOCAL_KEY } from './key.ts';
import { keepProbers } from './probers.ts';
import { createBoard, type Reached } from './quorum.ts';
import { openDoor } from './reports.ts';
import type { Store } from './store.ts';

export type Settings = {
  /** The bff. */
  source: string;
  key: string | undefined;
  /** Holds `incidents/` and `maintenance/`. */
  content: string;
  /** Probers on this host. */
  probers: number;
  /** Where probers elsewhere report to; null when there are none. */
  listen: { host: string; port: number } | null;
};
export type Watching = {
  /** One round. Null until it is known whether the bff lives. */
  round: (stop: AbortSignal) => Promise<Observed | null>;
  /** Resolves after `ms`, or at once when the probers have come to another verdict. */
  pause: (ms: number, stop: AbortSignal) => Promise<void>;
  close: () => void;
};

/** Starts the probers. Rejects when the port for reports cannot be had. */
export async function startWatching(settings: Settings, store: Store, log: (line: string) => void): Promise<Watching> {
  const { source, key, content, probers, listen } = settings;
  const steady = (): number => performance.now();
  const board = createBoard(probers);
  const ledger = createLedger(content, log);
  const collect = createCollect({ source, key }, board, store, log);
  let builtins: ReadonlySet<string> = new Set();
  const keeper = createKeeper(ledger, store, () => builtins, log);
  let published: Reached['state'] = 'unknown';
  let wake: (() => void) | null = null;
  /** A report has changed the verdict since the last round; the next round need not wait for the feed. */
  let hurry = false;
  let fast = false;

  function heard(): void {
    if (board.bff(steady()).state === published) return;
    hurry = true;
    wake?.();
  }

  const feedKey = key ?? LOCAL_KEY;
  const door = await openDoor({
    key: feedKey, board, wall: Date.now, steady, heard, log,
    order: key === undefined ? null : (wish) => apply(ledger, wish, new Date()),
  }, listen?.host ?? '127.0.0.1', listen?.port ?? 0);
  const endProbers = keepProbers(probers, `http://${reachable(listen?.host ?? '127.0.0.1')}:${door.port}`, feedKey, log);

  return {
    async round(stop) {
      const written = ledger.read(Date.now());
      const result = await collect.tick(stop, written, fast);
      fast = false;
      if (result === null) return null;
      published = result.reached.state;
      builtins = result.builtin;
      // An incident that opens now is published now.
      const now = keeper(result.observed, written, steady()) ? ledger.read(Date.now()) : written;
      return { ...result.observed, incidents: now.incidents, openIncidents: now.incidents.filter(open) };
    },

    async pause(ms, stop) {
      if (hurry || ms <= 0) {
        // Heard once is enough: a round that fails must not be tried without end.
        fast = hurry;
        hurry = false;
        return;
      }
      const woken = new AbortController();
      wake = () => woken.abort();
      await wait(ms, undefined, { signal: AbortSignal.any([woken.signal, stop]) }).catch(ignoreAbort);
      wake = null;
      fast = hurry;
      hurry = false;
    },

    close() {
      endProbers();
      door.server.close();
      door.server.closeAllConnections();
    },
  };
}

/** Every address there is cannot be connected to; this one can. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
