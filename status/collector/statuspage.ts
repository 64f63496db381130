/** Atlassian Statuspage v2, strictly typed: nothing leaves that its clients would misread. */
import { z } from 'zod';
import { componentStatus, incidentStatus, maintenanceStatus } from '@halfsecond/shared/status';
import { open, underWay, type PublishedIncident, type PublishedMaintenance } from '../src/incident.ts';
import type { Component, Snapshot } from './snapshot.ts';

const at = z.iso.datetime();
const orNull = at.nullable();

const page = z.strictObject({ id: z.string(), name: z.string(), url: z.url(), time_zone: z.string(), updated_at: at });
const status = z.strictObject({ indicator: z.enum(['none', 'minor', 'major', 'critical']), description: z.string().min(1) });
const component = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  status: z.enum(componentStatus.options),
  created_at: at,
  updated_at: at,
  position: z.int().positive(),
  description: z.string().nullable(),
  showcase: z.boolean(),
  start_date: z.string().nullable(),
  group_id: z.string().nullable(),
  page_id: z.string(),
  group: z.boolean(),
  only_show_if_degraded: z.boolean(),
});
const update = z.strictObject({
  id: z.string(),
  status: z.enum(incidentStatus.options),
  body: z.string(),
  incident_id: z.string(),
  created_at: at,
  updated_at: at,
  display_at: at,
  affected_components: z.array(z.strictObject({
    code: z.string(), name: z.string(), old_status: z.enum(componentStatus.options), new_status: z.enum(componentStatus.options),
  })).nullable(),
  deliver_notifications: z.boolean(),
  custom_tweet: z.string().nullable(),
  tweet_id: z.string().nullable(),
});
const incident = z.strictObject({
  id: z.string(),
  name: z.string(),
  status: z.enum(incidentStatus.options),
  impact: z.enum(['none', 'minor', 'major', 'critical', 'maintenance']),
  created_at: at,
  updated_at: at,
  monitoring_at: orNull,
  resolved_at: orNull,
  shortlink: z.url(),
  started_at: at,
  page_id: z.string(),
  incident_updates: z.array(update),
  components: z.array(component),
  reminder_intervals: z.string().nullable(),
});
const phase = z.enum(maintenanceStatus.options);
const maintenance = incident.extend({
  status: phase, incident_updates: z.array(update.extend({ status: phase })), scheduled_for: at, scheduled_until: at,
});

/** The eight files by their path under /api/v2/. */
export const statuspage = {
  'summary.json': z.strictObject({ page, components: z.array(component), incidents: z.array(incident), scheduled_maintenances: z.array(maintenance), status }),
  'status.json': z.strictObject({ page, status }),
  'components.json': z.strictObject({ page, components: z.array(component) }),
  'incidents.json': z.strictObject({ page, incidents: z.array(incident) }),
  'incidents/unresolved.json': z.strictObject({ page, incidents: z.array(incident) }),
  'scheduled-maintenances.json': z.strictObject({ page, scheduled_maintenances: z.array(maintenance) }),
  'scheduled-maintenances/upcoming.json': z.strictObject({ page, scheduled_maintenances: z.array(maintenance) }),
  'scheduled-maintenances/active.json': z.strictObject({ page, scheduled_maintenances: z.array(maintenance) }),
};
type Files = { [Name in keyof typeof statuspage]: z.infer<(typeof statuspage)[Name]> };

const PAGE_ID = 'halfsecond';
const RECENT = 50;
const iso = (ms: number): string => new Date(ms).toISOString();

/** Everything that was written about incidents and announced work, newest first. */
export type Published = { incidents: PublishedIncident[]; maintenances: PublishedMaintenance[] };

export type PageFacts = {
  /** Public address of the page, without a slash at its end. */
  url: string;
  /** When this status host began to watch (epoch ms). */
  begun: number;
};

/** All eight files, each checked against its schema. @throws ZodError when this code made something wrong */
export function statuspageFiles(snapshot: Snapshot, { incidents, maintenances }: Published, facts: PageFacts): Files {
  const components = snapshot.components.map((each, index) => asComponent(each, index, facts));
  const all = incidents.slice(0, RECENT).map((each) => asIncident(each, components, facts));
  const unresolved = incidents.filter(open).map((each) => asIncident(each, components, facts));
  const planned = maintenances.slice(0, RECENT).map((each) => asMaintenance(each, components, facts));
  const upcoming = maintenances.filter((each) => each.status === 'scheduled').map((each) => asMaintenance(each, components, facts));
  const active = maintenances.filter(underWay).map((each) => asMaintenance(each, components, facts));
  const changes = [facts.begun, ...snapshot.components.map((each) => each.since), ...incidents.map(lastChange), ...maintenances.map(lastChange)];
  const head = { id: PAGE_ID, name: 'Halfsecond', url: facts.url, time_zone: 'Etc/UTC', updated_at: iso(Math.max(...changes)) };
  const state = { indicator: snapshot.indicator, description: snapshot.headline };
  const files: Files = {
    'summary.json': { page: head, components, incidents: unresolved, scheduled_maintenances: [...active, ...upcoming], status: state },
    'status.json': { page: head, status: state },
    'components.json': { page: head, components },
    'incidents.json': { page: head, incidents: all },
    'incidents/unresolved.json': { page: head, incidents: unresolved },
    'scheduled-maintenances.json': { page: head, scheduled_maintenances: planned },
    'scheduled-maintenances/upcoming.json': { page: head, scheduled_maintenances: upcoming },
    'scheduled-maintenances/active.json': { page: head, scheduled_maintenances: active },
  };
  for (const [name, schema] of Object.entries(statuspage)) schema.parse(files[name as keyof Files]);
  return files;
}

function asComponent(each: Component, index: number, facts: PageFacts): z.infer<typeof component> {
  return {
    id: each.id,
    name: each.name,
    status: each.status,
    created_at: iso(facts.begun),
    updated_at: iso(Math.max(each.since, facts.begun)),
    position: index + 1,
    description: each.text,
    showcase: true,
    start_date: iso(facts.begun).slice(0, 10),
    group_id: null,
    page_id: PAGE_ID,
    group: false,
    only_show_if_degraded: false,
  };
}

function asIncident(entry: PublishedIncident, components: z.infer<typeof component>[], facts: PageFacts): z.infer<typeof incident> {
  const monitoring = entry.updates.findLast((each) => each.status === 'monitoring');
  return {
    ...common(entry, entry.startedAt, components, facts),
    status: entry.status,
    impact: entry.impact,
    monitoring_at: monitoring ? iso(monitoring.at) : null,
    resolved_at: entry.resolvedAt === null ? null : iso(entry.resolvedAt),
    incident_updates: updatesOf(entry),
  };
}

function asMaintenance(entry: PublishedMaintenance, components: z.infer<typeof component>[], facts: PageFacts): z.infer<typeof maintenance> {
  const ended = entry.status === 'completed' ? entry.updates.find((each) => each.status === 'completed')?.at ?? entry.scheduledUntil : null;
  return {
    ...common(entry, Math.min(entry.scheduledFor, ...entry.updates.map((each) => each.at)), components, facts),
    status: entry.status,
    impact: 'maintenance',
    monitoring_at: null,
    resolved_at: ended === null ? null : iso(ended),
    incident_updates: updatesOf(entry),
    scheduled_for: iso(entry.scheduledFor),
    scheduled_until: iso(entry.scheduledUntil),
  };
}

type Entry = PublishedIncident | PublishedMaintenance;

function common(entry: Entry, begun: number, components: z.infer<typeof component>[], facts: PageFacts) {
  return {
    id: entry.id,
    name: entry.title,
    created_at: iso(begun),
    updated_at: iso(lastChange(entry)),
    shortlink: `${facts.url}/incidents/${encodeURIComponent(entry.id)}`,
    started_at: iso('startedAt' in entry ? entry.startedAt : entry.scheduledFor),
    page_id: PAGE_ID,
    components: components.filter((each) => entry.components.includes(each.id)),
    reminder_intervals: null,
  };
}

/** An update's id is made of its moment, so that one that is added never renames another: subscribers would hear it twice. */
function updatesOf<Status extends string>(entry: { id: string; updates: { at: number; status: Status; body: string }[] }) {
  return entry.updates.map((each, index) => ({
    id: `${entry.id}-${each.at.toString(36)}-${entry.updates.slice(index).filter((other) => other.at === each.at).length}`,
    status: each.status,
    body: each.body,
    incident_id: entry.id,
    created_at: iso(each.at),
    updated_at: iso(each.at),
    display_at: iso(each.at),
    affected_components: null,
    deliver_notifications: true,
    custom_tweet: null,
    tweet_id: null,
  }));
}

/** Epoch ms of the newest thing said of it. */
export function lastChange(entry: Entry): number {
  // What is only planned has not changed at its planned time.
  const own = 'startedAt' in entry ? [entry.startedAt, entry.resolvedAt ?? 0] : [];
  return Math.max(0, ...own, ...entry.updates.map((each) => each.at)) || ('scheduledFor' in entry ? entry.scheduledFor : 0);
}
