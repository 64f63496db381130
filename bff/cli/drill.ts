/** `halfsecond drill NAME`: breaks the preferred provider of a real bff on purpose, and tells what its visitors noticed. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { figuresOf, tableOf, type Drilled } from './drill/figures.ts';
import { INCIDENTS, PRIMARY, startSetting, type Incident, type Setting } from './drill/setting.ts';
import { askSteadily, openDoor, startClock, until } from './drill/visitors.ts';
import { helped } from './options.ts';
import { toldToEnd } from './processes.ts';

/** `minutes`: of the incident, on the drill's clock. */
type Plan = { incident: Incident; turns: number; minutes: number; speed: number; record: string | undefined };

const DEFAULTS = { turns: 2_000, minutes: 8, speed: 12 };
/** What comes before and after the incident, as parts of its length. */
const BEFORE = 0.375;
const AFTER = 0.5;
/** Turns that nobody counts: connections are opened and code is compiled meanwhile. */
const WARM_UP = 20;

const HELP = `halfsecond drill ${Object.keys(INCIDENTS).join('|')} [--turns N] [--minutes N] [--speed N] [--record FILE]

Starts a real bff in a folder that goes away, with four simulated models whose first-token times are those of Gemini 2.5
Flash-Lite (the primary), GPT-4o mini, Gemini 2.5 Flash and Claude Haiku 4.5; lets visitors ask at a steady rate over
real sockets; breaks the primary in the middle, heals it, and prints what the visitors noticed. No key is needed and no
money is spent.

${Object.entries(INCIDENTS).map(([name, about]) => `  ${name.padEnd(9)} the primary ${about}`).join('\n')}

  --turns N     turns in the whole drill (${DEFAULTS.turns.toLocaleString('en')})
  --minutes N   length of the incident (${DEFAULTS.minutes}); ${BEFORE} of it comes before and ${AFTER} after
  --speed N     how much faster than real time the drill's clock runs (${DEFAULTS.speed}); all of the above is on this clock
  --record FILE  writes when each turn came and how it went, and how long each call took, as JSON

Every clock and timer of the bff and of the providers runs that fast, so no setting and no constant of the router is another
than in earnest. Computing is not faster: at the default each ms of it counts as ${DEFAULTS.speed} ms of waiting, which makes the figures a
little worse than they would be. --speed 1 is real time.

Exit code 0 when 99.5 % of the incident's turns began within 1.5 s and at most one of its first minute was slow, else 1.`;

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const plan = planOf(args);
  if (typeof plan === 'string') {
    console.error(`${plan}\n\n${HELP}`);
    return 1;
  }
  const stop = new AbortController();
  void toldToEnd().then(() => stop.abort(new Error('Stopped before the end of the drill.')));
  const setting = await startSetting(plan.speed);
  try {
    void setting.broken.then((sentence) => stop.abort(new Error(`${sentence}\n${setting.logged()}`)));
    stop.signal.throwIfAborted();
    console.log(opening(plan));
    const figures = figuresOf(await drill(plan, setting, stop.signal));
    console.log(`\n${tableOf(figures)}`);
    return figures.passed ? 0 : 1;
  } finally {
    await setting.close();
  }
}

/** A sentence when the arguments are wrong. */
function planOf(args: string[]): Plan | string {
  let parsed;
  try {
    const option = { type: 'string' } as const;
    parsed = parseArgs({ args, allowPositionals: true, options: { turns: option, minutes: option, speed: option, record: option } });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { positionals: [name, ...more], values } = parsed;
  const names = Object.keys(INCIDENTS).join(', ');
  if (name === undefined || more.length > 0) return `Expected the name of one drill: ${names}.`;
  if (!Object.hasOwn(INCIDENTS, name)) return `There is no drill "${name}": expected one of ${names}.`;
  const plan = { incident: name as Incident, record: values.record, ...DEFAULTS };
  for (const [key, least, most] of [['turns', 10, 40_000], ['minutes', 0.1, 120], ['speed', 1, 60]] as const) {
    plan[key] = Number(values[key] ?? DEFAULTS[key]);
    if (!(plan[key] >= least && plan[key] <= most)) return `--${key} is "${values[key]}": expected a number from ${least} to ${most}.`;
  }
  return { ...plan, turns: Math.round(plan.turns) };
}

function lengthOf({ minutes }: Plan): number {
  return minutes * 60_000 * (BEFORE + 1 + AFTER);
}

function opening(plan: Plan): string {
  const { incident, turns, minutes, speed } = plan;
  const length = lengthOf(plan);
  return [
    `Drill ${incident}: for ${minutes} of ${+(length / 60_000).toFixed(1)} minutes the primary ${INCIDENTS[incident]}.`,
    `${turns.toLocaleString('en')} turns, ${(turns / length * 1_000).toFixed(2)} a second; about ${Math.round(length / 1_000 / speed)} s of your time.`,
    ...(speed === 1 ? [] : [
      `Every clock and timer of the bff and of the providers runs ${speed} times as fast, and all figures are on that clock: no setting`,
      `and no constant of the router is another than in earnest. Computing is not faster: each ms of it counts as ${speed} ms of waiting.`,
    ]),
  ].join('\n');
}

async function drill(plan: Plan, setting: Setting, signal: AbortSignal): Promise<Drilled> {
  const clock = startClock(plan.speed);
  const length = lengthOf(plan);
  const every = length / plan.turns;
  const door = await openDoor(setting.url, clock, signal);
  try {
    await askSteadily(door, WARM_UP, every, clock, signal);
    const { calls: warm, now: zero } = await setting.set(null);
    const startedAt = clock.now();
    const asking = askSteadily(door, plan.turns, every, clock, signal);
    const [turns, { brokenAt, healedAt, calls }] = await Promise.all([asking, breakAndHeal()]);
    const { calls: all, drawn } = await setting.set(null);
    const fromStart = turns.map((turn) => ({ ...turn, sentAt: turn.sentAt - startedAt }));
    if (plan.record !== undefined) {
      const rounded = fromStart.map(({ sentAt, firstToken }) => [Math.round(sentAt), firstToken === null ? null : Math.round(firstToken)]);
      const calls = drawn.map(([at, model, ms]) => [at - zero, model, ms]);
      writeFileSync(plan.record, `${JSON.stringify({ incident: plan.incident, brokenAt: Math.round(brokenAt), healedAt: Math.round(healedAt), turns: rounded, calls })}\n`);
    }
    return { turns: fromStart, primary: PRIMARY, brokenAt, healedAt, calls: { ...calls, after: all - warm - calls.before - calls.during } };

    async function breakAndHeal() {
      await until(startedAt + plan.minutes * 60_000 * BEFORE, clock, signal);
      const broken = await setting.set(plan.incident);
      const brokenAt = clock.now() - startedAt;
      console.error('The primary is broken.');
      await until(startedAt + brokenAt + plan.minutes * 60_000, clock, signal);
      const healed = await setting.set(null);
      const healedAt = clock.now() - startedAt;
      console.error('The primary is healed.');
      return { brokenAt, healedAt, calls: { before: broken.calls - warm, during: healed.calls - broken.calls } };
    }
  } finally {
    door.close();
  }
}
