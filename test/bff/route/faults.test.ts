/** Every fault that a provider can have, for each protocol, over real sockets and through the real SDKs. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import type { FailureKind } from '@halfsecond/shared/status';
import { startAnthropic } from '../../fakes/anthropic.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake, Knobs } from '../../fakes/server.ts';
import { collect, input, KINDS, model, ofType, patient, provider, router, short, textOf, turnsUntil, type Kind } from './setup.ts';

const fakes: Record<Kind, Fake> = { openai: await startOpenAI(), 'openai-compatible': await startOpenAI(), anthropic: await startAnthropic() };
const second = await startOpenAI({ text: 'The second one answers.' });
after(() => Promise.all([...Object.values(fakes), second].map((fake) => fake.close())));

// Each SDK is loaded once per process, so no deadline below measures that.
await router(Object.fromEntries(KINDS.map((kind) => [kind, provider(kind, fakes[kind].url)])), []).warm();

const WORDS = 'one two three four five six seven eight nine ten';
/** Turns of the event loop. */
const AT_ONCE = 100;

/** `deadline`: the one that ends it; the others are never reached. */
type Case = { name: string; knobs: Knobs; failure: FailureKind; deadline?: keyof typeof short; only?: Kind };
const before: Case[] = [
  { name: 'a wrong key (401)', knobs: { key: 'another' }, failure: 'auth' },
  { name: 'too many requests (429)', knobs: { status: 429, retryAfter: 7 }, failure: 'throttled' },
  { name: 'server error (500)', knobs: { status: 500 }, failure: 'server' },
  { name: 'unavailable (503)', knobs: { status: 503 }, failure: 'server' },
  { name: 'overloaded (529)', knobs: { status: 529 }, failure: 'server' },
  { name: 'unknown model (404)', knobs: { status: 404 }, failure: 'other' },
  { name: 'no headers', knobs: { headersDelay: 5_000 }, failure: 'timeout', deadline: 'headers' },
  { name: 'an error event at once', knobs: { fault: 'error' }, failure: 'server' },
  { name: 'a rate limit as an event', knobs: { fault: 'error', errorCode: 'rate_limit_exceeded' }, failure: 'throttled' },
  { name: 'a cut before the first token', knobs: { fault: 'cut' }, failure: 'cut' },
  { name: 'a clean end without content or end mark', knobs: { fault: 'end' }, failure: 'cut' },
  { name: 'a stall before the first token', knobs: { fault: 'stall' }, failure: 'timeout', deadline: 'firstContent' },
  { name: 'malformed JSON', knobs: { fault: 'malformed' }, failure: 'protocol' },
  { name: 'garbage that is valid JSON', knobs: { fault: 'garbage' }, failure: 'cut' },
  { name: 'the end mark without content', knobs: { fault: 'nothing' }, failure: 'empty' },
  { name: 'nothing but white space', knobs: { text: ' \n ' }, failure: 'empty' },
  { name: 'empty choices', knobs: { fault: 'empty-choices' }, failure: 'cut', only: 'openai-compatible' },
  { name: 'a web page with status 200', knobs: { fault: 'html' }, failure: 'protocol' },
];
const midway: Case[] = [
  { name: 'an error event', knobs: { fault: 'error' }, failure: 'server' },
  { name: 'a cut', knobs: { fault: 'cut' }, failure: 'cut' },
  { name: 'a clean end without end mark', knobs: { fault: 'end' }, failure: 'cut' },
  { name: 'a stall', knobs: { fault: 'stall' }, failure: 'timeout', deadline: 'silence' },
  { name: 'malformed JSON', knobs: { fault: 'malformed' }, failure: 'protocol' },
  { name: 'garbage that is valid JSON', knobs: { fault: 'garbage' }, failure: 'cut' },
  { name: 'empty choices', knobs: { fault: 'empty-choices' }, failure: 'cut', only: 'openai-compatible' },
];

for (const kind of KINDS) {
  const fake = fakes[kind];
  const failing = (deadline?: keyof typeof short) => provider(kind, fake.url, deadline && { timeouts: { ...patient, [deadline]: short[deadline] } });
  const fresh = (deadline?: keyof typeof short) => router(
    { first: failing(deadline), second: provider('openai-compatible', second.url) },
    [model('m1', 'first', { inputPrice: 0.1 }), model('m2', 'second')],
  );
  const never = new AbortController().signal;

  describe(`${kind}: before the first token`, () => {
    for (const { name, knobs, failure, deadline, only } of before) {
      if (only !== undefined && only !== kind) continue;
      it(`${name} is ${failure}, and the next model answers`, async () => {
        fake.set({ text: WORDS, ...knobs });
        const { route } = fresh(deadline);
        const parts = await collect(route(input('Count, please'), never));
        const attempts = ofType(parts, 'attempt').map((part) => part.attempt);
        assert.deepEqual(attempts.map((attempt) => [attempt.provider, attempt.outcome, attempt.failure]), [['first', 'error', failure], ['second', 'ok', undefined]]);
        assert.ok((attempts[0]?.total ?? Infinity) < patient.headers, 'no other deadline');
        assert.equal(textOf(parts).trim(), 'The second one answers.');
        assert.equal(ofType(parts, 'takeover').length, 0);
        assert.deepEqual(ofType(parts, 'model').map((part) => [part.model, part.fallback]), [['m1', false], ['m2', true]]);
        assert.equal(ofType(parts, 'end')[0]?.fallback, true);
      });
    }
  });

  describe(`${kind}: after five tokens`, () => {
    for (const { name, knobs, failure, deadline, only } of midway) {
      if (only !== undefined && only !== kind) continue;
      it(`${name} is ${failure}, and the next model continues the sentence`, async () => {
        fake.set({ text: WORDS, after: 5, ...knobs });
        second.set({ text: ' six seven eight nine ten' });
        const { route } = fresh(deadline);
        const parts = await collect(route(input('Count, please'), never));
        const [attempt] = ofType(parts, 'attempt').map((part) => part.attempt);
        assert.deepEqual([attempt?.outcome, attempt?.failure], ['error', failure]);
        assert.ok((attempt?.total ?? Infinity) < patient.headers, 'no other deadline');
        assert.equal(textOf(parts), WORDS);
        assert.deepEqual(ofType(parts, 'takeover'), [{ type: 'takeover', provider: 'second', model: 'm2' }]);
        const sent = second.requests.at(-1)?.body['messages'] as { role: string; content: string }[];
        assert.deepEqual(sent.at(-2), { role: 'assistant', content: 'one two three four five' });
        second.set({ text: 'The second one answers.' });
      });

      it(`${name} with nobody to take over is a failure, never a clean end`, async () => {
        fake.set({ text: WORDS, after: 5, ...knobs });
        const { route } = router({ first: failing(deadline) }, [model('m1', 'first')]);
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
      const ended = Promise.withResolvers<void>();
      let took: Promise<number> | undefined;
      const reading = (async () => {
        for await (const part of route(input('Talk'), stop.signal)) {
          if (part.type !== 'text' || took !== undefined) continue;
          took = turnsUntil(ended.promise);
          stop.abort(new Error('enough'));
        }
      })();
      await assert.rejects(reading.finally(ended.resolve), /enough/);
      assert.ok((await took ?? Infinity) < AT_ONCE, `took ${await took} turns of the event loop`);
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
      assert.ok((ofType(parts, 'attempt')[0]?.attempt.total ?? Infinity) < patient.silence, 'nor did a deadline end it');
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
