/**
 * Four simulated providers, a model each, with published first-token times, the first of which can be broken from outside: for
 * `halfsecond drill`. An IPC message {incident} sets what is wrong with it (null: nothing) and is answered by
 * {urls, calls, now, drawn}: the base URLs, the number of all calls so far, the time here and what was drawn for each call that had content.
 */
import { startAnthropic } from './anthropic.ts';
import { startOpenAI } from './openai.ts';
import type { Knobs } from './server.ts';

/** `slow`: share of the calls in the long tail; medians in ms. Fitted to the p50/p95/p99 of 24 hours, as in the simulator of the bench. */
type Times = { usual: { median: number; sigma: number }; slow: number; tail: { median: number; sigma: number } };
/** Gemini 2.5 Flash-Lite 311/1142/3080, GPT-4o mini 536/844/4461, Gemini 2.5 Flash 477/776/1309, Claude Haiku 4.5 541/1591/4117. */
const FLASH_LITE: Times = { usual: { median: 302, sigma: 0.3 }, slow: 0.07, tail: { median: 1_700, sigma: 0.6 } };
const FOUR_O_MINI: Times = { usual: { median: 533, sigma: 0.25 }, slow: 0.025, tail: { median: 3_800, sigma: 0.3 } };
const FLASH: Times = { usual: { median: 474, sigma: 0.27 }, slow: 0.02, tail: { median: 1_300, sigma: 0.35 } };
const HAIKU: Times = { usual: { median: 525, sigma: 0.35 }, slow: 0.07, tail: { median: 2_400, sigma: 0.5 } };
const MODELS = [FLASH_LITE, FOUR_O_MINI, FLASH, HAIKU];
/** Time (epoch ms), model by its place in MODELS, ms until the first token. */
const drawn: [number, number, number][] = [];

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
  const model = MODELS.indexOf(times);
  return {
    text: 'Your invoice is in the account menu, under billing. Open the month that you are looking for and choose download; the file is a PDF.',
    usage: { inputTokens: 400, outputTokens: 250 },
    firstTokenDelay: () => {
      const ms = draw(times) * slower;
      drawn.push([Date.now(), model, Math.round(ms)]);
      return ms;
    },
    tokensPerSecond: SPEED / slower,
  };
}

const broken: Record<string, () => Knobs | Knobs[]> = {
  brownout: () => working(FLASH_LITE, BROWNOUT),
  hang: () => ({ headersDelay: FOR_EVER }),
  errors: () => ({ status: 503, headersDelay: 150 }),
  throttle: () => Array.from({ length: CALLS_MAX }, () => (Math.random() < THROTTLED ? { status: 429, retryAfter: RETRY_AFTER_S, headersDelay: 80 } : working(FLASH_LITE))),
};

function draw({ usual, slow, tail }: Times): number {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const { median, sigma } = Math.random() < slow ? tail : usual;
  return median * Math.exp(sigma * normal);
}

const [lite, openai, flash, anthropic] = await Promise.all([
  startOpenAI(working(FLASH_LITE)), startOpenAI(working(FOUR_O_MINI)), startOpenAI(working(FLASH)), startAnthropic(working(HAIKU)),
] as const);
const fakes = [lite, openai, flash, anthropic];
const urls = { lite: `${lite.url}/v1`, openai: `${openai.url}/v1`, flash: `${flash.url}/v1`, anthropic: anthropic.url };

process.on('message', ({ incident }: { incident: string | null }) => {
  const knobs = incident === null ? working(FLASH_LITE) : broken[incident]?.();
  if (knobs === undefined) throw new Error(`no incident ${incident}`);
  lite.set(knobs);
  process.send?.({ urls, calls: fakes.reduce((sum, { requests }) => sum + requests.length, 0), now: Date.now(), drawn });
});
const end = (): void => process.exit(0);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
process.once('disconnect', end);
console.log(JSON.stringify({ ready: 'simulated', url: lite.url }));
