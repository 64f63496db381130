/** The incidents of the collection as pages want them: newest first, with their Markdown bodies at hand. */
import { getCollection, type CollectionEntry } from 'astro:content';
import { publish, type PublishedIncident } from './incident.ts';

export type Listed = { entry: CollectionEntry<'incidents'>; published: PublishedIncident };

export async function allIncidents(): Promise<Listed[]> {
  const entries: CollectionEntry<'incidents'>[] = await getCollection('incidents');
  return entries
    .map((entry: CollectionEntry<'incidents'>): Listed => ({ entry, published: publish(entry.id, entry.data) }))
    .toSorted((a: Listed, b: Listed) => b.published.startedAt - a.published.startedAt);
}

/** "12 min", "3 h 5 min": how long an incident lasted. */
export function lasted(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** UTC for the page as built; the script moves it to the reader's zone. */
export function moment(at: number): { iso: string; shown: string; title: string } {
  const iso = new Date(at).toISOString();
  return { iso, shown: `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`, title: `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC` };
}
