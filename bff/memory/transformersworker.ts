/** The thread of transformers.ts: loads the library and the model, gives a first vector, then one for each text that it is handed. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** `library` is looked for from the folder `beside`. */
export type Model = { folder: string; beside: string };
/** `mark`, with the first vector: what the model's files hold, in short. */
export type Answer = { vectors: number[][]; mark?: string } | { fault: string };

type Pooling = 'mean' | 'cls' | 'last_token';
type Extract = {
  (texts: string[], options: { pooling: Pooling }): Promise<{ tolist(): number[][] }>;
  tokenizer: { model_max_length?: unknown };
  dispose(): Promise<unknown>;
};
type Library = { env: Record<string, unknown>; pipeline(task: string, model: string, options: object): Promise<Extract> };

const NAME = '@huggingface/transformers';
/** Which file of onnx/ is taken, the first that is there, and what the library calls it. */
const FILES = [['model.onnx', 'fp32'], ['model_quantized.onnx', 'q8']] as const;
/** What else a vector depends on. */
const TEXTS = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'sentence_bert_config.json', '1_Pooling/config.json'];
/** More tokens of a text are not looked at: time and memory grow with their square. */
const TOKENS = 512;
/** An unfetched file of a repository that keeps large files elsewhere. */
const POINTER = 'version https://git-lfs';
/** The library's level for saying nothing: it prints what a visitor wrote when a model fails. */
const SILENT = 50;

const { folder, beside } = workerData as Model;
try {
  const library = await load();
  const { file, kind } = checked();
  Object.assign(library.env, { allowRemoteModels: false, allowLocalModels: true, useFSCache: false, logLevel: SILENT });
  // Half of the cores: visitors are answered beside it.
  const threads = Math.max(1, Math.floor(availableParallelism() / 2));
  const extract = await library.pipeline('feature-extraction', folder, { dtype: kind, session_options: { intraOpNumThreads: threads, interOpNumThreads: 1 } });
  Object.defineProperty(extract.tokenizer, 'model_max_length', { value: longest(extract.tokenizer.model_max_length) });
  const pooling = poolingOf(json('1_Pooling/config.json'));
  const vectorsOf = async (texts: string[]): Promise<number[][]> => (await extract(texts, { pooling })).tolist();

  parentPort?.on('message', (texts: string[] | null) => void (texts === null ? end(extract) : vectorsOf(texts).then((vectors) => say({ vectors }), fail)));
  say({ vectors: await vectorsOf(['hello']), mark: await markOf(file) });
} catch (error) {
  fail(error);
}

function say(answer: Answer): void {
  parentPort?.postMessage(answer);
}
function fail(error: unknown): void {
  say({ fault: error instanceof Error ? error.message : String(error) });
}
async function end(extract: Extract): Promise<void> {
  await extract.dispose();
  parentPort?.close();
}

/** Throws a sentence when something of the model is not there. */
function checked(): { file: string; kind: string } {
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  for (const name of ['config.json', 'tokenizer.json']) if (!existsSync(join(folder, name))) throw new Error(`${folder} has no ${name}`);
  const [name, kind] = FILES.find(([one]) => existsSync(join(folder, 'onnx', one))) ?? [];
  if (name === undefined) throw new Error(`${folder} has neither ${FILES.map(([one]) => `onnx/${one}`).join(' nor ')}`);
  for (const one of [`onnx/${name}`, 'tokenizer.json']) {
    const path = join(folder, one);
    if (statSync(path).size < 1_000 && readFileSync(path, 'latin1').startsWith(POINTER)) throw new Error(`${path} is only a pointer to the file: run "git lfs pull" in ${folder}`);
  }
  return { file: name, kind };
}

async function load(): Promise<Library> {
  let found: string;
  try {
    found = createRequire(pathToFileURL(join(beside, 'any.js'))).resolve(NAME);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') throw new Error(`${NAME} is not installed: run "npm install ${NAME}" in ${beside}`, { cause: error });
    throw error;
  }
  const library = (await import(pathToFileURL(found).href)) as Partial<Library>;
  if (typeof library.pipeline !== 'function' || !library.env) throw new Error(`${found} is not ${NAME}: run "npm install ${NAME}" in ${beside}`);
  return library as Library;
}

/** A file of the model that need not be there. */
function json(name: string): Record<string, unknown> {
  const path = join(folder, name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>) : {};
}

/** The tokens of a text that the model takes: the least of what its files say. */
function longest(told: unknown): number {
  const said = [told, json('config.json')['max_position_embeddings'], json('sentence_bert_config.json')['max_seq_length']];
  return Math.min(TOKENS, ...said.filter((value) => typeof value === 'number' && value > 0) as number[]);
}

function poolingOf(told: Record<string, unknown>): Pooling {
  return told['pooling_mode_cls_token'] === true ? 'cls' : told['pooling_mode_lasttoken'] === true ? 'last_token' : 'mean';
}

/** Another model in the same folder makes other vectors: a hash of its files tells them apart. */
async function markOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  const weights = readdirSync(join(folder, 'onnx')).filter((name) => name.startsWith(file)).sort().map((name) => `onnx/${name}`);
  for (const name of [...TEXTS, ...weights]) {
    if (!existsSync(join(folder, name))) continue;
    hash.update(`${name}\n`);
    for await (const bytes of createReadStream(join(folder, name), { highWaterMark: 1 << 20 })) hash.update(bytes as Uint8Array);
  }
  return hash.digest('hex').slice(0, 12);
}
