/**
 * The status host: builds its site when needed, then runs the collector, the server and the messenger to subscribers,
 * each a process of its own; with --mirror a mirror in place of collector and messenger, with --report-to a prober alone.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildStatus } from './build.ts';
import { keepBuilt } from './rebuild.ts';

/** A child that does not end by then is killed (ms). */
const KILL_AFTER_MS = 5_000;
/** Pauses before a child is started again: doubled each time, forgotten once it has lasted. */
const RESTART = { first: 250, most: 10_000, lasted: 30_000 };
const READY_WITHIN_MS = 30_000;

const names: Record<string, string> = { 'collector/main.ts': 'The collector', 'subscribe/main.ts': 'The messenger', 'mirror/main.ts': 'The mirror' };
const here = import.meta.dirname;
const log = (line: string): void => void process.stderr.write(`status: ${line}\n`);
const stopping = new AbortController();
const children = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0));
// Whoever started us is gone, however it ended.
process.once('disconnect', () => void end(0));

const options = optionsOrEnd();
if (options.reportTo !== undefined) await import('./collector/prober.ts');
else {
  if (!options.mirror) await build();
  if (!stopping.signal.aborted) await run();
}

function optionsOrEnd(): { publish: string[]; mirror: string | undefined; key: string | undefined; reportTo: string | undefined } {
  try {
    const { values } = parseArgs({ options: { publish: { type: 'string', multiple: true, default: [] }, mirror: { type: 'string' }, key: { type: 'string' }, 'report-to': { type: 'string' }, name: { type: 'string' } } });
    if ((values['report-to'] === undefined) !== (values.name === undefined)) throw new Error('--report-to URL and --name PLACE go together.');
    if (values.mirror !== undefined && values.publish.length > 0) throw new Error('--mirror and --publish exclude each other.');
    return { publish: values.publish, mirror: values.mirror, key: values.key, reportTo: values['report-to'] };
  } catch (error) {
    log(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

async function build(): Promise<void> {
  const built = await buildStatus();
  if (built.kind !== 'failed') return;
  process.stderr.write(built.output);
  if (!existsSync(join(here, 'dist', 'index.html'))) {
    log('The site could not be built; what is wrong stands above.');
    process.exit(1);
  }
  log('The site could not be built; what is wrong stands above. The last good build is served.');
}

async function run(): Promise<void> {
  const { mirror, key, publish } = options;
  const server = start('server.ts', mirror ? { STATUS_MIRROR: mirror } : {});
  const url = await readyUrl(server);
  if (url === null) return void (await end(1));
  server.once('exit', () => {
    if (stopping.signal.aborted) return;
    log('The server ended.');
    void end(1);
  });
  const env = { STATUS_URL: process.env['STATUS_URL'] ?? url };
  if (mirror) keep('mirror/main.ts', { STATUS_MIRROR: mirror, ...(key ? { STATUS_KEY: key } : {}) }, []);
  else {
    keep('collector/main.ts', env, publish.map((each) => `--publish=${each}`));
    keep('subscribe/main.ts', env, []);
  }
  if (!(await answers(url))) {
    if (stopping.signal.aborted) return;
    log('The page did not appear in time.');
    return void (await end(1));
  }
  process.stdout.write(`${JSON.stringify({ ready: 'status', url })}\n`);
  // Incidents that are kept elsewhere are no part of the site's sources: they are published without their bodies.
  if (!mirror && !process.env['STATUS_CONTENT']) await keepBuilt(join(here, 'src', 'content'), log, stopping.signal);
}

/** A child in a group of its own; its log is ours, its standard output is read by us. */
function start(file: string, env: Record<string, string>, args: string[] = []): ChildProcess {
  const child = spawn(process.execPath, [join(here, file), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: true,
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Starts a child and starts it again whenever it ends. */
function keep(file: string, env: Record<string, string>, args: string[], pause = RESTART.first): void {
  const started = performance.now();
  const child = start(file, env, args);
  child.stdout?.resume();
  child.once('exit', (code, signal) => {
    if (stopping.signal.aborted) return;
    const next = performance.now() - started > RESTART.lasted ? RESTART.first : pause;
    log(`${names[file] ?? file} ended (${signal ?? code}); it starts again in ${next} ms. The last page stays up.`);
    wait(next, undefined, { signal: stopping.signal }).then(
      () => keep(file, env, args, Math.min(next * 2, RESTART.most)),
      () => undefined,
    );
  });
}

/** The server's address, from its ready line; null when it ended before. */
async function readyUrl(server: ChildProcess): Promise<string | null> {
  if (!server.stdout) return null;
  for await (const line of createInterface({ input: server.stdout })) {
    const said: unknown = JSON.parse(line);
    if (typeof said === 'object' && said !== null && 'url' in said && typeof said.url === 'string') {
      server.stdout.resume();
      return said.url;
    }
  }
  return null;
}

async function answers(url: string): Promise<boolean> {
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until && !stopping.signal.aborted) {
    // Not reachable yet is what we wait through; that it never came is said by whoever gets our false.
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    await response?.body?.cancel();
    if (response?.status === 200) return true;
    await wait(50);
  }
  return false;
}

/** Ends both children's groups, then this process. */
async function end(code: number): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  const ended = [...children].map((child) => new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    signalGroup(child, 'SIGTERM');
  }));
  const kill = setTimeout(() => { for (const child of children) signalGroup(child, 'SIGKILL'); }, KILL_AFTER_MS);
  await Promise.all(ended);
  clearTimeout(kill);
  process.exit(code);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // Already gone: the wish is fulfilled.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) child.kill(signal);
  }
}
