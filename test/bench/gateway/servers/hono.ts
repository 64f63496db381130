/** The usual thin gateway: Hono, fetch, and the provider's body passed on as it is. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { ready } from '../probe.ts';

const [provider = ''] = process.argv.slice(2);
const app = new Hono();
app.post('/v1/chat/completions', async (c) => {
  const answer = await fetch(`${provider}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: await c.req.text(), signal: c.req.raw.signal });
  return new Response(answer.body, { status: answer.status, headers: { 'content-type': answer.headers.get('content-type') ?? '' } });
});

const server = createAdaptorServer({ fetch: app.fetch }) as Server;
server.listen(0, '127.0.0.1', () => ready('hono', (server.address() as AddressInfo).port));
