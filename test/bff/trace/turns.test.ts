/** Traces of real turns: what is in them, who may add to them, what is kept, told, shown and erased. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Feed } from '@halfsecond/shared/status';
import type { Complaint, Span, StoredTrace, TraceReport } from '@halfsecond/shared/trace';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake } from '../../fakes/server.ts';
import { SITE, admin, ask, bffFor, eventsOf, post, received, session } from '../harness.ts';
import type { Received, TestBff } from '../harness.ts';

const CANARY = 'canary-7261 of my own words';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
let fake: Fake;
let bff: TestBff;
let token: string;
let visitor: string;
const settings = (more: Record<string, unknown> = {}) => ({
  providers: { house: { kind: 'openai-compatible', baseURL: `${fake.url}/v1`, apiKey: 'sk-canary-key' } },
  models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 1, outputPrice: 2 }],
  agents: [{ name: 'desk', topics: ['invoice'], examples: ['Where is my invoice?'], tools: ['docs.*'] }],
  tools: { docs: { kind: 'builtin' } }, limits: { requestsPerMinute: 100_000 }, ...more,
});
before(async () => {
  fake = await startOpenAI({ text: 'It is in your account.' });
  bff = await bffFor(settings());
  ({ token, visitor } = await session(bff));
});
after(async () => {
  await bff.stop();
  await fake.close();
});

const idOf = (all: Received[]): string => eventsOf(all, 'start')[0]?.messageMetadata.traceId ?? '';
const traceOf = async (id: string, from = bff): Promise<StoredTrace> => (await (await admin(from, 'GET', `/admin/traces/${id}`)).json()) as StoredTrace;
const hops = ({ spans }: StoredTrace): Span[] => spans.filter(({ parent }) => parent === undefined);
const sum = (spans: Span[]): number => spans.reduce((total, { ms }) => total + ms, 0);
const tell = (path: string, body: object, own = token, to = bff) => fetch(`${to.url}${path}`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify({ token: own, ...body }) });
const marksOf = (traceId: string, more: object = {}) => ({ traceId, keyToSend: 2, sendToFirstByte: 20, firstByteToPaint: 30, total: 52, ...more });
const bytesIn = (folder: string): string => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');

test('an attempt is told from connecting to its last byte, a tool by its name, and all hops add up', async () => {
  fake.set([{ calls: [{ name: 'docs_search', input: { query: 'invoice' } }] }, { text: 'Here it is.', headersDelay: 30, firstTokenDelay: 20 }]);
  const trace = await traceOf(idOf(await ask(bff, token, 'parts', 'Where is my invoice?')));
  fake.set({ text: 'It is in your account.' });
  assert.ok(Math.abs(sum(hops(trace)) - trace.total) < 0.01);
  assert.deepEqual(hops(trace).map(({ name }) => name), ['accept', 'queue', 'dispatch', 'recall', 'route', 'provider', 'tool', 'route', 'provider', 'write']);
  assert.ok(trace.spans.some(({ name, parent }) => name === 'tool:docs.search' && trace.spans.find(({ id }) => id === parent)?.name === 'tool'));
  const attempt = trace.spans.findLast(({ name }) => name === 'provider:house');
  const inside = trace.spans.filter(({ parent }) => parent === attempt?.id);
  const ms = (name: string) => inside.find((span) => span.name === name)?.ms ?? -1;
  assert.deepEqual(inside.map(({ name }) => name).filter((name) => name !== 'connect'), ['headers', 'first-content', 'last', 'shape']);
  assert.ok(ms('headers') >= 28 && ms('first-content') >= 18, JSON.stringify(inside));
  assert.ok(Math.abs(sum(inside.filter(({ name }) => name !== 'shape')) - (attempt?.ms ?? 0)) < 0.1);
});

test('the page\'s trace goes on to the provider, as a span that the trace knows', async () => {
  const all = await ask(bff, token, 'parent', 'Hello?', { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` });
  assert.equal(idOf(all), TRACE);
  const [, traceId, span] = String(fake.requests.at(-1)?.headers['traceparent']).split('-');
  assert.equal(traceId, TRACE);
  assert.ok((await traceOf(TRACE)).spans.some(({ id, name }) => id === span && name === 'provider:house'));
});

test('and to a tool behind HTTP, as the span of its call', async () => {
  let told = '';
  const server = createServer((request, response) => {
    told = String(request.headers['traceparent']);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"order":"sent"}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const own = await bffFor(settings({ agents: [{ name: 'desk', topics: ['order'], examples: ['Where is my order?'], tools: ['crm.*'] }], tools: { crm: { kind: 'http', url: `http://${place}/hook`, allow: [place], approval: false } } }));
  try {
    fake.set([{ calls: [{ name: 'crm_call', input: {} }] }, { text: 'It is sent.' }]);
    const trace = await traceOf(idOf(await ask(own, (await session(own)).token, 'tool', 'Where is my order?')), own);
    const [, traceId, span] = told.split('-');
    assert.equal(traceId, trace.traceId);
    assert.ok(trace.spans.some(({ id, name }) => id === span && name === 'tool:crm.call'), `${told} ${JSON.stringify(trace.spans)}`);
  } finally {
    fake.set({ text: 'It is in your account.' });
    await own.stop();
    server.closeAllConnections();
    server.close();
  }
});

test('the status feed says what the trace says', async () => {
  const id = idOf(await ask(bff, token, 'feed', 'Hello?'));
  const trace = await traceOf(id);
  const feed = (await (await fetch(`${bff.url}/status/feed?after=0`, { headers: { authorization: 'Bearer feed-key' } })).json()) as Feed;
  const sample = feed.samples.find(({ traceId }) => traceId === id);
  assert.ok(sample);
  const of = (...names: string[]) => sum(hops(trace).filter(({ name }) => names.includes(name)));
  const { queue, dispatch, memory, route, provider, gateway, total, firstToken } = sample.timing;
  const pairs: [number, number][] = [[queue, of('queue')], [dispatch, of('dispatch')], [memory, of('recall')], [route, of('route')], [provider, of('provider')], [gateway, of('accept', 'write')], [total, trace.total]];
  for (const [said, traced] of pairs) assert.ok(Math.abs(said - traced) <= 0.0051, `${JSON.stringify(sample.timing)} ${JSON.stringify(hops(trace))}`);
  assert.ok(Math.abs((firstToken ?? -1) - (trace.firstToken ?? -2)) < 0.01);
  const attempt = trace.spans.find(({ name }) => name === 'provider:house');
  assert.ok(Math.abs((sample.attempts[0]?.total ?? 0) - (attempt?.ms ?? -1)) < 0.001);
});

test('a browser may tell of a turn that still runs, once, and of no other visitor\'s', async () => {
  fake.set({ text: 'One two three four five six seven eight', tokensPerSecond: 20 });
  const response = await post(bff, token, 'running', 'Slowly, please?');
  let id = '';
  for await (const { data } of received(response)) {
    if (data !== '[DONE]' && data.type === 'start') id = data.messageMetadata.traceId;
    if (data === '[DONE]' || data.type !== 'text-delta' || id === '') continue;
    const stranger = await session(bff);
    assert.equal((await tell('/api/marks', marksOf(id, { keyToSend: 9_000 }), stranger.token)).status, 404);
    assert.equal((await tell('/api/marks', marksOf(id))).status, 204);
    assert.equal((await tell('/api/marks', marksOf(id, { keyToSend: 9_000 }))).status, 204);
  }
  fake.set({ text: 'It is in your account.' });
  const trace = await traceOf(id);
  assert.equal(hops(trace)[0]?.name, 'key');
  assert.equal(hops(trace)[0]?.ms, 2);
  assert.ok(Math.abs(sum(hops(trace)) - trace.total) < 0.01);
});

test('a page that names another visitor\'s trace as its own does not get into it', async () => {
  const own = await traceOf(TRACE);
  const stranger = await session(bff);
  await ask(bff, stranger.token, 'intruder', 'Hello?', { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` });
  assert.equal((await traceOf(TRACE)).chatId, own.chatId);
  assert.equal((await tell('/api/marks', marksOf(TRACE), stranger.token)).status, 404);
});

test('all of it survives a restart: hops of every turn, everything of the slow, the failed and the complained about; and words only where the site allows it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-traces-'));
  try {
    const ids: Record<string, string> = {};
    const more = { route: { firstTokenLimit: 150 } };
    let first = await bffFor(settings(more), { folder });
    const own = await session(first);
    ids['plain'] = idOf(await ask(first, own.token, 'plain', CANARY));
    fake.set({ text: 'Late.', firstTokenDelay: 200 });
    ids['slow'] = idOf(await ask(first, own.token, 'slow', CANARY));
    fake.set({ text: 'It is in your account.' });
    const disliked = await ask(first, own.token, 'disliked', CANARY);
    ids['disliked'] = idOf(disliked);
    assert.equal((await tell('/api/feedback', { chatId: 'disliked', messageId: eventsOf(disliked, 'start')[0]?.messageId, rating: 'down', comment: 'Too <b>slow</b>' }, own.token, first)).status, 204);
    await first.close();
    assert.doesNotMatch(bytesIn(join(folder, 'data', 'traces')), /canary-7261|anon:/);

    first = await bffFor(settings({ ...more, site: { ...SITE, traceText: true } }), { folder });
    const [plain, slow, disliked2] = await Promise.all(['plain', 'slow', 'disliked'].map((name) => traceOf(ids[name] ?? '', first)));
    assert.deepEqual([plain?.full, slow?.full, disliked2?.full], [false, true, true]);
    assert.ok(plain && slow && Math.abs(sum(hops(plain)) - plain.total) < 0.01 && slow.spans.some(({ name }) => name === 'provider:house') && !plain.spans.some(({ parent }) => parent !== undefined));
    const { complaints } = (await (await admin(first, 'GET', '/admin/traces/complaints')).json()) as { complaints: Complaint[] };
    assert.deepEqual(complaints.map(({ comment, trace }) => [comment, trace.traceId]), [['Too <b>slow</b>', ids['disliked']]]);
    fake.set({ text: 'Late again.', firstTokenDelay: 200 });
    const allowed = idOf(await ask(first, own.token, 'allowed', CANARY));
    fake.set({ text: 'It is in your account.' });
    assert.deepEqual((await traceOf(allowed, first)).text, { question: CANARY, answer: 'Late again.' });

    const receipt = await admin(first, 'DELETE', `/admin/memory/visitors/${own.visitor}?site=shop`);
    assert.equal(receipt.status, 200, await receipt.text());
    for (const id of [...Object.values(ids), allowed]) assert.equal((await admin(first, 'GET', `/admin/traces/${id}`)).status, 404);
    await first.close();
    const left = bytesIn(join(folder, 'data', 'traces'));
    for (const trace of [...Object.values(ids), allowed, 'canary-7261', 'disliked']) assert.equal(left.includes(trace), false, `${trace} is left`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('without a disk tracing goes on in memory, and says so once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-nodisk-'));
  try {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'traces'), 'no folder');
    const own = await bffFor(settings(), { folder });
    const { token: mine } = await session(own);
    const id = idOf(await ask(own, mine, 'c', 'Hello?'));
    assert.equal((await traceOf(id, own)).traceId, id);
    await own.close();
    assert.ok(own.logs.filter((line) => /go on in memory/.test(line)).length >= 1, own.logs.join('\n'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a page shows it: as SVG, without script, by the key or once by a link', async () => {
  const all = await ask(bff, token, 'page', 'Hello?');
  const id = idOf(all);
  await tell('/api/feedback', { chatId: 'page', messageId: eventsOf(all, 'start')[0]?.messageId, rating: 'down', comment: '"><script>alert(1)</script>' });
  const open = (query: string, headers: Record<string, string> = {}) => fetch(`${bff.url}/admin/traces/${id}${query}`, { headers: { accept: 'text/html', ...headers } });
  const shown = await open('', { authorization: 'Bearer admin-key' });
  const html = await shown.text();
  assert.match(shown.headers.get('content-type') ?? '', /text\/html/);
  assert.match(shown.headers.get('content-security-policy') ?? '', /default-src 'none'; style-src 'sha256-/);
  assert.match(html, /<svg [\s\S]*provider[\s\S]*<\/svg>/);
  assert.doesNotMatch(html, /<script|style="|onerror=/);
  assert.match(html, /&#60;script&#62;alert/);
  assert.equal((await open('')).status, 401);
  const { path } = (await (await admin(bff, 'POST', `/admin/traces/${id}/link`)).json()) as { path: string };
  assert.equal((await fetch(`${bff.url}${path.replace(id, TRACE)}`, { headers: { accept: 'text/html' } })).status, 401, 'of another trace');
  assert.equal((await fetch(`${bff.url}${path}`, { headers: { accept: 'text/html' } })).status, 200);
  assert.equal((await fetch(`${bff.url}${path}`, { headers: { accept: 'text/html' } })).status, 401, 'the second time');
});

test('the report ranks the hops and names turns to look at', async () => {
  fake.set({ text: 'Late.', firstTokenDelay: 300 });
  const late = idOf(await ask(bff, token, 'late', 'Hello?'));
  fake.set({ text: 'It is in your account.' });
  const report = (await (await admin(bff, 'GET', '/admin/traces/report')).json()) as TraceReport;
  assert.equal(report.hops[0]?.name, 'provider');
  assert.ok(Math.abs(report.hops.reduce((total, { share }) => total + share, 0) - 1) < 0.001);
  assert.ok(report.look.length === 5 && report.look.some(({ trace }) => trace.traceId === late), JSON.stringify(report.look.map(({ why }) => why)));
  assert.equal(report.look[0]?.why, 'a visitor complained');
});

test('the log has one line a turn, by its trace, and nobody\'s words, keys or ids of visitors in it', async (t) => {
  const stderr: string[] = [];
  t.mock.method(console, 'error', (...words: unknown[]) => void stderr.push(words.join(' ')));
  const own = await bffFor(settings({ agents: [] }), { replace: { recall: async () => { throw new Error(`cannot search ${CANARY}`); } } });
  try {
    const { token: mine, visitor: me } = await session(own);
    const good = idOf(await ask(own, mine, 'log', `${CANARY} sk-visitor-secret`));
    for (const knobs of [{ status: 400 }, { status: 401 }, { fault: 'malformed' as const }, { fault: 'error' as const, errorCode: CANARY }, { fault: 'cut' as const, after: 2 }]) {
      fake.set({ text: CANARY, ...knobs });
      await ask(own, mine, 'log', CANARY);
    }
    const lines = own.logs.filter((line) => line.includes(good));
    assert.equal(lines.filter((line) => line.startsWith(`turn=${good} outcome=ok `)).length, 1, lines.join('\n'));
    for (const line of own.logs) assert.doesNotMatch(line, /\n/);
    const said = [...own.logs, ...stderr].join('\n');
    for (const secret of ['canary-7261', 'sk-canary-key', 'sk-visitor-secret', 'admin-key', me, mine]) assert.equal(said.includes(secret), false, `${secret} is in\n${said}`);
  } finally {
    fake.set({ text: 'It is in your account.' });
    await own.stop();
  }
});

test('an erased visitor leaves nothing, also of a turn that runs', async () => {
  fake.set({ text: 'One two three four five six', tokensPerSecond: 20 });
  const response = await post(bff, token, 'erased', 'Slowly?');
  let id = '';
  for await (const { data } of received(response)) {
    if (data !== '[DONE]' && data.type === 'start') id = data.messageMetadata.traceId;
    if (data !== '[DONE]' && data.type === 'text-delta') await admin(bff, 'DELETE', `/admin/memory/visitors/${visitor}?site=shop`);
  }
  fake.set({ text: 'It is in your account.' });
  assert.equal((await admin(bff, 'GET', `/admin/traces/${id}`)).status, 404);
});
