/**
 * Sentences as vectors, without a model call: a shipped table of words and word pairs whose sum, after one small
 * hidden layer, points where a sentence encoder would point. English; what it does not know counts for nothing.
 * The table is made by build.ts.
 */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Embed } from '../layers.ts';
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

/** Reads the shipped table (about 30 ms) and returns the embedder of every text. */
export function loadWords(path: URL = new URL('table.bin', import.meta.url)): Embed {
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

export function embedderOf(table: Table): Embed {
  const { size, hidden, topic } = table;
  const sum = new Float64Array(size);
  const layer = new Float64Array(hidden);
  const average = new Float64Array(topic);

  function learned(words: string[], out: Float32Array): void {
    sum.fill(0);
    for (const [n, word] of words.entries()) {
      const known = table.index.get(word);
      if (known !== undefined) addRow(sum, table.rows, known, table.scales);
      const before = words[n - 1];
      if (before !== undefined) addRow(sum, table.rows, table.words + (crc32(`${before} ${word}`) % table.pairs), table.scales);
    }
    if (!normalise(sum)) return;
    for (let h = 0; h < hidden; h++) layer[h] = table.bias[h] ?? 0;
    for (let d = 0; d < size; d++) {
      const value = (sum[d] ?? 0) * GAIN;
      for (let h = 0, from = d * hidden; h < hidden; h++) layer[h] = (layer[h] ?? 0) + value * (table.inner[from + h] ?? 0);
    }
    for (let h = 0; h < hidden; h++) {
      const value = layer[h] ?? 0;
      if (value <= 0) continue;
      for (let d = 0, from = h * size; d < size; d++) sum[d] = (sum[d] ?? 0) + value * (table.outer[from + d] ?? 0);
    }
    normalise(sum);
    for (let d = 0; d < size; d++) out[d] = sum[d] ?? 0;
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
    embed(text) {
      const out = new Float32Array(size + topic);
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
  for (let d = 0, from = row * sum.length; d < sum.length; d++) sum[d] = (sum[d] ?? 0) + (rows[from + d] ?? 0) * scale;
}

/** To unit length in place; false, and nothing done, when there is no length. */
function normalise(vector: Float64Array | Float32Array): boolean {
  let square = 0;
  for (const value of vector) square += value * value;
  if (square < 1e-12) return false;
  const factor = 1 / Math.sqrt(square);
  for (let n = 0; n < vector.length; n++) vector[n] = (vector[n] ?? 0) * factor;
  return true;
}
