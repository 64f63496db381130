/** Where the time of turns went, for the operator: lists, one trace as JSON or as a page, what is needed to compare and to rank. */
import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Complaint, StoredTrace, TraceReport } from '@halfsecond/shared/trace';
import { Refusal, epoch } from './guard.ts';

export type TraceParts = {
  get(id: string): Promise<StoredTrace | null>;
  list(query: { slowest: number; since: number }): StoredTrace[];
  report(): TraceReport;
  complaints(): Complaint[];
  /** Figures of the turns of a day or a version; see trace/days.ts. */
  samples(which: string): (number | null)[][];
  names(): { day: string; version: string; turns: number }[];
  /** The hops that the numbers of `samples` stand for. */
  hops: readonly string[];
  /** A whole HTML document, its one style sheet apart, so that its hash can be allowed. */
  page(trace: StoredTrace): { html: string; style: string };
  links: { make(traceId: string): string; open(traceId: string, token: string): boolean };
};

/** Whether the request carries a link's token for the trace that it asks for; the token is used up. */
export function opensTrace(c: Context, { links }: TraceParts): boolean {
  const token = c.req.query('once');
  const id = /\/traces\/([0-9a-f]{32})$/.exec(c.req.path)?.[1];
  return c.req.method === 'GET' && token !== undefined && id !== undefined && links.open(id, token);
}

export function traceRoutes(parts: TraceParts): Hono {
  const app = new Hono();
  const find = async (id: string): Promise<StoredTrace> => {
    const trace = await parts.get(id);
    if (!trace) throw new Refusal(404, 'trace_unknown', 'There is no such trace.');
    return trace;
  };

  // The first one's fields stand at the top, so that one trace reads the same by whatever question it was found.
  app.get('/', (c) => {
    const since = c.req.query('since');
    const slowest = Number(c.req.query('slowest') ?? 0);
    if (!Number.isSafeInteger(slowest) || slowest < 0) throw new Refusal(400, 'bad_request', 'slowest: expected how many.');
    const traces = parts.list({ slowest, since: since === undefined ? 0 : epoch(since) });
    return c.json({ ...traces[0], traces });
  });
  app.get('/report', (c) => c.json(parts.report()));
  app.get('/complaints', (c) => c.json({ complaints: parts.complaints() }));
  app.get('/samples', (c) => {
    const which = c.req.query('of') ?? '';
    return c.json({ hops: parts.hops, rows: parts.samples(which), known: parts.names() });
  });
  app.get('/:id', async (c) => {
    const trace = await find(c.req.param('id'));
    if (!/\btext\/html\b/.test(c.req.header('accept') ?? '')) return c.json(trace);
    const { html, style } = parts.page(trace);
    const hash = createHash('sha256').update(style).digest('base64');
    return c.html(html, 200, {
      'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff',
    });
  });
  /** A path that opens the page once, without the key. */
  app.post('/:id/link', async (c) => {
    const { traceId } = await find(c.req.param('id'));
    return c.json({ path: `/admin/traces/${traceId}?once=${parts.links.make(traceId)}` });
  });
  return app;
}
