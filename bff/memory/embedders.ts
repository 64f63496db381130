/** Embedders of one's own instead of the shipped table: which one is configured, and the OpenAI-compatible endpoint. */
import { MemoryError, reason } from './errors.ts';
import { fromTransformers } from './transformers.ts';
import { embedderId, unit, type Embedder } from './vectors.ts';

export type EmbedderConfig =
  | { kind: 'openai-compatible'; baseURL: string; model: string; apiKey?: string | undefined; size?: number | undefined }
  | { kind: 'transformers'; path: string };

/** A first call may wake a model; it is made at the start and not for a visitor (ms). */
const FIRST_MS = 30_000;

/** Asks for one vector, which tells the size. Throws `memory_unavailable` with a sentence when that cannot be had. */
export async function openEmbedder(config: EmbedderConfig, folder: string): Promise<Embedder> {
  try {
    return await (config.kind === 'transformers' ? fromTransformers(config.path, folder) : fromEndpoint(config));
  } catch (error) {
    if (error instanceof MemoryError) throw error;
    throw new MemoryError('memory_unavailable', `The embedder of memory.embedder cannot be used: ${reason(error)}.`, error);
  }
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
  // The same model gives shorter vectors when asked to.
  const id = embedderId('endpoint', `${model}:${first.length}`);
  unit(first, size ?? first.length, id);
  const embed: Embedder['embed'] = async (texts, signal) => (await ask(texts, signal)).map((vector) => unit(vector, first.length, id));
  return { id, size: first.length, now: null, embed, close: async () => undefined };
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
