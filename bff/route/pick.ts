/** Which model is asked, and which after it. Pure: a table of candidates in, an order with reasons out. */
import type { DataClass, Model } from '../layers.ts';
import type { Standing } from './health.ts';
import { chance, hope, type Sketch } from './sketch.ts';

/**
 * `cost` is what the turn is expected to cost there (US dollars), `first` its times until the first content.
 * `off`: its provider has no key. `fits`: the question is not too long for it.
 * `able`: it can call the tools that the step brings, if it brings any.
 */
export type Candidate = { model: Model; builtin: boolean; private: boolean; off: boolean; fits: boolean; able: boolean; cost: number; standing: Standing; first: Sketch };
/** `group`: 0 good enough and well, 1 well but of less quality than wanted, 2 late lately, 3 without the tools, 4 builtin. */
export type Choice = Candidate & { group: number; reason: string };
/** `within`: the time (ms) in which the first content should come, judged at `now` (epoch ms). */
export type Wish = { dataClass: DataClass; need: number; within: number; now: number };

/** A model is as good as the best when its chance of coming in time is at most this much smaller. */
const A_FEW_POINTS = 0.05;
/** While the model that would lead is out, who stands in has nobody cheap behind it: it must be this close to the best. */
const CLOSE = 0.005;
/** Groups that are asked only when no other is left. */
export const TOOLLESS = 3;
const BUILTIN = 4;

/** The smallest `quality` that the question deserves, 1 to 5: what the agent asks for, more for a long question. */
export function needOf(agentQuality: number, questionLength: number): number {
  const floor = questionLength > 4_000 ? 3 : questionLength > 1_000 ? 2 : 1;
  return Math.max(agentQuality, floor);
}

/**
 * Best first. Regulated text never meets a candidate that is not private; the builtin answerer counts as private
 * and always comes last, after models that could answer, but not call the tools. A model that rests after failures
 * is left out. Within each group the cheapest of those that will most likely be in time leads; those whose chance is
 * worse follow, the best of them first.
 */
export function pick(candidates: Candidate[], wish: Wish): Choice[] {
  const allowed = candidates.filter((entry) => !entry.off && (wish.dataClass !== 'regulated' || entry.private || entry.builtin));
  const usable = allowed.filter((entry) => entry.builtin || (entry.standing !== 'resting' && entry.fits));
  const groups: Candidate[][] = [[], [], [], [], []];
  for (const entry of usable) groups[groupOf(entry, wish.need)]?.push(entry);
  const resting = allowed.filter((entry) => !entry.builtin && entry.standing === 'resting').map((entry) => entry.model.id);
  const standIn = isOut(allowed, wish.need);
  return groups.flatMap((members, group) => {
    const { inTime, others } = sortByTime(members, wish.within, wish.now, group === 1, standIn);
    return [...inTime, ...others].map((entry, at) => ({ ...entry, group, reason: reasonOf(entry, group, at, inTime.length, wish, allowed.length === 1, resting) }));
  });
}

function groupOf({ builtin, standing, able, model }: Candidate, need: number): number {
  if (builtin) return BUILTIN;
  if (!able) return TOOLLESS;
  if (standing === 'late') return 2;
  return model.quality >= need ? 0 : 1;
}

/** Whether the cheapest that is good enough cannot be asked just now. */
function isOut(allowed: Candidate[], need: number): boolean {
  const good = allowed.filter(({ builtin, fits, able, model }) => !builtin && fits && able && model.quality >= need);
  const lead = good.reduce<Candidate | null>((best, entry) => (best === null || entry.cost < best.cost ? entry : best), null);
  return lead !== null && (lead.standing === 'resting' || lead.standing === 'late');
}

/**
 * `inTime`, the cheapest first (or the best, where all are below what is wanted), and `others`, the likeliest first.
 * After a rest nothing is held against a model: it is tried as if it were well, with another beside it. A stand-in
 * is measured by what the others promise at best, so that one that is hardly known gets its chance.
 */
function sortByTime<T extends Candidate>(members: T[], within: number, now: number, qualityFirst: boolean, standIn: boolean): { inTime: T[]; others: T[] } {
  if (members.length < 2) return { inTime: members, others: [] };
  const likely = new Map(members.map((entry) => [entry, entry.standing === 'rested' ? 1 : hope(entry.first, within, now)]));
  const of = (entry: T): number => likely.get(entry) ?? 0;
  const least = standIn ? Math.max(...members.map(of)) - CLOSE : Math.max(...members.map(({ first }) => chance(first, within, now))) - A_FEW_POINTS;
  return {
    inTime: members.filter((entry) => of(entry) >= least)
      .sort((a, b) => (qualityFirst ? b.model.quality - a.model.quality : 0) || a.cost - b.cost),
    others: members.filter((entry) => of(entry) < least).sort((a, b) => of(b) - of(a)),
  };
}

/** Of choices that could be started now, the one to start when somebody waits: first group first, there the likeliest. */
export function nextOf(choices: Choice[], within: number, now: number): Choice | null {
  const group = Math.min(...choices.map((entry) => entry.group));
  const likely = choices.filter((entry) => entry.group === group).map((choice) => ({ choice, hope: hope(choice.first, within, now) }));
  return likely.reduce<(typeof likely)[number] | null>((best, entry) => (best === null || entry.hope > best.hope ? entry : best), null)?.choice ?? null;
}

function reasonOf({ model }: Candidate, group: number, at: number, inTime: number, { need, within }: Wish, only: boolean, resting: string[]): string {
  if (group === BUILTIN && only) return 'no other model is configured';
  if (group === BUILTIN) return resting.length > 0 ? `last resort; resting after failures: ${resting.join(', ')}` : 'last resort';
  if (group === TOOLLESS) return 'cannot call tools: only when nobody else can answer';
  if (group === 2) return 'kept us waiting just now';
  if (at >= inTime) return `less likely to begin within ${within} ms`;
  if (group === 1) return `quality ${model.quality}, below the ${need} wanted`;
  return at === 0 ? `cheapest of quality ${need} or better` : `next cheapest of quality ${need} or better`;
}
