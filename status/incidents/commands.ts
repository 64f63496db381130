/** What people do to incidents: the same for the command line and over HTTP, refused whole when the file would be faulty. */
import { z } from 'zod';
import { impact, incidentStatus, maintenanceStatus } from '@halfsecond/shared/status';
import { addUpdate, change, compose, parseIncident, parseMaintenance } from './file.ts';
import type { Ledger } from './ledger.ts';

/** What a field should have been, said of one that is missing too. */
const expected = (what: string) => ({ error: `expected ${what}` });
const oneOf = <Name extends string>(options: readonly [Name, ...Name[]] | Name[]) => z.enum(options as [Name, ...Name[]], expected(`one of ${options.join(', ')}`));
const name = z.string(expected('the name of its file')).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/, 'expected letters, digits, dots and dashes');
const moment = z.iso.datetime({ offset: true, error: 'expected a time with its zone, such as 2026-05-04T10:20:00Z' });
const text = z.string(expected('a text')).min(1, 'expected a text').max(10_000);
const title = z.string(expected('at least three characters')).min(3, 'expected at least three characters').max(200, 'expected at most 200 characters');
const components = z.array(z.string().min(1), expected('at least one component, such as gateway')).min(1, 'expected at least one component, such as gateway');

export const command = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('new'), id: name.optional(), title, impact: oneOf(impact.options).default('minor'), components, status: oneOf(incidentStatus.options).default('investigating'), message: text.optional(), at: moment.optional() }),
  z.strictObject({ do: z.literal('update'), id: name, message: text, status: oneOf(incidentStatus.options).optional(), impact: oneOf(impact.options).optional(), at: moment.optional() }),
  z.strictObject({ do: z.literal('resolve'), id: name, rootCause: text.optional(), fix: text.optional(), message: text.optional(), followUps: z.array(text).default([]), at: moment.optional() }),
  z.strictObject({ do: z.literal('postmortem'), id: name, body: z.string(expected('a text, from a file')).min(1, 'expected a text, from a file').max(200_000), at: moment.optional() }),
  z.strictObject({ do: z.literal('maintenance'), id: name.optional(), title, from: moment, until: moment, components, message: text.optional() }),
  z.strictObject({ do: z.literal('maintain'), id: name, status: oneOf(maintenanceStatus.options).optional(), message: text.optional(), until: moment.optional(), at: moment.optional() }),
]);
export type Command = z.infer<typeof command>;
/** `faults` are sentences; those on a file name it and the field. Nothing was written then. */
export type Done = { id: string } | { faults: string[] };

/** @param raw a Command as it came from outside */
export function apply(ledger: Ledger, raw: unknown, now: Date): Done {
  const parsed = command.safeParse(raw);
  if (!parsed.success) return { faults: parsed.error.issues.map((issue) => `${issue.path.map(String).join('.') || 'command'}: ${issue.message}`) };
  const wish = parsed.data;
  if (wish.do === 'new') return create(ledger, wish, now);
  if (wish.do === 'maintenance') return plan(ledger, wish, now);
  const kind = wish.do === 'maintain' ? 'maintenance' : 'incidents';
  const before = ledger.text(kind, wish.id);
  if (before === null) return { faults: [`There is no ${kind}/${wish.id}.md.`] };
  try {
    return save(ledger, kind, wish.id, changed(before, wish, now));
  } catch (error) {
    return { faults: [`${kind}/${wish.id}.md: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

type Of<Name extends Command['do']> = Extract<Command, { do: Name }>;

function create(ledger: Ledger, wish: Of<'new'>, now: Date): Done {
  const at = wish.at ? new Date(wish.at) : now;
  const id = wish.id ?? freeName(ledger, 'incidents', at, wish.title);
  if (ledger.text('incidents', id) !== null) return { faults: [`incidents/${id}.md is there already.`] };
  return save(ledger, 'incidents', id, compose({
    title: wish.title, status: wish.status, impact: wish.impact, startedAt: at, components: wish.components,
    updates: [{ at: now, status: wish.status, body: wish.message ?? 'We are looking into it.' }],
  }, ''));
}

function plan(ledger: Ledger, wish: Of<'maintenance'>, now: Date): Done {
  const from = new Date(wish.from);
  const id = wish.id ?? freeName(ledger, 'maintenance', from, wish.title);
  if (ledger.text('maintenance', id) !== null) return { faults: [`maintenance/${id}.md is there already.`] };
  return save(ledger, 'maintenance', id, compose({
    title: wish.title, status: 'scheduled', scheduledFor: from, scheduledUntil: new Date(wish.until), components: wish.components,
    ...(wish.message ? { updates: [{ at: now, status: 'scheduled', body: wish.message }] } : {}),
  }, ''));
}

function changed(before: string, wish: Exclude<Command, { do: 'new' | 'maintenance' }>, now: Date): string {
  const at = 'at' in wish && wish.at ? new Date(wish.at) : now;
  const after = change(before, (front) => {
    if (wish.do === 'update') {
      const status = wish.status ?? String(front.get('status'));
      front.set('status', status);
      if (wish.impact) front.set('impact', wish.impact);
      if (status !== 'resolved' && status !== 'postmortem') front.delete('resolvedAt');
      addUpdate(front, at, status, wish.message);
    } else if (wish.do === 'resolve') {
      front.set('status', 'resolved');
      front.set('resolvedAt', at);
      if (wish.rootCause) front.set('rootCause', wish.rootCause);
      if (wish.fix) front.set('fix', wish.fix);
      for (const each of wish.followUps) {
        const followUp = front.createNode({ text: each, done: false });
        if (front.has('followUps')) front.addIn(['followUps'], followUp);
        else front.set('followUps', front.createNode([followUp]));
      }
      addUpdate(front, at, 'resolved', wish.message ?? 'It is over.');
    } else if (wish.do === 'postmortem') {
      front.set('status', 'postmortem');
      addUpdate(front, at, 'postmortem', 'The postmortem is published.');
    } else {
      if (wish.status) front.set('status', wish.status);
      if (wish.until) front.set('scheduledUntil', new Date(wish.until));
      if (wish.message) addUpdate(front, at, String(front.get('status')), wish.message);
    }
  });
  return wish.do === 'postmortem' ? withBody(after, wish.body) : after;
}

/** The postmortem goes before what stood there: evidence stays. */
function withBody(text: string, body: string): string {
  const end = text.indexOf('\n---\n', 4) + 5;
  return `${text.slice(0, end)}\n${body.trim()}\n${text.slice(end).trim() === '' ? '' : `\n${text.slice(end).trim()}\n`}`;
}

/** Only a file that the build would take is written. */
function save(ledger: Ledger, kind: 'incidents' | 'maintenance', id: string, content: string): Done {
  const parsed = kind === 'incidents' ? parseIncident(id, content) : parseMaintenance(id, content);
  if ('faults' in parsed) return parsed;
  ledger.write(kind, id, content);
  return { id };
}

function freeName(ledger: Ledger, kind: 'incidents' | 'maintenance', at: Date, title: string): string {
  const words = title.toLowerCase().normalize('NFKD').replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '').slice(0, 60);
  const base = `${at.toISOString().slice(0, 10)}-${words || 'incident'}`;
  let free = base;
  for (let next = 2; ledger.text(kind, free) !== null; next += 1) free = `${base}-${next}`;
  return free;
}
