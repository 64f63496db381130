/** Starts the whole status host as its own process over temporary data, and ends it without leaving anything. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const main = join(import.meta.dirname, '..', '..', 'status', 'main.ts');

export type Host = { url: string; child: ChildProcess; log: () => string; stdout: string[]; end: () => Promise<number | null> };

/** Resolves once the host has said that it is ready. */
export async function startHost(source: string, env: Record<string, string> = {}, args: string[] = []): Promise<Host> {
  const data = mkdtempSync(join(tmpdir(), 'halfsecond-status-'));
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, HALFSECOND_DATA: data, STATUS_SOURCE: source, STATUS_PORT: '0', STATUS_CONTENT: join(data, 'content'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => { log += chunk.toString(); });
  const stdout: string[] = [];
  const exited = once(child, 'exit').then(() => child.exitCode);
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      stdout.push(line);
      resolve((JSON.parse(line) as { url: string }).url);
    });
    exited.then((code) => reject(new Error(`The status host ended with ${code}: ${log}`)), reject);
  });
  return {
    url, child, stdout,
    log: () => log,
    async end() {
      child.kill('SIGTERM');
      const code = await exited;
      rmSync(data, { recursive: true, force: true });
      return code;
    },
  };
}

/** Asks again every 50 ms until `wanted` is true of the answer; fails after `within` ms. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean, within = 10_000): Promise<T> {
  const end = performance.now() + within;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (performance.now() > end) throw new Error(`Not so within ${within} ms; last: ${String(answer).slice(0, 500)}`);
    await wait(50);
  }
}
