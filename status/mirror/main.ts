/**
 * The mirror, a process of its own in the collector's place: each second it brings another status host's files here,
 * believes only what is signed and newer, and keeps serving the last good ones with their age.
 * STATUS_MIRROR is the other host's address, STATUS_KEY its public key (trusted at first sight without it), HALFSECOND_DATA.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { file, publisher, type Round } from '../collector/publish.ts';
import { createCopy, type Memory } from './copy.ts';
import { withAge } from './notice.ts';

const TICK_MS = 1_000;
/** From then on the page says in words how old it is, and says it anew after as long (ms). */
const OLD_MS = 10_000;

const source = (process.env['STATUS_MIRROR'] ?? '').replace(/\/+$/, '');
const key = process.env['STATUS_KEY'] || null;
const folder = resolve(process.env['HALFSECOND_DATA'] ?? '.data', 'status');
const log = (line: string): void => void process.stderr.write(`mirror: ${line}\n`);
if (!/^https?:$/.test(URL.parse(source)?.protocol ?? '')) fail(`--mirror is "${source}": expected the address of a status host, such as https://status.example.com.`);
if (key !== null && Buffer.from(key, 'base64').byteLength !== 32) fail('--key must be the public key of the status host, 32 bytes as base64: "publicKey" in its snapshot.sig.');

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
process.once('disconnect', () => stopping.abort());

const path = join(folder, 'mirror.json');
const remembered = z.object({ source: z.string(), key: z.string(), last: z.object({ seq: z.int(), hash: z.string() }), asOf: z.number() });
const before = existsSync(path) ? remembered.parse(JSON.parse(readFileSync(path, 'utf8'))) : null;
if (before && before.source !== source) fail(`${path} belongs to a mirror of ${before.source}. Remove it to mirror ${source}, or set HALFSECOND_DATA to another folder.`);
/** A key that is given counts for more than the one that was found. */
let memory: Memory | null = before && (key === null || key === before.key) ? { key: before.key, last: before.last } : null;
let asOf = before?.asOf ?? null;
let last: Round | null = null;
let complaint: string | null = null;
let noticed = 0;
let ready = false;

const write = publisher(join(folder, 'public'));
const copy = createCopy(source, key, (round, taken) => {
  asOf = taken;
  write([...round.slice(0, -1), [...(round.at(-1) ?? []), told(null)]]);
  last = round;
});

while (!stopping.signal.aborted) {
  const started = performance.now();
  const fault = await step();
  if (fault !== complaint && !stopping.signal.aborted) {
    log(fault === null ? `${source} is mirrored again.` : `${source} is refused: ${fault}. The last good files stay.`);
    complaint = fault;
  }
  if (fault !== null) age(fault);
  const left = TICK_MS - (performance.now() - started);
  if (left > 0) await wait(left, undefined, { signal: stopping.signal }).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
}
if (process.connected) process.disconnect?.();

/** Null when all is well, else what was wrong. */
async function step(): Promise<string | null> {
  try {
    const copied = await copy(memory, stopping.signal);
    if (copied.kind === 'refused') return copied.reason;
    if (copied.kind === 'same') return Date.now() - (asOf ?? 0) > OLD_MS ? 'nothing newer comes' : null;
    if (memory === null) log(`The key ${copied.memory.key} is trusted from now on.`);
    if (!ready) process.stdout.write(`${JSON.stringify({ ready: 'mirror', url: source })}\n`);
    ready = true;
    memory = copied.memory;
    noticed = 0;
    keep(path, JSON.stringify({ source, ...memory, asOf: copied.asOf }));
    return null;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : null;
    return cause ?? (error instanceof Error ? error.message : String(error));
  }
}

/** Writes the age into the page for readers without the script, which says it itself. */
function age(fault: string): void {
  const now = Date.now();
  if (last === null || asOf === null || now - asOf < OLD_MS || now - noticed < OLD_MS) return;
  noticed = now;
  const seconds = Math.round((now - asOf) / 1_000);
  try {
    write(last.map((wave, at) => (at < (last?.length ?? 0) - 1 ? wave : [...wave.map((page) => withAge(page, seconds)), told(fault)])));
  } catch (error) {
    log(`The age cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `mirror.json`, for machines: whose files these are and when they were the present. */
function told(refused: string | null): ReturnType<typeof file> {
  return file('mirror.json', JSON.stringify({ source, asOf, refused }));
}

function keep(at: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${at}.part`, text);
  renameSync(`${at}.part`, at);
}

function fail(sentence: string): never {
  log(sentence);
  process.exit(1);
}
