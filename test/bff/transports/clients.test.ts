/** Real clients over real sockets: three generations of the AI SDK, its Chat class, EventSource, HTTP/2 without TLS. */
import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { connect as dialTcp } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { Chat } from '@ai-sdk/react';
import { DefaultChatTransport, WebSocketChatTransport, readUIMessageStream } from 'ai';
import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai';
import * as ai5 from 'ai-5';
import * as ai6 from 'ai-6';
import { EventSource } from 'eventsource';
import { received, eventsOf } from '../harness.ts';
import type { Received } from '../harness.ts';
import { conformance } from './conformance.ts';
import type { Seen } from './conformance.ts';
import { ANSWER, TOOL, place, plain, post, question, seenOf, truthOf, withTool } from './setup.ts';
import type { Place } from './setup.ts';

let here: Place;
before(async () => {
  here = await place();
});
after(() => here.stop());
beforeEach(() => here.fake.set(plain));

const textOf = (message: { parts: { type: string; text?: string }[] } | undefined) => message?.parts.flatMap(({ type, text }) => (type === 'text' ? [text] : [])).join('') ?? '';
const http = () => new DefaultChatTransport<UIMessage>({ api: `${here.bff.url}/api/chat`, headers: here.headers });
const socket = () => new WebSocketChatTransport<UIMessage>({ url: here.ws, body: { token: here.token } });
const asked = (chatId: string) => ({ chatId, messages: [question()], trigger: 'submit-message' as const, messageId: undefined, abortSignal: undefined });
async function lastOf(stream: ReadableStream<UIMessageChunk>): Promise<UIMessage | undefined> {
  return (await Array.fromAsync(readUIMessageStream({ stream }))).at(-1);
}

test('eventsource-parser reads a stream that conforms, with a thought and a tool in it', async () => {
  here.fake.set(withTool());
  const seen = await seenOf((await post(here, 'conform')).body);
  assert.ok(seen.some(({ data }) => data.includes('tool-output-available')) && seen.some(({ data }) => data.includes('reasoning-delta')));
  assert.deepEqual(conformance(seen, await truthOf(here, 'conform')), []);
});

for (const [name, transport] of [['DefaultChatTransport', http], ['WebSocketChatTransport', socket]] as const) {
  test(`ai 7, ${name}: sends, a second one follows along, and there is nothing to follow afterwards`, async () => {
    here.fake.set(withTool());
    const [first, second] = [transport(), transport()] as [ChatTransport<UIMessage>, ChatTransport<UIMessage>];
    const chat = `seven-${name}`;
    const begun = here.fake.next();
    const stream = await first.sendMessages(asked(chat));
    await begun;
    const follower = await second.reconnectToStream({ chatId: chat });
    assert.ok(follower);
    const [one, two] = await Promise.all([lastOf(stream), lastOf(follower)]);
    assert.equal(textOf(one), ANSWER);
    assert.deepEqual(two, one);
    const tool = one?.parts.find(({ type }) => type === `tool-${TOOL}`);
    assert.equal((tool as { state: string } | undefined)?.state, 'output-available');
    assert.ok(one?.parts.some(({ type }) => type === 'reasoning'));
    assert.equal(await second.reconnectToStream({ chatId: chat }), null);
    first.close?.();
    second.close?.();
  });

  test(`@ai-sdk/react's Chat over ${name}: send, regenerate, stop, resume`, async () => {
    const [mine, theirs] = [transport(), transport()] as [ChatTransport<UIMessage>, ChatTransport<UIMessage>];
    const id = `chat-${name}`;
    const chat = new Chat<UIMessage>({ id, transport: mine });
    await chat.sendMessage({ text: 'How many seats has the plan?' });
    assert.deepEqual([chat.status, textOf(chat.lastMessage)], ['ready', ANSWER]);
    here.fake.set({ text: 'Another answer.' });
    await chat.regenerate();
    assert.deepEqual(chat.messages.map(textOf), ['How many seats has the plan?', 'Another answer.']);

    here.fake.set({ fault: 'endless', tokensPerSecond: 100 });
    const endless = chat.sendMessage({ text: 'Talk for ever.' });
    const request = await here.fake.next();
    const tab = new Chat<UIMessage>({ id, transport: theirs, messages: chat.messages });
    const following = tab.resumeStream();
    await arrival(() => textOf(tab.lastMessage).includes('and so on') && textOf(chat.lastMessage).includes('and so on'));
    await chat.stop();
    // Over HTTP the SDK's stop only leaves; our stop route ends the answer. Over a socket its abort frame is that.
    if (name === 'DefaultChatTransport') await fetch(`${here.bff.url}/api/chat/${id}/stop`, { method: 'POST', headers: here.headers });
    await Promise.all([endless, following, request.disconnected]);
    assert.deepEqual([chat.status, tab.status], ['ready', 'ready']);
    await chat.dispose();
    await tab.dispose();
  });
}

/** An older SDK's transport and reader; its types differ from version to version, the wire does not. */
type Older = {
  send: (chatId: string) => Promise<ReadableStream>;
  resume: (chatId: string) => Promise<ReadableStream | null>;
  read: (stream: ReadableStream) => AsyncIterable<{ parts: { type: string; text?: string; state?: string }[]; metadata?: unknown }>;
};
const older: Record<string, () => Older> = {
  'ai 5': () => {
    const transport = new ai5.DefaultChatTransport<ai5.UIMessage>({ api: `${here.bff.url}/api/chat`, headers: here.headers });
    return { send: (id) => transport.sendMessages(asked(id)), resume: (chatId) => transport.reconnectToStream({ chatId }), read: (stream) => ai5.readUIMessageStream({ stream }) };
  },
  'ai 6': () => {
    const transport = new ai6.DefaultChatTransport<ai6.UIMessage>({ api: `${here.bff.url}/api/chat`, headers: here.headers });
    return { send: (id) => transport.sendMessages(asked(id)), resume: (chatId) => transport.reconnectToStream({ chatId }), read: (stream) => ai6.readUIMessageStream({ stream }) };
  },
};
for (const [name, open] of Object.entries(older)) {
  test(`${name} reads the same stream, and resumes it`, async () => {
    here.fake.set(withTool());
    const chat = name.replace(' ', '-');
    const sdk = open();
    const stream = await sdk.send(chat);
    const follower = await sdk.resume(chat);
    assert.ok(follower);
    const [one, two] = (await Promise.all([Array.fromAsync(sdk.read(stream)), Array.fromAsync(sdk.read(follower))])).map((all) => all.at(-1));
    assert.equal(textOf(one), ANSWER);
    assert.equal(textOf(two), ANSWER);
    assert.equal(one?.parts.find(({ type }) => type === `tool-${TOOL}`)?.state, 'output-available');
    assert.equal((one?.metadata as { model: string } | undefined)?.model, 'house');
    assert.equal(await sdk.resume(chat), null);
  });
}

test('an EventSource that loses its connection again and again gets every event once, by Last-Event-ID', async () => {
  const whole = post(here, 'source').then((response) => Array.fromAsync(received(response)));
  await here.fake.next();
  const mine: Received[] = [];
  const opened: (string | null)[] = [];
  // Each connection is cut after a few hundred bytes, in mid-event.
  const source = new EventSource(`${here.bff.url}/api/chat/source/stream`, {
    fetch: async (url, init) => {
      const headers = new Headers({ ...(init.headers as Record<string, string>), ...here.headers });
      opened.push(headers.get('last-event-id'));
      const response = await fetch(url, { ...init, headers } as RequestInit);
      let left = 700;
      const body = response.body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode('retry: 5\n\n')),
        transform(chunk, controller) {
          controller.enqueue(chunk.subarray(0, left));
          left -= chunk.length;
          if (left <= 0) controller.terminate();
        },
      }));
      return { body: body ?? null, url: response.url, status: response.status, redirected: response.redirected, headers: response.headers };
    },
  });
  await new Promise<void>((done, fail) => {
    source.addEventListener('message', ({ data, lastEventId }: MessageEvent<string>) => {
      mine.push({ id: Number(lastEventId), data: data === '[DONE]' ? data : JSON.parse(data) });
      if (data === '[DONE]') done();
    });
    source.addEventListener('error', ({ code }) => {
      if (source.readyState === EventSource.CLOSED) fail(new Error(`closed for good: ${code}`));
    });
  });
  source.close();
  assert.ok(opened.length > 1 && opened.slice(1).every(Boolean), `reconnected ${opened.length - 1} times`);
  assert.deepEqual(mine, await whole);
});

test('HTTP/2 without TLS on the same port: many streams on one connection, each conforms; leaving one harms no other', async () => {
  here.fake.set(plain);
  const session = connect(here.bff.url);
  const ask = (chat: string) => {
    const request = session.request({ ':method': 'POST', ':path': '/api/chat', 'content-type': 'application/json', authorization: `Bearer ${here.token}` });
    request.end(JSON.stringify({ id: chat, messages: [question()] }));
    return request;
  };
  const chats = ['two-a', 'two-b', 'two-c'];
  const leaving = ask('two-leave');
  const left = await here.fake.next();
  leaving.close();
  const seen = await Promise.all(chats.map((chat) => seenOf(ask(chat))));
  for (const [at, chat] of chats.entries()) assert.deepEqual(conformance(seen[at] ?? [], await truthOf(here, chat)), []);
  assert.equal(left.finished, true, 'the answer that nobody read went on');
  const resumed = session.request({ ':path': '/api/chat/two-a/stream', authorization: `Bearer ${here.token}`, 'last-event-id': String(seen[0]?.[3]?.id) });
  const rest = await seenOf(resumed);
  assert.deepEqual(rest.map(({ id, data }) => ({ id, data })), seen[0]?.slice(4).map(({ id, data }) => ({ id, data })));
  const refused = session.request({ ':path': '/api/chat/two-a/stream' });
  const [status] = await new Promise<[number]>((done) => refused.once('response', (headers) => done([Number(headers[':status'])])));
  assert.equal(status, 401);
  session.close();
});

test('a stream of HTTP/2 that is not read is reset at a bound, the others of its connection are not', async () => {
  here.fake.set({ tokensPerSecond: 2_000, text: `${'x'.repeat(20_000)} `.repeat(900) });
  const session = connect(here.bff.url);
  const ask = (chat: string) => {
    const request = session.request({ ':method': 'POST', ':path': '/api/chat', 'content-type': 'application/json', authorization: `Bearer ${here.token}` });
    request.end(JSON.stringify({ id: chat, messages: [question()] }));
    return request;
  };
  const stuck = ask('two-stuck');
  const reset = new Promise<void>((done) => stuck.once('close', () => done()).on('error', () => undefined));
  const upstream = await here.fake.next();
  here.fake.set(plain);
  const seen = await seenOf(ask('two-unstuck'));
  assert.deepEqual(conformance(seen, await truthOf(here, 'two-unstuck')), []);
  await reset;
  assert.ok(upstream.sent * 20_000 < 4_000_000, `${upstream.sent * 20_000} bytes had been sent by then`);
  await fetch(`${here.bff.url}/api/chat/two-stuck/stop`, { method: 'POST', headers: here.headers });
  await upstream.disconnected;
  session.close();
});

test('a proxy that closes its side is gone, and broken or silent connections harm nobody', async () => {
  const leaving = dialTcp({ port: here.bff.port, host: '127.0.0.1', allowHalfOpen: true });
  const session = connect(here.bff.url, { createConnection: () => leaving });
  await new Promise<void>((done) => session.once('remoteSettings', () => done()));
  leaving.end();
  await new Promise<void>((done) => leaving.once('close', () => done()));
  for (const said of ['', 'P', 'PRI', 'PRI * HTTP/2.0\r\n\r\nno preface at all']) {
    const broken = dialTcp(here.bff.port, '127.0.0.1');
    broken.end(said);
    broken.resume().on('error', () => undefined);
    await new Promise<void>((done) => broken.once('close', () => done()));
  }
  assert.equal((await fetch(`${here.bff.url}/healthz`)).status, 200);
});

test('HTTP/1.1 is told from HTTP/2 by its first bytes, however slowly they come', async () => {
  for (const cut of [1, 2, 3, 10]) {
    const line = 'PUT /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
    const slow = dialTcp(here.bff.port, '127.0.0.1').setNoDelay(true);
    slow.write(line.slice(0, cut));
    await new Promise((done) => setTimeout(done, 10));
    slow.write(line.slice(cut));
    assert.match((await Array.fromAsync(slow.setEncoding('utf8'))).join(''), /^HTTP\/1\.1 404 /);
  }
});

test('the stream has one ending, seen by every reader of it at once', async () => {
  const [one, two]: [Received[], Seen[]] = await Promise.all([
    post(here, 'both').then((response) => Array.fromAsync(received(response))),
    here.fake.next().then(() => fetch(`${here.bff.url}/api/chat/both/stream`, { headers: here.headers })).then((response) => seenOf(response.body)),
  ]);
  assert.equal(eventsOf(one, 'finish').length, 1);
  assert.deepEqual(two.map(({ id }) => Number(id)), one.map(({ id }) => id));
});

/** Until something that a client shows is there; polled, because the clients' classes tell nobody. */
async function arrival(there: () => boolean): Promise<void> {
  while (!there()) await new Promise((done) => setTimeout(done, 5));
}
