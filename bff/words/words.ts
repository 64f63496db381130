/**
 * Sentences as vectors, without a model call: a shipped table of words and word pairs whose sum, after one small
 * hidden layer, points where a sentence encoder would point. English; what it does not know counts for nothing.
 * The table is made by build.ts.
 */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Words } from '../layers.ts';
import { tokensOf } from './tokens.ts';

/** `words` rows of known words come first, then `pairs` rows that word pairs fall into by their hash. */
export type Header = { id: string; words: number; pairs: number; size: number; hidden: number; topic: number };
/** Rows are int8 with a scale each; `topic` are the word vectors that are averaged beside, one row a word. */
export type Table = Header & {
  index: Map<string, number>; rows: Int8Array; scales: Float32Array; topics: Int8Array; topicScales: Float32Array;
  inner: Float32Array; bias: Float32Array; outer: Float32Array;
};

/** Beyond this many words a text is cut: its beginning says what it is about. */
const WORDS_MAX = 256;
/** The share of the averaged word vectors beside the learned part. */
const TOPIC = 0.6;
const GAIN = 8;
/** Texts whose vectors are at hand: those who ask about a message ask at about the same time. */
const RECENT = 64;

/** Reads the shipped table (about 30 ms) and returns the embedder of every text. */
export function loadWords(path: URL = new URL('table.bin', import.meta.url)): Words {
  return embedderOf(parseTable(readFileSync(path)));
}

/** The file: length of the header, header as JSON, the words by line, then the arrays in the order of `Table`. Throws when its length is not what the header says. */
export function parseTable(file: Buffer): Table {
  const length = file.readUInt32LE(0);
  const { listed, ...header } = JSON.parse(file.toString('utf8', 4, 4 + length)) as Header & { listed: number };
  let at = 4 + length;
  const index = new Map(file.toString('utf8', at, at + listed).split('\n').map((word, n) => [word, n]));
  at += listed;
  const bytes = (count: number): Buffer => file.subarray(at, (at += count));
  const floats = (count: number): Float32Array => new Float32Array(new Uint8Array(bytes(count * 4)).buffer);
  const signed = (count: number): Int8Array => new Int8Array(new Uint8Array(bytes(count)).buffer);
  const { words, pairs, size, hidden, topic } = header;
  const table: Table = {
    ...header, index, rows: signed((words + pairs) * size), scales: floats(words + pairs), topics: signed(words * topic), topicScales: floats(words),
    inner: floats(size * hidden), bias: floats(hidden), outer: floats(hidden * size),
  };
  if (at !== file.length) throw new Error(`the table of words is damaged: ${file.length} bytes instead of ${at}`);
  return table;
}

export function embedderOf(table: Table): Words {
  const { size, hidden, topic } = table;
  const sum = new Float64Array(size);
  const layer = new Float64Array(hidden);
  const average = new Float64Array(topic);
  const inputs = new Int32Array(Math.max(size, hidden));
  const values = new Float64Array(Math.max(size, hidden));
  const recent = new Map<string, Float32Array>();

  function learned(words: string[], out: Float32Array): void {
    sum.fill(0);
    for (const [n, word] of words.entries()) {
      const known = table.index.get(word);
      if (known !== undefined) addRow(sum, table.rows, known, table.scales);
      const before = words[n - 1];
      if (before !== undefined) addRow(sum, table.rows, table.words + (crc32(`${before} ${word}`) % table.pairs), table.scales);
    }
    if (!normalise(sum)) return;
    layer.set(table.bias);
    for (let d = 0; d < size; d++) {
      inputs[d] = d * hidden;
      values[d] = (sum[d] as number) * GAIN;
    }
    addRows(layer, table.inner, inputs, values, size);
    let active = 0;
    for (let h = 0; h < hidden; h++) {
      if ((layer[h] as number) <= 0) continue;
      inputs[active] = h * size;
      values[active] = layer[h] as number;
      active += 1;
    }
    addRows(sum, table.outer, inputs, values, active);
    normalise(sum);
    for (let d = 0; d < size; d++) out[d] = sum[d] ?? 0;
  }

  const lengths = Float32Array.from({ length: table.words }, (_, word) => Math.sqrt(along(word, word)));

  /** The dot product of two words' own vectors, in eight bits each. */
  function along(one: number, other: number): number {
    let product = 0;
    for (let d = 0, a = one * topic, b = other * topic; d < topic; d++) product += (table.topics[a + d] as number) * (table.topics[b + d] as number);
    return product;
  }

  function averaged(words: string[], out: Float32Array): void {
    average.fill(0);
    for (const word of words) {
      const known = table.index.get(word);
      if (known !== undefined) addRow(average, table.topics, known, table.topicScales);
    }
    if (!normalise(average)) return;
    for (let d = 0; d < topic; d++) out[size + d] = (average[d] ?? 0) * TOPIC;
  }

  return {
    id: table.id,
    size: size + topic,
    knows: (word) => table.index.has(word) || table.index.has(word.split("'")[0] ?? word),
    alike(one, other) {
      const [a, b] = [table.index.get(one), table.index.get(other)];
      return a === undefined || b === undefined ? 0 : along(a, b) / ((lengths[a] as number) * (lengths[b] as number) || 1);
    },
    embed(text) {
      const known = recent.get(text);
      if (known !== undefined) return known;
      const out = new Float32Array(size + topic);
      const [oldest] = recent.keys();
      if (recent.size >= RECENT && oldest !== undefined) recent.delete(oldest);
      recent.set(text, out);
      const words = tokensOf(text, WORDS_MAX).map((word) => (table.index.has(word) ? word : (word.split("'")[0] ?? word)));
      if (!words.some((word) => table.index.has(word))) return out;
      learned(words, out);
      averaged(words, out);
      normalise(out);
      return out;
    },
  };
}

function addRow(sum: Float64Array, rows: Int8Array, row: number, scales: Float32Array): void {
  const scale = scales[row] ?? 0;
  for (let d = 0, from = row * sum.length; d < sum.length; d++) (sum[d] as number) += (rows[from + d] as number) * scale;
}

/** Adds `count` rows of floats, each from its offset and times its value. The hot loop: four rows at a time, indexes in range by construction. */
function addRows(sum: Float64Array, rows: Float32Array, offsets: Int32Array, values: Float64Array, count: number): void {
  let n = 0;
  for (; n + 3 < count; n += 4) {
    const [a, b, c, d] = [offsets[n] as number, offsets[n + 1] as number, offsets[n + 2] as number, offsets[n + 3] as number];
    const [p, q, r, s] = [values[n] as number, values[n + 1] as number, values[n + 2] as number, values[n + 3] as number];
    for (let k = 0; k < sum.length; k++) (sum[k] as number) += p * (rows[a + k] as number) + q * (rows[b + k] as number) + r * (rows[c + k] as number) + s * (rows[d + k] as number);
  }
  for (; n < count; n++) {
    const [a, p] = [offsets[n] as number, values[n] as number];
    for (let k = 0; k < sum.length; k++) (sum[k] as number) += p * (rows[a + k] as number);
  }
}

/** To unit length in place; false, and nothing done, when there is no length. */
function normalise(vector: Float64Array | Float32Array): boolean {
  let square = 0;
  for (let n = 0; n < vector.length; n++) square += (vector[n] as number) ** 2;
  if (square < 1e-12) return false;
  const factor = 1 / Math.sqrt(square);
  for (let n = 0; n < vector.length; n++) (vector[n] as number) *= factor;
  return true;
}
