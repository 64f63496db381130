/** Every fault that a provider can have, for each protocol, over real sockets and through the real SDKs. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import type { FailureKind } from '@halfsecond/shared/status';
import { startAnthropic } from '../../fakes/anthropic.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake, Knobs } from '../../fakes/server.ts';
import { collect, input, KINDS, model, ofType, provider, router, textOf, timeouts, type Kind } from './setup.ts';

const fakes: Record<Kind, Fake> = { openai: await startOpenAI(), 'openai-compatible': await startOpenAI(), anthropic: await startAnthropic() };
const second = await startOpenAI({ text: 'The second one answers.' });
after(() => Promise.all([...Object.values(fakes), second].map((fake) => fake.close())));

// Each SDK is loaded once per process, so no deadline below measures that.
await router(Object.fromEntries(KINDS.map((kind) => [kind, provider(kind, fakes[kind].url)])), []).warm();

const WORDS = 'one two three four five six seven eight nine ten';
/** Deadline of each fault (ms), with some room for a busy machine. */
const SOON = 200;
const ROOM = 250;

type Case = { name: string; knobs: Knobs; failure: FailureKind; within: number; only?: Kind };
const before: Case[] = [
  { name: 'a wrong key (401)', knobs: { key: 'another' }, failure: 'auth', within: SOON },
  { name: 'too many requests (429)', knobs: { status: 429, retryAfter: 7 }, failure: 'throttled', within: SOON },
  { name: 'server error (500)', knobs: { status: 500 }, failure: 'server', within: SOON },
  { name: 'unavailable (503)', knobs: { status: 503 }, failure: 'server', within: SOON },
  { name: 'overloaded (529)', knobs: { status: 529 }, failure: 'server', within: SOON },
  { name: 'unknown model (404)', knobs: { status: 404 }, failure: 'other', within: SOON },
  { name: 'no headers', knobs: { headersDelay: 5_000 }, failure: 'timeout', within: timeouts.headers },
  { name: 'an error event at once', knobs: { fault: 'error' }, failure: 'server', within: SOON },
  { name: 'a rate limit as an event', knobs: { fault: 'error', errorCode: 'rate_limit_exceeded' }, failure: 'throttled', within: SOON },
  { name: 'a cut before the first token', knobs: { fault: 'cut' }, failure: 'cut', within: SOON },
  { name: 'a clean end without content or end mark', knobs: { fault: 'end' }, failure: 'cut', within: SOON },
  { name: 'a stall before the first token', knobs: { fault: 'stall' }, failure: 'timeout', within: timeouts.firstContent },
  { name: 'malformed JSON', knobs: { fault: 'malformed' }, failure: 'protocol', within: SOON },
  { name: 'garbage that is valid JSON', knobs: { fault: 'garbage' }, failure: 'cut', within: SOON },
  { name: 'the end mark without content', knobs: { fault: 'nothing' }, failure: 'empty', within: SOON },
  { name: 'nothing but white space', knobs: { text: ' \n ' }, failure: 'empty', within: SOON },
  { name: 'empty choices', knobs: { fault: 'empty-choices' }, failure: 'cut', within: SOON, only: 'openai-compatible' },
  { name: 'a web page with status 200', knobs: { fault: 'html' }, failure: 'protocol', within: SOON },
];
const midway: Case[] = [
  { name: 'an error event', knobs: { fault: 'error' }, failure: 'server', within: SOON },
  { name: 'a cut', knobs: { fault: 'cut' }, failure: 'cut', within: SOON },
  { name: 'a clean end without end mark', knobs: { fault: 'end' }, failure: 'cut', within: SOON },
  { name: 'a stall', knobs: { fault: 'stall' }, failure: 'timeout', within: timeouts.silence },
  { name: 'malformed JSON', knobs: { fault: 'malformed' }, failure: 'protocol', within: SOON },
  { name: 'garbage that is valid JSON', knobs: { fault: 'garbage' }, failure: 'cut', within: SOON },
  { name: 'empty choices', knobs: { fault: 'empty-choices' }, failure: 'cut', within: SOON, only: 'openai-compatible' },
];

for (const kind of KINDS) {
  const fake = fakes[kind];
  const fresh = () => router(
    { first: provider(kind, fake.url), second: provider('openai-compatible', second.url) },
    [model('m1', 'first', { inputPrice: 0.1 }), model('m2', 'second')],
  );
  const never = new AbortController().signal;

  describe(`${kind}: before the first token`, () => {
    for (const { name, knobs, failure, within, only } of before) {
      if (only !== undefined && only !== kind) continue;
      it(`${name} is ${failure}, and the next model answers`, async () => {
        fake.set({ text: WORDS, ...knobs });
        const { route } = fresh();
        const parts = await collect(route(input('Count, please'), never));
        const attempts = ofType(parts, 'attempt').map((part) => part.attempt);
        assert.deepEqual(attempts.map((attempt) => [attempt.provider, attempt.outcome, attempt.failure]), [['first', 'error', failure], ['second', 'ok', undefined]]);
        assert.ok((attempts[0]?.total ?? Infinity) < within + ROOM, `took ${attempts[0]?.total} ms`);
        assert.equal(textOf(parts).trim(), 'The second one answers.');
        assert.equal(ofType(parts, 'takeover').length, 0);
        assert.deepEqual(ofType(parts, 'model').map((part) => [part.model, part.fallback]), [['m1', false], ['m2', true]]);
        assert.equal(ofType(parts, 'end')[0]?.fallback, true);
      });
    }
  });

  describe(`${kind}: after five tokens`, () => {
    for (const { name, knobs, failure, within, only } of midway) {
      if (only !== undefined && only !== kind) continue;
      it(`${name} is ${failure}, and the next model continues the sentence`, async () => {
        fake.set({ text: WORDS, after: 5, ...knobs });
        second.set({ text: ' six seven eight nine ten' });
        const { route } = fresh();
        const parts = await collect(route(input('Count, please'), never));
        const [attempt] = ofType(parts, 'attempt').map((part) => part.attempt);
        assert.deepEqual([attempt?.outcome, attempt?.failure], ['error', failure]);
        assert.ok((attempt?.total ?? Infinity) < within + ROOM, `took ${attempt?.total} ms`);
        assert.equal(textOf(parts), WORDS);
        assert.deepEqual(ofType(parts, 'takeover'), [{ type: 'takeover', provider: 'second', model: 'm2' }]);
        const sent = second.requests.at(-1)?.body['messages'] as { role: string; content: string }[];
        assert.deepEqual(sent.at(-2), { role: 'assistant', content: 'one two three four five' });
        second.set({ text: 'The second one answers.' });
      });

      it(`${name} with nobody to take over is a failure, never a clean end`, async () => {
        fake.set({ text: WORDS, after: 5, ...knobs });
        const { route } = router({ first: provider(kind, fake.url) }, [model('m1', 'first')]);
        const parts = await collect(route(input('Count, please'), never));
        assert.deepEqual(parts.at(-1), { type: 'fail', code: 'answer_interrupted' });
        assert.equal(textOf(parts), 'one two three four five');
      });
    }
  });

  describe(`${kind}: other faults`, () => {
    it('a refused connection is a network failure', async () => {
      const probe = createServer();
      await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
      const { port } = probe.address() as AddressInfo;
      await new Promise((resolve) => probe.close(resolve));
      await fails(kind, `http://127.0.0.1:${port}`, 'network');
    });

    it('a name that does not resolve is a network failure', async () => {
      await fails(kind, 'http://no-such-host.invalid', 'network');
    });

    it('an endless answer is capped', async () => {
      fake.set({ fault: 'endless' });
      const { route } = router({ p: provider(kind, fake.url) }, [model('m', 'p', { maxOutputTokens: 50 })]);
      const started = fake.next();
      const parts = await collect(route(input('Talk'), never));
      assert.equal(ofType(parts, 'attempt')[0]?.attempt.failure, 'protocol');
      assert.equal(parts.at(-1)?.type, 'fail');
      assert.ok(textOf(parts).length <= 50 * 8);
      await (await started).disconnected;
    });

    it('a provider that ignores the end of the connection holds nobody up', async () => {
      fake.set({ fault: 'deaf' });
      const { route } = router({ p: provider(kind, fake.url) }, [model('m', 'p')]);
      const stop = new AbortController();
      const started = fake.next();
      let stoppedAt = 0;
      await assert.rejects(async () => {
        for await (const part of route(input('Talk'), stop.signal)) {
          if (part.type !== 'text' || stoppedAt > 0) continue;
          stoppedAt = performance.now();
          stop.abort(new Error('enough'));
        }
      }, /enough/);
      assert.ok(performance.now() - stoppedAt < 100);
      const request = await started;
      await request.disconnected;
    });

    it('a connection that lingers after the end mark does not hold the answer up, and is closed', async () => {
      fake.set({ text: WORDS, fault: 'linger' });
      const { route } = router({ p: provider(kind, fake.url) }, [model('m', 'p')]);
      const started = fake.next();
      const parts = await collect(route(input('Count, please'), never));
      assert.equal(textOf(parts), WORDS);
      assert.equal(parts.at(-1)?.type, 'end');
      assert.ok((ofType(parts, 'attempt')[0]?.attempt.total ?? Infinity) < 250 + ROOM);
      await (await started).disconnected;
    });
  });
}

async function fails(kind: Kind, url: string, failure: FailureKind): Promise<void> {
  const { route } = router(
    { first: provider(kind, url), second: provider('openai-compatible', second.url) },
    [model('m1', 'first', { inputPrice: 0.1 }), model('m2', 'second')],
  );
  second.set({ text: 'The second one answers.' });
  const parts = await collect(route(input('Count, please'), new AbortController().signal));
  assert.equal(ofType(parts, 'attempt')[0]?.attempt.failure, failure);
  assert.equal(textOf(parts), 'The second one answers.');
}
