/** The front matter of incident and maintenance files (src/content/{incidents,maintenance}/NAME.md) and the shapes in which they are published. */
import { z } from 'zod';
import { impact, incidentStatus, maintenanceStatus, type MaintenanceStatus } from '@halfsecond/shared/status';

const statuses = incidentStatus.options;
const impacts = impact.options;
// YAML reads an unquoted time as a date. One without a zone would mean another moment on another machine.
const moment = z.union([z.date(), z.iso.datetime({ offset: true, error: 'expected a time with its zone, such as 2026-05-04T10:20:00Z' })])
  .transform((value) => new Date(value));
const id = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/);

const update = z.strictObject({ at: moment, status: z.enum(statuses), body: z.string().min(1).max(10_000) });
const followUp = z.strictObject({ text: z.string().min(1).max(1_000), done: z.boolean().default(false), due: moment.optional() });

/** Refuses `resolved` and `postmortem` without rootCause, fix and resolvedAt, naming each one that is missing. */
export const incident = z.strictObject({
  title: z.string().min(3).max(200),
  status: z.enum(statuses),
  impact: z.enum(impacts),
  startedAt: moment,
  components: z.array(id).min(1),
  updates: z.array(update).min(1),
  rootCause: z.string().min(1).optional(),
  fix: z.string().min(1).optional(),
  resolvedAt: moment.optional(),
  /** Written by the collector: what it saw and watches until it is gone, such as `gateway:probes`. */
  condition: z.string().min(1).max(200).optional(),
  /** What is to be done so that it does not come again. */
  followUps: z.array(followUp).optional(),
}).superRefine((value, context) => {
  if (value.status === 'resolved' || value.status === 'postmortem') {
    for (const field of ['rootCause', 'fix', 'resolvedAt'] as const) {
      if (value[field] === undefined) context.addIssue({ code: 'custom', path: [field], message: `a ${value.status} incident needs ${field}` });
    }
  } else if (value.resolvedAt !== undefined) {
    context.addIssue({ code: 'custom', path: ['resolvedAt'], message: `an incident that is ${value.status} has no resolvedAt` });
  }
  if (value.resolvedAt !== undefined && value.resolvedAt < value.startedAt) {
    context.addIssue({ code: 'custom', path: ['resolvedAt'], message: 'lies before startedAt' });
  }
});
export type Incident = z.infer<typeof incident>;

/** A planned maintenance. Its components are shown as such from scheduledFor to scheduledUntil, or until it is completed. */
export const maintenance = z.strictObject({
  title: z.string().min(3).max(200),
  status: z.enum(maintenanceStatus.options).default('scheduled'),
  scheduledFor: moment,
  scheduledUntil: moment,
  components: z.array(id).min(1),
  updates: z.array(z.strictObject({ at: moment, status: z.enum(maintenanceStatus.options), body: z.string().min(1).max(10_000) })).default([]),
}).superRefine((value, context) => {
  if (value.scheduledUntil <= value.scheduledFor) context.addIssue({ code: 'custom', path: ['scheduledUntil'], message: 'does not lie after scheduledFor' });
});
export type Maintenance = z.infer<typeof maintenance>;

/** A maintenance as it is published: times as epoch ms, updates newest first, its status as of now. */
export type PublishedMaintenance = {
  id: string;
  title: string;
  status: MaintenanceStatus;
  scheduledFor: number;
  scheduledUntil: number;
  components: string[];
  updates: { at: number; status: MaintenanceStatus; body: string }[];
};

/** One entry of the build's incidents.json, which the collector reads: times as epoch ms, updates newest first. */
export const publishedIncident = z.strictObject({
  id: z.string(),
  title: z.string(),
  status: z.enum(statuses),
  impact: z.enum(impacts),
  startedAt: z.number(),
  resolvedAt: z.number().nullable(),
  components: z.array(z.string()),
  updates: z.array(z.strictObject({ at: z.number(), status: z.enum(statuses), body: z.string() })),
  rootCause: z.string().nullable(),
  fix: z.string().nullable(),
  /** Set when the collector opened it itself. */
  condition: z.string().nullable().optional(),
  followUps: z.array(z.strictObject({ text: z.string(), done: z.boolean(), due: z.number().nullable() })).optional(),
});
export type PublishedIncident = z.infer<typeof publishedIncident>;

/** From front matter to what is published. */
export function publish(name: string, entry: Incident): PublishedIncident {
  return {
    id: name,
    title: entry.title,
    status: entry.status,
    impact: entry.impact,
    startedAt: entry.startedAt.getTime(),
    resolvedAt: entry.resolvedAt?.getTime() ?? null,
    components: entry.components,
    updates: entry.updates.map((each) => ({ ...each, at: each.at.getTime() })).toSorted((a, b) => b.at - a.at),
    rootCause: entry.rootCause ?? null,
    fix: entry.fix ?? null,
    condition: entry.condition ?? null,
    followUps: (entry.followUps ?? []).map(({ text, done, due }) => ({ text, done, due: due?.getTime() ?? null })),
  };
}

/** The same for a maintenance: its status goes with the clock unless people have moved it further. */
export function publishMaintenance(name: string, entry: Maintenance, now: number): PublishedMaintenance {
  const [from, until] = [entry.scheduledFor.getTime(), entry.scheduledUntil.getTime()];
  const byClock: MaintenanceStatus = now < from ? 'scheduled' : now < until ? 'in_progress' : 'completed';
  const order = maintenanceStatus.options;
  return {
    id: name,
    title: entry.title,
    status: order.indexOf(entry.status) > order.indexOf(byClock) ? entry.status : byClock,
    scheduledFor: from,
    scheduledUntil: until,
    components: entry.components,
    updates: entry.updates.map((each) => ({ ...each, at: each.at.getTime() })).toSorted((a, b) => b.at - a.at),
  };
}

/** True while a maintenance is going on. */
export function underWay(entry: Pick<PublishedMaintenance, 'status'>): boolean {
  return entry.status === 'in_progress' || entry.status === 'verifying';
}

/** True while the incident is not over. */
export function open(entry: Pick<PublishedIncident, 'status'>): boolean {
  return entry.status !== 'resolved' && entry.status !== 'postmortem';
}
