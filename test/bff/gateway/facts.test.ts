/** Facts through the whole backend: a cheap model reads them after the conversation, and the answers of another day rest on them. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { parseConfig } from '@halfsecond/bff/config';
import { createExtractFacts } from '@halfsecond/bff/facts.ts';
import type { Fact, MemoryTurn, RouteInput } from '@halfsecond/bff/layers.ts';
import { classOf } from '@halfsecond/bff/route/sensitive.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake } from '../../fakes/server.ts';
import { admin, ask, bffFor, session, SITE, type TestBff } from '../harness.ts';
import { until } from '../tools/setup.ts';

type Snippets = { snippets: { id: string; text: string; source: { kind: string; chat: string; turn: string; validFrom: number; validTo: number | null } }[] };

let model: Fake;
before(async () => {
  model = await startOpenAI();
});
after(() => model.close());
beforeEach(() => {
  model.requests.length = 0;
});

const reads = (body: Record<string, unknown> | undefined): boolean => JSON.stringify(body ?? {}).includes('notes about the visitor');
const readings = (): Record<string, unknown>[] => model.requests.flatMap(({ body }) => (reads(body) ? [body] : []));
/** Whoever reads for facts says `notes`, everybody else an answer. */
const says = (notes: string): void => model.set({ text: (body) => (reads(body) ? notes : 'An answer.') });

function settings(more: Record<string, unknown> = {}, facts: object | null = { model: 'reader', pause: 1 }): Record<string, unknown> {
  const provider = { baseURL: `${model.url}/v1`, apiKey: 'k' };
  return {
    providers: { open: { kind: 'openai', ...provider } },
    models: [{ id: 'answers', provider: 'open', model: 'big', inputPrice: 1, outputPrice: 1, quality: 3 }, { id: 'reader', provider: 'open', model: 'small', inputPrice: 2, outputPrice: 2, quality: 1 }],
    memory: facts === null ? {} : { facts },
    limits: { requestsPerMinute: 1_000 },
    ...more,
  };
}

async function withBff(use: (bff: TestBff, visitor: { token: string; visitor: string }) => Promise<void>, config = settings()): Promise<void> {
  const bff = await bffFor(config);
  try {
    await use(bff, await session(bff));
  } finally {
    await bff.stop();
  }
}

async function search(bff: TestBff, visitor: string, query: string): Promise<Snippets['snippets']> {
  const { snippets } = (await (await admin(bff, 'POST', '/admin/memory/search', { site: SITE.id, visitor, query })).json()) as Snippets;
  return snippets.filter(({ source }) => source.kind === 'fact');
}

const kept = async (bff: TestBff, visitor: string): Promise<{ text: string; turn: string; supersededBy: string | null }[]> => (
  ((await (await admin(bff, 'GET', `/admin/memory/visitors/${visitor}?site=${SITE.id}`)).json()) as { facts: { text: string; turn: string; supersededBy: string | null }[] }).facts
);
async function untilKept(bff: TestBff, visitor: string, count: number): Promise<void> {
  for (const from = Date.now(); (await kept(bff, visitor)).length < count;) assert.ok(Date.now() - from < 15_000, 'the facts did not come');
}

describe('facts', () => {
  it('are read by the named model after the turn, and stand in the prompt of a later conversation', () => withBff(async (bff, { token, visitor }) => {
    says('```json\n{"facts":[{"fact":"The visitor runs a bakery in Lyon","turn":1,"from":"2024-05-01","until":null,"replaces":[]},{"nonsense":true}]}\n```');
    await ask(bff, token, 'monday', 'Since May 2024 I run a bakery in Lyon, can I print labels?');
    await untilKept(bff, visitor, 1);
    const [reading] = readings();
    assert.equal(reading?.['model'], 'small');
    assert.match(JSON.stringify(reading), /Since May 2024 I run a bakery in Lyon/);
    const [fact] = await search(bff, visitor, 'Where is my bakery?');
    assert.deepEqual([fact?.text, fact?.source.chat, fact?.source.validFrom, fact?.source.validTo], ['The visitor runs a bakery in Lyon (since 2024-05-01)', 'monday', Date.UTC(2024, 4, 1), null]);
    assert.equal(fact?.source.turn, (await kept(bff, visitor))[0]?.turn);
    await ask(bff, token, 'friday', 'Where is my bakery?');
    assert.match(JSON.stringify(model.requests.findLast(({ body }) => body['model'] === 'big')?.body), /note about the visitor.{0,80}The visitor runs a bakery in Lyon/);
    // Neither a stranger nor what was erased.
    const other = await session(bff);
    assert.deepEqual(await search(bff, other.visitor, 'Where is my bakery?'), []);
    assert.equal((await admin(bff, 'DELETE', `/admin/memory/visitors/${visitor}?site=${SITE.id}`)).status, 200);
    assert.deepEqual([await kept(bff, visitor), await search(bff, visitor, 'Where is my bakery?')], [[], []]);
  }));

  it('replace each other by the names that the model was given for them', () => withBff(async (bff, { token, visitor }) => {
    says('{"facts":[{"fact":"The visitor lives in Lyon","turn":1,"from":null,"until":null,"replaces":[]}]}');
    await ask(bff, token, 'monday', 'I live in Lyon');
    await untilKept(bff, visitor, 1);
    says('{"facts":[{"fact":"The visitor lives in Turin","turn":1,"from":null,"until":null,"replaces":["K1"]}]}');
    await ask(bff, token, 'friday', 'I live in Turin now');
    await untilKept(bff, visitor, 2);
    const [old, fresh] = await kept(bff, visitor);
    assert.deepEqual([old?.text, fresh?.text, fresh?.supersededBy, old?.supersededBy !== null], ['The visitor lives in Lyon', 'The visitor lives in Turin', null, true]);
    assert.deepEqual((await search(bff, visitor, 'Which town do I live in?')).map(({ text }) => text), ['The visitor lives in Turin']);
  }));

  it('are never read out of what the model may not see, nor beyond their share of the daily budget, nor without being asked for', async () => {
    says('{"facts":[]}');
    await withBff(async (bff, { token }) => {
      await ask(bff, token, 'private', 'my card is 4111 1111 1111 1111, I live in Lyon');
      await ask(bff, (await session(bff)).token, 'open', 'I live in Lyon');
      await until(() => readings().length > 0);
      assert.doesNotMatch(JSON.stringify(readings()), /4111/);
    });
    model.requests.length = 0;
    // A reading costs more than a tenth of 2 cents: there is one, and none after it.
    await withBff(async (bff, { token }) => {
      model.set({ text: (body) => (reads(body) ? '{"facts":[]}' : 'An answer.'), usage: { inputTokens: 1_000, outputTokens: 100 } });
      await ask(bff, token, 'a', 'I live in Lyon');
      await until(() => readings().length === 1);
      await ask(bff, token, 'b', 'I live in Turin');
      await until(() => bff.logs.some((line) => line.startsWith('facts: reader is not asked any more today')));
    }, settings({ limits: { requestsPerMinute: 1_000, dailySpend: 0.02 } }));
    assert.equal(readings().length, 1);
    model.requests.length = 0;
    await withBff(async (bff, { token, visitor }) => {
      await ask(bff, token, 'a', 'I live in Lyon');
      assert.deepEqual(await kept(bff, visitor), []);
    }, settings({}, null));
    assert.equal(readings().length, 0);
  });

  it('of a private conversation stay out of one that is not, and no secret becomes one, whoever reads', async () => {
    const at = Date.UTC(2026, 10, 2);
    const asked: RouteInput[] = [];
    const note = (fact: string, turn: unknown, more: object = {}): object => ({ fact, turn, from: null, until: null, replaces: [], ...more });
    const notes = [
      note('The visitor lives in Lyon', '1', { from: '0001-01-01', until: '9999-12-31', replaces: ['K1', 'K2'] }),
      note('The visitor pays with card 4111 1111 1111 1111', 1), note('The password of the visitor is hunter2hunter2', 1),
      ...[0, 2, 1.5, -1, null, 'first'].map((turn) => note('The visitor lives elsewhere', turn)),
    ];
    const extract = createExtractFacts({
      model: 'reader', limit: 1, ledger: { spent: () => 0, add: () => true }, language: () => 'en', log: () => {}, allowed: () => true,
      classify: (text) => classOf([text], () => assert.fail()), classOfChat: ({ chat }) => (chat === 'ward' ? 'regulated' : 'public'),
      async *route(input) {
        asked.push(input);
        yield { type: 'text', text: JSON.stringify({ facts: notes }) };
        yield { type: 'end', reason: 'stop', provider: 'p', model: 'reader', fallback: false, usage: { inputTokens: 1, outputTokens: 1 }, cost: 0 };
      },
    });
    const fact = (id: string, chat: string, text: string): Fact => ({ id, chat, text, turn: 't', at, validFrom: at, validTo: null, supersededBy: null });
    const known = [fact('a', 'ward', 'The visitor has diabetes'), fact('b', 'office', 'The visitor lives in Nice')];
    const turns: MemoryTurn[] = [{ id: 't1', site: 's', visitor: 'v', chat: 'c', role: 'user', text: 'I live in Lyon', at }];
    const read = (chat: string) => extract({ site: 's', visitor: 'v', chat, before: [], turns, known }, new AbortController().signal);
    assert.deepEqual(await read('office'), { facts: [{ text: 'The visitor lives in Lyon', turn: 't1', from: null, until: null, replaces: ['b'] }] });
    assert.deepEqual(await read('ward'), { facts: [{ text: 'The visitor lives in Lyon', turn: 't1', from: null, until: null, replaces: ['a', 'b'] }] });
    assert.deepEqual(asked.map(({ dataClass, messages }) => [dataClass, JSON.stringify(messages).includes('diabetes')]), [['public', false], ['regulated', true]]);
  });

  it('count a call that is broken off like the one before it', async () => {
    const booked: number[] = [];
    let calls = 0;
    const extract = createExtractFacts({
      model: 'reader', limit: 1, ledger: { spent: () => 0, add: (_, dollars) => booked.push(dollars) > 0 }, language: () => 'en', log: () => {}, allowed: () => true, classify: () => 'public', classOfChat: () => 'public',
      async *route() {
        calls++;
        if (calls === 2) throw new Error('late');
        yield { type: 'text', text: '{"facts":[]}' };
        yield calls === 1 ? { type: 'end', reason: 'stop', provider: 'p', model: 'reader', fallback: false, usage: { inputTokens: 1, outputTokens: 1 }, cost: 0.25 } : { type: 'fail', code: 'unavailable' };
      },
    });
    const read = () => extract({ site: 's', visitor: 'v', chat: 'c', before: [], turns: [], known: [] }, new AbortController().signal);
    assert.deepEqual(await read(), { facts: [] });
    await assert.rejects(read(), /late/);
    assert.deepEqual(await read(), { failed: 'later' });
    assert.deepEqual(booked, [0.25, 0.25, 0]);
  });

  it('of a private conversation are not read by another model while its visitor is being erased', async () => {
    const provider = { kind: 'openai', baseURL: `${model.url}/v1`, apiKey: 'k' };
    const config = settings({
      providers: { open: provider, own: { ...provider, private: true } },
      models: [{ id: 'answers', provider: 'own', model: 'big' }, { id: 'reader', provider: 'open', model: 'small' }],
      agents: [{ name: 'ward', dataClass: 'regulated' }], dispatch: { fallback: 'ward' }, memory: { facts: { model: 'reader', pause: 300 } },
    });
    await withBff(async (bff, { token, visitor }) => {
      says('{"facts":[]}');
      await ask(bff, token, 'a', 'I have been feeling dizzy since Monday');
      // What holds up the erasure: the tables are busy.
      const documents = Array.from({ length: 400 }, (_, n) => ({ id: `d${n}`, title: `Document ${n}`, text: `# Part\n${'Some words about parcels. '.repeat(200)}` }));
      const ingested = admin(bff, 'POST', '/admin/knowledge', { site: SITE.id, documents });
      assert.equal((await admin(bff, 'DELETE', `/admin/memory/visitors/${visitor}?site=${SITE.id}`)).status, 200);
      await ingested;
      assert.deepEqual(readings(), []);
    }, config);
  });

  it('that cannot be read leave turns as they are, and say so in the log', () => withBff(async (bff, { token }) => {
    model.set({ status: 500 });
    await bff.knowledge;
    await ask(bff, token, 'a', 'I live in Lyon').catch(() => []);
    await until(() => bff.logs.some((line) => line.startsWith('facts: reader could not be asked')));
    says('{"facts":[]}');
  }));

  it('need a model that can read', () => {
    const faults = (facts: object): unknown => {
      const read = parseConfig({ ...settings({}, facts), site: SITE, providers: { open: { kind: 'openai', apiKey: 'k' }, own: { kind: 'builtin' } }, models: [{ id: 'reader', provider: 'open', model: 'm' }, { id: 'own', provider: 'own', model: 'b' }] }, {}, '.');
      return 'faults' in read ? read.faults : [];
    };
    assert.deepEqual(faults({ model: 'reader' }), []);
    assert.deepEqual(faults({ model: 'nobody' }), ['memory.facts.model is "nobody", which models does not have: expected one of "reader", "own".']);
    assert.deepEqual(faults({ model: 'own' }), ['memory.facts.model is "own", but the built-in answerer cannot read facts: expected a model of another provider.']);
  });
});
