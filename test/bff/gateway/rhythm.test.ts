/** Rhythm: never silent for long, words for what is going on in the visitor's language, a reader that stops reading, a visitor who is gone for good. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { attach, createAnswers, detach } from '@halfsecond/bff/gateway/log.ts';
import type { Reader } from '@halfsecond/bff/gateway/log.ts';
import { streamTo } from '@halfsecond/bff/gateway/sse.ts';
import type { StreamEvent } from '@halfsecond/shared/wire';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake } from '../../fakes/server.ts';
import { ORIGIN, ask, bffFor, eventsOf, post, received, session } from '../harness.ts';
import type { TestBff } from '../harness.ts';

let fake: Fake;
let bff: TestBff;
let token: string;
const agents = [
  { name: 'billing', title: 'Billing help', description: 'Invoices and refunds', topics: ['invoice', 'refund', 'payment', 'Rechnung'], examples: ['Where is my invoice?', 'I want a refund', 'Wo ist meine Rechnung?'] },
  { name: 'shipping', title: 'Shipping help', description: 'Parcels and delivery', topics: ['parcel', 'delivery', 'tracking'], examples: ['Where is my parcel?', 'When does my order arrive?'] },
];
before(async () => {
  fake = await startOpenAI({ text: 'Here it is.' });
  bff = await bffFor({
    providers: { house: { kind: 'openai-compatible', baseURL: `${fake.url}/v1`, apiKey: 'k', timeouts: { silence: 4_000 } } },
    models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 1, outputPrice: 2, maxOutputTokens: 1_000_000 }],
    agents, memory: { enabled: false }, limits: { requestsPerMinute: 100_000 },
  });
  ({ token } = await session(bff));
});
after(async () => {
  await bff.stop();
  await fake.close();
});

test('the acknowledgement fits the message, its language, and who is on it', async () => {
  const texts = async (chat: string, text: string) => eventsOf(await ask(bff, token, chat, text), 'data-status').map(({ data }) => data.text);
  assert.equal((await texts('en', 'Where is my invoice?'))[0], 'Got your question. First I find out who knows this best.');
  assert.equal((await texts('en', 'I lost the invoice of May'))[0], 'Billing help has your message and looks through the documents first.');
  const german = await texts('de', 'Wo ist denn meine Rechnung geblieben?');
  assert.equal(german[0], 'Ihre Frage ist da. Zuerst suche ich, wer das am besten weiß.');
  assert.ok(german.every((text) => !/[Tt]hinking|answering|documents/.test(text)), german.join(' | '));
});

test('while no token flows a status comes at least every 2 s, before and after the first token', async () => {
  for (const [chat, knobs] of [['quiet-before', { firstTokenDelay: 4_300 }], ['quiet-after', { fault: 'stall', after: 2, text: 'Two words and silence' }]] as const) {
    fake.set({ text: 'Here it is.', ...knobs });
    let last = performance.now();
    let gap = 0;
    const states: string[] = [];
    for await (const { data } of received(await post(bff, token, chat, 'Where is my invoice?'))) {
      gap = Math.max(gap, performance.now() - last);
      last = performance.now();
      if (data !== '[DONE]' && data.type === 'data-status') states.push(data.data.state);
    }
    assert.ok(gap <= 2_100, `${chat}: silent for ${gap} ms`);
    assert.ok(states.filter((state) => state === (chat === 'quiet-before' ? 'thinking' : 'waiting')).length >= 2, `${chat}: ${states.join(' ')}`);
  }
  fake.set({ text: 'Here it is.' });
});

/** A response that takes what is written; `reads: false` keeps all of it waiting, as a client that has stopped reading does. */
function responseOf(reads: boolean) {
  const taken: string[] = [];
  const response = Object.assign(new EventEmitter(), {
    headersSent: false, writableLength: 0, destroyed: false, taken,
    writeHead() {
      response.headersSent = true;
    },
    flushHeaders: () => undefined, cork: () => undefined, uncork: () => undefined,
    write(text: string) {
      taken.push(text);
      if (!reads) response.writableLength += text.length;
      return reads;
    },
    end: () => undefined,
    destroy() {
      response.destroyed = true;
      response.emit('close');
    },
  });
  return response;
}

test('a reader that stops reading is cut off at a bound; the answer and its other readers go on', async () => {
  const answers = createAnswers();
  const stopped: string[] = [];
  const chunk = 'x'.repeat(50_000);
  const events = (async function* (): AsyncGenerator<StreamEvent> {
    yield { type: 'text-start', id: 't' };
    for (let i = 0; i < 40; i += 1) {
      yield { type: 'text-delta', id: 't', delta: chunk };
      await new Promise((done) => setImmediate(done));
    }
    yield { type: 'text-end', id: 't' };
  })();
  const answer = answers.begin({ owner: { site: 's', visitor: 'v', chat: 'c', identified: false }, id: 'm', lang: 'en' }, events, (reason) => stopped.push(String(reason)));
  const [stuck, reading] = [responseOf(false), responseOf(true)];
  assert.ok(streamTo(stuck, answer, 0, {}) && streamTo(reading, answer, 0, {}));
  while (!answer.ended) await new Promise((done) => setImmediate(done));
  assert.equal(stuck.destroyed, true);
  assert.ok(stuck.writableLength < 1_200_000, `${stuck.writableLength} bytes were kept for it`);
  assert.equal(reading.taken.join('').match(/"text-delta"/g)?.length, 40);
  assert.deepEqual(stopped, []);
  answers.close();
});

test('a flood to a reader that does not read slows no other stream', async () => {
  fake.set({ tokensPerSecond: 500, text: `${'x'.repeat(4_000)} `.repeat(2_000) });
  const body = JSON.stringify({ id: 'deaf', token, messages: [{ role: 'user', parts: [{ type: 'text', text: 'Where is my invoice?' }] }] });
  const socket = connect(Number(new URL(bff.url).port), '127.0.0.1');
  socket.on('error', () => undefined); // it is cut off in the end: that is not what is looked at here
  socket.write(`POST /api/chat HTTP/1.1\r\nhost: x\r\norigin: ${ORIGIN}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  socket.pause();
  const request = await fake.next();
  fake.set({ text: 'Here it is.' });
  for (let i = 0; i < 5; i += 1) {
    const began = performance.now();
    assert.equal(eventsOf(await ask(bff, token, `other-${i}`, 'Where is my parcel?'), 'finish').length, 1);
    assert.ok(performance.now() - began < 1_000, 'the other stream was quick');
  }
  await fetch(`${bff.url}/api/chat/deaf/stop`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  await request.disconnected;
  socket.destroy();
});

test('who does not come back within the window is gone: the turn is stopped then and not before', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const answers = createAnswers();
  const stopped: string[] = [];
  const hold = Promise.withResolvers<void>();
  const events = (async function* (): AsyncGenerator<StreamEvent> {
    yield { type: 'start-step' };
    await hold.promise;
    yield { type: 'finish-step' };
  })();
  const owner = { site: 's', visitor: 'v', chat: 'c', identified: false };
  const answer = answers.begin({ owner, id: 'm', lang: 'en' }, events, (reason) => stopped.push(String(reason)));
  const reader: Reader = { event: () => undefined, heartbeat: () => undefined, end: () => undefined };
  const second = { ...reader };
  for (const one of [reader, second]) assert.ok(attach(answer, 0, one));
  detach(answer, reader);
  t.mock.timers.tick(60_000);
  assert.deepEqual(stopped, [], 'somebody is still reading');
  detach(answer, second);
  t.mock.timers.tick(29_000);
  const back = { ...reader };
  assert.ok(attach(answer, 0, back));
  t.mock.timers.tick(60_000);
  assert.deepEqual(stopped, [], 'somebody came back in time');
  detach(answer, back);
  t.mock.timers.tick(30_000);
  assert.deepEqual(stopped, ['abandoned']);
  hold.resolve();
  answers.close();
});
