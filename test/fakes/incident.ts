/**
 * Three simulated providers with published first-token times, the first of which can be broken from outside: for
 * `halfsecond drill`. An IPC message {incident} sets what is wrong with it (null: nothing) and is answered by
 * {urls, calls}, the base URLs and the number of all calls so far.
 */
import { startAnthropic } from './anthropic.ts';
import { startOpenAI } from './openai.ts';
import type { Knobs } from './server.ts';

/** `slow`: share of the calls in the long tail; medians in ms. Fitted to the p50/p95/p99 of 24 hours. */
type Times = { usual: { median: number; sigma: number }; slow: number; tail: { median: number; sigma: number } };
/** GPT-4o mini 536/844/4461, GPT-4.1 mini 661/1087/2169, Claude Haiku 4.5 541/1591/4117. */
const FOUR_O_MINI: Times = { usual: { median: 536, sigma: 0.25 }, slow: 0.025, tail: { median: 3_800, sigma: 0.3 } };
const FOUR_ONE_MINI: Times = { usual: { median: 655, sigma: 0.24 }, slow: 0.03, tail: { median: 1_900, sigma: 0.3 } };
const HAIKU: Times = { usual: { median: 525, sigma: 0.35 }, slow: 0.07, tail: { median: 2_400, sigma: 0.5 } };

const BROWNOUT = 5;
const THROTTLED = 0.6;
const RETRY_AFTER_S = 5;
const SPEED = 80;
/** Longer than anybody waits (ms). */
const FOR_EVER = 3_600_000;
/** More calls than a drill makes. */
const CALLS_MAX = 50_000;

/** `slower`: by what all times are multiplied. */
function working(times: Times, slower = 1): Knobs {
  return {
    text: 'Your invoice is in the account menu, under billing. Open the month that you are looking for and choose download; the file is a PDF.',
    usage: { inputTokens: 400, outputTokens: 250 },
    firstTokenDelay: () => draw(times) * slower,
    tokensPerSecond: SPEED / slower,
  };
}

const broken: Record<string, () => Knobs | Knobs[]> = {
  brownout: () => working(FOUR_O_MINI, BROWNOUT),
  hang: () => ({ headersDelay: FOR_EVER }),
  errors: () => ({ status: 503, headersDelay: 150 }),
  throttle: () => Array.from({ length: CALLS_MAX }, () => (Math.random() < THROTTLED ? { status: 429, retryAfter: RETRY_AFTER_S, headersDelay: 80 } : working(FOUR_O_MINI))),
};

function draw({ usual, slow, tail }: Times): number {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const { median, sigma } = Math.random() < slow ? tail : usual;
  return median * Math.exp(sigma * normal);
}

const fakes = await Promise.all([startOpenAI(working(FOUR_O_MINI)), startAnthropic(working(HAIKU)), startOpenAI(working(FOUR_ONE_MINI))] as const);
const [openai, anthropic, second] = fakes;
const urls = { openai: `${openai.url}/v1`, anthropic: anthropic.url, second: `${second.url}/v1` };

process.on('message', ({ incident }: { incident: string | null }) => {
  const knobs = incident === null ? working(FOUR_O_MINI) : broken[incident]?.();
  if (knobs === undefined) throw new Error(`no incident ${incident}`);
  openai.set(knobs);
  process.send?.({ urls, calls: fakes.reduce((sum, { requests }) => sum + requests.length, 0) });
});
const end = (): void => process.exit(0);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
process.once('disconnect', end);
console.log(JSON.stringify({ ready: 'simulated', url: openai.url }));
