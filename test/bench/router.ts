/**
 * The router's figures: pick, health and race as the product runs them, on a simulated clock, beside what others do.
 * Two days at one turn a second over four models with published first-token times, and half an hour of four kinds
 * of trouble on the cheapest model. Run: npm run bench router
 */
import { cheapestOnly, clairvoyant, retryAndCooldown, type Outcome } from './router/baselines.ts';
import { fuzzPrivate } from './router/private.ts';
import { ours, SETTINGS, type Run } from './router/ours.ts';
import { arrivals, MODELS, NEVER, twoDays, type Incident, type World } from './router/world.ts';

const MINUTE = 60_000;
const WARM_UP = 10 * MINUTE;
const SEEDS = [1, 2, 3];
const LIMIT = SETTINGS.firstTokenLimit;
const BOUGHT = { ...SETTINGS, extraCalls: 1 };

for (const seed of SEEDS) {
  const world = twoDays(seed);
  const times = arrivals(seed, world.ms);
  console.log(`\ntwo days, seed ${seed}: ${times.length} turns        < 500 ms   < 1.5 s      p99   calls/turn   probes/turn   cost`);
  row('cheapest only', cheapestOnly(world, times));
  row('retry and cooldown', retryAndCooldown(world, times));
  const plain = ours(world, times, SETTINGS);
  row('Halfsecond', plain.outcomes, plain);
  const bought = ours(world, times, BOUGHT);
  row('Halfsecond, racing bought', bought.outcomes, bought);
  row('foresight, one call', clairvoyant(world, times));
  for (const [name, { decisions }] of [['default', plain], ['racing', bought]] as const) {
    const sorted = decisions.toSorted();
    console.log(`decision time per turn (${name}): p50 ${us(sorted, 0.5)}, p99 ${us(sorted, 0.99)}`);
  }
}

const troubles: [string, (span: { model: string; from: number; to: number }) => Incident][] = [
  ['brownout 5x', (span) => ({ ...span, kind: 'brownout', factor: 5 })],
  ['silent hang', (span) => ({ ...span, kind: 'hang' })],
  ['5xx', (span) => ({ ...span, kind: 'errors', share: 1 })],
  ['60 % 429', (span) => ({ ...span, kind: 'throttle', share: 0.6, retryAfter: null })],
];
const INCIDENT_SEEDS = Array.from({ length: 20 }, (_, n) => 100 + n);
console.log(`\n30 minutes of trouble with the cheapest model, ${INCIDENT_SEEDS.length} runs each        < 1.5 s (worst run)   slow in the first minute (mean, worst)   calls/turn`);
for (const [name, make] of troubles) {
  for (const [policy, play] of [
    ['retry and cooldown', retryAndCooldown],
    ['Halfsecond', (world: World, times: number[]) => ours(world, times, SETTINGS).outcomes],
    ['Halfsecond, racing bought', (world: World, times: number[]) => ours(world, times, BOUGHT).outcomes],
  ] as const) {
    const runs = INCIDENT_SEEDS.map((seed) => {
      const to = WARM_UP + 30 * MINUTE;
      const world: World = { models: MODELS, seed, incidents: [make({ model: MODELS[0]?.id ?? '', from: WARM_UP, to })] };
      const hit = play(world, arrivals(seed, to)).filter(({ at }) => at >= WARM_UP);
      return { inTime: share(hit, LIMIT), slow: hit.filter(({ at, first }) => at < WARM_UP + MINUTE && first > LIMIT).length, calls: calls(hit) };
    });
    const mean = (of: (run: (typeof runs)[number]) => number): number => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
    console.log(`${name.padEnd(12)} ${policy.padEnd(26)} ${percent(mean(({ inTime }) => inTime))} (${percent(Math.min(...runs.map(({ inTime }) => inTime)))})      ${mean(({ slow }) => slow).toFixed(2)}, ${Math.max(...runs.map(({ slow }) => slow))}      ${mean((run) => run.calls).toFixed(3)}`);
  }
}

const { turns, calls: asked, toPublic, unended, byKind } = await fuzzPrivate(100_000, 1);
console.log(`\nregulated turns under every failure: ${turns} turns, ${asked} calls, ${toPublic} to a public provider, ${unended} turns without exactly one end`);
console.log(Object.entries(byKind).map(([kind, count]) => `${kind} ${count}`).join(', '));

function row(name: string, outcomes: Outcome[], run?: Run): void {
  const sorted = Float64Array.from(outcomes, ({ first }) => first).toSorted();
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? NEVER;
  console.log(`${name.padEnd(36)} ${percent(share(outcomes, SETTINGS.firstTokenTarget))}  ${percent(share(outcomes, LIMIT))}  ${(p99 >= NEVER ? 'fail' : p99.toFixed(0)).padStart(7)}   ${calls(outcomes).toFixed(3).padStart(8)}   ${run === undefined ? '' : `${run.probes.toFixed(4).padStart(10)}   $${(run.cost * 1_000).toFixed(3)} per 1,000`}`);
}
function share(outcomes: Outcome[], limit: number): number {
  return outcomes.filter(({ first }) => first < limit).length / outcomes.length;
}
function calls(outcomes: Outcome[]): number {
  return outcomes.reduce((sum, outcome) => sum + outcome.calls, 0) / outcomes.length;
}
function percent(value: number): string {
  return `${(value * 100).toFixed(2)} %`.padStart(9);
}
function us(sorted: Float64Array, at: number): string {
  return `${((sorted[Math.floor(sorted.length * at)] ?? 0) * 1_000).toFixed(0)} µs`;
}
