/** Real processes for the drills: a bff that can be killed, hung and started again, and a status host that watches it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const root = join(import.meta.dirname, '..', '..', '..');
const KEY = 'drill-feed-key';
export const SITE = { id: 'shop', key: 'hs_pub_shop', origins: ['http://shop.example'] };

export type Running = { url: string; child: ChildProcess; end: (signal?: NodeJS.Signals) => Promise<void> };
type Snapshot = { seq: number; indicator: string; components: { id: string; status: string; text: string }[] };

/** Starts a service; resolves with its ready line. */
async function start(file: string, args: string[], env: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, file), ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => { log = (log + chunk.toString()).slice(-4_000); });
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => {
      const found = /^\{"ready":.*"url":"([^"]+)"/.exec(line)?.[1];
      if (found) resolve(found);
    });
    exited.then(() => reject(new Error(`${file} ended: ${log}`)), reject);
  });
  return { url, child, async end(signal = 'SIGTERM') {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(-child.pid, signal);
    await exited;
  } };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export type Pair = {
  bff: { url: string; kill: () => Promise<void>; hang: () => void; goOn: () => void; restart: () => Promise<void> };
  host: Running;
  end: () => Promise<void>;
};

/** A bff with this configuration and a status host beside it. */
export async function startPair(config: Record<string, unknown>): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-drill-'));
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify({ site: SITE, memory: { enabled: false }, ...config }));
  const port = await freePort();
  const begin = () => start('bff/cli/main.ts', ['bff'], { HALFSECOND_CONFIG: path, HALFSECOND_DATA: join(folder, 'bff'), BFF_PORT: String(port), STATUS_FEED_KEY: KEY, HALFSECOND_ADMIN_KEY: 'admin', OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '' });
  let bff = await begin();
  const host = await start('status/main.ts', [], { STATUS_SOURCE: bff.url, STATUS_FEED_KEY: KEY, STATUS_PORT: '0', HALFSECOND_DATA: join(folder, 'status'), STATUS_CONTENT: join(folder, 'content') });
  const lives = () => bff.child.exitCode === null && bff.child.signalCode === null;
  const signal = (name: NodeJS.Signals) => { if (lives() && bff.child.pid !== undefined) process.kill(-bff.child.pid, name); };
  return {
    bff: {
      url: bff.url,
      kill: () => bff.end('SIGKILL'),
      hang: () => signal('SIGSTOP'),
      goOn: () => signal('SIGCONT'),
      async restart() { bff = await begin(); },
    },
    host,
    async end() {
      signal('SIGCONT');
      await Promise.all([bff.end(), host.end()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function snapshot(host: Running): Promise<Snapshot> {
  return (await fetch(`${host.url}/snapshot.json`, { signal: AbortSignal.timeout(5_000) })).json() as Promise<Snapshot>;
}

export function statusOf(state: Snapshot, id: string): string | undefined {
  return state.components.find((each) => each.id === id)?.status;
}

/** Asks as an open page does, once a second, from a phase of its own; resolves with the ms that have passed since `since`. */
export async function shownAfter(host: Running, since: number, wanted: (state: Snapshot) => boolean, within: number): Promise<number> {
  await wait(Math.random() * 1_000);
  for (;;) {
    if (wanted(await snapshot(host))) return performance.now() - since;
    if (performance.now() - since > within) return Number.POSITIVE_INFINITY;
    await wait(1_000);
  }
}

/** Resolves once the page says so; throws when it does not in time. */
export async function becomes(host: Running, wanted: (state: Snapshot) => boolean, within = 60_000): Promise<void> {
  const end = performance.now() + within;
  while (!wanted(await snapshot(host))) {
    if (performance.now() > end) throw new Error(`Not so within ${within} ms.`);
    await wait(200);
  }
}
