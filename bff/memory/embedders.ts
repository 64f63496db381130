/** Embedders of one's own instead of the shipped table: an OpenAI-compatible endpoint, or transformers.js with a model in a folder. */
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createHash } from 'node:crypto';
import { MemoryError, reason } from './errors.ts';
import { unit, type Embedder } from './vectors.ts';

export type EmbedderConfig =
  | { kind: 'openai-compatible'; baseURL: string; model: string; apiKey?: string | undefined; size?: number | undefined }
  | { kind: 'transformers'; path: string };

/** A first call may wake a model; it is made at the start and not for a visitor (ms). */
const FIRST_MS = 30_000;
const ID_MAX = 100;

/** Asks for one vector, which tells the size. Throws `memory_unavailable` with a sentence when that cannot be had. */
export async function openEmbedder(config: EmbedderConfig, folder: string): Promise<Embedder> {
  try {
    return await (config.kind === 'transformers' ? fromTransformers(config.path, folder) : fromEndpoint(config));
  } catch (error) {
    if (error instanceof MemoryError) throw error;
    throw new MemoryError('memory_unavailable', `The embedder of memory.embedder cannot be used: ${reason(error)}.`, error);
  }
}

/** In the alphabet of ids; what had to change leaves a hash behind. */
function named(kind: string, model: string): string {
  const text = model.replace(/[^A-Za-z0-9_.:-]/g, '-').slice(-ID_MAX);
  return text === model ? `${kind}:${text}` : `${kind}:${text}-${createHash('sha256').update(model).digest('hex').slice(0, 8)}`;
}

async function fromEndpoint({ baseURL, model, apiKey, size }: EmbedderConfig & { kind: 'openai-compatible' }): Promise<Embedder> {
  const url = `${baseURL.replace(/\/$/, '')}/embeddings`;
  async function ask(texts: string[], signal: AbortSignal): Promise<number[][]> {
    const response = await fetch(url, {
      method: 'POST', signal, redirect: 'error',
      headers: { 'content-type': 'application/json', ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) },
      body: JSON.stringify({ model, input: texts, encoding_format: 'float', ...(size === undefined ? {} : { dimensions: size }) }),
    });
    if (!response.ok) throw new MemoryError('memory_unavailable', `The embedding endpoint answered with status ${response.status}`);
    return vectorsIn(await response.json(), texts.length);
  }
  const [first = []] = await ask(['hello'], AbortSignal.timeout(FIRST_MS));
  const id = named('endpoint', model);
  unit(first, size ?? first.length, id);
  const embed: Embedder['embed'] = async (texts, signal) => (await ask(texts, signal)).map((vector) => unit(vector, first.length, id));
  return { id, size: first.length, now: null, embed };
}

/** The vectors of an answer in the order of the question. */
function vectorsIn(answer: unknown, count: number): number[][] {
  const data = typeof answer === 'object' && answer !== null && 'data' in answer && Array.isArray(answer.data) ? (answer.data as { index?: unknown; embedding?: unknown }[]) : [];
  const vectors: number[][] = [];
  for (const [at, { index, embedding }] of data.entries()) {
    if (Array.isArray(embedding) && embedding.every((value) => typeof value === 'number')) vectors[typeof index === 'number' ? index : at] = embedding;
  }
  if (vectors.length !== count || vectors.includes(undefined as never)) throw new MemoryError('memory_unavailable', `The embedding endpoint gave ${data.length} vectors: expected ${count}`);
  return vectors;
}

type Pipeline = (texts: string[], options: { pooling: 'mean'; normalize: boolean }) => Promise<{ tolist(): number[][] }>;

/** transformers.js is looked for beside the configuration; it is installed by whoever wants it. Nothing is downloaded. */
async function fromTransformers(path: string, folder: string): Promise<Embedder> {
  const name = '@huggingface/transformers';
  const { createRequire } = await import('node:module');
  const found = createRequire(pathToFileURL(`${folder}/`)).resolve(name);
  const { env, pipeline } = (await import(pathToFileURL(found).href)) as { env: Record<string, unknown>; pipeline: (task: string, model: string) => Promise<Pipeline> };
  Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, ...(isAbsolute(path) ? { localModelPath: '/' } : { localModelPath: folder }) });
  const extract = await pipeline('feature-extraction', path);
  const all = async (texts: string[]): Promise<number[][]> => (await extract(texts, { pooling: 'mean', normalize: true })).tolist();
  const [first = []] = await all(['hello']);
  const id = named('transformers', path);
  unit(first, first.length, id);
  return {
    id, size: first.length, now: null,
    async embed(texts, signal) {
      const vectors: (Float32Array | null)[] = [];
      for (let at = 0; at < texts.length; at += 16) {
        signal.throwIfAborted();
        vectors.push(...(await all(texts.slice(at, at + 16))).map((vector) => unit(vector, first.length, id)));
      }
      return vectors;
    },
  };
}
