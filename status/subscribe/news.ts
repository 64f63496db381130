/** What is new in the published incidents: each update becomes one event, told once and for all. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { incidentStatus, maintenanceStatus } from '@halfsecond/shared/status';
import type { Book } from './book.ts';

/** What was said longer ago than this is history, not news (ms): a written-up incident of last month wakes nobody. */
const NEWS_MS = 86_400_000;

const update = z.looseObject({ id: z.string(), status: z.enum([...incidentStatus.options, ...maintenanceStatus.options]), body: z.string(), display_at: z.iso.datetime() });
const incident = z.looseObject({ id: z.string(), name: z.string(), impact: z.string(), shortlink: z.string(), incident_updates: z.array(update) });
/** One update as subscribers get it; `data.incident` has Statuspage's shape. */
export type Notice = {
  type: 'incident.updated' | 'maintenance.updated';
  at: string;
  data: { page: string; link: string; update: z.infer<typeof update>; incident: Omit<z.infer<typeof incident>, 'incident_updates'> };
};

const published = z.union([
  z.object({ incidents: z.array(incident) }).transform((value) => value.incidents),
  z.object({ scheduled_maintenances: z.array(incident) }).transform((value) => value.scheduled_maintenances),
]);
const sources = ['incidents.json', 'scheduled-maintenances.json'];

/** A function that notes what is new since the last call. @param folder the public one. @throws when a file cannot be read or the book not be written */
export function createNews(folder: string, url: string, book: Book): (now: number) => void {
  const seen = new Map<string, string>();
  return (now) => {
    const first = !book.begun();
    const events = sources.flatMap((name) => {
      const path = join(folder, 'api', 'v2', name);
      const found = statSync(path, { throwIfNoEntry: false });
      const key = found ? `${found.ino}:${found.mtimeMs}` : '';
      if (!found || seen.get(name) === key) return [];
      const read = published.parse(JSON.parse(readFileSync(path, 'utf8')));
      seen.set(name, key);
      return read.flatMap((entry) => entry.incident_updates.map((said) => ({ entry, said })).toReversed());
    }).map(({ entry, said }) => ({ id: said.id, payload: first || now - Date.parse(said.display_at) > NEWS_MS ? null : JSON.stringify(noticeOf(entry, said, url)) }));
    // An empty book is begun even when there is nothing to tell yet, or the first incident ever would be taken for an old one.
    if (events.length > 0 || first) book.tell(first ? [...events, { id: 'begun', payload: null }] : events, now);
  };
}

function noticeOf(entry: z.infer<typeof incident>, said: z.infer<typeof update>, url: string): Notice {
  const { incident_updates: _, ...rest } = entry;
  return {
    type: entry.impact === 'maintenance' ? 'maintenance.updated' : 'incident.updated',
    at: said.display_at,
    data: { page: url, link: entry.shortlink, update: said, incident: rest },
  };
}
