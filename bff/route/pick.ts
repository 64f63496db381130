/** Which model is asked, and which after it. Pure: a table of candidates in, an order with reasons out. */
import type { DataClass, Model } from '../layers.ts';
import type { Standing } from './health.ts';

/** `cost` is what the turn is expected to cost there (US dollars). `off`: its provider has no key. */
export type Candidate = { model: Model; builtin: boolean; private: boolean; off: boolean; cost: number; standing: Standing; onTime: number | null };
export type Choice = Candidate & { reason: string };

/** The smallest `quality` that the question deserves, 1 to 5: what the agent asks for, more for a long question. */
export function needOf(agentQuality: number, questionLength: number): number {
  const floor = questionLength > 4_000 ? 3 : questionLength > 1_000 ? 2 : 1;
  return Math.max(agentQuality, floor);
}

/**
 * Best first. Regulated text never meets a candidate that is not private; the builtin answerer counts as private
 * and always comes last. A model that rests is left out. Those good enough come first, the cheapest of them
 * leading; then the rest, the best leading.
 */
export function pick(candidates: Candidate[], dataClass: DataClass, need: number): Choice[] {
  const usable = candidates.filter((entry) => !entry.off && (dataClass !== 'regulated' || entry.private || entry.builtin));
  const models = usable.filter((entry) => !entry.builtin && entry.standing !== 'resting');
  const enough = models.filter((entry) => entry.model.quality >= need).sort((a, b) => a.cost - b.cost);
  const less = models.filter((entry) => entry.model.quality < need).sort((a, b) => b.model.quality - a.model.quality || a.cost - b.cost);
  const resting = usable.filter((entry) => entry.standing === 'resting').map((entry) => entry.model.id);
  return [
    ...enough.map((entry, at) => ({ ...entry, reason: at === 0 ? `cheapest of quality ${need} or better` : `next cheapest of quality ${need} or better` })),
    ...less.map((entry) => ({ ...entry, reason: `quality ${entry.model.quality}, below the ${need} wanted` })),
    ...usable.filter((entry) => entry.builtin).map((entry) => ({ ...entry, reason: lastResort(usable.length === 1, resting) })),
  ];
}

function lastResort(only: boolean, resting: string[]): string {
  if (only) return 'no other model is configured';
  return resting.length > 0 ? `last resort; resting after failures: ${resting.join(', ')}` : 'last resort';
}
