/** transformers.js with a model in a folder, as an embedder, and the thread that it runs in. */
import { basename, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { MemoryError, reason } from './errors.ts';
import { unlessAborted } from './serial.ts';
import type { Answer, Model } from './transformersworker.ts';
import { embedderId, unit, type Embedder } from './vectors.ts';

type Vectors = Extract<Answer, { vectors: unknown }>;
type Job = { texts: string[]; signal: AbortSignal | null; done: (answer: Vectors) => void; failed: (error: Error) => void };
type Thread = {
  /** The first vector. */
  loaded: Promise<Vectors>;
  /** One after the other; an aborted job is left out when its turn comes. */
  ask(texts: string[], signal: AbortSignal): Promise<Vectors>;
  end(): Promise<void>;
};

/** A large model comes from a slow disk, once, before anybody is served (ms). */
const LOAD_MS = 120_000;
/** What the thread has begun it ends before it looks at anything else (ms). */
const END_MS = 5_000;
/** Characters in one go, which nobody can interrupt: one long text, or some short ones. A question amid a batch waits for one go and not for the batch. */
const CHARACTERS = 2_000;
/** No model here takes more of a text, in characters. */
const TEXT_MAX = 8_000;

/** Nothing is downloaded. Throws `memory_unavailable` with a sentence when the library, the model or a part of it is not there. */
export async function fromTransformers(path: string, beside: string): Promise<Embedder> {
  const folder = resolve(beside, path);
  const thread = startThread({ folder, beside: resolve(beside) });
  try {
    const { vectors: [first = []], mark = '' } = await unlessAborted(thread.loaded, AbortSignal.timeout(LOAD_MS));
    const size = first.length;
    const id = embedderId('transformers', `${basename(folder)}-${mark}`);
    if (unit(first, size, id) === null) throw new MemoryError('memory_bad_value', `The embedder ${id} gave a vector of zeros.`);
    return {
      id, size, now: null,
      async embed(texts, signal) {
        const vectors: (Float32Array | null)[] = texts.map(() => null);
        for (const part of partsOf(texts)) {
          signal.throwIfAborted();
          const found = await unlessAborted(thread.ask(part.map((n) => texts[n]?.slice(0, TEXT_MAX) ?? ''), signal), signal);
          // A text that the model has no numbers for is found by its words.
          for (const [k, n] of part.entries()) vectors[n] = found.vectors[k]?.every(Number.isFinite) === true ? unit(found.vectors[k], size, id) : null;
        }
        return vectors;
      },
      close: () => thread.end(),
    };
  } catch (error) {
    await thread.end();
    throw error;
  }
}

/** Positions of the texts that say anything, alike ones in length together: what is shorter is filled up to the longest. */
function partsOf(texts: string[]): number[][] {
  const parts: number[][] = [];
  const length = (n: number): number => texts[n]?.length ?? 0;
  for (const n of [...texts.keys()].filter((at) => texts[at]?.trim() !== '').sort((a, b) => length(a) - length(b))) {
    const part = parts.at(-1);
    if (part && (part.length + 1) * length(n) <= CHARACTERS) part.push(n);
    else parts.push([n]);
  }
  return parts;
}

function startThread(model: Model): Thread {
  // What the library prints is not for the log; reading it would keep the process.
  const worker = new Worker(new URL('transformersworker.ts', import.meta.url), { workerData: model, stdout: true, stderr: true });
  const ended = new Promise<void>((done) => void worker.once('exit', () => done()));
  const waiting: Job[] = [];
  let running = null as Job | null;
  let over: Error | null = null;

  /** The process stays for a job, not for a thread without one. */
  function next(): void {
    do running = waiting.shift() ?? null;
    while (running?.signal?.aborted === true);
    if (running === null) return worker.unref();
    worker.ref();
    worker.postMessage(running.texts);
  }

  function stop(error: Error): void {
    over ??= error;
    for (const job of [running, ...waiting.splice(0)]) job?.failed(over);
  }

  const loaded = new Promise<Vectors>((done, failed) => {
    running = { texts: [], signal: null, done, failed };
  });
  worker.on('message', (answer: Answer) => {
    if ('fault' in answer) running?.failed(new Error(reason(answer.fault)));
    else running?.done(answer);
    next();
  });
  worker.once('error', (error) => stop(new Error(`its thread broke: ${reason(error)}`)));
  worker.once('exit', () => stop(new Error('its thread has ended')));

  return {
    loaded,
    ask: (texts, signal) => new Promise((done, failed) => {
      if (over !== null) return failed(over);
      waiting.push({ texts, signal, done, failed });
      if (running === null) next();
    }),
    async end() {
      stop(new Error('it was closed'));
      worker.ref();
      worker.postMessage(null);
      const timer = setTimeout(() => void worker.terminate(), END_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
