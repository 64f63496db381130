/** The one collection: incidents, a Markdown file each, checked at every build. */
import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import { incident } from './incident.ts';

export const collections = {
  incidents: defineCollection({ loader: glob({ base: './src/content/incidents', pattern: '*.md' }), schema: incident }),
};
