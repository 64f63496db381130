/** Each of the five layers is replaced by another function of its type, and nothing else has to change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Agent, Dispatch, Gateway, Question, Recall, Route, RunTools } from '@halfsecond/bff/layers';
import { ask, bffFor, eventsOf, session, textOf } from '../harness.ts';
import type { TestBff } from '../harness.ts';

const agent: Agent = { name: 'pirate', title: 'Pirate', description: '', topics: [], examples: [], instructions: '', tools: ['docs.*'], dataClass: 'public', quality: 1, identity: false };
const dispatch: Dispatch = async () => ({ agent, score: 0.99, abstained: false, human: false, alternatives: [] });
const recall: Recall = async () => ({ tokens: 3, snippets: [{ id: 'map#1', text: 'The gold is under the palm.', score: 1, tokens: 3, at: null, source: { kind: 'knowledge', document: 'map', title: 'Map', heading: null, url: 'https://sea.example/map' } }] });
const route: Route = async function* (input) {
  yield { type: 'model', provider: 'sea', model: 'parrot', fallback: false, reason: 'the only one' };
  const done = input.messages.find((message) => message.role === 'tool');
  const end = { type: 'end', provider: 'sea', model: 'parrot', fallback: false, usage: { inputTokens: 1, outputTokens: 2 }, cost: 0.5 } as const;
  if (input.tools.length > 0 && !done) {
    yield { type: 'call', call: { id: 'call-1', name: 'docs.search', input: { query: 'gold' } } };
    yield { ...end, reason: 'calls' };
    return;
  }
  if (input.snippets[0]) yield { type: 'cite', snippet: input.snippets[0] };
  yield { type: 'text', text: `Arr! ${input.snippets[0]?.text ?? ''} ${done?.role === 'tool' ? done.output : ''}` };
  yield { ...end, reason: 'stop' };
};
const tools: RunTools = async function* (calls) {
  for (const { id, name } of calls) yield { type: 'output', callId: id, name, output: 'a spade', ms: 1 };
};
const gateway: Gateway = (turn) => async (request) => {
  const question: Question = {
    id: 'a', traceId: 't'.repeat(32), owner: { site: 'shop', visitor: 'v', chat: 'c', identified: false }, messageId: 'm', text: new URL(request.url).searchParams.get('q') ?? '',
    lang: 'en', recent: [], dataClass: 'public', agent: null, resetStep: false, arrivedAt: performance.now(),
  };
  const events = await Array.fromAsync(turn(question, AbortSignal.timeout(5_000)));
  return new Response(events.flatMap((event) => (event.type === 'text-delta' ? [event.delta] : [])).join(''));
};

async function withBff(settings: Record<string, unknown>, replace: NonNullable<Parameters<typeof bffFor>[1]>['replace'], use: (bff: TestBff) => Promise<void>): Promise<void> {
  const bff = await bffFor(settings, replace ? { replace } : {});
  try {
    await use(bff);
  } finally {
    await bff.stop();
  }
}

test('dispatch', () => withBff({}, { dispatch }, async (bff) => {
  const all = await ask(bff, (await session(bff)).token, 'c', 'hello');
  assert.deepEqual(eventsOf(all, 'data-agent')[0]?.data, { name: 'pirate', title: 'Pirate', confidence: 0.99 });
}));

test('memory', () => withBff({}, { recall, route }, async (bff) => {
  const all = await ask(bff, (await session(bff)).token, 'c', 'Where is the gold?');
  assert.match(textOf(all), /under the palm/);
  assert.equal(eventsOf(all, 'source-url')[0]?.url, 'https://sea.example/map');
}));

test('route', () => withBff({}, { route }, async (bff) => {
  const all = await ask(bff, (await session(bff)).token, 'c', 'hello');
  assert.match(textOf(all), /^Arr!/);
  const [finish] = eventsOf(all, 'finish');
  assert.equal(finish?.messageMetadata.model, 'parrot');
  assert.equal(finish?.messageMetadata.cost, 0.5);
}));

test('tools', () => withBff({ tools: { docs: { kind: 'builtin' } } }, { dispatch, recall, route, tools }, async (bff) => {
  const all = await ask(bff, (await session(bff)).token, 'c', 'hello');
  assert.equal(textOf(all).trim(), 'Arr! The gold is under the palm. "a spade"');
  assert.deepEqual(eventsOf(all, 'tool-input-available').map(({ toolName, input }) => ({ toolName, input })), [{ toolName: 'docs.search', input: { query: 'gold' } }]);
  assert.deepEqual(eventsOf(all, 'tool-output-available').map(({ output }) => output), ['a spade']);
  assert.equal(eventsOf(all, 'finish')[0]?.messageMetadata.cost, 1, 'both steps are paid for');
}));

test('gateway', () => withBff({}, { gateway, route }, async (bff) => {
  assert.match(await (await fetch(`${bff.url}/?q=hello`)).text(), /^Arr!/);
}));

test('a layer that throws ends the turn as an error with a code, and is named in no event', () => withBff({}, { dispatch: () => Promise.reject(new Error('secret cause')) }, async (bff) => {
  const all = await ask(bff, (await session(bff)).token, 'c', 'hello');
  assert.equal(eventsOf(all, 'error')[0]?.errorText, 'internal');
  assert.doesNotMatch(JSON.stringify(all), /secret cause/);
}));

test('a memory that fails costs the snippets, not the answer', () => withBff({}, { recall: () => Promise.reject(new Error('gone')) }, async (bff) => {
  assert.equal(eventsOf(await ask(bff, (await session(bff)).token, 'c', 'hello'), 'finish').length, 1);
}));
