/** The collections: incidents and planned maintenance, a Markdown file each, checked at every build. */
import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import { incident, maintenance } from './incident.ts';

export const collections = {
  incidents: defineCollection({ loader: glob({ base: './src/content/incidents', pattern: '*.md' }), schema: incident }),
  maintenance: defineCollection({ loader: glob({ base: './src/content/maintenance', pattern: '*.md' }), schema: maintenance }),
};
