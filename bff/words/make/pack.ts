/** Writes the table in the form that words.ts reads: rows as int8 with a scale each. */
import type { Header } from '../words.ts';
import type { Learnt, Sizes } from './learn.ts';

type Contents = Learnt & { id: string; words: string[]; topics: Float32Array; sizes: Sizes & { topic: number } };

/** The whole file. */
export function pack({ id, words, rows, inner, bias, outer, topics, sizes: { pairs, size, hidden, topic } }: Contents): Buffer {
  const list = Buffer.from(words.join('\n'));
  const header: Header & { listed: number } = { id, words: words.length, pairs, size, hidden, topic, listed: list.length };
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, list, ...quantised(rows, size), ...quantised(topics, topic), ...[inner, bias, outer].map(bytesOf)]);
}

/** Rows of `size` as int8, then what each must be multiplied with. */
function quantised(rows: Float32Array, size: number): Buffer[] {
  const small = new Int8Array(rows.length);
  const scales = new Float32Array(rows.length / size);
  for (let n = 0; n < scales.length; n++) {
    const most = rows.subarray(n * size, (n + 1) * size).reduce((high, value) => Math.max(high, Math.abs(value)), 0);
    const scale = most / 127 || 1e-9;
    scales[n] = scale;
    for (let d = n * size; d < (n + 1) * size; d++) small[d] = Math.round((rows[d] ?? 0) / scale);
  }
  return [Buffer.from(small.buffer), bytesOf(scales)];
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
