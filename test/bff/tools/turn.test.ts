/** The demo's agents and tools through the real door: a bff with its own memory, a status host, and the builtin answerer. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ask, bffFor, eventsOf, session } from '../harness.ts';
import type { TestBff } from '../harness.ts';

const demo = JSON.parse(readFileSync(join(import.meta.dirname, '../../../halfsecond.config.json'), 'utf8')) as Record<string, unknown>;
const document = '# Shipping widgets\n\n## Theming\n\nThe accent colour is set by the custom property --hs-accent on the page.\n';
const asked: string[] = [];
const status = createServer((request, response) => {
  asked.push(request.url ?? '');
  const summary = { status: { indicator: 'none', description: 'All systems operational' }, components: [{ name: 'gateway', status: 'operational' }] };
  response.end(JSON.stringify(request.url?.startsWith('/api/v2/') ? summary : { models: [] }));
});
describe('tools in a turn', () => {
  let bff: TestBff;
  let token: string;

  before(async () => {
    await new Promise<void>((resolve) => status.listen(0, '127.0.0.1', resolve));
    const { port } = status.address() as AddressInfo;
    bff = await bffFor({ agents: demo['agents'], tools: demo['tools'] }, { env: { STATUS_URL: `http://127.0.0.1:${port}`, HALFSECOND_ADMIN_KEY: 'admin-key' } });
    await fetch(`${bff.url}/admin/knowledge`, {
      method: 'POST',
      headers: { authorization: 'Bearer admin-key', 'content-type': 'application/json' },
      body: JSON.stringify({ site: 'shop', documents: [{ id: 'guide', title: 'Guide', url: '/docs/guide', text: document }] }),
    });
    ({ token } = await session(bff));
  });
  after(async () => {
    await bff.stop();
    status.closeAllConnections();
    await new Promise<void>((resolve) => status.close(() => resolve()));
  });

  test('a question about the service reaches the status agent, which really asks the status host', async () => {
    const events = await ask(bff, token, 'chat-status', 'Is there an outage right now?');
    assert.equal(eventsOf(events, 'data-agent')[0]?.data.name, 'status');
    assert.equal(eventsOf(events, 'tool-input-available')[0]?.toolName, 'status.check');
    const output = eventsOf(events, 'tool-output-available')[0]?.output as { indicator: string; description: string } | undefined;
    assert.equal(output?.description, 'All systems operational');
    assert.deepEqual([...asked].sort(), ['/api/models.json', '/api/v2/summary.json']);
    assert.equal(eventsOf(events, 'finish').length, 1);
  });

  test('"look it up in the documentation" searches the real memory', async () => {
    const events = await ask(bff, token, 'chat-docs', 'How do I change the accent colour of the widget? Look it up in the documentation');
    assert.equal(eventsOf(events, 'data-agent')[0]?.data.name, 'integration');
    const call = eventsOf(events, 'tool-input-available').find(({ toolName }) => toolName === 'docs.search');
    const output = eventsOf(events, 'tool-output-available').find(({ toolCallId }) => toolCallId === call?.toolCallId)?.output as { url: string; text: string }[] | undefined;
    assert.equal(output?.[0]?.url, '/docs/guide');
    assert.match(output?.[0]?.text ?? '', /--hs-accent/);
  });

  test('a wish for a person ends in a handoff, and off-topic reaches no agent', async () => {
    const wish = await ask(bff, token, 'chat-person', 'Ich möchte mit einem Menschen sprechen');
    assert.equal(eventsOf(wish, 'data-handoff').length, 1);
    const off = await ask(bff, token, 'chat-off', 'who won the champions league');
    assert.deepEqual(eventsOf(off, 'data-agent'), []);
    assert.deepEqual(eventsOf(off, 'tool-input-available'), []);
  });
});
