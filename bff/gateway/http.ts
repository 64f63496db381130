/** The front door: every route of the bff in one place. */
import { createHmac } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { MiddlewareHandler } from 'hono';
import type { Feed } from '@halfsecond/shared/status';
import type { Gateway } from '../layers.ts';
import { adminRoutes } from './admin.ts';
import type { AdminParts } from './admin.ts';
import { aguiRoutes } from './agui.ts';
import { createAsk } from './ask.ts';
import { assetRoutes } from './assets.ts';
import { chatRoutes } from './chat.ts';
import type { ChatParts } from './chat.ts';
import { Refusal, corsHeaders, refuse, requireKey } from './guard.ts';
import { transcriptRoutes } from './transcript.ts';
import { socketRoutes } from './ws.ts';

export type GatewayParts = ChatParts & {
  admin: AdminParts;
  /** Folder of the built widget. */
  assets: string;
  feed: (after: number) => Feed;
  /** Signs the feed. When the operator set none, `open` lets anyone on this machine read it: it is public anyway. */
  feedKey: { secret: string; open: boolean };
  ready: () => boolean;
  /** Signs links to transcripts. */
  transcriptSecret: string;
  /** Prometheus text. */
  metrics: () => string;
};

export function createGateway(parts: GatewayParts): Gateway {
  return (turn) => {
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.onError(refuse);
    app.notFound((c) => refuse(new Refusal(404, 'not_found', 'There is nothing at this address.'), c));

    app.get('/healthz', (c) => c.json({ ok: true }));
    app.get('/readyz', (c) => (parts.ready() ? c.json({ ready: true }) : c.json({ ready: false }, 503)));
    app.get('/metrics', (c) => c.text(parts.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }));
    app.route('/', assetRoutes(parts.assets));

    const cors: MiddlewareHandler = async (c, next) => {
      const headers = corsHeaders(c.req.header('origin'), parts.sites);
      if (c.req.method === 'OPTIONS') {
        const preflight = { 'access-control-allow-methods': 'GET, POST', 'access-control-allow-headers': 'authorization, content-type, last-event-id', 'access-control-max-age': '7200' };
        return c.body(null, 204, { ...headers, ...preflight });
      }
      for (const [name, value] of Object.entries(headers)) c.header(name, value);
      return next();
    };
    const ask = createAsk(turn, parts);
    app.use('/api/*', cors);
    app.route('/api', chatRoutes(ask, parts));
    app.route('/api', socketRoutes(ask, parts));
    app.use('/agui', cors);
    app.route('/agui', aguiRoutes(ask, parts));
    app.route('/admin', adminRoutes(parts.admin));
    app.route('/transcript', transcriptRoutes(parts.transcriptSecret, parts.conversations));

    app.get('/status/feed', (c) => {
      if (!parts.feedKey.open) requireKey(c, parts.feedKey.secret, 'status feed key');
      const after = Number(c.req.query('after') ?? 0);
      if (!Number.isSafeInteger(after) || after < 0) throw new Refusal(400, 'bad_request', 'after: expected a sequence number.');
      const body = JSON.stringify(parts.feed(after));
      const signature = createHmac('sha256', parts.feedKey.secret).update(body).digest('hex');
      return c.body(body, 200, { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-halfsecond-signature': `sha256=${signature}` });
    });
    return (request, connection) => app.fetch(request, connection as HttpBindings);
  };
}
