/** What the bff publishes about itself and the status host reads: samples, health, the feed, incidents. */
import * as z from 'zod/mini';
import { timing } from './wire.ts';

const ms = z.number().check(z.nonnegative(), z.lte(86_400_000));
const name = z.string().check(z.maxLength(128));

/** How a provider attempt or a turn ended. `refused` = turned away at the door, `stopped` = by the visitor. */
export const outcome = z.enum(['ok', 'error', 'stopped', 'refused']);
export type Outcome = z.infer<typeof outcome>;

/** Why an attempt failed, in the router's words. */
export const failureKind = z.enum([
  'auth', 'throttled', 'server', 'network', 'timeout', 'cut', 'protocol', 'refused', 'empty', 'cancelled', 'other',
]);
export type FailureKind = z.infer<typeof failureKind>;

/** One call to a provider inside a turn; times in ms from the call's start, null when it never came. */
export const attempt = z.object({
  provider: name,
  model: name,
  outcome,
  failure: z.optional(failureKind),
  firstContent: z.nullable(ms),
  total: ms,
});
export type Attempt = z.infer<typeof attempt>;

/** One turn, without a word of its text. `at` is the end of the turn in epoch ms. */
export const sample = z.object({
  seq: z.int().check(z.positive()),
  at: z.number(),
  traceId: name,
  outcome,
  code: z.optional(name),
  agent: z.nullable(name),
  model: z.nullable(name),
  provider: z.nullable(name),
  fallback: z.boolean(),
  timing,
  attempts: z.array(attempt),
  tools: z.array(z.object({ name, outcome, ms })),
});
export type Sample = z.infer<typeof sample>;

/** `off`: configured without a key. `unknown`: nothing has been asked of it yet. */
export const providerState = z.enum(['up', 'degraded', 'down', 'off', 'unknown']);
export type ProviderState = z.infer<typeof providerState>;

/** What the router believes of one provider; `since` is when this state began (epoch ms). */
export const providerHealth = z.object({
  id: name,
  kind: name,
  state: providerState,
  since: z.number(),
  failure: z.optional(failureKind),
});
export type ProviderHealth = z.infer<typeof providerHealth>;

export const modelInfo = z.object({ id: name, provider: name });

const places = z.int().check(z.nonnegative());
export const queueState = z.object({ depth: places, inFlight: places, capacity: places });
export type QueueState = z.infer<typeof queueState>;

/**
 * One tool as the bff sees it. `down`: it rests after failures. `changed`: its definition is not the accepted one, so it
 * is not offered. `off`: its server cannot be reached. `since` epoch ms; figures in ms, null below MIN_SAMPLES.
 */
export const toolHealth = z.object({
  name,
  state: z.enum(['up', 'down', 'changed', 'off', 'unknown']),
  since: z.number(),
  p50: z.nullable(ms),
  p95: z.nullable(ms),
  n: z.int(),
});
export type ToolHealth = z.infer<typeof toolHealth>;

/**
 * `GET /status/feed?after=SEQ`. `epoch` names one life of the bff: sequence numbers start again with it.
 * Signed by the header `x-halfsecond-signature: sha256=<hex>`, an HMAC of the exact body with STATUS_FEED_KEY.
 */
export const feed = z.object({
  version: z.literal(1),
  epoch: name,
  seq: z.int().check(z.nonnegative()),
  asOf: z.number(),
  startedAt: z.number(),
  queue: queueState,
  providers: z.array(providerHealth),
  models: z.array(modelInfo),
  /** Set while the builtin answerer or a later model stands in for the preferred one; epoch ms. */
  fallbackSince: z.nullable(z.number()),
  tools: z.array(name),
  toolHealth: z.optional(z.array(toolHealth)),
  samples: z.array(sample),
});
export type Feed = z.infer<typeof feed>;

/** Percentiles of one measure over a window; null below MIN_SAMPLES. */
export const figures = z.object({ p50: z.nullable(ms), p95: z.nullable(ms), n: z.int() });
export type Figures = z.infer<typeof figures>;

export const componentStatus = z.enum([
  'operational', 'degraded_performance', 'partial_outage', 'major_outage', 'under_maintenance',
]);
export type ComponentStatus = z.infer<typeof componentStatus>;

/** One model in `/api/models.json`; `window` in ms, `asOf` epoch ms. */
export const modelStatus = z.object({
  id: name,
  provider: name,
  firstToken: figures,
  reply: figures,
  window: z.number(),
  asOf: z.number(),
  state: componentStatus,
});
export type ModelStatus = z.infer<typeof modelStatus>;

/** `/api/queue.json`. Null when the feed has never been read. */
export const queueStatus = z.object({
  depth: z.nullable(z.int()),
  inFlight: z.nullable(z.int()),
  capacity: z.nullable(z.int()),
  asOf: z.nullable(z.number()),
});
export type QueueStatus = z.infer<typeof queueStatus>;

export const incidentStatus = z.enum(['investigating', 'identified', 'monitoring', 'resolved', 'postmortem']);
export type IncidentStatus = z.infer<typeof incidentStatus>;

export const impact = z.enum(['none', 'minor', 'major', 'critical']);
export type Impact = z.infer<typeof impact>;

/** A planned maintenance, in Statuspage's words. */
export const maintenanceStatus = z.enum(['scheduled', 'in_progress', 'verifying', 'completed']);
export type MaintenanceStatus = z.infer<typeof maintenanceStatus>;

/** Whose fault: the provider's, or ours (the queue, our own layers, our tools). */
export const side = z.enum(['own', 'provider']);
export type Side = z.infer<typeof side>;

/** One answer or its absence, as a prober saw it; `ms` until the answer's head. */
export const probeResult = z.object({ target: name, ok: z.boolean(), ms: z.nullable(ms) });
export type ProbeResult = z.infer<typeof probeResult>;

/**
 * `POST /probes` of the status host: one round of one prober. `seq` grows with every round of a prober, whatever its
 * life; `at` is its clock, epoch ms. Signed by `x-halfsecond-signature` with the key of that prober's name.
 */
export const probeReport = z.object({
  version: z.literal(1),
  prober: name,
  seq: z.int().check(z.positive()),
  at: z.number(),
  results: z.array(probeResult).check(z.minLength(1), z.maxLength(50)),
});
export type ProbeReport = z.infer<typeof probeReport>;

/** What one prober says of the bff right now; `at` is its last word on our clock. `silent`: too long ago to count. */
export const proberView = z.object({
  name,
  state: z.enum(['up', 'down', 'unknown', 'silent']),
  at: z.nullable(z.number()),
  ms: z.nullable(ms),
});
export type ProberView = z.infer<typeof proberView>;
