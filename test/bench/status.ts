/**
 * The status host's figures: drills over real processes, faults injected into real turns, and what can be computed.
 * `npm run bench status`; DRILLS, SLOW, FAULTS and PAIRS set how many (100, 20, 200 and 4 side by side).
 */
import { loadavg } from 'node:os';
import { outages } from './status/outages.ts';
import { sides } from './status/sides.ts';
import { falseOpens, percentiles } from './status/simulated.ts';
import { slowTokens } from './status/slow.ts';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
let missed = 0;

/** One line: what, figure, goal, and whether it was met. */
function row(what: string, figure: string, goal: string, met: boolean): void {
  if (!met) missed += 1;
  console.log(`${what.padEnd(58)} ${figure.padEnd(42)} goal ${goal.padEnd(12)} ${met ? 'met' : 'MISSED'}`);
}

function spread(values: number[]): { p50: number; p99: number; max: number; text: string } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): number => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
  const [p50, p99, max] = [at(0.5), at(0.99), sorted.at(-1) ?? Number.NaN];
  const s = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;
  return { p50, p99, max, text: `p50 ${s(p50)}, p99 ${s(p99)}, max ${s(max)}, n ${values.length}` };
}

console.log(`load average ${loadavg().map((each) => each.toFixed(1)).join(' ')}`);

for (const { shape, errors, averaged } of percentiles(5)) {
  row(`merged p50/p95/p99 against exact: ${shape}`, `${errors.map((each) => `${(each * 100).toFixed(2)} %`).join(' / ')} (averaged p95: ${(averaged * 100).toFixed(0)} %)`, '<= 1 %', Math.max(...errors) <= 0.01);
}
for (const [share, most] of [[0.01, 0], [0.05, 30]] as const) {
  const opened = falseOpens(30, share, 42);
  row(`false opens in 30 days, ${share * 100} % of probes fail by chance`, String(opened), most === 0 ? '0' : '<= 1 a day', opened <= most);
}

// The bff logs every turn that we break on purpose.
const { error: shout } = console;
console.error = () => undefined;
const judged = await sides(number('FAULTS', 200), 3);
console.error = shout;
const wrong = judged.filter((each) => each.side !== each.said);
for (const each of wrong) console.log(`  wrong side: ${each.fault} was put on ${each.said ?? 'nobody'}`);
row('injected faults put on the right side', `${judged.length - wrong.length} of ${judged.length}`, '>= 99 %', wrong.length <= judged.length * 0.01);
const off = Math.max(...judged.map((each) => each.off));
row('queue + gateway + provider against the total, worst turn', `${(off * 100).toFixed(2)} %`, '<= 5 %', off <= 0.05);

if (number('SLOW', 20) > 0) {
  const slow = spread(await slowTokens(number('SLOW', 20)));
  row('slow tokens, shown as degraded (4 turns/s, page asks 1/s)', slow.text, 'p99 <= 6 s', slow.p99 <= 6_000);
}
if (number('DRILLS', 100) > 0) {
  const drilled = await outages(number('DRILLS', 100), number('PAIRS', 4));
  for (const kind of ['killed', 'hung'] as const) {
    const some = spread(drilled.filter((each) => each.kind === kind).map((each) => each.ms));
    row(`bff ${kind}, shown as an outage (page asks 1/s)`, some.text, 'p99 <= 5 s', some.p99 <= 5_000);
  }
}
console.log(`load average ${loadavg().map((each) => each.toFixed(1)).join(' ')}`);
process.exitCode = missed === 0 ? 0 : 1;
