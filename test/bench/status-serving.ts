/**
 * Static serving: the status host's file server on one core against a bare node:http handler that answers from memory,
 * turn by turn in one run, and 2,000 requests a second for some seconds while the files change every second.
 * Bounded: about 50 s.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { publisher, type Round } from '../../status/collector/publish.ts';
import { readSite } from '../../status/collector/site.ts';
import { observed, writing } from '../status/writing.ts';

const ROUNDS = 5;
const ROUND_MS = 1_500;
const SOCKETS = 32;
const STEADY = { perSecond: 2_000, seconds: 6 };

const ends: (() => unknown)[] = [];
const made = writing({ after: (end) => void ends.push(end as () => unknown) }, 'status');
const dist = join(import.meta.dirname, '..', '..', 'status', 'dist');
const site = existsSync(join(dist, 'subscribe')) ? readSite(dist, '1') : made.site;
// Made beforehand: while requests are timed, this process only renames files into place.
const rounds: Round[] = [];
const write = made.writer([(round) => void rounds.push(round)]);
for (let second = 0; second <= STEADY.seconds + 2; second += 1) write(observed({ asOf: Date.now() + second * 1_000, headline: `Second ${second}` }), site);
const put = publisher(join(made.folder, 'public'));
function publish(): void {
  const next = rounds.shift();
  if (next) put(next);
}
publish();

const pinned = process.platform === 'linux' && existsSync('/usr/bin/taskset') && cpus().length > 1;
const [data, children] = [mkdtempSync(join(tmpdir(), 'halfsecond-bench-')), new Set<ChildProcess>()];
symlinkSync(made.folder, join(data, 'status'), 'junction');
if (pinned) execFileSync('taskset', ['-cp', '1', String(process.pid)], { stdio: 'ignore' });

async function start(file: string): Promise<{ port: number; pid: number }> {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', file];
  const [program = '', ...args] = pinned ? ['taskset', '-c', '0', ...command] : command;
  const child = spawn(program, args, { env: { ...process.env, HALFSECOND_DATA: data, STATUS_PORT: '0', FILE: join(made.folder, 'public', 'index.html') }, stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const [line] = await once(child.stdout, 'data') as [Buffer];
  return { port: Number(new URL((JSON.parse(line.toString()) as { url: string }).url).port), pid: child.pid ?? 0 };
}

/** One keep-alive connection; `ask` resolves with the status once the whole answer is here. */
async function open(port: number): Promise<{ ask: (path: string, extra?: string) => Promise<number>; socket: Socket }> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let got: Buffer = Buffer.alloc(0);
  let answered: ((status: number) => void) | null = null;
  socket.on('data', (chunk: Buffer) => {
    got = got.length === 0 ? chunk : Buffer.concat([got, chunk]);
    const end = got.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = got.subarray(0, end).toString('latin1');
    const status = Number(head.slice(9, 12));
    const length = status === 304 ? 0 : Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (got.length < end + 4 + length) return;
    got = Buffer.alloc(0);
    answered?.(status);
  });
  socket.on('error', () => answered?.(0));
  return {
    socket,
    ask: (path, extra = '') => new Promise((resolve) => {
      answered = resolve;
      socket.write(`GET ${path} HTTP/1.1\r\nhost: status\r\naccept-encoding: gzip, deflate, br\r\n${extra}\r\n`);
    }),
  };
}

/** Seconds of processor time that a process has used; null where the system does not say. */
function used(pid: number): number | null {
  if (!existsSync(`/proc/${pid}/stat`)) return null;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

type Measured = { perSecond: number; perCpuSecond: number | null };

/** As many requests as go through in ROUND_MS over SOCKETS connections. */
async function flood(target: { port: number; pid: number }, path: string, extra = ''): Promise<Measured> {
  const connections = await Promise.all(Array.from({ length: SOCKETS }, () => open(target.port)));
  const [cpu, started] = [used(target.pid), performance.now()];
  let done = 0;
  await Promise.all(connections.map(async ({ ask }) => {
    while (performance.now() - started < ROUND_MS) {
      const status = await ask(path, extra);
      if (status !== 200 && status !== 304) throw new Error(`${path} answered ${status}`);
      done += 1;
    }
  }));
  const [elapsed, after] = [(performance.now() - started) / 1_000, used(target.pid)];
  for (const { socket } of connections) socket.destroy();
  return { perSecond: done / elapsed, perCpuSecond: cpu === null || after === null || after === cpu ? null : done / (after - cpu) };
}

/** So many a second whatever comes back, over more connections when all are busy. */
async function steady(port: number): Promise<{ p50: number; p99: number; most: number; failed: number; n: number }> {
  const free: Awaited<ReturnType<typeof open>>[] = [];
  const all: Awaited<ReturnType<typeof open>>[] = [];
  const paths = ['/', '/snapshot.json', '/snapshot.sig', '/api/v2/summary.json', '/feed.rss', '/metrics'];
  const times: number[] = [];
  let failed = 0;
  const started = performance.now();
  const running: Promise<void>[] = [];
  for (let sent = 0; sent < STEADY.perSecond * STEADY.seconds;) {
    const due = Math.floor(((performance.now() - started) / 1_000) * STEADY.perSecond);
    for (; sent < due; sent += 1) {
      running.push((async (path: string, at: number) => {
        const connection = free.pop() ?? await open(port);
        if (!all.includes(connection)) all.push(connection);
        if (await connection.ask(path) !== 200) failed += 1;
        times.push(performance.now() - at);
        free.push(connection);
      })(paths[sent % paths.length] ?? '/', performance.now()));
    }
    await wait(1);
  }
  await Promise.all(running);
  for (const { socket } of all) socket.destroy();
  times.sort((a, b) => a - b);
  const at = (q: number): number => times[Math.min(times.length - 1, Math.floor(q * times.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), most: at(1), failed, n: times.length };
}

const median = (list: number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

try {
  console.log(`${pinned ? 'server pinned to core 0, load to core 1' : 'not pinned'}, load ${loadavg().map((each) => each.toFixed(1)).join(' ')}`);
  const [ours, bare] = await Promise.all([start(join(import.meta.dirname, '..', '..', 'status', 'server.ts')), start(join(import.meta.dirname, 'status', 'bare.ts'))]);
  const tag = (await fetch(`http://127.0.0.1:${ours.port}/`)).headers.get('etag') ?? '';
  const runs: [string, { port: number; pid: number }, string, string][] = [
    ['bare node:http, page from memory', bare, '/', ''], ['page, br', ours, '/', ''], ['page, 304', ours, '/', `if-none-match: ${tag}\r\n`],
    ['snapshot.json, br', ours, '/snapshot.json', ''], ['summary.json, br', ours, '/api/v2/summary.json', ''],
  ];
  const results = new Map<string, Measured[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    // The order is turned round each time, so that a noisy neighbour hits all alike.
    for (const [name, target, path, extra] of round % 2 ? runs.toReversed() : runs) results.set(name, [...(results.get(name) ?? []), await flood(target, path, extra)]);
  }
  const base = median((results.get(runs[0]?.[0] ?? '') ?? []).map((each) => each.perSecond));
  for (const [name, list] of results) {
    const perSecond = median(list.map((each) => each.perSecond));
    const perCpu = median(list.flatMap((each) => each.perCpuSecond ?? []));
    console.log(`${name.padEnd(34)} ${perSecond.toFixed(0).padStart(7)} requests/s  ${perCpu.toFixed(0).padStart(7)} per CPU second  ${(perSecond / base).toFixed(2)} of bare`);
  }
  const timer = setInterval(publish, 1_000);
  const { p50, p99, most, failed, n } = await steady(ours.port);
  clearInterval(timer);
  console.log(`2,000 requests/s for ${STEADY.seconds} s while the files change each second: n ${n}, failed ${failed}, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, most ${most.toFixed(1)} ms`);
  if (failed > 0) process.exitCode = 1;
} finally {
  for (const child of children) child.kill('SIGKILL');
  for (const end of ends) await end();
  rmSync(data, { recursive: true, force: true });
}
