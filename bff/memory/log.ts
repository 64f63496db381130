/**
 * The append log in front of the tables: a turn counts as kept once it is in here and on disk. Writers that wait
 * at the same time share one fsync. Lines carry a checksum, so a torn end is told from a whole line.
 */
import { createReadStream } from 'node:fs';
import { open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { MemoryError, reason } from './errors.ts';
import { inPieces } from './serial.ts';
import { syncFolder } from './sync.ts';

export type Log = {
  /** Resolves when the lines are on disk; rejects with `memory_unavailable` and keeps none of them otherwise. */
  append(entries: unknown[]): Promise<void>;
  /** Starts a new file and returns the ones before it, which hold everything appended so far. */
  rotate(): Promise<string[]>;
  /** Removes files that `rotate` returned, once their turns are in the tables. */
  drop(files: string[]): Promise<void>;
  close(): Promise<void>;
};
export type Replayed = { entries: unknown[]; torn: number; damaged: number; files: string[] };

const NAME = /^turns-(\d{10})\.log$/;
type Waiting = { bytes: Buffer; done: () => void; failed: (error: unknown) => void };

/** Reads what an earlier process left. `torn` counts files whose last line was never finished, `damaged` finished lines that do not match their checksum. */
export async function replayLog(folder: string): Promise<Replayed> {
  const entries: unknown[] = [];
  let torn = 0;
  let damaged = 0;
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  for (const name of names) {
    for await (const { line, whole } of linesOf(join(folder, name))) {
      if (line === '') continue;
      const json = line.slice(9);
      if (line.slice(0, 8) === sum(json)) entries.push(JSON.parse(json));
      else if (whole) damaged++;
      else torn++;
    }
  }
  return { entries, torn, damaged, files: names.map((name) => join(folder, name)) };
}

/** A file's lines one by one: imports at once can make it longer than a string may be. */
async function* linesOf(path: string): AsyncIterable<{ line: string; whole: boolean }> {
  let begun: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', from)) {
      yield { line: Buffer.concat([...begun, chunk.subarray(from, end)]).toString('utf8'), whole: true };
      begun = [];
      from = end + 1;
    }
    begun.push(chunk.subarray(from));
  }
  yield { line: Buffer.concat(begun).toString('utf8'), whole: false };
}

/** Opens a new log file after those that exist. */
export async function openLog(folder: string): Promise<Log> {
  const old = (await readdir(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? []);
  let number = Math.max(0, ...old.map(Number));
  let current = '';
  let file: FileHandle | null = null;
  let length = 0;
  let waiting: Waiting[] = [];
  let closed: string[] = [];
  let work: Promise<void> = Promise.resolve();

  async function next(): Promise<void> {
    const before = file;
    number++;
    const path = join(folder, `turns-${String(number).padStart(10, '0')}.log`);
    file = await open(path, 'ax', 0o600);
    await syncFolder(folder);
    if (before) {
      closed.push(current);
      await before.close();
    }
    current = path;
    length = 0;
  }

  async function writeWaiting(): Promise<void> {
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      if (!file) throw new Error('the log is closed');
      const bytes = Buffer.concat(batch.map((one) => one.bytes));
      await writeAll(file, bytes);
      await file.datasync();
      length += bytes.length;
      for (const one of batch) one.done();
    } catch (error) {
      const failure = new MemoryError('memory_unavailable', `The turn could not be written to ${folder}: ${reason(error)}.`, error);
      await repair().catch((again: unknown) => { failure.message += ` Its log could not be repaired either: ${reason(again)}.`; });
      for (const one of batch) one.failed(failure);
    }
  }

  /** Cuts a half-written batch off, so that the next line starts clean and a restart replays nothing that was refused. */
  async function repair(): Promise<void> {
    if (!file) return;
    await file.truncate(length);
    await file.datasync();
  }

  function enqueue(job: () => Promise<void>): Promise<void> {
    const run = work.then(job);
    work = run.catch(() => {}); // The caller of this job gets its error; the jobs behind it still run.
    return run;
  }

  await next();
  return {
    async append(entries) {
      const bytes = Buffer.concat(await inPieces(entries, lineOf));
      return new Promise<void>((done, failed) => {
        waiting.push({ bytes, done, failed });
        if (waiting.length === 1) void enqueue(writeWaiting);
      });
    },
    async rotate() {
      let files: string[] = [];
      await enqueue(async () => {
        if (length > 0) await next();
        files = closed;
        closed = [];
      });
      return files;
    },
    async drop(files) {
      for (const path of files) await unlink(path);
      if (files.length > 0) await syncFolder(folder);
    },
    close: () => enqueue(async () => {
      await file?.close();
      file = null;
      if (length === 0) await unlink(current);
    }),
  };
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
}

function lineOf(entry: unknown): Buffer {
  const json = JSON.stringify(entry);
  return Buffer.from(`${sum(json)} ${json}\n`);
}

function sum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
