/**
 * Lines on disk for a day: files that are only appended to, the oldest go when they are too old or all are too large.
 * Writing happens beside everything else; a disk that is full costs what would have been written, nothing more.
 */
import { appendFile, mkdir, open, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from './folder.ts';

const DAY_MS = 86_400_000;
/** A file takes lines for an hour at most, up to this size (bytes). */
const FILE_MS = 3_600_000;
const FILE_MAX = 4_000_000;
/** All files together (bytes). */
const RING_MAX = 64_000_000;
/** What comes within this time is written at once (ms); by then a browser has told its part. */
const GATHER_MS = 1_500;
/** After a failure the disk is left alone this long (ms). */
const REST_MS = 30_000;
/** Entries that wait to be written; more are dropped. */
const WAITING_MAX = 10_000;

export type RingOptions<T> = { folder: string; encode: (entry: T) => string; log: (line: string) => void; now?: () => number; max?: number };
export type Ring<T> = {
  /** Takes an entry; it is read when it is written, a little later. Never waits, never throws. */
  put(entry: T): void;
  /** Everything that is on disk, oldest first; a line that was cut is left to the reader to see. */
  lines(): AsyncGenerator<string>;
  /** The last line that contains `text`, or null. */
  find(text: string): Promise<string | null>;
  /** Removes every line that contains `text`; resolves with how many. Rejects when the disk refuses. */
  erase(text: string): Promise<number>;
  /** Writes what waits. Never rejects. */
  flush(): Promise<void>;
  /** Entries that never came to disk. */
  dropped(): number;
  close(): Promise<void>;
};

export function createRing<T>({ folder, encode, log, now = Date.now, max = RING_MAX }: RingOptions<T>): Ring<T> {
  const waiting = new Set<T>();
  let file: { path: string; since: number; size: number } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let dropped = 0;
  let ill = false;
  let restUntil = 0;
  let cut = false;
  /** One thing at a time happens to the files. */
  let chain: Promise<unknown> = Promise.resolve();

  function next<R>(work: () => Promise<R>): Promise<R> {
    const done = chain.then(work);
    chain = done.catch(() => undefined); // whoever asked for it hears of it
    return done;
  }

  /** The files of lines among `found`, oldest first. */
  const linesAmong = (found: string[]): string[] => found.filter((name) => /^\d+\.jsonl$/.test(name)).sort((a, b) => parseInt(a, 10) - parseInt(b, 10));
  const names = async (): Promise<string[]> => linesAmong(await namesIn(folder));

  async function write(): Promise<void> {
    if (waiting.size === 0) return;
    const entries = [...waiting];
    waiting.clear();
    if (now() < restUntil) {
      dropped += entries.length;
      return;
    }
    const text = `${cut ? '\n' : ''}${entries.map(encode).join('\n')}\n`;
    try {
      const at = now();
      if (file === null || at - file.since > FILE_MS || file.size > Math.min(FILE_MAX, max / 4)) {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        file = { path: join(folder, `${at}.jsonl`), since: at, size: 0 };
        await prune(at);
      }
      await appendFile(file.path, text, { mode: 0o600 });
      file.size += Buffer.byteLength(text);
      cut = false;
      if (ill) log('traces are kept on disk again');
      ill = false;
    } catch (error) {
      dropped += entries.length;
      cut = true;
      restUntil = now() + REST_MS;
      if (!ill) log(`traces cannot be kept on disk, they go on in memory: ${error instanceof Error ? error.message : String(error)}`);
      ill = true;
    }
  }

  async function prune(at: number): Promise<void> {
    let room = max - Math.min(FILE_MAX, max / 4);
    for (const name of (await names()).reverse()) {
      const path = join(folder, name);
      if (path === file?.path) continue;
      const { size, mtimeMs } = await stat(path);
      room -= size;
      if (room < 0 || at - mtimeMs > DAY_MS) await unlink(path);
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    return next(write);
  }

  async function without(path: string, text: string): Promise<number> {
    const before = await readFile(path, 'utf8');
    if (!before.includes(text)) return 0;
    const lines = before.split('\n');
    const left = lines.filter((line) => !line.includes(text));
    const fresh = await open(`${path}.new`, 'w', 0o600);
    try {
      await fresh.writeFile(left.join('\n'));
      await fresh.sync();
    } finally {
      await fresh.close();
    }
    await rename(`${path}.new`, path);
    return lines.length - left.length;
  }

  return {
    put(entry) {
      if (waiting.size >= WAITING_MAX) dropped += 1;
      else waiting.add(entry);
      timer ??= setTimeout(() => void flush(), GATHER_MS).unref();
    },
    async *lines() {
      for (const name of await names()) {
        const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return ''; // pruned while the ones before it were read
          throw error;
        });
        for (const line of text.split('\n')) if (line !== '') yield line;
      }
    },
    find: (text) => next(async () => {
      for (const name of (await names()).reverse()) {
        const line = (await readFile(join(folder, name), 'utf8')).split('\n').findLast((entry) => entry.includes(text));
        if (line !== undefined) return line;
      }
      return null;
    }),
    erase: (text) => next(async () => {
      await write();
      const found = await namesIn(folder);
      let lines = 0;
      for (const name of linesAmong(found)) lines += await without(join(folder, name), text);
      // What an erasure left that a crash cut short.
      for (const name of found) if (name.endsWith('.new')) await rm(join(folder, name), { force: true });
      return lines;
    }),
    flush,
    dropped: () => dropped,
    async close() {
      await flush();
    },
  };
}
