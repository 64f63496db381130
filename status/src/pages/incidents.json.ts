/** What the collector reads of the build; it is published too, because it is true. */
import type { APIRoute } from 'astro';
import { allIncidents } from '../incidents.ts';

export const GET: APIRoute = async () => Response.json((await allIncidents()).map((each) => each.published));
