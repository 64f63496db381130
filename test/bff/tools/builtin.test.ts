/** The two tools that come along: status.check against a real HTTP server, docs.search against a recall function. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Agent, Recall, RecallInput, ToolContext, ToolPart, ToolSource } from '@halfsecond/bff/layers.ts';
import { createDocsSource } from '@halfsecond/bff/tools/builtin/docs.ts';
import { createStatusSource } from '@halfsecond/bff/tools/builtin/status.ts';
import { openTools } from './setup.ts';

const agent: Agent = {
  name: 'a', description: '', topics: [], examples: [], instructions: '', tools: ['status.check', 'docs.search'], dataClass: 'public', quality: 1, identity: false,
};
const context: ToolContext = { site: 'demo', visitor: 'v-secret', chat: 'c', lang: 'en', traceId: 't', agent };
const noRecall: Recall = async () => ({ snippets: [], tokens: 0 });

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  }));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function run(name: string, input: unknown, { url = 'http://127.0.0.1:9', recall = noRecall, timeout = 1_500 } = {}): Promise<ToolPart> {
  const builtin: ToolSource = { kind: 'builtin', timeout, allow: [] };
  const lab = openTools({ status: builtin, docs: builtin }, { builtins: { status: createStatusSource(url), docs: createDocsSource(recall) } });
  try {
    assert.deepEqual(lab.tools.names(), ['status.check', 'docs.search']);
    for await (const part of lab.tools.run([{ id: 'c1', name, input }], context, new AbortController().signal)) return part;
  } finally {
    await lab.close();
  }
  throw new Error('no part came');
}
const codeOf = (part: ToolPart): string => (part.type === 'error' ? part.code : part.type);

const summary = {
  page: { id: 'x' },
  status: { indicator: 'minor', description: 'Partially degraded' },
  components: [{ id: '1', name: 'gateway', status: 'operational' }, { id: '2', name: 'openai', status: 'degraded_performance' }],
};
const models = { models: [{ id: 'gpt-5-mini', provider: 'openai', firstToken: { p50: 310, p95: 900, n: 44 }, reply: { p50: 1_800, p95: 2_600, n: 44 }, window: 1, asOf: 1, state: 'operational' }] };

test('status.check reads both documents of the status host', async (t) => {
  for (const body of [models, models.models]) {
    const url = await serve(t, (request, response) => response.end(JSON.stringify(request.url === '/api/v2/summary.json' ? summary : body)));
    const part = await run('status.check', {}, { url });
    assert.ok(part.type === 'output');
    assert.deepEqual(part.output, {
      indicator: 'minor',
      description: 'Partially degraded',
      components: [{ name: 'gateway', status: 'operational' }, { name: 'openai', status: 'degraded_performance' }],
      models: [{ id: 'gpt-5-mini', state: 'operational', firstTokenP50: 310, firstTokenP95: 900, replyP50: 1_800, samples: 44 }],
    });
  }
});

test('status.check without model figures says so instead of failing', async (t) => {
  const url = await serve(t, (request, response) => {
    if (request.url === '/api/models.json') response.writeHead(500);
    response.end(JSON.stringify(summary));
  });
  const part = await run('status.check', {}, { url });
  assert.ok(part.type === 'output');
  assert.deepEqual((part.output as { models: unknown }).models, null);
});

test('status.check: a host that is away, errs, redirects, floods, lies or hangs becomes an error in words', async (t) => {
  const closed = await run('status.check', {}, { url: 'http://127.0.0.1:9' });
  assert.equal(codeOf(closed), 'unreachable');
  assert.ok(closed.type === 'error' && !/127\.0|ECONN|fetch/.test(closed.message), 'no address in the message');

  const cases: [string, RequestListener][] = [
    ['unreachable', (_request, response) => response.writeHead(503).end('{}')],
    ['unreachable', (request, response) => (request.url === '/elsewhere' ? response.end('{}') : response.writeHead(302, { location: '/elsewhere' }).end())],
    ['unreachable', (_request, response) => response.end('<html>')],
    ['too-large', (_request, response) => response.end(`"${'x'.repeat(300_000)}"`)],
  ];
  for (const [code, listener] of cases) assert.equal(codeOf(await run('status.check', {}, { url: await serve(t, listener) })), code);

  const gone = Promise.withResolvers<void>();
  const hanging = await serve(t, (request, response) => {
    response.write('{');
    request.on('close', () => gone.resolve());
  });
  const late = await run('status.check', {}, { url: hanging, timeout: 150 });
  assert.ok(late.type === 'error' && late.message === 'timed out after 150 ms');
  await gone.promise;
});

test('status.check survives any JSON, and takes no arguments', async (t) => {
  for (const body of ['null', '[]', '7', '{"status":3,"components":{"a":1}}', '{"components":[null,1,{"name":5}],"__proto__":{"status":{"indicator":"none"}}}']) {
    const part = await run('status.check', {}, { url: await serve(t, (_request, response) => response.end(body)) });
    assert.ok(part.type === 'output', body);
    assert.equal((part.output as { indicator: string }).indicator, 'unknown');
  }
  assert.equal(codeOf(await run('status.check', { url: 'http://169.254.169.254/' })), 'bad-arguments');
});

test('docs.search asks for site knowledge only and returns passages with title and address', async () => {
  const asked: RecallInput[] = [];
  const recall: Recall = async (input) => {
    asked.push(input);
    return {
      tokens: 9,
      snippets: [
        { id: 'readme#2', text: 'One tag.', score: 0.9, tokens: 3, at: null, source: { kind: 'knowledge', document: 'readme', title: 'README', heading: 'Install', url: '/docs/README.md#install' } },
        { id: 'turn-1', text: 'what I said', score: 0.8, tokens: 3, at: 1, source: { kind: 'turn', chat: 'c', role: 'user' } },
        { id: 'top#0', text: 'Intro.', score: 0.5, tokens: 3, at: null, source: { kind: 'knowledge', document: 'top', title: 'Top', heading: null, url: null } },
      ],
    };
  };
  const part = await run('docs.search', { query: 'script tag' }, { recall });
  assert.ok(part.type === 'output');
  assert.deepEqual(part.output, [
    { id: 'readme#2', title: 'README: Install', url: '/docs/README.md#install', text: 'One tag.' },
    { id: 'top#0', title: 'Top', url: null, text: 'Intro.' },
  ]);
  assert.deepEqual(asked.map(({ site, visitor, scope, query }) => ({ site, visitor, scope, query })), [{ site: 'demo', visitor: null, scope: 'knowledge', query: 'script tag' }]);
  for (const input of [{}, { query: '' }, { query: 'x'.repeat(16_001) }, { query: 'a', visitor: 'other' }]) assert.equal(codeOf(await run('docs.search', input, { recall })), 'bad-arguments');
  assert.equal(asked.length, 1);
});

test('both tools say in English and German when the builtin answerer should call them', () => {
  for (const { definitions } of [createStatusSource('http://127.0.0.1:9'), createDocsSource(noRecall)]) {
    for (const { title, description, triggers } of definitions) {
      assert.ok(title && description && triggers.length > 5);
      assert.deepEqual(triggers, triggers.map((word) => word.toLowerCase()));
    }
  }
});
