/** The event-stream parser against bytes cut anywhere. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createSseParser, type SseEvent } from '../../../widget/stream/sse.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
function parse(text: string, size = Infinity): SseEvent[] {
  const parser = createSseParser();
  const all = bytes(text);
  const events: SseEvent[] = [];
  for (let at = 0; at < all.length; at += size) events.push(...parser.push(all.slice(at, at + size)));
  return events;
}

const stream = '\ufeff: hb\n\nid: 1\ndata: {"a":"grüß 😀"}\n\nid:2\r\nevent: x\r\ndata:one\r\ndata: two\r\n\r\ndata\rid\r\rretry: 5\nnonsense\ndata: last\n\ndata: never finished\n';
const expected: SseEvent[] = [
  { id: '1', event: 'message', data: '{"a":"grüß 😀"}' },
  { id: '2', event: 'x', data: 'one\ntwo' },
  { id: '', event: 'message', data: '' },
  { id: '', event: 'message', data: 'last' },
];

describe('event stream', () => {
  for (const size of [1, 2, 3, 5, 7, 64, Infinity]) it(`gives the same events in pieces of ${size}`, () => assert.deepEqual(parse(stream, size), expected));
  it('keeps the id over events that have none', () => assert.deepEqual(parse('id: 9\ndata: a\n\ndata: b\n\n').map(({ id }) => id), ['9', '9']));
  it('ignores an id with a zero byte', () => assert.deepEqual(parse('id: a\0b\ndata: x\n\n').map(({ id }) => id), ['']));
  it('survives broken UTF-8', () => {
    const parser = createSseParser();
    assert.deepEqual(parser.push(new Uint8Array([...bytes('data: a'), 0xff, 0xc3, ...bytes('b\n\n')])), [{ id: '', event: 'message', data: 'a\ufffd\ufffdb' }]);
  });
});
