/** What the built-in tools are called in front of visitors. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolTitle } from '@halfsecond/bff/gateway/sentences.ts';
import { ask, bffFor, eventsOf, session } from '../harness.ts';

test('built-in tools are named in the visitor\'s language, a tool of the operator\'s as it was given', async () => {
  const agents = [{ name: 'desk', description: 'Everything.', tools: ['docs.*', 'status.*'] }];
  const bff = await bffFor({ agents, dispatch: { fallback: 'desk' }, tools: { docs: { kind: 'builtin' }, status: { kind: 'builtin' } } });
  try {
    const { token } = await session(bff);
    const titles = async (chat: string, text: string) => eventsOf(await ask(bff, token, chat, text), 'tool-input-start').map(({ toolName, title }) => [toolName, title]);
    assert.deepEqual(await titles('de', 'Wie hoch ist der Eiffelturm?'), [['docs.search', 'Dokumentation durchsuchen']]);
    assert.deepEqual(await titles('en', 'How tall is the Eiffel Tower?'), [['docs.search', 'Search the documentation']]);
    assert.deepEqual(await titles('now', 'Is the service up right now?'), [['status.check', 'Check the service status']]);
    assert.equal(toolTitle({ lang: 'de' }, 'docs.search', 'Ask the wiki'), 'Ask the wiki');
    assert.equal(toolTitle({ lang: 'ja' }, 'crm.find', 'Find a customer'), 'Find a customer');
  } finally {
    await bff.stop();
  }
});
