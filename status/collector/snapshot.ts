/** The public state of one second: what every page, feed and API file is made from. */
import { z } from 'zod';
import { MIN_SAMPLES } from '@halfsecond/shared/limits';
import { componentStatus } from '@halfsecond/shared/status';
import type { Figures, ModelStatus, Outcome, ProberView, QueueStatus, Sample, Side } from '@halfsecond/shared/status';
import type { PublishedIncident, PublishedMaintenance } from '../src/incident.ts';
import type { Held, Indicator } from './judge.ts';
import { count, quantile } from './sketch.ts';
import type { Measure, Span, Store, Watched } from './store.ts';

/** Figures cover this long (ms). */
export const WINDOW_MS = 3_600_000;
const LATEST = 8;

export type Component = Omit<Held, 'betterSince'> & {
  id: string;
  name: string;
  kind: 'gateway' | 'queue' | 'provider' | 'tools';
  /** A provider without a key: neither well nor ill. */
  configured: boolean;
};
/** One turn, without a word of its text. */
export type LatestTurn = {
  at: number;
  model: string | null;
  provider: string | null;
  agent: string | null;
  outcome: Outcome;
  fallback: boolean;
  firstToken: number | null;
  total: number;
  /** Ms in the queue, in our own layers and at providers and tools. */
  hops: { queue: number; own: number; provider: number };
};
/** `judged` is false while nothing can be known of the model. */
export type ModelView = ModelStatus & { last: LatestTurn | null; judged: boolean };
export type Snapshot = {
  version: 1;
  /** Grows by one with every snapshot; `previous` is the SHA-256 (hex) of the one before. */
  seq: number;
  previous: string | null;
  asOf: number;
  indicator: Indicator;
  headline: string;
  /** When the bff's own figures were last read, and why not since then. */
  metrics: { asOf: number | null; stale: boolean; fault: string | null };
  components: Component[];
  models: ModelView[];
  queue: QueueStatus;
  fallbackSince: number | null;
  turns: LatestTurn[];
  openIncidents: PublishedIncident[];
  /** Every incident there is, newest first: what people wrote and what was opened automatically a second ago. */
  incidents?: PublishedIncident[];
  /** Planned, under way and over, by their begin, latest first. */
  maintenances?: PublishedMaintenance[];
  /** Who looks at the bff from outside, and what each says. */
  probers?: ProberView[];
  /** When nobody watched during the last 24 hours; oldest first. */
  gaps?: Gap[];
  /** Whose fault the last minute's faulty turns were, by their hops; `n` turns were looked at. */
  blame?: Record<Side, number> & { n: number };
  /** Faults of this host itself, such as a full disk; sentences. */
  faults?: string[];
};
/** Epoch ms. */
export type Gap = { from: number; until: number };
/** What may leave: a state or a number that readers would misread stops the whole second. */
export const publishable = z.looseObject({
  seq: z.int().positive(),
  previous: z.string().nullable(),
  asOf: z.int().positive(),
  indicator: z.enum(['none', 'minor', 'major', 'critical']),
  headline: z.string().min(1),
  components: z.array(z.looseObject({ id: z.string().min(1), status: z.enum(componentStatus.options), since: z.number() })).min(1),
});
export type Days = Map<string, Watched[]>;

const roundMs = (ms: number): number => (ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms));

/** Percentiles of one measure since `from`; null below MIN_SAMPLES. */
export function figuresOf(store: Store, span: Span, model: string, measure: Measure, from: number): Figures {
  const sketch = store.sketch(span, model, measure, from);
  const n = count(sketch);
  const at = (q: number): number | null => {
    const value = n < MIN_SAMPLES ? null : quantile(sketch, q);
    return value === null ? null : roundMs(value);
  };
  return { p50: at(0.5), p95: at(0.95), n };
}

export function latestTurn(sample: Sample): LatestTurn {
  const { timing } = sample;
  return {
    at: sample.at,
    model: sample.model,
    provider: sample.provider,
    agent: sample.agent,
    outcome: sample.outcome,
    fallback: sample.fallback,
    firstToken: timing.firstToken === null ? null : roundMs(timing.firstToken),
    total: roundMs(timing.total),
    hops: {
      queue: roundMs(Math.max(0, timing.queue)),
      own: roundMs(Math.max(0, timing.total - timing.queue - timing.provider - timing.tools)),
      provider: roundMs(Math.max(0, timing.provider + timing.tools)),
    },
  };
}

export const latestTurns = (store: Store, now: number): LatestTurn[] => store.turnsSince(now - 24 * WINDOW_MS, LATEST, now).map(latestTurn);

/** The sentence above everything else. */
export function headline(indicator: Indicator, components: Component[], stale: boolean, incidents: PublishedIncident[]): string {
  const gateway = components.find((each) => each.kind === 'gateway');
  if (gateway?.status === 'major_outage') return 'The chat does not answer';
  const out = components.filter((each) => each.judged && each.status === 'major_outage').map((each) => each.name);
  const ill = components.filter((each) => each.judged && each.status !== 'operational' && each.status !== 'under_maintenance').map((each) => each.name);
  if (out.length > 0) return `${list(out)} ${out.length === 1 ? 'is' : 'are'} out${indicator === 'critical' ? '' : ', the chat answers'}`;
  if (ill.length > 0) return `${list(ill)} ${ill.length === 1 ? 'is' : 'are'} slow or failing in part`;
  const planned = components.filter((each) => each.status === 'under_maintenance').map((each) => each.name);
  if (indicator !== 'none') return incidents.find((each) => each.impact === indicator)?.title ?? 'An incident is open';
  if (planned.length > 0) return `${list(planned)} ${planned.length === 1 ? 'is' : 'are'} under maintenance`;
  return stale ? 'The chat answers, its figures are stale' : 'All systems operational';
}

function list(names: string[]): string {
  const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} more`] : names;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}
