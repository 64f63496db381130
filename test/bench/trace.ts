/**
 * The figures of tracing: is an injected delay named, do the hops add up to the wall, what does it cost a turn.
 * `npm run bench trace`; TRIALS and ROUNDS in the environment make it shorter or longer.
 */
import { loadavg } from 'node:os';
import { measureCost } from './trace/cost.ts';
import { nameOf, nameSlowest } from './trace/naming.ts';
import { startCollector } from './trace/collector.ts';
import { measureOwn } from './trace/own.ts';

const TRIALS = Number(process.env['TRIALS'] ?? 200);
const ROUNDS = Number(process.env['ROUNDS'] ?? 6);
const PER_ROUND = 300;

// The bff's own notes are of no interest here.
console.error = () => undefined;
const load = () => `load ${loadavg()[0]?.toFixed(1)}`;
let seed = 20_261_122;
const random = (): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const trials = await nameSlowest(TRIALS, random);
const wrong = trials.filter(({ hop, named }) => nameOf(hop) !== named);
console.log(`delay of 80 to 200 ms at a random hop named as the slowest: ${trials.length - wrong.length} of ${trials.length} (goal: 99 %) ${wrong.map(({ hop, delay, named }) => `${hop} ${delay} ms: ${named}`).join(', ')} · ${load()}`);
const off = trials.map(({ total, wall }) => ({ ms: Math.abs(total - wall), share: Math.abs(total - wall) / wall }));
const within = off.filter(({ ms, share }) => ms <= 2 || share <= 0.03).length;
const sorted = off.map(({ ms }) => ms).sort((a, b) => a - b);
console.log(`sum of the hops against the wall: within 3 % or 2 ms in ${within} of ${off.length}; off by ${median(sorted).toFixed(2)} ms at the median, ${sorted[Math.floor(sorted.length * 0.95)]?.toFixed(2)} at p95, ${sorted.at(-1)?.toFixed(2)} at most · ${load()}`);

const own = await measureOwn(10_000);
const collector = await startCollector();
const ownExported = await measureOwn(10_000, collector.url);
collector.end();
const cost = await measureCost(ROUNDS, PER_ROUND);
const whole = median(cost.off);
const pairs = (mode: 'on' | 'export', to: 'off' | 'on') => median(cost[mode].map((ms, round) => ms - (cost[to][round] ?? 0)));
console.log(`CPU of a 100-token turn, median of ${ROUNDS} rounds of ${PER_ROUND} turns: off ${whole.toFixed(3)} ms, on ${median(cost.on).toFixed(3)}, exported too ${median(cost.export).toFixed(3)} · ${load()}`);
console.log(`tracing, as the difference within a round: ${pairs('on', 'off').toFixed(3)} ms (${((pairs('on', 'off') / whole) * 100).toFixed(1)} %); its own code alone: ${own.toFixed(4)} ms (${((own / whole) * 100).toFixed(1)} %; goal: 3 %)`);
console.log(`export, as the difference within a round: ${pairs('export', 'on').toFixed(3)} ms; its own code alone: ${(ownExported - own).toFixed(4)} ms (goal: 0.3 ms)`);
process.exit(0);
