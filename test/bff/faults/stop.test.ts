/** Stop and limits through the whole bff: upstream is left within 100 ms in every phase; a full model is waited for. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Knobs } from '../../fakes/server.ts';
import { ask, bffFor, eventsOf, post, received, session, textOf } from '../harness.ts';
import type { TestBff } from '../harness.ts';
import { bffWith, KINDS, patient, samplesOf, startKind } from './setup.ts';

const phases: { name: string; knobs: Knobs; midway: boolean }[] = [
  { name: 'before the headers', knobs: { headersDelay: 5_000 }, midway: false },
  { name: 'before the first token', knobs: { fault: 'stall' }, midway: false },
  { name: 'after the first token', knobs: { tokensPerSecond: 40, text: 'word '.repeat(400) }, midway: true },
  { name: 'after the first token, in silence', knobs: { fault: 'stall', after: 2, text: 'one two three' }, midway: true },
  { name: 'with a provider that does not listen', knobs: { fault: 'deaf' }, midway: true },
];

for (const kind of KINDS) {
  describe(`${kind}: stop`, () => {
    for (const { name, knobs, midway } of phases) {
      it(`${name} leaves upstream within 100 ms and ends the stream`, async () => {
        const fake = await startKind(kind, knobs);
        const bff = await bffWith(kind, fake.url, null, patient);
        try {
          const { token } = await session(bff);
          const arrived = fake.next();
          const events = received(await post(bff, token, 'c', 'Talk for a long time.'));
          const request = await arrived;
          for (let heard = !midway; !heard;) {
            const { value } = await events.next();
            heard = value === undefined || (value.data !== '[DONE]' && value.data.type === 'text-delta');
          }
          const pressedAt = performance.now();
          const pressed = fetch(`${bff.url}/api/chat/c/stop`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
          const left = await request.disconnected - pressedAt;
          const all = await Array.fromAsync(events);
          assert.ok(left < 100, `left after ${left} ms`);
          assert.deepEqual(await (await pressed).json(), { stopped: true });
          assert.equal(all.at(-1)?.data, '[DONE]');
          assert.equal(eventsOf(all, 'abort').length, 1);
          assert.equal(eventsOf(all, 'finish').length, 0);
          const [sample] = await samplesOf(bff);
          assert.equal(sample?.outcome, 'stopped');
          assert.deepEqual(sample?.attempts.map(({ outcome, failure }) => [outcome, failure]), [['stopped', 'cancelled']]);
        } finally {
          await bff.stop();
          await fake.close();
        }
      });
    }
  });
}

describe('a model at its limit', () => {
  /** Two models that take one call each; the cheap one's provider refuses the key, so that only the other is left. */
  async function narrow(wait: number): Promise<{ bff: TestBff; close(): Promise<void> }> {
    const [ill, well] = [await startOpenAI({ status: 401 }), await startOpenAI({ text: 'Here you are.', firstTokenDelay: 250 })];
    const model = (id: string, price: number) => ({ id, provider: id, model: id, inputPrice: price, outputPrice: price, maxConcurrent: 1 });
    const bff = await bffFor({
      providers: { ill: { kind: 'openai', apiKey: 'k', baseURL: `${ill.url}/v1` }, well: { kind: 'openai', apiKey: 'k', baseURL: `${well.url}/v1` } },
      models: [model('ill', 1), model('well', 2)], memory: { enabled: false }, queue: { depth: 10, wait },
    });
    return {
      bff,
      async close() {
        await bff.stop();
        await Promise.all([ill.close(), well.close()]);
      },
    };
  }
  const inFlight = async (bff: TestBff, id: string): Promise<number> => Number(new RegExp(`^halfsecond_model_in_flight\\{model="${id}"\\} (\\d+)$`, 'm').exec(await (await fetch(`${bff.url}/metrics`)).text())?.[1]);

  it('is waited for in line, and the visitor is told', async () => {
    const { bff, close } = await narrow(3_000);
    try {
      const { token } = await session(bff);
      await ask(bff, token, 'before', 'hi');
      const first = ask(bff, token, 'one', 'hi');
      const second = received(await post(bff, token, 'two', 'hi'));
      const heard = [];
      for await (const event of second) {
        heard.push(event);
        if (event.data !== '[DONE]' && event.data.type === 'data-status' && event.data.data.state === 'queued') assert.equal(await inFlight(bff, 'well'), 1);
      }
      assert.deepEqual(eventsOf(heard, 'data-status').filter(({ data }) => data.state === 'queued').map(({ data }) => data.position), [1]);
      assert.deepEqual([textOf(heard), textOf(await first)], ['Here you are.', 'Here you are.']);
      assert.equal(await inFlight(bff, 'well'), 0);
    } finally {
      await close();
    }
  });

  it('is waited for no longer than queue.wait', async () => {
    const { bff, close } = await narrow(100);
    try {
      const { token } = await session(bff);
      await ask(bff, token, 'before', 'hi');
      const first = ask(bff, token, 'one', 'hi');
      const second = await ask(bff, token, 'two', 'hi');
      assert.deepEqual(eventsOf(second, 'error'), [{ type: 'error', errorText: 'queue_timeout' }]);
      assert.equal(textOf(await first), 'Here you are.');
    } finally {
      await close();
    }
  });
});
