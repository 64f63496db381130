/** HTTP tools against real servers: one signed address, an OpenAPI document, and what servers do wrong. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Webhook } from 'standardwebhooks';
import type { ToolPart, ToolSource } from '@halfsecond/bff/layers.ts';
import { operationsOf, requestOf } from '@halfsecond/bff/tools/http/openapi.ts';
import { signatureOf } from '@halfsecond/bff/tools/http/sign.ts';
import { agentWith, all, callOf, contextWith, never, toolsFor, until } from './setup.ts';

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };
type Http = Extract<ToolSource, { kind: 'http' }>;

async function serve(t: TestContext, answer: (seen: Seen, response: ServerResponse) => void): Promise<{ url: string; place: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      seen.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  }));
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${place}`, place, seen };
}
const json = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void => void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
const http = (url: string, place: string, more: Partial<Http> = {}): Http => ({ kind: 'http', url, timeout: 1_000, longest: 5_000, allow: [place], triggers: [], ...more });
const outputOf = (part: ToolPart | undefined): unknown => (part?.type === 'output' ? part.output : part);
const codeOf = (part: ToolPart | undefined): string => (part?.type === 'error' ? part.code : `no error but ${JSON.stringify(part)}`);

test('one address: signed as Standard Webhooks has it, with a key that makes a second try harmless', async (t) => {
  const { url, place, seen } = await serve(t, (_request, response) => json(response, { order: 7, state: 'sent' }));
  const secret = `whsec_${Buffer.from('twenty-four bytes of it!').toString('base64')}`;
  const { tools } = toolsFor(t, { crm: http(`${url}/hook`, place, { secret, title: 'Orders', schema: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] } }) });
  const run = async (id: string, input: unknown) => (await all(tools.run([callOf('crm.call', input, id)], contextWith('crm.*'), never))).at(-1);
  assert.deepEqual(outputOf(await run('c1', { id: 7 })), { order: 7, state: 'sent' });
  await run('c1', { id: 7 });
  await run('c2', { id: 7 });
  assert.equal(codeOf(await run('c3', { id: 'seven' })), 'bad-arguments');
  const [first, again, other] = seen;
  assert.ok(first && again && other);
  assert.equal(first.method, 'POST');
  const told = new Webhook(secret).verify(first.body, first.headers as Record<string, string>) as { type: string; data: Record<string, unknown> };
  assert.deepEqual([told.type, told.data['tool'], told.data['input'], told.data['visitor']], ['tool.call', 'crm.call', { id: 7 }, 'v']);
  assert.equal(first.headers['idempotency-key'], again.headers['idempotency-key']);
  assert.equal(first.headers['idempotency-key'], first.headers['webhook-id']);
  assert.notEqual(first.headers['idempotency-key'], other.headers['idempotency-key']);
  assert.throws(() => new Webhook(secret).verify(`${first.body} `, first.headers as Record<string, string>));
  assert.equal(seen.length, 3, 'what does not fit is never sent');
  assert.match(signatureOf('plain words', 'msg_1', 1, '{}')['webhook-signature'] ?? '', /^v1,/);
});

test('without its place on the list an address inside is never reached', async (t) => {
  const { url, seen } = await serve(t, (_request, response) => json(response, {}));
  const { tools } = toolsFor(t, { crm: http(`${url}/hook`, 'crm.internal:8443') });
  assert.equal(codeOf((await all(tools.run([callOf('crm.call')], contextWith('crm.*'), never))).at(-1)), 'forbidden');
  assert.equal(seen.length, 0);
});

test('what a server does wrong is a named failure without its address', async (t) => {
  const { url, place } = await serve(t, ({ url: path }, response) => {
    if (path === '/hang') return;
    if (path === '/cut') response.writeHead(200, { 'content-length': '100' }).write('x', () => response.destroy());
    else if (path === '/large') response.end('x'.repeat(300_000));
    else if (path === '/wide') json(response, 'x'.repeat(100_000));
    else if (path === '/elsewhere') response.writeHead(307, { location: 'http://169.254.169.254/' }).end();
    else if (path === '/broken') response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":');
    else if (path === '/refused') response.writeHead(422).end('no such order');
    else if (path === '/down') response.writeHead(503).end('stack trace');
    else if (path === '/endless') setInterval(() => response.write('x'), 20).unref();
    else if (path === '/empty') response.writeHead(204).end();
    else json(response, { fine: true }, { 'cache-control': 'max-age=60' });
  });
  const wrong: Record<string, string> = {
    hang: 'timeout', cut: 'failed', large: 'too-large', wide: 'too-large', elsewhere: 'forbidden', broken: 'bad-result', refused: 'tool-error', down: 'failed', endless: 'timeout',
  };
  const sources = Object.fromEntries([...Object.keys(wrong), 'empty', 'fine'].map((path) => [path, http(`${url}/${path}`, place, { timeout: 500 })]));
  const { tools } = toolsFor(t, sources);
  const parts = await all(tools.run(Object.keys(sources).map((path) => callOf(`${path}.call`)), contextWith(...Object.keys(sources).map((path) => `${path}.*`)), never));
  const by = (path: string): ToolPart | undefined => parts.find((part) => part.name === `${path}.call` && part.type !== 'progress');
  for (const [path, code] of Object.entries(wrong)) assert.equal(codeOf(by(path)), code, path);
  assert.equal(outputOf(by('empty')), '');
  assert.deepEqual(outputOf(by('fine')), { fine: true });
  assert.ok(parts.every((part) => !JSON.stringify(part).includes(place)), 'nobody learns where it is');
});

const DOCUMENT = {
  openapi: '3.1.0', info: { title: 'Shop', version: '1' }, servers: [{ url: 'http://169.254.169.254/' }],
  paths: {
    '/orders/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      get: { operationId: 'getOrder', summary: 'One order', parameters: [{ name: 'full', in: 'query', schema: { type: 'boolean' } }, { $ref: '#/components/parameters/Tags' }] },
      delete: { operationId: 'cancelOrder', summary: 'Cancels it' },
    },
    '/orders': { post: { operationId: 'newOrder', requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } } } } },
    '/secret': { get: { operationId: 'secret', parameters: [{ name: 'x-key', in: 'header', required: true, schema: { type: 'string' } }] } },
  },
  components: {
    parameters: { Tags: { name: 'tag', in: 'query', schema: { type: 'array', items: { type: 'string' } } } },
    schemas: { Order: { type: 'object', required: ['item'], properties: { item: { type: 'string' }, gift: { type: 'string', nullable: true }, parent: { $ref: '#/components/schemas/Order' } } } },
  },
};

test('an OpenAPI document: operations are tools, arguments go where they belong, and only GET goes without a yes', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-openapi-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'shop.json'), JSON.stringify(DOCUMENT));
  const { url, place, seen } = await serve(t, (request, response) => (request.url === '/shop.json' ? json(response, DOCUMENT) : json(response, { ok: true })));
  for (const openapi of [join(folder, 'shop.json'), `${url}/shop.json`]) {
    const { tools, lines } = toolsFor(t, { shop: http(`${url}/api`, place, { openapi }) });
    await until(() => tools.names().length > 0);
    assert.deepEqual(tools.names(), ['shop.getOrder', 'shop.cancelOrder', 'shop.newOrder']);
    assert.ok(lines.some((line) => line.includes('secret: it needs x-key as a header')));
    const definitions = tools.list(agentWith(['shop.*']));
    assert.deepEqual(definitions.map(({ approval }) => approval ?? false), [false, true, true]);
    seen.length = 0;
    const [part] = await all(tools.run([callOf('shop.getOrder', { id: '../../admin?x=1#y', full: true, tag: ['a', 'b'] })], contextWith('shop.*'), never));
    assert.deepEqual(outputOf(part), { ok: true });
    assert.equal(seen[0]?.url, '/api/orders/..%2F..%2Fadmin%3Fx%3D1%23y?full=true&tag=a&tag=b');
    assert.equal(codeOf((await all(tools.run([callOf('shop.newOrder', { body: { gift: null } })], contextWith('shop.*'), never)))[0]), 'bad-arguments');
    assert.equal((await all(tools.run([callOf('shop.newOrder', { body: { item: 'x', gift: null } })], contextWith('shop.*'), never)))[0]?.type, 'approval');
  }
  assert.throws(() => operationsOf({ swagger: '2.0' }), /no paths/);
  const dots = requestOf('http://a.example/api/', { method: 'GET', path: '/x/{id}/y', places: {} }, { id: '..' });
  assert.ok(dots.url.pathname.startsWith('/api/x/'), dots.url.pathname);
});
