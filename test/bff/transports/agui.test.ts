/** AG-UI 1.0 over a real socket: the protocol's own client and schemas read it, and a cut answer is never a success. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { HttpAgent } from '@ag-ui/client';
import type { BaseEvent } from '@ag-ui/client';
import { EventSchemas } from '@ag-ui/core/schemas';
import { createRun } from '@halfsecond/bff/gateway/agui-events.ts';
import type { Layers } from '@halfsecond/bff/layers';
import { ORIGIN, bffFor, session } from '../harness.ts';
import { ANSWER, TOOL, place, plain, withTool } from './setup.ts';
import type { Place } from './setup.ts';

let here: Place;
before(async () => {
  here = await place();
});
after(() => here.stop());
beforeEach(() => here.fake.set(plain));

const user = (content: string, id = `u-${Math.random().toString(36).slice(2)}`) => ({ id, role: 'user' as const, content });
function agentFor(threadId: string, { url, headers }: { url: string; headers: Record<string, string> }, content = 'How many seats has the plan?'): HttpAgent {
  return new HttpAgent({ url: `${url}/agui`, threadId, headers, initialMessages: [user(content)] });
}
/** Runs to the end; every event as the client took it. */
async function run(agent: HttpAgent, forwardedProps: Record<string, unknown> = {}) {
  const events: (BaseEvent & Record<string, unknown>)[] = [];
  const result = await agent.runAgent({ forwardedProps }, { onEvent: ({ event }) => void events.push(event as BaseEvent & Record<string, unknown>) });
  return { events, types: events.map(({ type }) => String(type)), ...result };
}

test('the client runs it: thought, tool call with its result, text, and the run ends once', async () => {
  here.fake.set(withTool());
  const agent = agentFor('run', { url: here.bff.url, headers: here.headers });
  const { types, newMessages, events } = await run(agent);
  assert.equal(types[0], 'RUN_STARTED');
  assert.equal(types.at(-1), 'RUN_FINISHED');
  assert.equal(types.filter((type) => type.startsWith('RUN_')).length, 2);
  assert.deepEqual((events.at(-1) as { outcome?: unknown }).outcome, { type: 'success' });
  assert.equal((events.at(-1) as unknown as { usage: { model: string }[] }).usage[0]?.model, 'house');
  assert.equal(newMessages.filter(({ role }) => role === 'assistant').at(-1)?.content, ANSWER);
  const call = newMessages.flatMap((message) => (message.role === 'assistant' ? (message.toolCalls ?? []) : [])).at(0);
  assert.deepEqual([call?.function.name, JSON.parse(call?.function.arguments ?? '')], [TOOL, { query: 'seats' }]);
  assert.ok(newMessages.some((message) => message.role === 'tool' && message.toolCallId === call?.id));
  assert.ok(newMessages.some(({ role }) => role === 'reasoning'));
  assert.ok(events.some(({ type, name }) => type === 'CUSTOM' && name === 'status'));

  here.fake.set(plain);
  agent.addMessage(user('And the price?'));
  assert.equal((await run(agent)).newMessages.at(-1)?.content, ANSWER);
});

test('on the wire: LF only, no [DONE], every event fits the 1.0 schemas', async () => {
  here.fake.set(withTool());
  const response = await fetch(`${here.bff.url}/agui`, {
    method: 'POST', headers: { origin: ORIGIN, 'content-type': 'application/json' },
    body: JSON.stringify({ threadId: 'wire', runId: 'r1', messages: [user('Hi there')], tools: [], context: [], state: {}, forwardedProps: { token: here.token } }),
  });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN);
  assert.equal(response.headers.get('x-vercel-ai-ui-message-stream'), null);
  const text = await response.text();
  assert.doesNotMatch(text, /\[DONE\]|\r/);
  for (const block of text.trim().split('\n\n')) {
    if (block.startsWith(':')) continue;
    const parsed = EventSchemas.safeParse(JSON.parse(block.replace(/^data: /, '')));
    assert.ok(parsed.success, block);
  }
});

test('the same message again is answered again, in place of the answer before', async () => {
  const agent = agentFor('again', { url: here.bff.url, headers: here.headers });
  const [asked] = agent.messages;
  await run(agent);
  here.fake.set({ text: 'Another answer.' });
  agent.setMessages(asked ? [asked] : []);
  assert.equal((await run(agent)).newMessages.at(-1)?.content, 'Another answer.');
  const { messages } = (await (await fetch(`${here.bff.url}/api/chat/again`, { headers: here.headers })).json()) as { messages: unknown[] };
  assert.equal(messages.length, 2);
});

test('stopped by the visitor is cancelled: neither a success nor an error', async () => {
  here.fake.set({ fault: 'endless', tokensPerSecond: 100 });
  const begun = here.fake.next();
  const running = run(agentFor('stop', { url: here.bff.url, headers: here.headers }));
  await begun;
  await fetch(`${here.bff.url}/api/chat/stop/stop`, { method: 'POST', headers: here.headers });
  const { events } = await running;
  assert.equal(String(events.at(-1)?.type), 'RUN_FINISHED');
  assert.deepEqual(events.at(-1)?.['outcome'], { type: 'cancelled' });
});

test('a failed and a truncated answer are RUN_ERROR, whatever was said before', async () => {
  const failing: Layers['route'] = async function* () {
    yield { type: 'model', provider: 'p', model: 'm', fallback: false, reason: 'test' };
    yield { type: 'text', text: 'Half an ans' };
    yield { type: 'fail', code: 'cut' };
  };
  const bff = await bffFor({ memory: { enabled: false } }, { replace: { route: failing } });
  try {
    const { token } = await session(bff);
    const events: BaseEvent[] = [];
    const agent = agentFor('cut', { url: bff.url, headers: { authorization: `Bearer ${token}` } });
    await agent.runAgent({}, { onEvent: ({ event }) => void events.push(event) }).catch((error: unknown) => assert.match(String(error), /cut/));
    const types = events.map(({ type }) => String(type));
    assert.ok(types.includes('TEXT_MESSAGE_CONTENT'));
    assert.equal(types.at(-1), 'RUN_ERROR');
    assert.equal((events.at(-1) as { code?: string }).code, 'cut');
  } finally {
    await bff.stop();
  }
  // A stream that is over without any ending of the answer, which no turn should make.
  const encode = createRun('t', 'r', 'm');
  const said = [
    ...encode({ type: 'start', messageId: 'm', messageMetadata: { traceId: 'x', chatId: 't' } }),
    ...encode({ type: 'text-start', id: 'text-1' }), ...encode({ type: 'text-delta', id: 'text-1', delta: 'Half' }), ...encode(null), ...encode(null),
  ].map(({ type }) => type);
  assert.deepEqual(said, ['RUN_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'RUN_ERROR']);
});

test('refusals come as HTTP, with a code and no run', async () => {
  const cases: [object, Record<string, string>, number, string][] = [
    [{ threadId: 't', runId: 'r', messages: [user('hi')] }, {}, 401, 'token_missing'],
    [{ threadId: 't', runId: 'r', messages: [user('hi')], forwardedProps: { token: 'x' } }, {}, 401, 'token_invalid'],
    [{ threadId: 't', runId: 'r', messages: [user('hi')] }, { ...here.headers, origin: 'http://evil.example' }, 403, 'origin_not_allowed'],
    [{ threadId: 't', runId: 'r', messages: [] }, here.headers, 400, 'bad_request'],
    [{ threadId: 't', runId: 'r', messages: [{ id: 'a', role: 'assistant', content: 'I said' }] }, here.headers, 400, 'bad_request'],
    [{ threadId: 'no spaces', runId: 'r', messages: [user('hi')] }, here.headers, 400, 'bad_request'],
    [{ threadId: 't', messages: [user('hi')] }, here.headers, 400, 'bad_request'],
    [{ threadId: 't', runId: 'r', messages: [user('x'.repeat(20_000))] }, here.headers, 413, 'message_too_long'],
  ];
  for (const [body, headers, status, code] of cases) {
    const response = await fetch(`${here.bff.url}/agui`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
    assert.deepEqual([response.status, ((await response.json()) as { error: { code: string } }).error.code], [status, code]);
  }
  await assert.rejects(run(agentFor('refused', { url: here.bff.url, headers: {} })), /HTTP 401.*token_missing/);
});
