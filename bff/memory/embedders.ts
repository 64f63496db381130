/** Embedders of one's own instead of the shipped table: which one is configured, and the OpenAI-compatible endpoint. */
import { MemoryError, reason } from './errors.ts';
import { fromTransformers } from './transformers.ts';
import { embedderId, unit, type Embedder } from './vectors.ts';

export type EmbedderConfig =
  | { kind: 'openai-compatible'; baseURL: string; model: string; apiKey?: string | undefined; size?: number | undefined }
  | { kind: 'transformers'; path: string };

/** A first call may wake a model; it is made at the start and not for a visitor (ms). */
const FIRST_MS = 15_000;
/** What every model has a vector for. */
const PLAIN = 'hello';
/** What an endpoint answers that does not take a text, mostly for its length. */
const REFUSALS = [400, 413, 422];
/** A refused text is not tried any shorter (characters). */
const SHORT = 200;

/**
 * Asks for one vector, which tells the size. Throws with a sentence when that cannot be had: `memory_away` when an endpoint
 * does not answer now, `memory_unavailable` when it or a model is not what the configuration says.
 */
export async function openEmbedder(config: EmbedderConfig, folder: string): Promise<Embedder> {
  try {
    return await (config.kind === 'transformers' ? fromTransformers(config.path, folder) : fromEndpoint(config));
  } catch (error) {
    if (error instanceof MemoryError) throw error;
    throw new MemoryError(config.kind === 'transformers' ? 'memory_unavailable' : 'memory_away', `The embedder of memory.embedder cannot be used: ${reason(error)}.`, error);
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
    if (!response.ok) throw new MemoryError(REFUSALS.includes(response.status) ? 'memory_bad_value' : response.status >= 500 || response.status === 429 ? 'memory_away' : 'memory_unavailable', `The embedding endpoint answered with status ${response.status}`);
    return vectorsIn(await response.json(), texts.length);
  }

  /** One text that is refused does not keep the others waiting: it is sent alone, then its beginning, and in the end it has no vector. */
  async function vectorsOf(texts: string[], signal: AbortSignal): Promise<(number[] | null)[]> {
    try {
      return await ask(texts, signal);
    } catch (error) {
      if (!(error instanceof MemoryError) || error.code !== 'memory_bad_value') throw error;
      const half = texts.length >> 1;
      if (half > 0) return [...await vectorsOf(texts.slice(0, half), signal), ...await vectorsOf(texts.slice(half), signal)];
      const [text = ''] = texts;
      if (text.length > SHORT) return vectorsOf([text.slice(0, text.length >> 1)], signal);
      await ask([PLAIN], signal); // Throws when it is not the text: everything is refused.
      return [null];
    }
  }

  const [first = []] = await ask([PLAIN], AbortSignal.timeout(FIRST_MS));
  // The same model gives shorter vectors when asked to.
  const id = embedderId('endpoint', `${model}:${first.length}`);
  unit(first, size ?? first.length, id);
  return {
    id, size: first.length, now: null,
    async embed(texts, signal) {
      const vectors: (Float32Array | null)[] = texts.map(() => null);
      const said = [...texts.keys()].filter((n) => texts[n]?.trim() !== '');
      const found = said.length === 0 ? [] : await vectorsOf(said.map((n) => texts[n] ?? ''), signal);
      for (const [k, n] of said.entries()) vectors[n] = found[k] ? unit(found[k], first.length, id) : null;
      return vectors;
    },
    close: async () => undefined,
  };
}

/** The vectors of an answer in the order of the question. */
function vectorsIn(answer: unknown, count: number): number[][] {
  const data = typeof answer === 'object' && answer !== null && 'data' in answer && Array.isArray(answer.data) ? (answer.data as { index?: unknown; embedding?: unknown }[]) : [];
  const vectors: number[][] = [];
  for (const [at, { index, embedding }] of data.entries()) {
    if (!Array.isArray(embedding) || embedding.length === 0 || !embedding.every((value) => typeof value === 'number')) throw new MemoryError('memory_bad_value', 'The embedding endpoint gave a vector that is not made of numbers');
    vectors[typeof index === 'number' ? index : at] = embedding;
  }
  if (vectors.length !== count || vectors.includes(undefined as never)) throw new MemoryError('memory_unavailable', `The embedding endpoint gave ${data.length} vectors: expected ${count}`);
  return vectors;
}
