/** Starting services as processes of their own, and ending them whatever happens. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

export type Service = { name: string; url: string; process: ChildProcess; ended: Promise<number> };

/** A service that has not said that it is ready by then is given up (ms). */
const READY_MS = 120_000;
const KILL_AFTER_MS = 5_000;

/** Runs a TypeScript file in its own process group; resolves with the url of its ready line. Its log goes to our stderr, or to the open file `log`. */
export function startService(name: string, args: string[], env: NodeJS.ProcessEnv, log: number | 'inherit' = 'inherit'): Promise<Service> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', log, 'ipc'], detached: true });
  const ended = new Promise<number>((done) => child.once('exit', (code) => done(code ?? 1)));
  return new Promise((ready, fail) => {
    const timer = setTimeout(() => fail(new Error(`${name} was not ready after ${READY_MS / 1_000} s.`)), READY_MS);
    void ended.then(() => {
      clearTimeout(timer);
      fail(new Error(`${name} could not be started.`));
    });
    child.once('error', fail);
    createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => {
      const url = /^\{"ready":.*"url":"([^"]+)"/.exec(line)?.[1];
      if (url === undefined) return void process.stderr.write(`${line}\n`);
      clearTimeout(timer);
      ready({ name, url, process: child, ended });
    });
  });
}

/** Ends the whole group: politely, then not. */
export async function endService({ process: child, ended }: Service): Promise<void> {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS);
  await ended;
  clearTimeout(timer);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/**
 * Resolves when we are told to end: by a signal, or because whoever started us is gone. A second signal must not cut
 * the end short: Ctrl-C comes both from the terminal and from the bootstrap, which passes it on.
 */
export function toldToEnd(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done());
    process.once('disconnect', () => done());
    process.channel?.unref();
  });
}

/** The port that a variable names, unset or empty the usual one; 0 becomes a free one. Throws a sentence when it is taken or no number. */
export async function freePort(variable: string, otherwise: number, host: string): Promise<number> {
  const wanted = Number(process.env[variable] || otherwise);
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) throw new Error(`${variable} is "${process.env[variable]}": expected a port from 0 to 65535.`);
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => fail(new Error(portProblem(error, wanted, variable))));
    server.listen(wanted, host, () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : wanted));
    });
  });
}

/** One line for a port that cannot be had, naming the variable to set. */
export function portProblem(error: NodeJS.ErrnoException, port: number, variable: string): string {
  if (error.code === 'EADDRINUSE') return `Port ${port} is in use: set ${variable} to another one.`;
  return `Port ${port} cannot be opened (${error.code ?? error.message}): set ${variable} to another one.`;
}
