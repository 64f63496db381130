/** The widget and the real bff: a tool that asks is still asking after a reload, and runs once the visitor has said yes. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { bffFor, SITE } from '../../bff/harness.ts';
import { startOpenAI } from '../../fakes/openai.ts';
import { hear, input, openPages, say } from '../pages.ts';

describe('a tool that needs a yes', () => {
  for (const transport of ['sse', 'ws']) {
    it(`waits over a reload and goes on, over ${transport}`, { timeout: 40_000 }, async () => {
      const bodies: string[] = [];
      const shop = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
          bodies.push(Buffer.concat(chunks).toString('utf8'));
          response.end('paid');
        });
      });
      await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
      const place = `127.0.0.1:${(shop.address() as AddressInfo).port}`;
      const [pages, model] = await Promise.all([openPages(), startOpenAI([{ calls: [{ name: 'bank_call', input: { amount: 49 }, id: 'p1' }] }, { text: 'The money is on its way.' }])]);
      try {
        await pages.stage(async (stage) => {
          const bff = await bffFor({
            site: { ...SITE, origins: [new URL(stage.address({})).origin] },
            providers: { house: { kind: 'openai-compatible', baseURL: `${model.url}/v1`, apiKey: 'k' } },
            models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 1, outputPrice: 2 }],
            agents: [{ name: 'help', title: 'Help', description: 'Answers everything.', topics: ['help'], examples: ['Help me'], instructions: 'Help.', tools: ['bank.*'] }],
            dispatch: { fallback: 'help' }, memory: { enabled: false },
            tools: { bank: { kind: 'http', url: `http://${place}/`, title: 'Send money', approval: true, allow: [place], schema: { type: 'object', properties: { amount: { type: 'number' } } } } },
          });
          try {
            const page = await stage.tab({ body: stage.tag(`data-open data-transport="${transport}" data-endpoint="${bff.url}"`).replace('hs_pub_demo', SITE.key) });
            await input(page).waitFor();
            await say(page, 'Please send 49');
            const card = page.locator('halfsecond-chat [part=approval]');
            await card.waitFor();
            await page.reload();
            await card.waitFor();
            assert.match((await card.textContent()) ?? '', /Send money[\s\S]*49/);
            assert.equal(bodies.length, 0);
            await card.locator('.plain-button').click();
            await hear(page, 'The money is on its way.');
            assert.equal(bodies.length, 1);
            assert.match(bodies[0] ?? '', /"amount":49/);
          } finally {
            await bff.stop();
          }
        });
      } finally {
        await pages.close();
        await model.close();
        await new Promise<void>((resolve) => {
          shop.closeAllConnections();
          shop.close(() => resolve());
        });
      }
    });
  }
});
