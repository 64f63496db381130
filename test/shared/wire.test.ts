/** The wire's schemas: what they take, what they refuse, and the bounds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMENT_MAX, ID_MAX } from '@halfsecond/shared/limits';
import { feed } from '@halfsecond/shared/status';
import { chatRequest, feedback, marks, sessionRequest, streamEvent, uiMessage } from '@halfsecond/shared/wire';

const fits = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) => schema.safeParse(value).success;

test('chat requests of AI SDK 5 to 7 fit; ids are bounded in alphabet and length', () => {
  const request = { id: 'c', messages: [], trigger: 'submit-message' };
  assert.ok(fits(chatRequest, request));
  assert.ok(fits(chatRequest, { ...request, messageId: null, body: { anything: 1 } }), 'unknown fields pass');
  assert.ok(fits(chatRequest, { ...request, id: 'x'.repeat(ID_MAX) }));
  for (const id of ['', 'x'.repeat(ID_MAX + 1), "a'b", 'a b', 'ä', 'a\0', 7, null]) assert.equal(fits(chatRequest, { ...request, id }), false, String(id));
  assert.equal(fits(chatRequest, { ...request, trigger: 'obey' }), false);
});

test('messages carry parts; unknown parts pass, unknown roles do not', () => {
  assert.ok(fits(uiMessage, { role: 'user', parts: [{ type: 'text', text: 'hi' }, { type: 'step-start' }, { type: 'data-x', data: {} }] }));
  assert.equal(fits(uiMessage, { role: 'tool', parts: [] }), false);
  assert.equal(fits(uiMessage, { role: 'user', content: 'hi' }), false);
});

test('marks are times that can be', () => {
  const good = { token: 't', traceId: 'a'.repeat(32), keyToSend: 0, sendToFirstByte: 1, firstByteToPaint: 2, total: 3 };
  assert.ok(fits(marks, good));
  for (const total of [-1, Number.NaN, Infinity, 3_600_001, '3']) assert.equal(fits(marks, { ...good, total }), false, String(total));
  assert.equal(fits(marks, { ...good, traceId: 'A'.repeat(32) }), false);
});

test('feedback and sessions are bounded', () => {
  const good = { token: 't', chatId: 'c', messageId: 'm', rating: 'down', comment: 'x'.repeat(COMMENT_MAX) };
  assert.ok(fits(feedback, good));
  assert.equal(fits(feedback, { ...good, comment: 'x'.repeat(COMMENT_MAX + 1) }), false);
  assert.equal(fits(feedback, { ...good, rating: 'meh' }), false);
  assert.ok(fits(sessionRequest, { site: 'hs_pub_demo' }));
  assert.equal(fits(sessionRequest, { site: 7 }), false);
});

test('events of an unknown type, and a feed that lies, do not fit', () => {
  assert.ok(fits(streamEvent, { type: 'text-delta', id: 't', delta: '' }));
  assert.equal(fits(streamEvent, { type: 'text-delta', id: 't' }), false);
  assert.equal(fits(streamEvent, { type: 'launch-missiles' }), false);
  const good = { version: 1, epoch: 'e', seq: 0, asOf: 1, startedAt: 1, queue: { depth: 0, inFlight: 0, capacity: 1 }, providers: [], models: [], fallbackSince: null, tools: [], samples: [] };
  assert.ok(fits(feed, good));
  assert.equal(fits(feed, { ...good, version: 2 }), false);
  assert.equal(fits(feed, { ...good, seq: -1 }), false);
  assert.equal(fits(feed, { ...good, providers: [{ id: 'a', kind: 'openai', state: 'fine', since: 1 }] }), false);
});
