/** The incidents of the collection: newest first, with their Markdown made into markup. */
import { getCollection, type CollectionEntry } from 'astro:content';
import { publish, type PublishedIncident } from './incident.ts';

export type Listed = { published: PublishedIncident; body: string };

export async function allIncidents(): Promise<Listed[]> {
  const entries: CollectionEntry<'incidents'>[] = await getCollection('incidents');
  return entries
    .map((entry: CollectionEntry<'incidents'>): Listed => ({ published: publish(entry.id, entry.data), body: entry.rendered?.html ?? '' }))
    .toSorted((a: Listed, b: Listed) => b.published.startedAt - a.published.startedAt);
}
