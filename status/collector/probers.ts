/** The probers on this host: processes of their own, started again when they end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { proberKey } from './key.ts';

/** Pause before a prober that ended is started again (ms). */
const RESTART_MS = 1_000;

/** @param to where they report to @returns a function that ends them all */
export function keepProbers(count: number, to: string, feedKey: string, log: (line: string) => void): () => void {
  const stopping = new AbortController();
  const running = new Set<ChildProcess>();

  function keep(name: string, phase: number): void {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'prober.ts'), '--report-to', to, '--name', name], {
      // It needs to know no more than its own key.
      env: { ...process.env, STATUS_FEED_KEY: '', STATUS_PROBER_KEY: proberKey(feedKey, name), STATUS_PROBER_PHASE: String(phase) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    running.add(child);
    child.once('error', (error) => log(`Prober ${name} could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (stopping.signal.aborted) return;
      log(`Prober ${name} ended (${signal ?? code}); it starts again.`);
      wait(RESTART_MS, undefined, { signal: stopping.signal }).then(() => keep(name, phase), () => undefined);
    });
  }

  // One after the other within the second: whatever happens is seen by the next of them.
  for (let at = 1; at <= count; at += 1) keep(`local-${at}`, Math.floor(((at - 1) * 1_000) / count));
  return () => {
    stopping.abort();
    for (const child of running) child.kill();
  };
}
