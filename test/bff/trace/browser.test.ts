/** What a browser says of a turn: put around the server's hops, clocks apart by hours, lies cut to what can be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { look, surround, keyOf, type Server } from '@halfsecond/bff/trace/browser.ts';
import { totalOf } from '@halfsecond/bff/trace/kept.ts';

const marks = { keyToSend: 4, sendToFirstByte: 60, firstByteToPaint: 120, total: 184 };
/** The request took 20 ms of way, the acknowledgement left after 10, the first token after 100, the answer 30 ms back. */
const server: Server = { ack: 10, firstToken: 100, arrivedAt: 1_000_000, elapsed: 400, sentAt: 1_000_000 - 20 };

test('what the server waits for is no part of the network or of the paint, and the parts make up the wait', () => {
  const { key, network, paint, browser } = look(marks, server, null);
  assert.deepEqual([key, network, paint], [4, 50, 30]);
  assert.equal(key + network + 100 + paint, marks.total, 'to the painted token');
  assert.deepEqual({ painted: browser.painted, clamped: browser.clamped }, { painted: 184, clamped: undefined });
});

test('a clock that is off by hours changes nothing but its own offset', () => {
  for (const hours of [-9, -1, 0, 3, 26]) {
    const off = hours * 3_600_000;
    const seen = look(marks, { ...server, sentAt: (server.sentAt ?? 0) + off }, null);
    assert.deepEqual([seen.key, seen.network, seen.paint], [4, 50, 30]);
    assert.ok(Math.abs((seen.browser.offset ?? Number.NaN) - off) <= 5, `${seen.browser.offset} for ${off}`);
  }
});

test('the shortest way is the surest sight of a clock: later ways are split by it', () => {
  const best = look({ ...marks, sendToFirstByte: 12, total: 136 }, { ...server, sentAt: server.arrivedAt + 5_000 - 1 }, null);
  assert.equal(best.offset?.offset, 5_000);
  const slowUp = look({ ...marks, sendToFirstByte: 210, total: 334 }, { ...server, sentAt: server.arrivedAt + 5_000 - 190, elapsed: 600 }, best.offset);
  assert.equal(slowUp.network, 200);
  assert.equal(slowUp.up, 190, 'the way there was the slow one');
  assert.deepEqual(slowUp.offset, best.offset);
});

test('lies are cut: a day of waiting, parts that miss their sum, a first byte before the answer', () => {
  const day = look({ keyToSend: 3_600_000, sendToFirstByte: 3_600_000, firstByteToPaint: 3_600_000, total: 1 }, server, null);
  assert.ok(day.key <= 60_000 && day.network <= 31_000 && day.paint <= 31_000, JSON.stringify(day));
  assert.equal(day.browser.clamped, true);
  assert.equal(look({ ...marks, total: 5_000 }, server, null).browser.clamped, true);
  const early = look({ ...marks, sendToFirstByte: 1, total: 125 }, server, null);
  assert.equal(early.network, 0);
  const zero = look({ keyToSend: 0, sendToFirstByte: 0, firstByteToPaint: 0, total: 0 }, server, null);
  assert.deepEqual([zero.key, zero.network, zero.paint], [0, 0, 0]);
  for (const sentAt of [-1e300, 1e300, 0]) {
    const { up, network } = look(marks, { ...server, sentAt }, null);
    assert.ok(up >= 0 && up <= network, `${sentAt}`);
  }
  assert.deepEqual([keyOf(-1), keyOf(1e9), keyOf(undefined), keyOf(7)], [null, null, null, 7]);
});

test('hops stand one behind the other, what is inside them moves along, and a second word changes nothing twice', () => {
  const spans = [{ id: 's0', name: 'accept', start: 0, ms: 10 }, { id: 's1', name: 'provider', start: 10, ms: 90 }, { id: 's2', parent: 's1', name: 'provider:x', start: 12, ms: 80 }];
  const once = surround(spans, { key: 4, network: 50, up: 20, paint: 30 });
  assert.equal(totalOf(once), 184);
  assert.deepEqual(once.filter(({ parent }) => parent === undefined).map(({ name, start }) => [name, start]), [['key', 0], ['network', 4], ['accept', 54], ['provider', 64], ['paint', 154]]);
  assert.equal(once.find(({ id }) => id === 's2')?.start, 66);
  assert.deepEqual(surround(once, { key: 4, network: 50, up: 20, paint: 30 }), once);
});
