/** Admission: places, order, deadline, refusal; and through the door with a model that takes one at a time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueue } from '@halfsecond/bff/gateway/queue.ts';
import type { AdmitStep } from '@halfsecond/bff/gateway/queue.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import { bffFor, eventsOf, post, received, session } from '../harness.ts';

const never = new AbortController().signal;
async function place(queue: ReturnType<typeof createQueue>, signal = never): Promise<{ steps: AdmitStep[]; release: () => void }> {
  const steps = await Array.fromAsync(queue.admit(signal));
  const last = steps.at(-1);
  return { steps, release: last && 'release' in last ? last.release : () => undefined };
}

test('places go out in the order of arrival, each position is told, the count never exceeds the capacity', async () => {
  const queue = createQueue({ capacity: 2, depth: 10, wait: 5_000 });
  const first = [await place(queue), await place(queue)];
  const order: number[] = [];
  const waiting = [3, 4, 5].map(async (name) => {
    const got = await place(queue);
    order.push(name);
    assert.ok(queue.view().inFlight <= 2);
    return got;
  });
  assert.deepEqual(queue.view(), { depth: 3, inFlight: 2, capacity: 2 });
  first[0]?.release();
  first[0]?.release();
  const third = await waiting[0];
  assert.deepEqual(queue.view(), { depth: 2, inFlight: 2, capacity: 2 });
  third?.release();
  const fourth = await waiting[1];
  fourth?.release();
  const fifth = await waiting[2];
  assert.deepEqual(order, [3, 4, 5]);
  assert.deepEqual(fifth?.steps.flatMap((step) => ('position' in step ? [step.position] : [])), [3, 2, 1]);
  fifth?.release();
  first[1]?.release();
  assert.deepEqual(queue.view(), { depth: 0, inFlight: 0, capacity: 2 });
});

test('a wait that is too long ends as a refusal, a visitor who leaves gives the place in line back', async () => {
  const queue = createQueue({ capacity: 1, depth: 2, wait: 30 });
  const held = await place(queue);
  const leaving = new AbortController();
  const left = place(queue, leaving.signal);
  const late = place(queue);
  assert.ok(queue.refusal());
  leaving.abort();
  assert.deepEqual((await left).steps.filter((step) => 'release' in step), []);
  const refused = (await late).steps.at(-1);
  assert.ok(refused && 'refused' in refused && refused.code === 'queue_timeout' && refused.retryAfter >= 1);
  held.release();
  assert.deepEqual(queue.view(), { depth: 0, inFlight: 0, capacity: 1 });
});

test('through the door: the second waits and is told so, the one beyond the depth gets 503 with Retry-After', async () => {
  const fake = await startOpenAI({ text: 'Fine.', firstTokenDelay: 300 });
  const bff = await bffFor({
    providers: { house: { kind: 'openai-compatible', baseURL: `${fake.url}/v1`, apiKey: 'k' } },
    models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 1, outputPrice: 2, maxConcurrent: 1 }],
    memory: { enabled: false }, queue: { depth: 1, wait: 4_000 },
  });
  try {
    const { token } = await session(bff);
    const first = await post(bff, token, 'one', 'hi');
    const second = await post(bff, token, 'two', 'hi');
    const third = await post(bff, token, 'three', 'hi');
    assert.equal(third.status, 503);
    assert.ok(Number(third.headers.get('retry-after')) >= 1);
    const [one, two] = await Promise.all([first, second].map((response) => Array.fromAsync(received(response))));
    assert.equal(eventsOf(one ?? [], 'finish').length, 1);
    assert.equal(eventsOf(two ?? [], 'finish').length, 1);
    assert.deepEqual(eventsOf(two ?? [], 'data-status').filter(({ data }) => data.state === 'queued').map(({ data }) => data.position), [1]);
    assert.ok((eventsOf(two ?? [], 'finish')[0]?.messageMetadata.timing.queue ?? 0) > 100);
  } finally {
    await bff.stop();
    await fake.close();
  }
});
