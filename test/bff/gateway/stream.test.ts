/** The stream as a client sees it: acknowledgement first, ids that grow, resume without loss, stop, one ending. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readUIMessageStream, DefaultChatTransport } from 'ai';
import type { UIMessageChunk } from 'ai';
import { streamEvent } from '@halfsecond/shared/wire';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake } from '../../fakes/server.ts';
import { ORIGIN, ask, bffFor, eventsOf, post, received, session, textOf } from '../harness.ts';
import type { Received, TestBff } from '../harness.ts';

const ANSWER = 'Our answer has **several** words, an umlaut ü, and a 👍 to cut through.';
let fake: Fake;
let bff: TestBff;
let token: string;

before(async () => {
  fake = await startOpenAI({ text: ANSWER });
  bff = await bffFor({
    providers: { house: { kind: 'openai-compatible', baseURL: `${fake.url}/v1`, apiKey: 'k' } },
    models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 1, outputPrice: 2 }],
    memory: { enabled: false },
    limits: { requestsPerMinute: 100_000 },
  });
  ({ token } = await session(bff));
});
after(async () => {
  await bff.stop();
  await fake.close();
});

const resume = (chat: string, lastId: number, own = token) =>
  fetch(`${bff.url}/api/chat/${chat}/stream`, { headers: { authorization: `Bearer ${own}`, 'last-event-id': String(lastId) } });

test('acknowledges before any work, numbers every event, ends once', async () => {
  fake.set({ text: ANSWER, headersDelay: 60 });
  const response = await post(bff, token, 'shape', 'Hello?');
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.equal(response.headers.get('x-vercel-ai-ui-message-stream'), 'v1');
  assert.equal(response.headers.get('cache-control'), 'no-cache, no-transform');
  assert.equal(response.headers.get('x-accel-buffering'), 'no');
  assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN);
  const asked = fake.requests.length;
  const all: Received[] = [];
  for await (const event of received(response)) {
    all.push(event);
    if (all.length === 2) assert.equal(fake.requests.length, asked, 'the provider was asked before the acknowledgement was out');
  }
  assert.deepEqual(all.slice(0, 2).map(({ data }) => (data === '[DONE]' ? data : data.type)), ['start', 'data-status']);
  assert.equal(eventsOf(all, 'data-status')[0]?.data.state, 'accepted');
  assert.ok(all.every(({ id }, at) => at === 0 || id > (all[at - 1]?.id ?? 0)), 'ids grow');
  assert.equal(textOf(all), ANSWER);
  assert.equal(all.at(-1)?.data, '[DONE]');
  const [finish] = eventsOf(all, 'finish');
  assert.equal(finish?.messageMetadata.model, 'house');
  assert.equal(finish?.messageMetadata.traceId, eventsOf(all, 'start')[0]?.messageMetadata.traceId);
  assert.ok((finish?.messageMetadata.timing.firstToken ?? 0) >= 50, 'the first token waited for the provider');
  for (const { data } of all) if (data !== '[DONE]') assert.ok(streamEvent.safeParse(data).success, JSON.stringify(data));
  fake.set({ text: ANSWER });
});

test('the AI SDK reads it: its transport checks every chunk, its reader builds the message', async () => {
  const transport = new DefaultChatTransport({ api: `${bff.url}/api/chat`, headers: { origin: ORIGIN }, body: { token } });
  const chunks = await transport.sendMessages({ chatId: 'sdk', messages: [{ id: 'q', role: 'user', parts: [{ type: 'text', text: 'Hello?' }] }], trigger: 'submit-message', messageId: undefined, abortSignal: undefined });
  let text = '';
  let metadata: unknown;
  for await (const message of readUIMessageStream({ stream: chunks as ReadableStream<UIMessageChunk> })) {
    text = message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
    metadata = message.metadata;
  }
  assert.equal(text, ANSWER);
  assert.equal((metadata as { model: string }).model, 'house');
});

test('ids go on growing from one answer of a chat to the next', async () => {
  const first = await ask(bff, token, 'grow', 'One?');
  const second = await ask(bff, token, 'grow', 'Two?');
  assert.ok((second[0]?.id ?? 0) > (first.at(-1)?.id ?? Infinity));
});

test('a client that lost its connection at any event gets exactly the rest', async () => {
  const whole = await ask(bff, token, 'cut', 'Tell me.');
  for (const [at, { id }] of whole.entries()) {
    const rest = await Array.fromAsync(received(await resume('cut', id)));
    assert.deepEqual(rest, whole.slice(at + 1));
  }
});

test('a second reader follows a running answer from its beginning', async () => {
  fake.set({ text: ANSWER, tokensPerSecond: 100 });
  const response = await post(bff, token, 'follow', 'Tell me slowly.');
  const first = received(response);
  await first.next();
  const [one, two] = await Promise.all([Array.fromAsync(first), resume('follow', 0).then((other) => Array.fromAsync(received(other)))]);
  assert.deepEqual(two.slice(1), one);
  fake.set({ text: ANSWER });
});

test('stop ends the answer at once, upstream too, and says so', async () => {
  fake.set({ fault: 'endless', tokensPerSecond: 100 });
  const response = await post(bff, token, 'stop', 'Talk for ever.');
  const all: Received[] = [];
  let stopped: { at: number } | undefined;
  for await (const event of received(response)) {
    all.push(event);
    if (event.data === '[DONE]' || event.data.type !== 'text-delta' || stopped) continue;
    stopped = { at: performance.now() };
    assert.deepEqual(await (await fetch(`${bff.url}/api/chat/stop/stop`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).json(), { stopped: true });
  }
  const left = await fake.requests.at(-1)?.disconnected;
  assert.ok(left !== undefined && stopped && left - stopped.at < 100, 'upstream was left within 100 ms');
  assert.equal(eventsOf(all, 'abort')[0]?.reason, 'stopped');
  assert.equal(eventsOf(all, 'finish').length, 0);
  fake.set({ text: ANSWER });
});

test('a reader that leaves does not end the answer: it is there for whoever comes back', async () => {
  fake.set({ text: ANSWER, tokensPerSecond: 60 });
  const leaving = new AbortController();
  const response = await post(bff, token, 'leave', 'Tell me.', {}, leaving.signal);
  let last = 0;
  await assert.rejects(async () => {
    for await (const { id, data } of received(response)) {
      last = id;
      if (data !== '[DONE]' && data.type === 'text-delta') leaving.abort();
    }
  });
  const rest = await Array.fromAsync(received(await resume('leave', last)));
  assert.equal(eventsOf(rest, 'finish').length, 1);
  const stored = (await (await fetch(`${bff.url}/api/chat/leave`, { headers: { authorization: `Bearer ${token}` } })).json()) as { messages: { role: string; parts: { text: string }[] }[] };
  assert.equal(stored.messages.at(-1)?.parts[0]?.text, ANSWER);
  fake.set({ text: ANSWER });
});

test('every fault of the only provider ends as a fallback answer or an error, never as its own clean finish', async () => {
  for (const fault of ['error', 'cut', 'end', 'malformed', 'nothing', 'html'] as const) {
    fake.set({ text: ANSWER, fault, after: 2 });
    const all = await ask(bff, token, `fault-${fault}`, 'Tell me.');
    const finish = eventsOf(all, 'finish')[0];
    assert.ok(finish ? finish.messageMetadata.provider !== 'house' : eventsOf(all, 'error').length === 1, `${fault}: ${JSON.stringify(all.at(-2))}`);
    assert.equal(all.at(-1)?.data, '[DONE]');
  }
  fake.set({ text: ANSWER });
});
