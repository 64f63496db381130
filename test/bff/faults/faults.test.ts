/** Every fault that a provider can have, for each protocol, through the whole bff: what the visitor and the feed get. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FailureKind } from '@halfsecond/shared/status';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Knobs } from '../../fakes/server.ts';
import { eventsOf } from '../harness.ts';
import { bffWith, deadPort, HALF, KINDS, MAX_TOKENS, outcomeOf, patient, SECOND, short, startKind, WORDS, type Kind, type Outcome } from './setup.ts';

/** `url`: where the provider seems to be, given where the fake is. `within`: the fault's own deadline (ms). */
type Case = { name: string; failure: FailureKind; within: number; knobs?: Knobs; url?: (fake: string) => string | Promise<string>; only?: Kind };
const AT_ONCE = 100;
/** For the rest of the turn, next provider included, on a busy machine (ms). */
const ROOM = 2_000;

const before: Case[] = [
  { name: 'a refused connection', url: async () => `http://127.0.0.1:${await deadPort()}`, failure: 'network', within: AT_ONCE },
  { name: 'a name that does not resolve', url: () => 'http://no-such-host.invalid', failure: 'network', within: short.headers },
  { name: 'a TLS failure', url: (fake) => fake.replace('http:', 'https:'), failure: 'network', within: AT_ONCE },
  { name: 'a wrong key (401)', knobs: { status: 401 }, failure: 'auth', within: AT_ONCE },
  { name: 'too many requests (429)', knobs: { status: 429, retryAfter: 7 }, failure: 'throttled', within: AT_ONCE },
  { name: 'a server error (500)', knobs: { status: 500 }, failure: 'server', within: AT_ONCE },
  { name: 'unavailable (503)', knobs: { status: 503 }, failure: 'server', within: AT_ONCE },
  { name: 'a redirect', knobs: { status: 302 }, failure: 'other', within: AT_ONCE },
  { name: 'no headers', knobs: { headersDelay: 5_000 }, failure: 'timeout', within: short.headers },
  { name: 'a stall before the first token', knobs: { fault: 'stall' }, failure: 'timeout', within: short.firstContent },
  { name: 'an error event', knobs: { fault: 'error' }, failure: 'server', within: AT_ONCE },
  { name: 'a cut', knobs: { fault: 'cut' }, failure: 'cut', within: AT_ONCE },
  { name: 'a clean end without the end mark', knobs: { fault: 'end' }, failure: 'cut', within: AT_ONCE },
  { name: 'a malformed chunk', knobs: { fault: 'malformed' }, failure: 'protocol', within: AT_ONCE },
  { name: 'empty choices', knobs: { fault: 'empty-choices' }, failure: 'cut', within: AT_ONCE, only: 'openai-compatible' },
  { name: 'a wrong content type', knobs: { fault: 'html' }, failure: 'protocol', within: AT_ONCE },
  { name: 'an instantly empty answer', knobs: { fault: 'nothing' }, failure: 'empty', within: AT_ONCE },
];
const midway: Case[] = [
  { name: 'an error event', knobs: { fault: 'error' }, failure: 'server', within: AT_ONCE },
  { name: 'a cut', knobs: { fault: 'cut' }, failure: 'cut', within: AT_ONCE },
  { name: 'a clean end without the end mark', knobs: { fault: 'end' }, failure: 'cut', within: AT_ONCE },
  { name: 'a stall', knobs: { fault: 'stall' }, failure: 'timeout', within: short.silence },
  { name: 'a malformed chunk', knobs: { fault: 'malformed' }, failure: 'protocol', within: AT_ONCE },
  { name: 'chunks that mean nothing', knobs: { fault: 'garbage' }, failure: 'cut', within: AT_ONCE },
  { name: 'empty choices', knobs: { fault: 'empty-choices' }, failure: 'cut', within: AT_ONCE, only: 'openai-compatible' },
];
const endless: Case[] = [
  { name: 'an endless answer', knobs: { fault: 'endless' }, failure: 'protocol', within: 500 },
  { name: 'an endless answer of a provider that ignores the end of the connection', knobs: { fault: 'deaf' }, failure: 'protocol', within: 1_000 },
];

/** Asks a bff whose first provider has the fault. `secondSays` null: only builtin is behind it. */
async function suffer(kind: Kind, { knobs, url, failure }: Case, secondSays: string | null, more: Record<string, unknown> = {}): Promise<Outcome> {
  const fake = await startKind(kind, { text: WORDS, ...knobs });
  const second = secondSays === null ? null : await startOpenAI({ text: secondSays });
  const bff = await bffWith(kind, await url?.(fake.url) ?? fake.url, second, failure === 'timeout' ? short : patient);
  try {
    return await outcomeOf(bff, more);
  } finally {
    await bff.stop();
    await Promise.all([fake.close(), second?.close()]);
  }
}

function attemptsOf({ sample }: Outcome): (string | undefined)[][] {
  return sample.attempts.map(({ provider, outcome, failure }) => [provider, outcome, failure]);
}

function finishOf({ all }: Outcome): [string | undefined, boolean | undefined] {
  const [finish] = eventsOf(all, 'finish');
  return [finish?.messageMetadata.provider, finish?.messageMetadata.fallback];
}

for (const kind of KINDS) {
  const fits = ({ only }: Case): boolean => only === undefined || only === kind;

  describe(`${kind}, before the first token`, { concurrency: 8 }, () => {
    for (const fault of before.filter(fits)) {
      it(`${fault.name}: the second provider answers`, async () => {
        const outcome = await suffer(kind, fault, SECOND);
        assert.deepEqual(attemptsOf(outcome), [['first', 'error', fault.failure], ['second', 'ok', undefined]]);
        assert.equal(outcome.text, SECOND);
        assert.deepEqual(finishOf(outcome), ['second', true]);
        assert.ok(outcome.ms < fault.within + ROOM, `took ${outcome.ms} ms`);
      });
      it(`${fault.name}, alone: builtin stands in and is named`, async () => {
        const outcome = await suffer(kind, fault, null);
        assert.deepEqual(attemptsOf(outcome), [['first', 'error', fault.failure], ['builtin', 'ok', undefined]]);
        assert.ok(outcome.text.trim() !== '' && !outcome.text.includes('one'), outcome.text);
        assert.deepEqual(finishOf(outcome), ['builtin', true]);
        assert.ok(outcome.ms < fault.within + ROOM, `took ${outcome.ms} ms`);
      });
    }
  });

  describe(`${kind}, after five tokens`, { concurrency: 8 }, () => {
    for (const fault of midway.filter(fits)) {
      const late: Case = { ...fault, knobs: { ...fault.knobs, after: 5 } };
      for (const [how, continuation] of [['goes on', ' six seven eight nine ten'], ['says everything again', WORDS]] as const) {
        it(`${fault.name}: the second provider ${how}, no word is lost or doubled`, async () => {
          const outcome = await suffer(kind, late, continuation);
          assert.deepEqual(attemptsOf(outcome), [['first', 'error', fault.failure], ['second', 'ok', undefined]]);
          assert.equal(outcome.text, WORDS);
          assert.equal(outcome.kept, WORDS);
          assert.deepEqual(finishOf(outcome), ['second', true]);
          assert.ok(outcome.ms < fault.within + ROOM, `took ${outcome.ms} ms`);
        });
      }
      it(`${fault.name}, alone: what was said stays, and the end is an error`, async () => {
        const outcome = await suffer(kind, late, null);
        assert.deepEqual(attemptsOf(outcome), [['first', 'error', fault.failure]]);
        assert.equal(outcome.text, HALF);
        assert.equal(outcome.kept, HALF);
        assert.deepEqual(eventsOf(outcome.all, 'error'), [{ type: 'error', errorText: 'answer_interrupted' }]);
        assert.deepEqual([outcome.sample.outcome, outcome.sample.code], ['error', 'answer_interrupted']);
        assert.ok(outcome.ms < fault.within + ROOM, `took ${outcome.ms} ms`);
      });
    }

    it('a client that knows reset-step gets the text so far once more, as the start of the whole', async () => {
      const { all } = await suffer(kind, { name: 'cut', failure: 'cut', within: AT_ONCE, knobs: { fault: 'cut', after: 5 } }, ' six seven eight nine ten', { capabilities: ['reset-step'] });
      const from = all.findIndex(({ data }) => data !== '[DONE]' && data.type === 'reset-step');
      const text = (part: typeof all): string => eventsOf(part, 'text-delta').map(({ delta }) => delta).join('');
      assert.deepEqual([text(all.slice(0, from)), text(all.slice(from))], [HALF, WORDS]);
    });
  });

  describe(`${kind}, without end`, { concurrency: 8 }, () => {
    for (const fault of endless) {
      it(`${fault.name}: is cut off at the cap, the second provider ends it`, async () => {
        const outcome = await suffer(kind, fault, ' and that is all.');
        assert.deepEqual(attemptsOf(outcome), [['first', 'error', fault.failure], ['second', 'ok', undefined]]);
        assert.match(outcome.text, /^one two three four five six seven eight nine ten( and so on)+ and that is all\.$/);
        assert.ok(outcome.text.length <= MAX_TOKENS * 8 + ' and that is all.'.length);
        assert.equal(outcome.ending, 'finish');
        assert.ok(outcome.ms < fault.within + ROOM, `took ${outcome.ms} ms`);
      });
      it(`${fault.name}, alone: what was said stays, and the end is an error`, async () => {
        const outcome = await suffer(kind, fault, null);
        assert.deepEqual(attemptsOf(outcome), [['first', 'error', fault.failure]]);
        assert.match(outcome.text, /^one two .* ten( and so on)+$/);
        assert.equal(outcome.kept, outcome.text);
        assert.deepEqual(eventsOf(outcome.all, 'error'), [{ type: 'error', errorText: 'answer_interrupted' }]);
        assert.ok(outcome.ms < fault.within + ROOM, `took ${outcome.ms} ms`);
      });
    }
  });
}
