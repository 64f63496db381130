/** Providers through the whole backend: the official SDKs are called, a refused key is public, the next one answers. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { feed as feedSchema } from '@halfsecond/shared/status';
import type { Feed } from '@halfsecond/shared/status';
import { startAnthropic } from '../../fakes/anthropic.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import { ask, bffFor, eventsOf, session, textOf } from '../harness.ts';
import type { TestBff } from '../harness.ts';

async function feedOf(bff: TestBff, after = 0): Promise<Feed> {
  const response = await fetch(`${bff.url}/status/feed?after=${after}`, { headers: { authorization: 'Bearer feed-key' } });
  const body = await response.text();
  assert.equal(response.headers.get('x-halfsecond-signature'), `sha256=${createHmac('sha256', 'feed-key').update(body).digest('hex')}`);
  return feedSchema.parse(JSON.parse(body));
}

test('openai, anthropic and openai-compatible are asked through their SDKs', async () => {
  const [openai, anthropic] = [await startOpenAI({ text: 'From OpenAI.' }), await startAnthropic({ text: 'From Anthropic.' })];
  const kinds = [
    { kind: 'openai', baseURL: `${openai.url}/v1`, fake: openai, path: '/v1/responses', agent: /OpenAI\/JS/, says: 'From OpenAI.' },
    { kind: 'openai-compatible', baseURL: `${openai.url}/v1`, fake: openai, path: '/v1/chat/completions', agent: /OpenAI\/JS/, says: 'From OpenAI.' },
    { kind: 'anthropic', baseURL: anthropic.url, fake: anthropic, path: '/v1/messages', agent: /Anthropic\/JS/, says: 'From Anthropic.' },
  ];
  try {
    for (const { kind, baseURL, fake, path, agent, says } of kinds) {
      const bff = await bffFor({ providers: { p: { kind, baseURL, apiKey: 'k' } }, models: [{ id: 'm', provider: 'p', model: 'm', inputPrice: 1, outputPrice: 2 }], memory: { enabled: false } });
      try {
        assert.equal(textOf(await ask(bff, (await session(bff)).token, 'c', 'hi')), says);
        const asked = fake.requests.at(-1);
        assert.equal(asked?.path, path);
        assert.match(String(asked?.headers['user-agent']), agent);
        assert.ok(asked?.headers['x-stainless-lang'], 'the SDK\'s own headers are there');
      } finally {
        await bff.stop();
      }
    }
  } finally {
    await openai.close();
    await anthropic.close();
  }
});

test('a wrong key: the next provider answers, and the feed says which one is down and why', async () => {
  const [openai, anthropic] = [await startOpenAI({ key: 'right' }), await startAnthropic({ text: 'I step in.' })];
  const bff = await bffFor({
    providers: { cheap: { kind: 'openai', baseURL: `${openai.url}/v1`, apiKey: 'wrong' }, dear: { kind: 'anthropic', baseURL: anthropic.url, apiKey: 'k' }, keyless: { kind: 'openai' } },
    models: [
      { id: 'dear-1', provider: 'dear', model: 'm', inputPrice: 3, outputPrice: 9 },
      { id: 'cheap-1', provider: 'cheap', model: 'm', inputPrice: 1, outputPrice: 2 },
      { id: 'none-1', provider: 'keyless', model: 'm', inputPrice: 0, outputPrice: 0 },
    ],
    memory: { enabled: false },
  });
  try {
    const { token } = await session(bff);
    const all = await ask(bff, token, 'c', 'hi');
    assert.equal(textOf(all), 'I step in.');
    assert.equal(eventsOf(all, 'finish')[0]?.messageMetadata.fallback, true);
    assert.ok(eventsOf(all, 'data-status').some(({ data }) => data.state === 'switching'), 'the visitor is told');
    assert.doesNotMatch(JSON.stringify(all), /wrong|127\.0\.0\.1/, 'neither key nor host leaves the house');
    const feed = await feedOf(bff);
    const states = Object.fromEntries(feed.providers.map(({ id, state, failure }) => [id, failure ? `${state}: ${failure}` : state]));
    assert.equal(states['cheap'], 'down: auth');
    assert.equal(states['dear'], 'up');
    assert.equal(states['keyless'], 'off');
    assert.deepEqual(feed.samples[0]?.attempts.map(({ provider, outcome, failure }) => [provider, outcome, failure]), [['cheap', 'error', 'auth'], ['dear', 'ok', undefined]]);
    assert.ok(feed.fallbackSince !== null);
    const asked = openai.requests.length;
    await ask(bff, token, 'c', 'again');
    assert.equal(openai.requests.length, asked, 'a provider that refused the key is not asked again at once');
  } finally {
    await bff.stop();
    await openai.close();
    await anthropic.close();
  }
});

test('the feed: only what came after, an epoch, and not a word of any message', async () => {
  const bff = await bffFor({ memory: { enabled: false } });
  try {
    const { token } = await session(bff);
    for (const text of ['canary-one', 'canary-two']) await ask(bff, token, 'c', text);
    const whole = await feedOf(bff);
    assert.deepEqual(whole.samples.map(({ seq }) => seq), [1, 2]);
    const rest = await feedOf(bff, 1);
    assert.deepEqual(rest.samples.map(({ seq }) => seq), [2]);
    assert.equal(rest.epoch, whole.epoch);
    assert.doesNotMatch(JSON.stringify(whole), /canary/);
    assert.doesNotMatch(await (await fetch(`${bff.url}/metrics`)).text(), /canary/);
    assert.doesNotMatch(bff.logs.join('\n'), /canary/);
  } finally {
    await bff.stop();
  }
});
