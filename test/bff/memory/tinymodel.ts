/**
 * A sentence-transformers model of a few words, as a folder on disk: a real ONNX graph with the inputs, the position
 * limit and the tokenizer of a BERT, small enough to be written here byte by byte.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type TinyModel = {
  /** Numbers in a vector. */
  size: number;
  /** Tokens that the model can take; one more and the graph itself fails. */
  longest: number;
  /** Multiplications by a matrix that changes nothing: each costs size² per token. */
  work?: number;
  file?: 'model.onnx' | 'model_quantized.onnx';
  /** What tokenizer_config.json says of the longest text; absent when the file does not say it. */
  told?: number;
};

/** Words of one line mean the same. */
const MEANINGS = ['refund money back', 'lamp light', 'parcel delivery shipping', 'dog puppy', 'open hours nine', 'ticket printer', 'the my a is was of at we you your get within week ate manual slow'];
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
/** A word whose numbers are none, as a model gives that overflows. */
export const BROKEN = 'brokenword';
const INT64 = 7;
const FLOAT = 1;

/** Writes config.json, tokenizer.json, tokenizer_config.json and the graph in onnx/ into `folder`. */
export function writeTinyModel(folder: string, { size, longest, work = 0, file = 'model.onnx', told = longest }: Partial<TinyModel> & Pick<TinyModel, 'size' | 'longest'>): void {
  const groups = MEANINGS.map((line) => line.split(' '));
  const vocabulary = [...SPECIAL, ...groups.flat(), BROKEN];
  const put = (name: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  };
  put('config.json', JSON.stringify({ architectures: ['BertModel'], model_type: 'bert', hidden_size: size, num_attention_heads: 1, num_hidden_layers: 1, max_position_embeddings: longest, vocab_size: vocabulary.length, pad_token_id: 0 }));
  put('tokenizer_config.json', JSON.stringify({ tokenizer_class: 'BertTokenizer', do_lower_case: true, pad_token: '[PAD]', unk_token: '[UNK]', cls_token: '[CLS]', sep_token: '[SEP]', ...(told > 0 ? { model_max_length: told } : {}) }));
  put('tokenizer.json', JSON.stringify(tokenizer(vocabulary)));
  put(`onnx/${file}`, graph(vocabulary, groups, { size, longest, work }));
}

function tokenizer(vocabulary: string[]): unknown {
  const token = (id: string): unknown => ({ SpecialToken: { id, type_id: 0 } });
  const special = (id: string): unknown => ({ id, ids: [SPECIAL.indexOf(id)], tokens: [id] });
  const sequence = (id: string, type: number): unknown => ({ Sequence: { id, type_id: type } });
  return {
    version: '1.0', truncation: null, padding: null,
    added_tokens: SPECIAL.map((content, id) => ({ id, content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false })),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing', single: [token('[CLS]'), sequence('A', 0), token('[SEP]')], pair: [token('[CLS]'), sequence('A', 0), token('[SEP]'), sequence('B', 1), token('[SEP]')],
      special_tokens: { '[CLS]': special('[CLS]'), '[SEP]': special('[SEP]') },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])) },
  };
}

/** tokens + places + kinds, then the multiplications. Places are counted from the mask, so that a text too long asks for one that is not there. */
function graph(vocabulary: string[], groups: string[][], { size, longest, work }: { size: number; longest: number; work: number }): Uint8Array {
  const next = numbers(7);
  const meaning = groups.map(() => Float32Array.from({ length: size }, () => next()));
  const tokens = new Float32Array(vocabulary.length * size);
  for (const [id, word] of vocabulary.entries()) {
    const base = meaning[groups.findIndex((group) => group.includes(word))];
    for (let d = 0; d < size; d++) tokens[id * size + d] = word === BROKEN ? Number.NaN : (base?.[d] ?? 0) + 0.1 * next();
  }
  const small = (rows: number): Float32Array => Float32Array.from({ length: rows * size }, () => 0.01 * next());
  const same = Float32Array.from({ length: size * size }, (_, n) => (n % (size + 1) === 0 ? 1 : 0));
  const inputs = ['input_ids', 'attention_mask', 'token_type_ids'];
  const nodes = [
    node('Gather', ['tokens', 'input_ids'], 'x_tokens'), node('CumSum', ['attention_mask', 'axis'], 'place'), node('Gather', ['places', 'place'], 'x_places'),
    node('Gather', ['kinds', 'token_type_ids'], 'x_kinds'), node('Add', ['x_tokens', 'x_places'], 'x_both'), node('Add', ['x_both', 'x_kinds'], 'layer_0'),
    ...Array.from({ length: work }, (_, n) => node('MatMul', [`layer_${n}`, 'same'], `layer_${n + 1}`)), node('Identity', [`layer_${work}`], 'last_hidden_state'),
  ];
  const body = [
    ...nodes.map((bytes) => part(1, bytes)), part(2, 'tiny'),
    ...[
      tensor('tokens', [vocabulary.length, size], tokens), tensor('places', [longest + 1, size], small(longest + 1)), tensor('kinds', [2, size], small(2)),
      tensor('axis', [1], BigInt64Array.of(1n)), ...(work > 0 ? [tensor('same', [size, size], same)] : []),
    ].map((bytes) => part(5, bytes)),
    ...inputs.map((name) => part(11, value(name, INT64, ['batch', 'sequence']))), part(12, value('last_hidden_state', FLOAT, ['batch', 'sequence', size])),
  ];
  return Buffer.concat([whole(1, 8), part(2, 'halfsecond'), part(7, Buffer.concat(body)), part(8, Buffer.concat([part(1, ''), whole(2, 17)]))]);
}

/** Numbers between -1 and 1, the same ones every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

// The parts of an ONNX file are protocol buffer messages: fields of a number and a length or a whole number.
function varint(n: number): Buffer {
  const bytes = [];
  for (; n >= 128; n = Math.floor(n / 128)) bytes.push((n % 128) + 128);
  return Buffer.from([...bytes, n]);
}
const whole = (field: number, n: number): Buffer => Buffer.concat([varint(field * 8), varint(n)]);
function part(field: number, content: string | Uint8Array): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function node(operator: string, inputs: string[], output: string): Buffer {
  return Buffer.concat([...inputs.map((name) => part(1, name)), part(2, output), part(3, output), part(4, operator)]);
}

function tensor(name: string, shape: number[], values: Float32Array | BigInt64Array): Buffer {
  const kind = values instanceof Float32Array ? FLOAT : INT64;
  return Buffer.concat([...shape.map((n) => whole(1, n)), whole(2, kind), part(8, name), part(9, new Uint8Array(values.buffer))]);
}

function value(name: string, kind: number, shape: (number | string)[]): Buffer {
  const dimensions = shape.map((n) => part(1, typeof n === 'string' ? part(2, n) : whole(1, n)));
  return Buffer.concat([part(1, name), part(2, part(1, Buffer.concat([whole(1, kind), part(2, Buffer.concat(dimensions))])))]);
}
