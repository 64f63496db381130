/** The front matter of an incident file (src/content/incidents/NAME.md) and the shape in which the build hands it on. */
import { z } from 'zod';
import { incidentStatus } from '@halfsecond/shared/status';

const statuses = incidentStatus.options;
// YAML reads an unquoted time as a date. One without a zone would mean another moment on another machine.
const moment = z.union([z.date(), z.iso.datetime({ offset: true, error: 'expected a time with its zone, such as 2026-05-04T10:20:00Z' })])
  .transform((value) => new Date(value));
const id = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/);

const update = z.strictObject({ at: moment, status: z.enum(statuses), body: z.string().min(1).max(10_000) });

/** Refuses `resolved` and `postmortem` without rootCause, fix and resolvedAt, naming each one that is missing. */
export const incident = z.strictObject({
  title: z.string().min(3).max(200),
  status: z.enum(statuses),
  impact: z.enum(['none', 'minor', 'major', 'critical']),
  startedAt: moment,
  components: z.array(id).min(1),
  updates: z.array(update).min(1),
  rootCause: z.string().min(1).optional(),
  fix: z.string().min(1).optional(),
  resolvedAt: moment.optional(),
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

/** One entry of the build's incidents.json, which the collector reads: times as epoch ms, updates newest first. */
export const publishedIncident = z.strictObject({
  id: z.string(),
  title: z.string(),
  status: z.enum(statuses),
  impact: z.enum(['none', 'minor', 'major', 'critical']),
  startedAt: z.number(),
  resolvedAt: z.number().nullable(),
  components: z.array(z.string()),
  updates: z.array(z.strictObject({ at: z.number(), status: z.enum(statuses), body: z.string() })),
  rootCause: z.string().nullable(),
  fix: z.string().nullable(),
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
  };
}

/** True while the incident is not over. */
export function open(entry: Pick<PublishedIncident, 'status'>): boolean {
  return entry.status !== 'resolved' && entry.status !== 'postmortem';
}
