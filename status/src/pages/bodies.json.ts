/** What people wrote under the front matter, as markup by the incident's id: read by the collector, not published. */
import type { APIRoute } from 'astro';
import { allIncidents } from '../incidents.ts';

export const GET: APIRoute = async () => Response.json(Object.fromEntries((await allIncidents()).map((each) => [each.published.id, each.body])));
