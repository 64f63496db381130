/** An MCP server in a turn: there when the backend is ready, progress and result in the stream, stopped with the visitor, its resources found. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Agent, Dispatch } from '@halfsecond/bff/layers';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake } from '../../fakes/server.ts';
import { ORIGIN, admin, ask, bffFor, eventsOf, post, received, session, textOf } from '../harness.ts';
import type { TestBff } from '../harness.ts';
import { stdio } from './servers.ts';
import { agentWith, until } from './setup.ts';

const agent: Agent = { ...agentWith(['all.*']), name: 'guide' };
const dispatch: Dispatch = async () => ({ agent, score: 1, abstained: false, human: false, alternatives: [] });

describe('server-everything in a turn', () => {
  let bff: TestBff;
  let model: Fake;
  let token: string;
  before(async () => {
    model = await startOpenAI();
    const { command } = stdio('everything');
    bff = await bffFor({
      agents: [agent], providers: { p: { kind: 'openai', baseURL: `${model.url}/v1`, apiKey: 'k' } }, models: [{ id: 'm', provider: 'p', model: 'm', inputPrice: 1, outputPrice: 2 }],
      tools: { all: { kind: 'mcp', command, knowledge: true } },
    }, { replace: { dispatch } });
    ({ token } = await session(bff));
  });
  after(async () => {
    await bff.stop();
    await model.close();
  });

  test('a ready backend has its tools, and tells their state to the operator', async () => {
    const { tools } = (await (await admin(bff, 'GET', '/admin/tools')).json()) as { tools: { name: string; state: string }[] };
    assert.ok(tools.some(({ name }) => name === 'all.echo'), bff.logs.join('\n'));
    assert.equal((await admin(bff, 'POST', '/admin/tools/accept', { name: 'all.echo' })).status, 404, 'nothing has changed');
  });

  test('progress and result are in the stream, by name', async () => {
    model.set([{ calls: [{ name: 'all_trigger-long-running-operation', input: { duration: 1, steps: 4 }, id: 'long' }] }, { text: 'It is done.' }]);
    const all = await ask(bff, token, 'c1', 'take your time');
    const outputs = eventsOf(all, 'tool-output-available');
    assert.ok(outputs.filter(({ preliminary }) => preliminary).length >= 2);
    assert.match(JSON.stringify(outputs[0]?.output), /"message"/, 'in words that the widget shows');
    assert.match(String(outputs.at(-1)?.output), /completed/);
    assert.equal(eventsOf(all, 'tool-input-start')[0]?.toolName, 'all.trigger-long-running-operation');
    assert.equal(textOf(all), 'It is done.');
  });

  test('a visitor who stops ends the call', async () => {
    model.set([{ calls: [{ name: 'all_trigger-long-running-operation', input: { duration: 8, steps: 8 }, id: 'long' }] }, { text: 'never' }]);
    const from = performance.now();
    for await (const { data } of received(await post(bff, token, 'c2', 'take your time'))) {
      if (data === '[DONE]' || data.type !== 'tool-input-available') continue;
      await fetch(`${bff.url}/api/chat/c2/stop`, { method: 'POST', headers: { authorization: `Bearer ${token}`, origin: ORIGIN } });
    }
    assert.ok(performance.now() - from < 4_000);
  });

  test('what it offers as resources is found as knowledge', async () => {
    const found = async (): Promise<{ source: { document: string } }[]> => ((await (await admin(bff, 'POST', '/admin/memory/search', { site: 'shop', query: 'architecture of the everything server', scope: 'knowledge' })).json()) as { snippets: { source: { document: string } }[] }).snippets;
    await until(() => bff.logs.some((line) => line.startsWith('knowledge of shop from all:')));
    assert.ok((await found()).some(({ source }) => source.document.startsWith('mcp:all:')), bff.logs.join('\n'));
  });
});
