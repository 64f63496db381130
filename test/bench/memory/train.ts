/**
 * Learns the weights of bff/memory/rescore.ts from the conversations beside this file and writes bff/memory/weights.ts:
 * `node test/bench/memory/train.ts`. `--check` only prints how well weights learned from four fifths of them do on the rest.
 */
import { writeFileSync } from 'node:fs';
import { FEATURES, turnFeatures, unlike, type TurnView } from '@halfsecond/bff/memory/features.ts';
import { readQuestion } from '@halfsecond/bff/memory/question.ts';
import { viewsOf } from '@halfsecond/bff/memory/views.ts';
import { fromWords } from '@halfsecond/bff/memory/vectors.ts';
import { loadWords } from '@halfsecond/bff/words/words.ts';
import { readDialogues, type Dialogue } from './dialogues.ts';
import { historyOf, random } from './histories.ts';

/** A question: the features of its candidates row by row, and which of them answer it. */
type Case = { rows: Float64Array; count: number; right: Set<number>; wanted: number };

const WIDTH = FEATURES.length;
/** Each dialogue is hidden among the turns of so many others, so many times over with other ones. */
const OTHERS = 8;
const ROUNDS = 3;
const EPOCHS = 150;
const RATE = 0.05;
const DECAY = 0.003;
const FOLDS = 5;

const embedder = fromWords(loadWords());
const known = new Map<string, Float32Array | null>();
const embed = (text: string): Float32Array | null => {
  if (!known.has(text)) known.set(text, embedder.now?.(text) ?? null);
  return known.get(text) ?? null;
};

const dialogues = readDialogues();
const weights: Record<string, Float64Array> = {};
for (const [name, withVectors] of [['vectors', true], ['words', false]] as const) {
  const cases = dialogues.map((_, at) => casesOf(dialogues, at, withVectors));
  const folds = Array.from({ length: FOLDS }, (_, fold) => {
    const learned = learn(cases.filter((_, at) => at % FOLDS !== fold).flat());
    return measure(cases.filter((_, at) => at % FOLDS === fold).flat(), learned);
  });
  const mean = (key: 'five' | 'ten'): string => `${(100 * folds.reduce((sum, fold) => sum + fold[key], 0) / FOLDS).toFixed(1)} %`;
  console.log(`${name}: ${cases.flat().length} questions, on conversations not learned from R@5 ${mean('five')} R@10 ${mean('ten')}`);
  weights[name] = learn(cases.flat());
}
if (!process.argv.includes('--check')) writeFileSync(new URL('../../../bff/memory/weights.ts', import.meta.url), source(weights));

function casesOf(all: Dialogue[], at: number, withVectors: boolean): Case[] {
  return Array.from({ length: ROUNDS }, (_, round) => historyOf(all, at, OTHERS, random(round * 1_000 + at))).flatMap(({ turns, questions }) => {
    const views = viewsOf(turns.map((turn) => ({ ...turn, vector: withVectors ? embed(turn.text) : null })));
    const speakers = new Set(views.flatMap((view) => [...view.head]));
    const place = new Map(turns.map((turn, n) => [turn.id, n]));
    const now = Math.max(...turns.map((turn) => turn.at)) + 86_400_000;
    return questions.map(({ text, wanted, unclear }) => caseOf(views, readQuestion(text, speakers, now), withVectors ? embed(text) : null, places(wanted, place), places(unclear, place)));
  });
}

function places(ids: string[], place: Map<string, number>): Set<number> {
  return new Set(ids.flatMap((id) => place.get(id) ?? []));
}

function caseOf(views: TurnView[], question: ReturnType<typeof readQuestion>, vector: Float32Array | null, wanted: Set<number>, unclear: Set<number>): Case {
  const found = turnFeatures(question, views, vector, vector === null ? unlike : embedder.alike).filter(({ at }) => wanted.has(at) || !unclear.has(at));
  const rows = new Float64Array(found.length * WIDTH);
  for (const [n, { values }] of found.entries()) for (const [f, name] of FEATURES.entries()) rows[n * WIDTH + f] = values[name];
  return { rows, count: found.length, right: new Set(found.flatMap(({ at }, n) => (wanted.has(at) ? [n] : []))), wanted: wanted.size };
}

function sums({ rows, count }: Case, learned: Float64Array): Float64Array {
  const out = new Float64Array(count);
  for (let n = 0; n < count; n++) for (let f = 0; f < WIDTH; f++) out[n] = (out[n] ?? 0) + (learned[f] ?? 0) * (rows[n * WIDTH + f] ?? 0);
  return out;
}

/** The likelihood of the right turns among all candidates (a softmax over each question's list), by Adam. */
function learn(cases: Case[]): Float64Array {
  const learned = new Float64Array(WIDTH);
  const first = new Float64Array(WIDTH);
  const second = new Float64Array(WIDTH);
  const usable = cases.filter(({ right }) => right.size > 0);
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const slope = new Float64Array(WIDTH);
    for (const one of usable) {
      const out = sums(one, learned);
      const top = Math.max(...out);
      const odds = out.map((sum) => Math.exp(sum - top));
      const all = odds.reduce((sum, odd) => sum + odd, 0);
      for (let n = 0; n < one.count; n++) {
        const error = (odds[n] ?? 0) / all - (one.right.has(n) ? 1 / one.right.size : 0);
        for (let f = 0; f < WIDTH; f++) slope[f] = (slope[f] ?? 0) + error * (one.rows[n * WIDTH + f] ?? 0);
      }
    }
    for (let f = 0; f < WIDTH; f++) {
      const value = (slope[f] ?? 0) / usable.length + DECAY * (learned[f] ?? 0);
      first[f] = 0.9 * (first[f] ?? 0) + 0.1 * value;
      second[f] = 0.999 * (second[f] ?? 0) + 0.001 * value * value;
      learned[f] = (learned[f] ?? 0) - (RATE * ((first[f] ?? 0) / (1 - 0.9 ** epoch))) / (Math.sqrt((second[f] ?? 0) / (1 - 0.999 ** epoch)) + 1e-8);
    }
  }
  return learned;
}

function measure(cases: Case[], learned: Float64Array): { five: number; ten: number } {
  const shares = (k: number): number => cases.reduce((sum, one) => {
    const out = sums(one, learned);
    const best = [...out.keys()].sort((a, b) => (out[b] ?? 0) - (out[a] ?? 0)).slice(0, k);
    return sum + best.filter((n) => one.right.has(n)).length / one.wanted;
  }, 0) / cases.length;
  return { five: shares(5), ten: shares(10) };
}

function source(all: Record<string, Float64Array>): string {
  const table = (learned: Float64Array): string => FEATURES.map((name, f) => `${name}: ${(learned[f] ?? 0).toFixed(3)}`).join(', ');
  const lines = Object.entries(all).map(([name, learned]) => `  ${name}: { ${table(learned)} },`);
  return [
    '/**', ' * The weights of rescore.ts, learned by test/bench/memory/train.ts from the conversations beside it; not edited by hand.',
    ' * `vectors` where texts have vectors, `words` where they have none.', ' */', "import type { Features } from './features.ts';", '',
    "export const WEIGHTS: Record<'vectors' | 'words', Features> = {", ...lines, '};', '',
  ].join('\n');
}
