/**
 * Measures recall on the LoCoMo conversations: which share of the turns that answer a question is among the first
 * 5, the first 10, and inside 300 tokens, and how long a recall takes. Needs a copy of the data, which is not ours
 * to ship: `LOCOMO=/path/to/locomo.json node test/bench/memory.ts`. With `MUSIQUE=/folder` of questions.json and passages.json
 * also which share of the passages that a question over several of them needs is among the first 5 and 10. `WORDS=off`
 * measures without vectors.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemory } from '@halfsecond/bff/memory/memory.ts';
import { loadWords } from '@halfsecond/bff/words/words.ts';

type Line = { speaker: string; dia_id: string; text: string; blip_caption?: string };
type Conversation = { qa: { question: string; evidence: string[]; category: number }[]; conversation: Record<string, unknown> };

/** Questions that the conversation does not answer. */
const ADVERSARIAL = 5;
const SITE = 'bench';

const path = process.env['LOCOMO'];
if (path === undefined) {
  console.log('memory: not measured, LOCOMO names no file of conversations');
  process.exit(0);
}
const conversations = JSON.parse(await readFile(path, 'utf8')) as Conversation[];
const folder = await mkdtemp(join(tmpdir(), 'hs-bench-memory-'));
const options = { log: (line: string) => console.error(line), ...(process.env['WORDS'] === 'off' ? {} : { embed: loadWords() }) };
const memory = await openMemory({ uri: folder, ...options });
const sums = new Map<string, { at5: number; at10: number; in300: number; n: number }>();
const times: number[] = [];
const signal = new AbortController().signal;

try {
  for (const [number, conversation] of conversations.entries()) {
    const visitor = `v${number}`;
    const turns = linesOf(conversation).map(({ line, at }, order) => ({
      id: line.dia_id,
      site: SITE,
      visitor,
      chat: 'import',
      role: order % 2 === 0 ? 'user' as const : 'assistant' as const,
      name: line.speaker,
      text: line.blip_caption === undefined ? line.text : `${line.text} [${line.blip_caption}]`,
      at,
    }));
    await memory.remember(turns);
    const known = new Set(turns.map((turn) => turn.id));
    for (const { question, evidence, category } of conversation.qa) {
      const wanted = [...new Set(evidence)].filter((id) => known.has(id));
      if (category === ADVERSARIAL || wanted.length === 0) continue;
      const ask = async (k: number, tokenBudget: number): Promise<string[]> => {
        const started = performance.now();
        const found = await memory.recall({ site: SITE, visitor, query: question, scope: 'visitor', k, tokenBudget }, signal);
        times.push(performance.now() - started);
        return found.snippets.map((snippet) => snippet.id);
      };
      const ten = await ask(10, 100_000);
      const small = new Set(await ask(50, 300));
      const five = new Set(ten.slice(0, 5));
      for (const key of ['all', `category ${category}`]) {
        const sum = sums.get(key) ?? { at5: 0, at10: 0, in300: 0, n: 0 };
        sums.set(key, sum);
        sum.at5 += share(wanted, (id) => five.has(id));
        sum.at10 += share(wanted, (id) => ten.includes(id));
        sum.in300 += share(wanted, (id) => small.has(id));
        sum.n++;
      }
    }
  }
} finally {
  await memory.close();
  await rm(folder, { recursive: true, force: true });
}

for (const [key, { at5, at10, in300, n }] of [...sums].sort()) {
  console.log(`${key.padEnd(11)} n ${String(n).padStart(4)}   R@5 ${percent(at5 / n)}   R@10 ${percent(at10 / n)}   in 300 tokens ${percent(in300 / n)}`);
}
const musique = process.env['MUSIQUE'];
if (musique !== undefined) console.log(await passagesOver(musique));
times.sort((a, b) => a - b);
console.log(`recall ms   p50 ${at(0.5).toFixed(1)}   p95 ${at(0.95).toFixed(1)}   n ${times.length}`);

function at(quantile: number): number {
  return times[Math.floor(quantile * (times.length - 1))] ?? Number.NaN;
}
function share<T>(list: T[], test: (item: T) => boolean): number {
  return list.filter(test).length / list.length;
}
function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function linesOf({ conversation }: Conversation): { line: Line; at: number }[] {
  const lines: { line: Line; at: number }[] = [];
  for (let session = 1; Array.isArray(conversation[`session_${session}`]); session++) {
    const [time = '12:00 am', day = '1 January, 2023'] = String(conversation[`session_${session}_date_time`]).split(' on ');
    const clock = time.toUpperCase();
    const at = Date.parse(`${day.replace(',', '')} ${clock} UTC`);
    for (const line of conversation[`session_${session}`] as Line[]) lines.push({ line, at });
  }
  return lines;
}

type Passage = { title: string; text: string };
type Hops = { question: string; paragraphs: { title: string; paragraph_text: string; is_supporting: boolean }[] };

/** Every passage is a document; a question needs all that support it. */
async function passagesOver(source: string): Promise<string> {
  const passages = JSON.parse(await readFile(join(source, 'passages.json'), 'utf8')) as Passage[];
  const questions = JSON.parse(await readFile(join(source, 'questions.json'), 'utf8')) as Hops[];
  const ids = new Map(passages.map(({ title, text }, n) => [`${title}\n${text}`, `p${n}`]));
  const uri = await mkdtemp(join(tmpdir(), 'hs-bench-passages-'));
  const knowledge = await openMemory({ uri, ...options });
  let [five, ten] = [0, 0];
  try {
    await knowledge.ingest(SITE, passages.map(({ title, text }) => ({ id: ids.get(`${title}\n${text}`) ?? '', title, text })));
    for (const { question, paragraphs } of questions) {
      const wanted = [...new Set(paragraphs.filter((one) => one.is_supporting).flatMap((one) => ids.get(`${one.title}\n${one.paragraph_text}`) ?? []))];
      const { snippets } = await knowledge.recall({ site: SITE, visitor: null, query: question, scope: 'knowledge', k: 10, tokenBudget: 100_000 }, signal);
      const found = snippets.map(({ id }) => id.split('#')[0] ?? '');
      five += share(wanted, (id) => found.slice(0, 5).includes(id));
      ten += share(wanted, (id) => found.includes(id));
    }
  } finally {
    await knowledge.close();
    await rm(uri, { recursive: true, force: true });
  }
  return `passages    n ${String(questions.length).padStart(4)}   R@5 ${percent(five / questions.length)}   R@10 ${percent(ten / questions.length)}`;
}
