/** What a drill showed: pure figures of its turns, and the table in which they are printed. */
import { FIRST_TOKEN_LIMIT_MS, FIRST_TOKEN_TARGET_MS } from '@halfsecond/shared/limits';
import type { Turn } from './visitors.ts';

/** Times in ms on the drill's clock. `calls`: at the providers, by the end of each part. */
export type Drilled = { turns: Turn[]; primary: string; brokenAt: number; healedAt: number; calls: { before: number; during: number; after: number } };
export type Part = {
  turns: number; inTarget: number; inLimit: number; p50: number; p95: number; p99: number;
  extraCalls: number; costPerThousand: number; byPrimary: number; unanswered: number;
};
/** `slowAtFirst`: slow turns of the first minute. The last two are null when it did not happen in the time of the drill. */
export type Figures = { before: Part; during: Part; after: Part; slowAtFirst: number; onTimeAfter: number | null; preferredAfter: number | null; passed: boolean };

const GOAL_IN_LIMIT = 0.995;
const GOAL_SLOW_AT_FIRST = 1;
const FIRST_MS = 60_000;
/** So many turns in a row on time: it is over. */
const ON_TIME_RUN = 20;
/** So many of the next ones by the primary: it is preferred. Not all, since the race goes to another now and then. */
const PREFERRED = { of: 10, least: 8 };

/** Turns belong to the part in which they were sent. One without an answer of a model counts as later than any. */
export function figuresOf({ turns: unsorted, primary, brokenAt, healedAt, calls }: Drilled): Figures {
  const turns = unsorted.toSorted((a, b) => a.sentAt - b.sentAt);
  const between = (from: number, to: number): Turn[] => turns.filter(({ sentAt }) => sentAt >= from && sentAt < to);
  const during = between(brokenAt, healedAt);
  const after = between(healedAt, Infinity);
  const parts = {
    before: partOf(between(0, brokenAt), calls.before, primary),
    during: partOf(during, calls.during, primary),
    after: partOf(after, calls.after, primary),
  };
  const slowAtFirst = between(brokenAt, Math.min(healedAt, brokenAt + FIRST_MS)).filter(isSlow).length;
  return {
    ...parts, slowAtFirst,
    onTimeAfter: onTimeFrom(during.concat(after), brokenAt),
    preferredAfter: preferredFrom(after, primary, healedAt),
    passed: parts.during.turns > 0 && parts.during.inLimit >= GOAL_IN_LIMIT && slowAtFirst <= GOAL_SLOW_AT_FIRST,
  };
}

/** The built-in answerer is no model: who gets its words was not answered. */
function isAnswered({ firstToken, provider }: Turn): boolean {
  return firstToken !== null && provider !== null && provider !== 'builtin';
}
function waitOf(turn: Turn): number {
  return isAnswered(turn) ? turn.firstToken ?? Infinity : Infinity;
}
function isSlow(turn: Turn): boolean {
  return waitOf(turn) > FIRST_TOKEN_LIMIT_MS;
}

function partOf(turns: Turn[], calls: number, primary: string): Part {
  const waits = turns.map(waitOf).sort((a, b) => a - b);
  const share = (fits: (turn: Turn) => boolean): number => turns.filter(fits).length / turns.length;
  const quantile = (part: number): number => waits[Math.min(waits.length - 1, Math.ceil(part * waits.length) - 1)] ?? NaN;
  return {
    turns: turns.length,
    inTarget: share((turn) => waitOf(turn) <= FIRST_TOKEN_TARGET_MS),
    inLimit: share((turn) => !isSlow(turn)),
    p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99),
    extraCalls: calls / turns.length - 1,
    costPerThousand: (turns.reduce((sum, { cost }) => sum + cost, 0) / turns.length) * 1_000,
    byPrimary: share(({ provider }) => provider === primary),
    unanswered: turns.filter((turn) => !isAnswered(turn)).length,
  };
}

/** Ms from `brokenAt` to the last slow turn before a run of turns on time; 0 when it began with the run. */
function onTimeFrom(turns: Turn[], brokenAt: number): number | null {
  const first = turns.findIndex((_, at) => at + ON_TIME_RUN <= turns.length && !turns.slice(at, at + ON_TIME_RUN).some(isSlow));
  if (first < 0) return null;
  const last = turns[first - 1];
  return last === undefined ? 0 : last.sentAt - brokenAt;
}

function preferredFrom(turns: Turn[], primary: string, healedAt: number): number | null {
  const { of, least } = PREFERRED;
  const isPrimary = ({ provider }: Turn): boolean => provider === primary;
  const first = turns.findIndex((turn, at) => isPrimary(turn) && at + of <= turns.length && turns.slice(at, at + of).filter(isPrimary).length >= least);
  return first < 0 ? null : (turns[first]?.sentAt ?? healedAt) - healedAt;
}

/** The figures as lines. */
export function tableOf({ before, during, after, slowAtFirst, onTimeAfter, preferredAfter, passed }: Figures): string {
  const row = (name: string, show: (part: Part) => string): string => `  ${name.padEnd(34)}${[before, during, after].map((part) => show(part).padStart(12)).join('')}`;
  const line = (name: string, value: string): string => `  ${name.padEnd(58)} ${value}`;
  const { of, least } = PREFERRED;
  return [
    `  ${''.padEnd(34)}${['before', 'during', 'after'].map((name) => name.padStart(12)).join('')}`,
    row('turns', ({ turns }) => String(turns)),
    row(`first token within ${FIRST_TOKEN_TARGET_MS} ms`, ({ inTarget }) => percent(inTarget)),
    row(`first token within ${FIRST_TOKEN_LIMIT_MS} ms`, ({ inLimit }) => percent(inLimit)),
    row('first token p50', ({ p50 }) => ms(p50)),
    row('first token p95', ({ p95 }) => ms(p95)),
    row('first token p99', ({ p99 }) => ms(p99)),
    row('extra calls per turn', ({ extraCalls }) => extraCalls.toFixed(3)),
    row('cost of 1,000 turns', ({ costPerThousand }) => `$${costPerThousand.toFixed(3)}`),
    row('answered by the primary', ({ byPrimary }) => percent(byPrimary)),
    row('answered by no model', ({ unanswered }) => String(unanswered)),
    '',
    line('slow turns in the first minute', String(slowAtFirst)),
    line(`from the break until turns are on time (${ON_TIME_RUN} in a row)`, seconds(onTimeAfter)),
    line(`from healing until the primary is preferred (${least} of ${of})`, seconds(preferredAfter)),
    '',
    `${passed ? 'Passed' : 'Failed'}: expected ${percent(GOAL_IN_LIMIT)} of the turns of the incident within ${FIRST_TOKEN_LIMIT_MS} ms and at most ${GOAL_SLOW_AT_FIRST} slow turn in its first minute.`,
  ].join('\n');
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(share * 100).toFixed(2)} %`;
}
function ms(value: number): string {
  return Number.isNaN(value) ? '–' : value === Infinity ? 'none' : `${Math.round(value)} ms`;
}
function seconds(value: number | null): string {
  return value === null ? 'not in the time of the drill' : `${(value / 1_000).toFixed(1)} s`;
}
