/** The widget and the real bff, over either transport: asked in one tab, cut in the middle, seen in another, read again after a reload. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bffFor, SITE, type TestBff } from '../../bff/harness.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake } from '../../fakes/server.ts';
import { answers, hear, input, openPages, say, type Pages, type Stage } from '../pages.ts';

const SENTENCE = 'Refunds take five days, and the money comes back the way it went. ';
const TEXT = `The first words. ${SENTENCE.repeat(12)}The very last words.`;
let pages: Pages;
let model: Fake;
before(async () => {
  [pages, model] = await Promise.all([openPages(), startOpenAI({ text: TEXT, tokensPerSecond: 120 })]);
});
after(async () => {
  await pages.close();
  await model.close();
});

/** A bff that knows the stage's pages. */
function bffOf({ address }: Stage): Promise<TestBff> {
  return bffFor({
    site: { ...SITE, origins: [new URL(address({})).origin] },
    providers: { house: { kind: 'openai-compatible', baseURL: `${model.url}/v1`, apiKey: 'k' } },
    models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 1, outputPrice: 2 }],
    agents: [{ name: 'help', title: 'Help', description: 'Answers everything.', topics: ['help'], examples: ['Help me'], instructions: 'Help.', tools: [] }],
    dispatch: { fallback: 'help' },
    memory: { enabled: false },
  });
}

describe('with the real bff', { concurrency: 2 }, () => {
  for (const transport of ['sse', 'ws']) {
    it(`a whole conversation over ${transport}`, { timeout: 30_000 }, () => pages.stage(async (stage) => {
      const bff = await bffOf(stage);
      try {
        const host = { body: stage.tag(`data-open data-transport="${transport}" data-endpoint="${bff.url}"`).replace('hs_pub_demo', SITE.key) };
        const page = await stage.tab(host);
        const sockets: string[] = [];
        page.on('websocket', (socket) => sockets.push(socket.url()));
        await input(page).waitFor();
        await say(page, 'How long does a refund take?');
        await hear(page, 'The first words.');
        await stage.visitor.setOffline(true);
        await page.getByText('Reconnecting').waitFor();
        await stage.visitor.setOffline(false);
        const other = await stage.tab(host);
        await Promise.all([hear(page, 'The very last words.'), hear(other, 'The very last words.')]);
        await page.locator('halfsecond-chat .stop').waitFor({ state: 'detached' });
        for (const where of [page, other]) assert.equal(await answers(where).textContent(), TEXT);
        await page.reload();
        await hear(page, 'The very last words.');
        assert.equal(await answers(page).textContent(), TEXT);
        assert.equal(await page.locator('halfsecond-chat .note').count(), 0);
        assert.equal(sockets.length > 0, transport === 'ws');
        // Stopped from the tab that only watches.
        await say(page, 'And again?');
        await other.locator('halfsecond-chat .answer').nth(1).getByText('The first words.').waitFor();
        await other.locator('halfsecond-chat .stop').click();
        for (const where of [page, other]) await where.locator('halfsecond-chat .note.stopped').waitFor();
      } finally {
        await bff.stop();
      }
    }));
  }
});
