/**
 * Measures the memory at 100,000 turns of 2,000 visitors: recall of a visitor who is not on the shelf and of one who is, the
 * acknowledgement of single writes, reads after 10,000 of them, and an erasure. `ROWS=10000` for a small run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemory, type Memory } from '@halfsecond/bff/memory/memory.ts';
import { loadWords } from '@halfsecond/bff/words/words.ts';

const ROWS = Number(process.env['ROWS'] ?? 100_000);
const PER_VISITOR = 50;
const VISITORS = ROWS / PER_VISITOR;
const READS = 300;
const WRITES = 10_000;
const SUBJECTS = ['invoice', 'printer', 'delivery address', 'refund', 'blue lamp', 'password', 'holiday in Norway', 'broken kettle', 'new bicycle', 'sister', 'garden', 'appointment', 'concert', 'train ticket', 'camera lens'];
const VERBS = ['I asked about', 'we talked about', 'please remember', 'I was not happy with', 'yesterday I changed', 'could you look at', 'my colleague loves', 'I have lost'];

const signal = new AbortController().signal;
const folder = await mkdtemp(join(tmpdir(), 'hs-bench-speed-'));
const embed = loadWords();
let memory = await open();
try {
  let started = performance.now();
  for (let from = 0; from < ROWS; from += 10_000) {
    await memory.remember(Array.from({ length: Math.min(10_000, ROWS - from) }, (_, n) => ({
      id: `t${from + n}`, site: 'bench', visitor: `v${Math.floor((from + n) / PER_VISITOR)}`, chat: `c${Math.floor(n / 10)}`, role: n % 2 === 0 ? 'user' as const : 'assistant' as const, text: textOf(from + n), at: 1_700_000_000_000 + (from + n) * 60_000,
    })));
  }
  console.log(`import of ${ROWS} turns: ${((performance.now() - started) / 1_000).toFixed(1)} s`);
  await memory.close();
  started = performance.now();
  memory = await open();
  console.log(`open: ${(performance.now() - started).toFixed(0)} ms`);

  const cold = await timed(READS, (n) => recall(memory, n * 3));
  console.log(`recall, visitor not in the process   ${cold.text}`);
  console.log(`recall, visitor in the process       ${(await timed(READS, (n) => recall(memory, n * 3))).text}`);
  const write = await timed(WRITES, (n) => memory.remember([{ id: `w${n}`, site: 'bench', visitor: `v${n % VISITORS}`, chat: 'w', role: 'user', text: textOf(n * 7), at: Date.now() }]));
  console.log(`write acknowledged                   ${write.text}`);
  const after = await timed(READS, (n) => recall(memory, n * 3 + 1));
  console.log(`recall after them, not in process    ${after.text}   p95 ${(after.p95 / cold.p95).toFixed(2)} x fresh, fragments ${(await memory.figures()).turns.fragments}`);
  started = performance.now();
  const receipt = await memory.eraseVisitor('bench', 'v7');
  console.log(`erasure: ${receipt.rows} rows, ${receipt.files} files read, ${((performance.now() - started) / 1_000).toFixed(2)} s`);
} finally {
  await memory.close();
  await rm(folder, { recursive: true, force: true });
}

function open(): Promise<Memory> {
  return openMemory({ uri: folder, log: (line) => console.error(line), embed });
}
function recall(from: Memory, visitor: number): Promise<unknown> {
  return from.recall({ site: 'bench', visitor: `v${visitor % VISITORS}`, query: `what did I say about the ${SUBJECTS[visitor % SUBJECTS.length]}?`, scope: 'visitor', k: 8, tokenBudget: 300 }, signal);
}
function textOf(n: number): string {
  return `${VERBS[n % VERBS.length]} the ${SUBJECTS[(n * 7) % SUBJECTS.length]} and the ${SUBJECTS[(n * 11 + 3) % SUBJECTS.length]}, number ${n}, before the meeting on day ${n % 365}.`;
}
async function timed(count: number, job: (n: number) => Promise<unknown>): Promise<{ p95: number; text: string }> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const from = performance.now();
    await job(n);
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  const at = (quantile: number): number => times[Math.floor(quantile * (times.length - 1))] ?? Number.NaN;
  return { p95: at(0.95), text: `p50 ${at(0.5).toFixed(1)} ms   p95 ${at(0.95).toFixed(1)} ms   n ${count}` };
}
