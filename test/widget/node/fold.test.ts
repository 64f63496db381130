/** Folding events into a message: the good order, and every bad one. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { fold, foldEnd, merge, overlaps, readEvent, type WireEvent } from '../../../widget/stream/fold.ts';
import { blankMessage, textOf, type Message } from '../../../widget/stream/transcript.ts';
import { finish } from '../scripts.ts';

const blank = (): Message => blankMessage('local', 'assistant', 'sending');
const start = { type: 'start', messageId: 'm1', messageMetadata: { traceId: 't1', chatId: 'c1' } };
const delta = (text: string, id = '1') => ({ type: 'text-delta', id, delta: text });

/** Folds bodies with growing ids, as they would arrive. */
function run(bodies: unknown[], from = blank()): Message {
  let message = from;
  for (const [at, body] of bodies.entries()) {
    const event = readEvent(String(at + 1), JSON.stringify(body));
    if (event) message = fold(message, event, 1_000 + at * 10);
  }
  return message;
}

describe('fold', () => {
  it('builds a whole answer', () => {
    const message = run([
      start, { type: 'data-status', data: { state: 'recalling', text: 'Searching', since: 1 } }, { type: 'data-agent', data: { name: 'billing', title: 'Billing', confidence: 0.9 } },
      { type: 'source-url', sourceId: 's1', url: 'https://a.example/', title: 'A' }, { type: 'source-url', sourceId: 's1', url: 'https://a.example/' },
      { type: 'text-start', id: '1' }, delta('Hello '), delta('there'), { type: 'text-end', id: '1' }, finish,
    ]);
    assert.equal(message.id, 'm1');
    assert.equal(message.traceId, 't1');
    assert.equal(message.state, 'done');
    assert.equal(message.agent, 'Billing');
    assert.equal(message.status, null);
    assert.equal(textOf(message), 'Hello there');
    assert.deepEqual(message.sources, [{ id: 's1', url: 'https://a.example/', title: 'A' }]);
    assert.equal(message.finish?.provider, 'builtin');
  });

  it('shows where the turn is until the end', () => {
    const message = run([start, { type: 'data-status', data: { state: 'thinking', text: 'Thinking', since: 1 } }]);
    assert.equal(message.status?.text, 'Thinking');
    assert.equal(foldEnd(message).status, null);
  });

  it('takes an event once: doubled and older ids are nothing', () => {
    let message = blank();
    for (const [id, body] of [['1', start], ['3', delta('a')], ['3', delta('a')], ['2', delta('b')], ['4', delta('c')]] as const) {
      const event = readEvent(id, JSON.stringify(body));
      assert.ok(event);
      message = fold(message, event, 0);
    }
    assert.equal(textOf(message), 'ac');
    assert.equal(message.cursor, '4');
  });

  it('does not mind a delta before its start, unknown types, missing fields, or anything after the end', () => {
    const message = run([
      delta('a'), { type: 'text-start', id: '1' }, {}, { type: 7 }, null, [], 'text', { type: 'data-future', data: 1 }, { type: 'start' }, { type: 'data-status' }, { type: 'text-delta' },
      { type: 'source-url' }, { type: 'tool-output-available' }, { type: 'finish' }, delta('late'), { type: 'error', errorText: 'late' },
    ]);
    assert.equal(textOf(message), 'a');
    assert.equal(message.state, 'done');
    assert.equal(message.finish, null);
  });

  it('marks a stream without an end as cut, and leaves an ended one', () => {
    assert.equal(foldEnd(run([start, delta('half')])).state, 'truncated');
    assert.equal(foldEnd(run([start, delta('all'), finish])).state, 'done');
    assert.equal(run([start, delta('half'), { type: 'error', errorText: 'unavailable' }]).error, 'unavailable');
    assert.equal(run([start, delta('half'), { type: 'error', errorText: 'interrupted' }]).state, 'truncated', 'the backend was restarted: what is there is half an answer');
    assert.equal(run([start, delta('half'), { type: 'abort', reason: 'stopped' }]).state, 'stopped');
  });

  it('times tools, takes progress, and closes those that never answered', () => {
    const begun = [{ type: 'tool-input-start', toolCallId: 'a', toolName: 'orders.find' }, { type: 'tool-input-available', toolCallId: 'b', toolName: 'slow', input: {} }];
    const message = run([start, ...begun, { type: 'tool-output-available', toolCallId: 'a', output: 'half', preliminary: true }, { type: 'tool-output-available', toolCallId: 'a', output: {} }, { type: 'error', errorText: 'x' }]);
    const [a, b] = message.parts;
    assert.ok(a?.type === 'tool' && b?.type === 'tool');
    assert.deepEqual([a.name, a.state, a.ms, a.note], ['orders.find', 'done', 30, '']);
    assert.deepEqual([b.state, b.ms], ['failed', null]);
    const during = run([start, ...begun, { type: 'tool-output-available', toolCallId: 'a', output: { message: 'page 2' }, preliminary: true }]);
    assert.ok(during.parts[0]?.type === 'tool' && during.parts[0].note === 'page 2');
  });

  it('leaves a tool that waits for a yes, and its question, only in a whole answer', () => {
    const asked = [start, { type: 'tool-input-start', toolCallId: 'a', toolName: 'orders.cancel', title: 'Cancel an order' },
      { type: 'tool-input-available', toolCallId: 'a', toolName: 'orders.cancel', input: { order: 7 } }, { type: 'tool-approval-request', toolCallId: 'a', approvalId: 'ap1' }];
    const [tool] = run([...asked, finish]).parts;
    assert.ok(tool?.type === 'tool');
    assert.deepEqual([tool.state, tool.approval, tool.title, tool.input], ['approval', 'ap1', 'Cancel an order', { order: 7 }]);
    const [cut] = foldEnd(run(asked)).parts;
    assert.ok(cut?.type === 'tool' && cut.state === 'failed');
    const [denied] = run([...asked, { type: 'tool-output-denied', toolCallId: 'a' }, finish]).parts;
    assert.ok(denied?.type === 'tool' && denied.state === 'denied');
  });

  it('takes suggested questions, six at most, whatever else is in the list', () => {
    const { prompts } = run([start, { type: 'data-prompts', transient: true, data: { prompts: ['One?', 7, ' ', 'Two?', ...'345678'] } }, finish]);
    assert.deepEqual(prompts, ['One?', 'Two?', '3', '4', '5', '6']);
    assert.deepEqual(run([start, { type: 'data-prompts', data: null }]).prompts, []);
  });

  it('takes a step back on reset-step, and tells the texts of two steps apart', () => {
    const message = run([start, { type: 'start-step' }, delta('kept '), { type: 'start-step' }, delta('dropped'), { type: 'reset-step' }, delta('new')]);
    assert.equal(textOf(message), 'kept \n\nnew');
  });

  it('never changes the message it was given', () => {
    const message = Object.freeze(run([start, delta('a')]));
    const frozen = { ...message, parts: Object.freeze([...message.parts]) as Message['parts'] };
    const event = readEvent('99', JSON.stringify(delta('b')));
    assert.ok(event);
    assert.equal(textOf(fold(frozen, event, 0)), 'ab');
    assert.equal(textOf(frozen), 'a');
  });

  it('reads no event from [DONE] or from what is not JSON', () => {
    assert.equal(readEvent('1', '[DONE]'), null);
    assert.equal(readEvent('1', '<html>'), null);
  });
});

describe('what arrives together', () => {
  const events = (bodies: object[], from = 1): WireEvent[] => bodies.map((body, at) => ({ id: String(from + at), body: body as WireEvent['body'] }));
  const script = [start, { type: 'text-start', id: '1' }, delta('One '), delta('two '), delta('', '1'), { type: 'text-end', id: '1' }, { type: 'text-start', id: '2' }, delta('three ', '2'), delta('four', '2'), finish];
  const whole = events(script).reduce((message, event) => fold(message, event, 0), blank());

  it('is the same answer, however it was cut, doubled or late', () => {
    for (let first = 0; first <= script.length; first++) {
      for (let second = first; second <= script.length; second++) {
        // Every chunk brings the one before it once more, and its own events twice.
        const list = events(script);
        let message = blank();
        for (const chunk of [list.slice(0, first), list.slice(0, second), list]) for (const event of merge(message.cursor, [...chunk, ...chunk])) message = fold(message, event, 0);
        assert.deepEqual(message, whole);
      }
    }
  });

  it('is one event for the words of a part', () => {
    const merged = merge('', events(script));
    assert.deepEqual(merged.map(({ id, from }) => [from, id]), [[undefined, '1'], [undefined, '2'], ['3', '5'], [undefined, '6'], [undefined, '7'], ['8', '9'], [undefined, '10']]);
    assert.equal(merged[2]?.body['delta'], 'One two ');
  });

  it('is not folded in when half of it is there already', () => {
    const [words] = merge('2', events([delta('One '), delta('two ')], 3));
    const half = events([start, { type: 'text-start', id: '1' }, delta('One ')]).reduce((message, event) => fold(message, event, 0), blank());
    assert.ok(words && overlaps(half, words));
    assert.equal(fold(half, words, 0), half);
    assert.ok(!overlaps(blank(), words));
    assert.ok(!overlaps(fold(half, { id: '4', body: delta('two ') }, 0), words));
  });
});
