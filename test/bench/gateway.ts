/**
 * The gateway's figures: what a token, an idle stream and the way to the first token cost, ours beside a raw pipe, a thin
 * Hono gateway and the AI SDK, all in front of the same provider on this machine. Every server runs in a fresh process;
 * servers alternate, the order is reversed each round, medians count. Only ratios travel: a shared machine slows all alike.
 * QUICK=1 measures less; FIGURES=cpu,memory,first,held picks.
 */
import { measureCpu } from './gateway/cpu.ts';
import type { Cost } from './gateway/cpu.ts';
import { measureFirstToken } from './gateway/first-token.ts';
import { measureHeld } from './gateway/held.ts';
import { measureMemory } from './gateway/memory.ts';
import { median } from './gateway/stand.ts';
import type { Name } from './gateway/stand.ts';

type Row = { figure: string; ours: string; reference: string; ratio: string; goal: string; reached: boolean | null };

const quick = Boolean(process.env['QUICK']);
const wanted = (process.env['FIGURES'] ?? 'cpu,memory,first,held').split(',');
const all: Name[] = ['raw', 'hono', 'ai-sdk', 'ours'];
const peers: Name[] = ['raw', 'hono', 'ai-sdk'];
const rows: Row[] = [];
const notes: string[] = [];

if (wanted.includes('cpu')) await cpu();
if (wanted.includes('memory')) await memory();
if (wanted.includes('first')) await firstToken();
if (wanted.includes('held')) await held();
print();
process.exitCode = rows.some(({ reached }) => reached === false) ? 1 : 0;

async function cpu(): Promise<void> {
  const loads = quick ? [{ interval: 10, rounds: 3 }] : [{ interval: 10, rounds: 8 }, { interval: 20, rounds: 4 }];
  for (const { interval, rounds } of loads) {
    const costs = await measureCpu(quick ? ['raw', 'hono', 'ours'] : all, { streams: 50, tokens: quick ? 100 : 200, interval, rounds });
    const rounded = (name: Name, which: keyof Cost) => (costs.get(name) ?? []).map((cost) => cost[which]);
    const of = (name: Name, which: keyof Cost) => median(rounded(name, which));
    // A shared machine is not equally fast in every round: what is compared is compared within one.
    const overRaw = (name: Name, which: keyof Cost) => median(rounded(name, which).map((cost, round) => cost / (rounded('raw', which)[round] ?? Number.NaN)));
    for (const which of ['flowing', 'whole'] as const) {
      const ratio = overRaw('ours', which);
      const what = which === 'flowing' ? 'while tokens flow' : 'whole turns';
      rows.push({ figure: `CPU per token at ${interval} ms, ${what}`, ours: `${of('ours', which).toFixed(1)} µs`, reference: `raw ${of('raw', which).toFixed(1)} µs`, ratio: ratio.toFixed(2), goal: '≤ 1.35', reached: ratio <= 1.35 });
      notes.push(`CPU at ${interval} ms, ${what}, × raw: ${beside(peers, (name) => overRaw(name, which))}`);
    }
    notes.push(`client reads per token at ${interval} ms: ${beside(all, (name) => of(name, 'packets'))}`);
  }
}

async function memory(): Promise<void> {
  const streams = quick ? 2_000 : 5_000;
  const weights = await measureMemory(quick ? ['raw', 'ours'] : ['raw', 'ours', 'hono', 'ours', 'raw', 'ai-sdk'], streams, 'second');
  const kilobytes = (bytes: number | undefined) => (bytes ?? Number.NaN) / 1_024;
  const row = (figure: string, found: typeof weights) => {
    const [ours, raw] = [kilobytes(found.get('ours')?.rss), kilobytes(found.get('raw')?.rss)];
    rows.push({ figure: `memory per idle stream at ${figure}`, ours: `${ours.toFixed(1)} KB`, reference: `raw ${raw.toFixed(1)} KB`, ratio: (ours / raw).toFixed(2), goal: '≤ 1.3', reached: ours / raw <= 1.3 });
  };
  row(`${streams}, after the first token`, weights);
  if (!quick) row('2000, before the first token', await measureMemory(['raw', 'ours'], 2_000, 'first'));
  notes.push(`KB per idle stream: ${beside(all, (name) => kilobytes(weights.get(name)?.rss))}; of it JavaScript heap: ${beside(all, (name) => kilobytes(weights.get(name)?.heap))}`);
}

async function firstToken(): Promise<void> {
  const rounds = quick ? 2 : 4;
  const [one, flowing, tight] = await measureFirstToken(quick ? ['hono', 'ours'] : all, [
    { clients: 1, each: 25, rounds: rounds * 2, tokens: 5, interval: 2 },
    { clients: 50, each: 5, rounds, tokens: 20, interval: 20 },
    { clients: 50, each: 8, rounds, tokens: 2, interval: 0 },
  ]);
  const row = (figure: string, found: typeof one, limit: number, most: number) => {
    const [ours, hono] = [found?.added.get('ours') ?? Number.NaN, found?.added.get('hono') ?? Number.NaN];
    const goal = `${most === Infinity ? '' : `≤ ${most} ms and `}≤ ${limit}`;
    rows.push({ figure, ours: `${ours.toFixed(2)} ms`, reference: `Hono ${hono.toFixed(2)} ms`, ratio: (ours / hono).toFixed(2), goal, reached: ours <= most && ours / hono <= limit });
    notes.push(`${figure}, ms: direct ${found?.direct.toFixed(2)}, added: ${beside(all, (name) => found?.added.get(name))}`);
  };
  row('added first-token time, one client', one, 1.5, 2.5);
  row('added first-token time, 50 at once, answers of 0.4 s', flowing, 2, Infinity);
  row('added first-token time, 50 at once without a pause', tight, 2, Infinity);
}

async function held(): Promise<void> {
  const streams = quick ? 2_000 : 9_900;
  const { complete, broken, open, seconds } = await measureHeld(streams, quick ? 2_000 : 12_000);
  rows.push({ figure: 'streams held at once, none dropped', ours: `${complete} of ${streams}`, reference: '–', ratio: '–', goal: `≥ ${streams}`, reached: complete >= streams });
  notes.push(`held: ${complete} whole, ${broken} broken, ${open} still open after ${seconds.toFixed(0)} s`);
}

function beside(names: Name[], value: (name: Name) => number | undefined): string {
  return names.flatMap((name) => {
    const found = value(name);
    return found === undefined || Number.isNaN(found) ? [] : [`${name} ${found.toFixed(2)}`];
  }).join(', ');
}

function print(): void {
  const lines = [['figure', 'ours', 'reference', 'ratio', 'goal', 'reached'], ...rows.map(({ figure, ours, reference, ratio, goal, reached }) => [figure, ours, reference, ratio, goal, reached ? 'yes' : 'no'])];
  const widths = lines[0]?.map((_unused, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of lines) console.log(line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
  for (const note of notes) console.log(`  ${note}`);
}
