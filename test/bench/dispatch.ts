/**
 * The dispatcher's figures: time to load 50 agents and per message, and, when CLINC150_DIR names a folder with
 * CLINC150's data_full.json and domains.json, accuracy, abstention and calibration with domains as agents.
 * The constants of bff/dispatch/classify.ts were chosen on its validation split and on messages of our own.
 * Run: CLINC150_DIR=… node test/bench/dispatch.ts
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { trainClassifier } from '@halfsecond/bff/dispatch/classify.ts';
import type { Classifier, Group } from '@halfsecond/bff/dispatch/classify.ts';
import { between } from '@halfsecond/bff/dispatch/clarify.ts';
import { loadWords } from '@halfsecond/bff/words/words.ts';

/** The share that the dispatcher asks for. */
const TAKE = 0.5;
const SEEDS = [1, 2, 3];
const words = loadWords();
type Pair = [text: string, intent: string];
const nobody = { name: '', description: '', topics: [], examples: [], instructions: '', tools: [], dataClass: 'public' as const, quality: 1, identity: false };

speed();
const folder = process.env['CLINC150_DIR'];
if (folder === undefined) console.log('CLINC150_DIR is not set: no accuracy figures.');
else accuracy(folder);

function speed(): void {
  const groups = madeUp(50, 20);
  const before = process.cpuUsage();
  const loads = [1, 2, 3].map(() => timed(() => trainClassifier(groups, words)));
  const work = process.cpuUsage(before).user / 1_000 / loads.length;
  const classifier = trainClassifier(groups, words);
  const texts = groups.flatMap((group) => group.examples.map((text) => `${text} and then something else please`)).slice(0, 1_000);
  for (const text of texts) classifier.classify(text);
  const times = texts.map((text) => timed(() => classifier.classify(text))).sort((a, b) => a - b);
  const long = timed(() => classifier.classify('word '.repeat(200_000)));
  console.log(`50 agents x 20 examples: load ${median(loads).toFixed(0)} ms, of that ${work.toFixed(0)} ms of work; message p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms; 1 MB message ${long.toFixed(2)} ms`);
  const cpu = process.cpuUsage();
  const load = timed(() => trainClassifier(madeUp(500, 20), words));
  console.log(`500 agents x 20 examples: load ${load.toFixed(0)} ms, of that ${(process.cpuUsage(cpu).user / 1_000).toFixed(0)} ms of work`);
  console.log(`model data: ${(statSync(fileURLToPath(import.meta.resolve('@halfsecond/bff/words/table.bin'))).size / 1e6).toFixed(1)} MB, read in ${timed(() => loadWords()).toFixed(0)} ms`);
}

function accuracy(dir: string): void {
  const data = JSON.parse(readFileSync(join(dir, 'data_full.json'), 'utf8')) as Record<string, Pair[]>;
  const domains = JSON.parse(readFileSync(join(dir, 'domains.json'), 'utf8')) as Record<string, string[]>;
  const owner = new Map(Object.entries(domains).flatMap(([domain, intents]) => intents.map((intent) => [intent, domain] as const)));
  const split = process.env['CLINC150_SPLIT'] ?? 'test';
  const known = data[split] ?? [];
  const unknown = data[`oos_${split}`] ?? [];
  for (const [examples, topics] of [[5, true], [20, true], [20, false]] as const) {
    const rows = SEEDS.map((seed) => {
      const groups = Object.entries(domains).map(([name, intents]): Group => ({
        name,
        about: '',
        topics: topics ? intents.map((intent) => intent.replaceAll('_', ' ')) : [],
        examples: sample(data['train'] ?? [], intents, examples, seed),
      }));
      return measure(trainClassifier(groups, words), known, unknown, (intent) => owner.get(intent) ?? '');
    });
    report(`10 domains, ${examples} examples${topics ? ' + topics' : ''}`, rows);
  }
  const rows = SEEDS.slice(0, 1).map((seed) => {
    const groups = [...owner.keys()].map((name): Group => ({ name: name, about: '', topics: [], examples: sample(data['train'] ?? [], [name], 10, seed) }));
    return measure(trainClassifier(groups, words), known, unknown, (intent) => intent);
  });
  report('150 intents, 10 examples', rows);
}

/** `asked`: share of messages that would be asked back; `first` and `either`: of these, how often the best or one of both was right. */
type Row = { accuracy: number; auroc: number; kept: number; refused: number; right: number; ece: number; asked: number; first: number; either: number };

function measure(classifier: Classifier, known: Pair[], unknown: Pair[], truth: (intent: string) => string): Row {
  const inside = known.map(([text, intent]) => {
    const guesses = classifier.classify(text);
    return { best: guesses[0], second: guesses[1], name: truth(intent), asked: between(text, guesses, () => true, (name) => ({ ...nobody, name })) !== null };
  });
  const asked = inside.filter((entry) => entry.asked);
  const scored = inside.map(({ best, name }) => ({ score: best?.score ?? 0, right: best?.name === name }));
  const outside = unknown.map(([text]) => ({ score: classifier.classify(text)[0]?.score ?? 0, right: false }));
  const border = outside.map(({ score }) => score).sort((a, b) => a - b)[Math.floor(outside.length * 0.9)] ?? 1;
  return {
    accuracy: share(scored, ({ right }) => right),
    auroc: auroc(scored.map(({ score }) => score), outside.map(({ score }) => score)),
    kept: share(scored, ({ right, score }) => right && score > border),
    refused: share(outside, ({ score }) => score < TAKE),
    right: share(scored, ({ right, score }) => right && score >= TAKE),
    ece: calibrationError([...scored, ...outside]),
    asked: asked.length / inside.length,
    first: share(asked, ({ best, name }) => best?.name === name),
    either: share(asked, ({ best, second, name }) => best?.name === name || second?.name === name),
  };
}

function report(name: string, rows: Row[]): void {
  const mean = (pick: (row: Row) => number): string => `${((100 * rows.reduce((sum, row) => sum + pick(row), 0)) / rows.length).toFixed(1)} %`;
  console.log(`${name}: accuracy ${mean((r) => r.accuracy)}, out-of-scope AUROC ${mean((r) => r.auroc)}, right while 90 % of out-of-scope is refused ${mean((r) => r.kept)}, at ${TAKE}: right and taken ${mean((r) => r.right)}, out-of-scope refused ${mean((r) => r.refused)}, calibration error ${mean((r) => r.ece)}; asked back ${mean((r) => r.asked)}, there the best is right ${mean((r) => r.first)}, one of both ${mean((r) => r.either)} (${rows.length} seeds)`);
}

function sample(train: Pair[], intents: string[], n: number, seed: number): string[] {
  const wanted = new Set(intents);
  const texts = train.filter(([, intent]) => wanted.has(intent)).map(([text]) => text);
  let state = seed * 7_919;
  const keyed = texts.map((text) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return { text, key: state };
  });
  return keyed.sort((a, b) => a.key - b.key).slice(0, n).map(({ text }) => text);
}

function auroc(inside: number[], outside: number[]): number {
  const all = [...inside.map((score) => ({ score, inside: true })), ...outside.map((score) => ({ score, inside: false }))].sort((a, b) => a.score - b.score);
  let ranks = 0;
  for (const [rank, entry] of all.entries()) if (entry.inside) ranks += rank + 1;
  return (ranks - (inside.length * (inside.length + 1)) / 2) / (inside.length * outside.length);
}

function calibrationError(scored: { score: number; right: boolean }[]): number {
  let error = 0;
  for (let bin = 0; bin < 10; bin++) {
    const inBin = scored.filter(({ score }) => Math.min(9, Math.floor(score * 10)) === bin);
    if (inBin.length === 0) continue;
    const mean = inBin.reduce((sum, { score }) => sum + score, 0) / inBin.length;
    error += (inBin.length / scored.length) * Math.abs(mean - share(inBin, ({ right }) => right));
  }
  return error;
}

function madeUp(groups: number, examples: number): Group[] {
  const verbs = ['change', 'find', 'cancel', 'send', 'explain', 'update', 'check', 'move', 'print', 'share'];
  const things = ['invoice', 'order', 'parcel', 'password', 'photo', 'report', 'ticket', 'contract', 'meeting', 'device'];
  return Array.from({ length: groups }, (_, g) => ({
    name: `agent-${g}`,
    about: `Helps with the ${things[g % 10]} of department ${g}. Knows its rules and dates.`,
    topics: [`${things[g % 10]} ${g}`, `department ${g}`, `rule ${g * 7}`],
    examples: Array.from({ length: examples }, (_unused, e) => `how do I ${verbs[(e + g) % 10]} the ${things[(e * 3 + g) % 10]} number ${g} of week ${e}`),
  }));
}

function share<T>(list: T[], test: (entry: T) => boolean): number {
  return list.length === 0 ? 0 : list.filter(test).length / list.length;
}
function timed(work: () => unknown): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}
function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
function at(sorted: number[], quantile: number): string {
  return (sorted[Math.floor(sorted.length * quantile)] ?? 0).toFixed(3);
}
