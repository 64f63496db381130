/** OpenTelemetry over OTLP: what a collector is sent, and that one which is slow, ill or gone costs no turn anything. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import * as z from 'zod/mini';
import { createExporter } from '@halfsecond/bff/trace/export.ts';
import { exportTarget } from '@halfsecond/bff/trace/target.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake } from '../../fakes/server.ts';
import { ask, bffFor, session } from '../harness.ts';

/** The parts of OTLP's JSON that a collector insists on. */
const nano = z.string().check(z.regex(/^\d{19}$/));
const whole = z.string().check(z.regex(/^\d+$/));
const value = z.union([z.strictObject({ stringValue: z.string() }), z.strictObject({ intValue: z.string().check(z.regex(/^-?\d+$/)) }), z.strictObject({ doubleValue: z.number() }), z.strictObject({ boolValue: z.boolean() })]);
const attributes = z.array(z.strictObject({ key: z.string(), value }));
const span = z.strictObject({
  traceId: z.string().check(z.regex(/^[0-9a-f]{32}$/)), spanId: z.string().check(z.regex(/^[0-9a-f]{16}$/)), parentSpanId: z.optional(z.string().check(z.regex(/^[0-9a-f]{16}$/))),
  name: z.string(), kind: z.int(), startTimeUnixNano: nano, endTimeUnixNano: nano, attributes, status: z.strictObject({ code: z.int() }),
});
const scope = z.object({ name: z.string() });
const resource = z.strictObject({ attributes });
const traces = z.strictObject({ resourceSpans: z.array(z.strictObject({ resource, scopeSpans: z.array(z.strictObject({ scope, spans: z.array(span) })) })) });
const point = { startTimeUnixNano: nano, timeUnixNano: nano, attributes };
const metric = z.strictObject({
  name: z.string(), unit: z.string(),
  histogram: z.optional(z.strictObject({ aggregationTemporality: z.literal(2), dataPoints: z.array(z.strictObject({ ...point, count: whole, sum: z.number(), bucketCounts: z.array(whole), explicitBounds: z.array(z.number()) })) })),
  sum: z.optional(z.strictObject({ aggregationTemporality: z.literal(2), isMonotonic: z.literal(true), dataPoints: z.array(z.strictObject({ ...point, asInt: whole })) })),
});
const metrics = z.strictObject({ resourceMetrics: z.array(z.strictObject({ resource, scopeMetrics: z.array(z.strictObject({ scope, metrics: z.array(metric) })) })) });

type Collector = { url: string; spans: z.infer<typeof span>[]; metrics: z.infer<typeof metric>[]; bodies: string[]; headers: IncomingMessage['headers'][]; answer: (response: ServerResponse) => void; close(): Promise<void> };
async function startCollector(): Promise<Collector> {
  const collector: Collector = {
    url: '', spans: [], metrics: [], bodies: [], headers: [], answer: (response) => response.end('{}'),
    close: () => new Promise((done) => {
      server.closeAllConnections();
      server.close(() => done());
    }),
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      collector.bodies.push(text);
      collector.headers.push(request.headers);
      if (request.url === '/v1/traces') collector.spans.push(...traces.parse(JSON.parse(text)).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
      else if (request.url === '/v1/metrics') collector.metrics = metrics.parse(JSON.parse(text)).resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((entry) => entry.metrics));
      collector.answer(response);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return collector;
}

let fake: Fake;
before(async () => {
  fake = await startOpenAI({ text: 'canary-answer in your account.' });
});
after(() => fake.close());
const settings = () => ({
  providers: { house: { kind: 'openai', baseURL: `${fake.url}/v1`, apiKey: 'sk-canary' } },
  models: [{ id: 'mini', provider: 'house', model: 'm', inputPrice: 1, outputPrice: 2 }], limits: { requestsPerMinute: 100_000 },
});

test('a turn arrives as spans below the page\'s own, by the GenAI conventions, without a word of it', async () => {
  const collector = await startCollector();
  const bff = await bffFor(settings(), { env: { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`, OTEL_EXPORTER_OTLP_HEADERS: 'x-team=a%20b,x-other=1', OTEL_BSP_SCHEDULE_DELAY: '2000', OTEL_METRIC_EXPORT_INTERVAL: '60000' } });
  const { token, visitor } = await session(bff);
  const [traceId, page] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  await ask(bff, token, 'otel', 'canary-question?', { traceparent: `00-${traceId}-${page}-01` });
  await fetch(`${bff.url}/api/marks`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify({ token, traceId, keyToSend: 2, sendToFirstByte: 30, firstByteToPaint: 5, total: 37 }) });
  await bff.stop();
  await collector.close();

  const root = collector.spans.find(({ parentSpanId }) => parentSpanId === page);
  assert.equal(root?.kind, 2);
  assert.ok(collector.spans.every((one) => one.traceId === traceId));
  const ids = new Set(collector.spans.map(({ spanId }) => spanId));
  assert.equal(ids.size, collector.spans.length, 'each once');
  for (const one of collector.spans) assert.ok(one === root || ids.has(one.parentSpanId ?? ''), one.name);
  assert.ok(['halfsecond.key', 'halfsecond.network', 'halfsecond.accept', 'halfsecond.recall', 'halfsecond.provider', 'halfsecond.write', 'halfsecond.paint'].every((name) => collector.spans.some((one) => one.name === name && one.parentSpanId === root?.spanId)));
  const chat = collector.spans.find(({ name }) => name === 'chat mini');
  assert.equal(chat?.kind, 3);
  assert.equal(String(fake.requests.at(-1)?.headers['traceparent']), `00-${traceId}-${chat?.spanId}-01`, 'the provider was told the same span');
  const said = Object.fromEntries(chat?.attributes.map(({ key, value: told }) => [key, Object.values(told)[0]]) ?? []);
  assert.equal(said['gen_ai.operation.name'], 'chat');
  assert.equal(said['gen_ai.provider.name'], 'openai');
  assert.equal(said['gen_ai.request.model'], 'mini');
  assert.equal(said['gen_ai.usage.input_tokens'], '12');
  const first = said['gen_ai.response.time_to_first_chunk'];
  assert.ok(typeof first === 'number' && first > 0 && first < 5, String(first));
  const [from, to] = [BigInt(root?.startTimeUnixNano ?? 0), BigInt(root?.endTimeUnixNano ?? 0)];
  assert.ok(to > from && Math.abs(Number(to / 1_000_000n) - Date.now()) < 60_000);

  const names = collector.metrics.map(({ name }) => name);
  for (const name of ['gen_ai.client.operation.duration', 'gen_ai.client.operation.time_to_first_chunk', 'gen_ai.client.token.usage', 'halfsecond.hop.duration', 'halfsecond.turns']) assert.ok(names.includes(name), `${name} in ${names.join()}`);
  for (const { histogram } of collector.metrics) for (const { count, bucketCounts, explicitBounds } of histogram?.dataPoints ?? []) {
    assert.equal(bucketCounts.length, explicitBounds.length + 1);
    assert.equal(bucketCounts.reduce((sum, one) => sum + Number(one), 0), Number(count));
  }
  for (const secret of ['canary-question', 'canary-answer', 'sk-canary', visitor, token]) assert.equal(collector.bodies.join().includes(secret), false, secret);
  assert.equal(collector.headers[0]?.['x-team'], 'a b');
});

test('a collector that is gone, hangs or says no: turns do not notice, and the log says it once', async () => {
  const collector = await startCollector();
  for (const ill of ['gone', 'hangs', 'says no'] as const) {
    collector.answer = (response) => (ill === 'hangs' ? undefined : response.writeHead(503, { 'retry-after': '1' }).end());
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: ill === 'gone' ? 'http://127.0.0.1:9' : collector.url, OTEL_BSP_SCHEDULE_DELAY: '1' };
    const bff = await bffFor(settings(), { env });
    const { token } = await session(bff);
    for (let at = 0; at < 10; at += 1) {
      const all = await ask(bff, token, `c${at}`, 'Hello?');
      assert.equal(all.at(-1)?.data, '[DONE]');
    }
    const from = performance.now();
    await bff.stop();
    assert.ok(performance.now() - from < 6_000, `${ill}: it took ${performance.now() - from} ms to stop`);
    assert.ok(bff.logs.filter((line) => /collector does not take/.test(line)).length <= 1, bff.logs.join('\n'));
    if (ill !== 'hangs') assert.equal(bff.logs.filter((line) => /collector does not take/.test(line)).length, 1, ill);
  }
  await collector.close();
});

test('what waits is bounded, and what is dropped is counted', async () => {
  const target = exportTarget({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  assert.ok(target);
  const exporter = createExporter(target, { version: 'v', kinds: new Map(), latest: () => null, log: () => undefined });
  const owner = { site: 's', visitor: 'v', chat: 'c', identified: false };
  const question = { id: 'i', traceId: 'a'.repeat(32), owner, messageId: 'm', text: '', lang: 'en', recent: [], dataClass: 'public' as const, agent: null, resetStep: false, arrivedAt: 0 };
  const timing = { queue: 0, dispatch: 0, memory: 0, route: 0, provider: 0, tools: 0, gateway: 0, firstToken: null, total: 0 };
  for (let at = 0; at < 5_000; at += 1) {
    exporter.turn({
      question, outcome: 'ok', code: null, text: '', agent: null, sources: [], handoff: null, handoffTold: false, dataClass: 'public', model: null, provider: null, fallback: false,
      usage: { inputTokens: 0, outputTokens: 0 }, cost: 0, timing, left: { told: null, token: null }, spans: [], attempts: [], tools: [], waiting: null,
    });
  }
  assert.equal(exporter.dropped(), 5_000 - 2_048);
  await exporter.close();
  assert.equal(exporter.dropped(), 5_000, 'what is left at the end is counted, too');
});

test('without an endpoint there is no target, and nothing is loaded', () => {
  assert.equal(exportTarget({}), null);
  assert.equal(exportTarget({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' }), null);
  assert.deepEqual(exportTarget({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x:4318/' })?.traces, 'http://x:4318/v1/traces');
});
