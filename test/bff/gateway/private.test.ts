/** Private and public through the whole backend: the class of a turn, where it sticks, and what happens when no private model is left. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Agent, Dispatch, Recall, RunTools } from '@halfsecond/bff/layers';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake } from '../../fakes/server.ts';
import { admin, ask, bffFor, eventsOf, session, textOf } from '../harness.ts';
import type { TestBff } from '../harness.ts';

const CARD = '4111 1111 1111 1111';
const NOTE = 'This conversation holds private data, so no outside language model was asked. A person can help you with it.';
const desk: Agent = { name: 'desk', title: 'Desk', description: '', topics: [], examples: [], instructions: '', tools: ['docs.*'], dataClass: 'public', quality: 1, identity: false };
const as = (agent: Agent): Dispatch => async () => ({ agent, score: 1, abstained: false, human: false, alternatives: [] });
const noMemory: Recall = async () => ({ snippets: [], tokens: 0 });

let open: Fake;
let house: Fake;
before(async () => {
  [open, house] = [await startOpenAI(), await startOpenAI()];
});
after(() => Promise.all([open.close(), house.close()]));
beforeEach(() => {
  open.set({ text: 'Said by the open model.' });
  house.set({ text: 'Said by the house model.' });
  open.requests.length = 0;
  house.requests.length = 0;
});

/** The public model is by far the cheaper one. */
function settings(more: Record<string, unknown> = {}): Record<string, unknown> {
  const timeouts = { headers: 300, firstContent: 400, silence: 300 };
  return {
    providers: {
      open: { kind: 'openai', baseURL: `${open.url}/v1`, apiKey: 'k', timeouts },
      house: { kind: 'openai-compatible', baseURL: `${house.url}/v1`, private: true, timeouts },
    },
    models: [
      { id: 'open-1', provider: 'open', model: 'm', inputPrice: 0.1, outputPrice: 0.1 },
      { id: 'house-1', provider: 'house', model: 'm', inputPrice: 9, outputPrice: 9 },
    ],
    limits: { requestsPerMinute: 1_000 },
    ...more,
  };
}
async function withBff(use: (bff: TestBff, token: string) => Promise<void>, more: Record<string, unknown> = {}, options: Parameters<typeof bffFor>[1] = { replace: { recall: noMemory } }): Promise<void> {
  const bff = await bffFor(settings(more), options);
  try {
    await use(bff, (await session(bff)).token);
  } finally {
    await bff.stop();
  }
}

describe('a private message', () => {
  it('goes to the private pool, and so does all that follows in its conversation; another one is free', () => withBff(async (bff, token) => {
    assert.equal(textOf(await ask(bff, token, 'a', 'Hello')), 'Said by the open model.');
    const asked = open.requests.length;
    assert.equal(textOf(await ask(bff, token, 'a', `My card is ${CARD}`)), 'Said by the house model.');
    for (const text of ['And now?', 'Still there?', 'What did I say?', 'Anything else?', 'Bye']) assert.equal(textOf(await ask(bff, token, 'a', text)), 'Said by the house model.');
    assert.equal(open.requests.length, asked);
    assert.equal(textOf(await ask(bff, token, 'b', 'Hello')), 'Said by the open model.');
  }));

  it('keeps its class over a restart, after it was edited away, and in a file of an earlier version', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'halfsecond-private-'));
    mkdirSync(join(folder, 'data'), { recursive: true });
    const old = new DatabaseSync(join(folder, 'data', 'bff.sqlite'));
    old.exec('CREATE TABLE chats (site TEXT NOT NULL, visitor TEXT NOT NULL, id TEXT NOT NULL, agent TEXT, created_at INTEGER NOT NULL, PRIMARY KEY (site, visitor, id)) WITHOUT ROWID');
    old.close();
    try {
      let token = '';
      await withBff(async (bff, fresh) => {
        token = fresh;
        await ask(bff, token, 'a', 'Hello');
        const body = { messages: [{ id: 'secret', role: 'user', parts: [{ type: 'text', text: `My card is ${CARD}` }] }] };
        await ask(bff, token, 'a', '', body);
      }, {}, { folder, replace: { recall: noMemory } });
      const asked = open.requests.length;
      await withBff(async (bff) => {
        assert.equal(textOf(await ask(bff, token, 'a', 'And now?')), 'Said by the house model.');
        assert.equal(textOf(await ask(bff, token, 'a', 'Never mind.', { messageId: 'secret' })), 'Said by the house model.');
      }, {}, { folder, replace: { recall: noMemory } });
      assert.equal(open.requests.length, asked);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('shows in explain', () => withBff(async (bff) => {
    const explain = async (message: string): Promise<{ route: { dataClass: string; order: { model: string }[] } }> => (await admin(bff, 'POST', '/admin/explain', { site: 'shop', message })).json() as never;
    const plain = await explain('Hello');
    assert.deepEqual([plain.route.dataClass, plain.route.order.map(({ model }) => model)], ['public', ['open-1', 'house-1', 'builtin']]);
    const card = await explain(`Charge ${CARD}`);
    assert.deepEqual([card.route.dataClass, card.route.order.map(({ model }) => model)], ['regulated', ['house-1', 'builtin']]);
    assert.equal((await explain('Write to bob@example.com')).route.dataClass, 'internal');
    assert.equal(open.requests.length + house.requests.length, 0);
  }));

  it('of the class internal goes to any provider, unless the configuration keeps it in', async () => {
    await withBff(async (bff, token) => assert.equal(textOf(await ask(bff, token, 'a', 'I am bob@example.com')), 'Said by the open model.'));
    await withBff(async (bff, token) => assert.equal(textOf(await ask(bff, token, 'a', 'I am bob@example.com')), 'Said by the house model.'), { route: { internal: 'private' } });
    const alone = { providers: { builtin: { kind: 'builtin' } }, models: [], agents: [{ name: 'hr', dataClass: 'internal' }] };
    await withBff(async () => {}, alone);
    await assert.rejects(withBff(async () => {}, { ...alone, route: { internal: 'private' } }), /agents\[0\] \("hr"\) is internal, but no model belongs to a private provider/);
  });
});

describe('what memory and tools bring', () => {
  it('a tool result raises the step that follows, and the conversation', () => {
    const tools: RunTools = async function* (calls) {
      for (const { id, name } of calls) yield { type: 'output', callId: id, name, output: { iban: 'DE89 3704 0044 0532 0130 00' }, ms: 1 };
    };
    return withBff(async (bff, token) => {
      open.set({ calls: [{ name: 'docs_search', input: { query: 'account' } }] });
      const all = await ask(bff, token, 'a', 'Which account do you have?');
      assert.equal(eventsOf(all, 'tool-output-available').length, 1);
      assert.equal(textOf(all), 'Said by the house model.');
      assert.doesNotMatch(JSON.stringify(open.requests.map(({ body }) => body)), /3704/);
      assert.equal(open.requests.length, 1, 'only the step before the result');
      assert.equal(textOf(await ask(bff, token, 'a', 'Thanks')), 'Said by the house model.');
      assert.equal(open.requests.length, 1);
    }, { tools: { docs: { kind: 'builtin' } } }, { replace: { recall: noMemory, dispatch: as(desk), tools } });
  });

  it('a snippet raises by its words, and by the class of the conversation that it comes from', async () => {
    const knowledge: Recall = async () => ({ tokens: 3, snippets: [{ id: 'd#1', text: `We refund ${CARD}.`, score: 1, tokens: 3, at: null, source: { kind: 'knowledge', document: 'd', title: 'D', heading: null, url: null } }] });
    await withBff(async (bff, token) => assert.equal(textOf(await ask(bff, token, 'a', 'What?')), 'Said by the house model.'), {}, { replace: { recall: knowledge } });
    const earlier: Recall = async () => ({ tokens: 3, snippets: [{ id: 't', text: 'I have been diagnosed.', score: 1, tokens: 3, at: null, source: { kind: 'turn', chat: 'clinic', role: 'user' } }] });
    const regulated: Dispatch = async ({ text }, signal) => as({ ...desk, dataClass: text.includes('diagnosed') ? 'regulated' : 'public' })({ site: '', text, recent: [], current: null, identified: false, dataClass: 'public' }, signal);
    await withBff(async (bff, token) => {
      assert.equal(textOf(await ask(bff, token, 'other', 'What do you know?')), 'Said by the open model.', 'before there is such a conversation');
      await ask(bff, token, 'clinic', 'I have been diagnosed.');
      const asked = open.requests.length;
      assert.equal(textOf(await ask(bff, token, 'third', 'What do you know?')), 'Said by the house model.');
      assert.equal(open.requests.length, asked);
    }, {}, { replace: { recall: earlier, dispatch: regulated } });
  });
});

describe('when no private model is left', () => {
  const handoffOf = (all: Awaited<ReturnType<typeof ask>>): string | undefined => eventsOf(all, 'data-handoff')[0]?.data.reason;

  it('the built-in answerer speaks and a person is offered, never a public model', async () => {
    const { house: _, ...providers } = settings()['providers'] as Record<string, unknown>;
    await withBff(async (bff, token) => {
      const all = await ask(bff, token, 'a', `My card is ${CARD}`);
      assert.equal(handoffOf(all), NOTE);
      assert.equal(eventsOf(all, 'finish')[0]?.messageMetadata.model, 'builtin');
      assert.notEqual(textOf(all), '');
    }, { providers, models: [{ id: 'open-1', provider: 'open', model: 'm', inputPrice: 1, outputPrice: 1 }] });
    assert.equal(open.requests.length, 0);
  });

  it('so too when the private one fails before it speaks', () => withBff(async (bff, token) => {
    for (const knobs of [{ status: 500 }, { status: 401 }, { fault: 'stall' as const }]) {
      house.set(knobs);
      const all = await ask(bff, token, 'a', `My card is ${CARD}`);
      assert.equal(handoffOf(all), NOTE, JSON.stringify(knobs));
      assert.equal(eventsOf(all, 'finish').length, 1);
    }
    assert.equal(open.requests.length, 0);
  }));

  it('a private one that breaks off in mid-answer ends as an error with a person on offer', () => withBff(async (bff, token) => {
    house.set({ text: 'one two three four five six', fault: 'cut', after: 3 });
    const all = await ask(bff, token, 'a', `My card is ${CARD}`);
    assert.equal(handoffOf(all), NOTE);
    assert.equal(eventsOf(all, 'error').length, 1);
    assert.equal(open.requests.length, 0);
  }));
});
