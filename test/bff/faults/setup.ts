/** A bff in front of one faulty provider, alone or with a healthy second one, and what became of a question to it. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { feed as feedSchema } from '@halfsecond/shared/status';
import type { Sample } from '@halfsecond/shared/status';
import { startAnthropic } from '../../fakes/anthropic.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake, Knobs } from '../../fakes/server.ts';
import { ask, bffFor, session, textOf } from '../harness.ts';
import type { Received, TestBff } from '../harness.ts';

export const KINDS = ['openai', 'openai-compatible', 'anthropic'] as const;
export type Kind = (typeof KINDS)[number];

/** Deadlines short enough to be waited for in a test, and such as no busy machine reaches. */
export const short = { headers: 250, firstContent: 400, silence: 300 };
export const patient = { headers: 5_000, firstContent: 5_000, silence: 5_000 };
/** What the faulty provider would say, word by word, and what has been said when it fails midway. */
export const WORDS = 'one two three four five six seven eight nine ten';
export const HALF = 'one two three four five';
export const SECOND = 'The second one answers.';
/** An answer may be this long: eight characters per token. */
export const MAX_TOKENS = 50;

export function startKind(kind: Kind, knobs: Knobs): Promise<Fake> {
  return kind === 'anthropic' ? startAnthropic(knobs) : startOpenAI(knobs);
}

/** `firstUrl` and `timeouts` are the first provider's; the second one speaks Chat Completions. */
export function bffWith(kind: Kind, firstUrl: string, second: Fake | null, timeouts: typeof short): Promise<TestBff> {
  const model = (id: string, price: number) => ({ id, provider: id, model: id, inputPrice: price, outputPrice: price, maxOutputTokens: MAX_TOKENS });
  return bffFor({
    providers: {
      first: { kind, apiKey: 'k', baseURL: kind === 'anthropic' ? firstUrl : `${firstUrl}/v1`, timeouts },
      ...(second && { second: { kind: 'openai-compatible', apiKey: 'k', baseURL: `${second.url}/v1`, timeouts: patient } }),
      builtin: { kind: 'builtin' },
    },
    models: [model('first', 1), ...(second ? [model('second', 2)] : []), { id: 'builtin', provider: 'builtin', model: 'builtin' }],
    memory: { enabled: false },
  });
}

/** A port where nobody listens. */
export async function deadPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export async function samplesOf(bff: TestBff): Promise<Sample[]> {
  const response = await fetch(`${bff.url}/status/feed?after=0`, { headers: { authorization: 'Bearer feed-key' } });
  return feedSchema.parse(await response.json()).samples;
}

/** `ms` from the question to the end of the stream; `kept` is the answer as it is stored. */
export type Outcome = { all: Received[]; text: string; ending: string; ms: number; sample: Sample; kept: string };

/** Asks once. The stream has to end by itself, exactly once, and with [DONE] behind its end. */
export async function outcomeOf(bff: TestBff, more: Record<string, unknown> = {}): Promise<Outcome> {
  const { token } = await session(bff);
  const started = performance.now();
  const all = await ask(bff, token, 'c', 'Count to ten, please.', more);
  const ms = performance.now() - started;
  const types = all.map(({ data }) => (data === '[DONE]' ? data : data.type));
  assert.equal(types.at(-1), '[DONE]');
  const endings = types.filter((type) => type === 'finish' || type === 'error' || type === 'abort');
  assert.deepEqual(endings, types.slice(-2, -1), 'one ending, right before [DONE]');
  const [sample] = await samplesOf(bff);
  assert.ok(sample, 'the turn is in the feed');
  const stored = await (await fetch(`${bff.url}/api/chat/c`, { headers: { authorization: `Bearer ${token}` } })).json() as { messages: { role: string; parts: { type: string; text?: string }[] }[] };
  const kept = stored.messages.filter(({ role }) => role === 'assistant').flatMap(({ parts }) => parts.map(({ text }) => text ?? '')).join('');
  return { all, text: textOf(all), ending: endings[0] ?? '', ms, sample, kept };
}
