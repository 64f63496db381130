/** One conversation in several tabs: who reads, who watches, and who takes over. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { answers, FIRST_WORDS as first, hear, input, LAST_WORDS as last, openPages, say, type Pages, type Stage } from '../pages.ts';

let pages: Pages;
before(async () => {
  pages = await openPages();
});
after(() => pages.close());

const page = ({ tab, tag }: Stage, attributes = '') => tab({ body: tag(`data-open ${attributes}`) });
/** Requests that read a stream, since there were `from` requests. */
const streams = ({ bff }: Stage, from: number) => bff.seen.slice(from).filter(({ path, method }) => (path === '/api/chat' && method === 'POST') || path.endsWith('/stream')).length;
const shown = (where: Page) => where.evaluate(() => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector('.log')?.textContent?.replace(/\s+/g, ' '));
async function two(stage: Stage, attributes?: string): Promise<[Page, Page]> {
  const [a, b] = await Promise.all([page(stage, attributes), page(stage, attributes)]);
  await Promise.all([input(a).waitFor(), input(b).waitFor()]);
  return [a, b];
}

/** Both show the same, the second perhaps a moment later. */
async function alike(a: Page, b: Page): Promise<void> {
  for (const end = performance.now() + 5_000; (await shown(a)) !== (await shown(b)) && performance.now() < end;);
  assert.equal(await shown(a), await shown(b));
}

describe('several tabs', { concurrency: 3 }, () => {
  it('show the same, live, from one stream, and each may ask', () => pages.stage(async (stage) => {
    const [a, b] = await two(stage);
    const from = stage.bff.seen.length;
    await say(a, 'brisk please');
    await hear(b, first);
    assert.equal(await b.locator('halfsecond-chat .stop').count(), 1, 'the other tab sees that an answer is running, and can stop it');
    await Promise.all([hear(a, last), hear(b, last)]);
    assert.equal(streams(stage, from), 1);
    await say(b, 'hello');
    await hear(a, 'Glad you are here');
    assert.equal(streams(stage, from), 2);
    assert.equal(await a.locator('halfsecond-chat .question').count(), 2);
    const third = await page(stage);
    await hear(third, 'Glad you are here');
    await third.locator('halfsecond-chat [part=reset]').click();
    await a.locator('halfsecond-chat [part=greeting]').waitFor();
    await b.locator('halfsecond-chat [part=greeting]').waitFor();
  }));

  it('a tab that comes in mid-answer sees all of it, and opens no stream of its own', () => pages.stage(async (stage) => {
    const a = await page(stage);
    await input(a).waitFor();
    const from = stage.bff.seen.length;
    await say(a, 'slow please');
    await hear(a, first);
    const b = await page(stage);
    await hear(b, first);
    await Promise.all([hear(a, last), hear(b, last)]);
    await alike(a, b);
    assert.equal(streams(stage, from), 1);
  }));

  for (const transport of ['sse', 'ws']) {
    /** How long another tab needs to the end of an answer whose reader closes (ms). */
    async function readOn(): Promise<number> {
      let took = 0;
      await pages.stage(async (stage) => {
        const [a, b] = await two(stage, `data-transport="${transport}"`);
        await say(a, 'slow please');
        await hear(b, first);
        await a.close();
        const from = performance.now();
        await hear(b, last);
        took = performance.now() - from;
        assert.equal((await answers(b).textContent())?.split(first).length, 2);
        assert.equal(await b.locator('halfsecond-chat .note').count(), 0);
      });
      return took;
    }
    // On a busy machine a browser may drop the farewell of a page that closes; then the others wait for its silence.
    it(`the reader closes: another tab reads on at once (${transport})`, async () => {
      for (let tries = 1; (await readOn()) >= 4_500; tries++) assert.ok(tries < 3, 'it waited for a deadline each time');
    });
  }

  it('the reader reloads: what another tab shows only ever grows', () => pages.stage(async (stage) => {
    const [a, b] = await two(stage);
    await say(a, 'slow please');
    await hear(b, first);
    const seen = await b.evaluateHandle(() => {
      const log = document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector('.log');
      const texts: string[] = [];
      if (log) new MutationObserver(() => texts.push(log.querySelector('.answer .prose')?.textContent ?? '')).observe(log, { childList: true, characterData: true, subtree: true });
      return texts;
    });
    for (let times = 0; times < 3; times += 1) {
      await a.reload();
      await hear(a, first);
    }
    await hear(b, last);
    const whole = (await answers(b).textContent()) ?? '';
    const texts = await seen.jsonValue();
    assert.ok(texts.length > 10, `${texts.length} changes were seen`);
    assert.deepEqual(texts.filter((text) => !whole.startsWith(text)), []);
  }));

  it('the reader freezes: another tab takes over by the deadline; thawed, it shows the same', { timeout: 30_000 }, () => pages.stage(async (stage) => {
    const [a, b] = await two(stage);
    const session = await stage.visitor.newCDPSession(a);
    await session.send('Debugger.enable');
    // The rest of it comes only to somebody who asks for it anew.
    await say(a, 'recorded hold 5');
    await b.locator('halfsecond-chat').getByText('Looking it up').waitFor();
    const from = stage.bff.seen.length;
    await session.send('Debugger.pause');
    await hear(b, 'arrives');
    assert.equal(streams(stage, from), 1, 'one tab took over');
    await session.send('Debugger.disable');
    await hear(a, 'arrives');
    assert.deepEqual([await answers(a).count(), await answers(b).count()], [1, 1]);
  }));

  it('two ask at the same moment: one is answered, the other may ask again', () => pages.stage(async (stage) => {
    const [a, b] = await two(stage);
    await say(a, 'hello');
    await Promise.all([hear(a, 'Glad you are here'), hear(b, 'Glad you are here')]);
    await Promise.all([a, b].map((where) => where.evaluate(() => {
      const chat = document.querySelector('halfsecond-chat') as HTMLElement & { send(text: string): boolean };
      // Both before either can hear of the other.
      const at = Math.ceil(Date.now() / 500) * 500 + 500;
      while (Date.now() < at) continue;
      chat.send('brisk at once');
    })));
    await Promise.all([hear(a, last), hear(b, last)]);
    const notes = (await a.locator('halfsecond-chat .note').count()) + (await b.locator('halfsecond-chat .note').count());
    assert.ok(notes <= 1, `${notes} tabs say that it was busy`);
    if (notes === 1) {
      const loser = (await a.locator('halfsecond-chat .note').count()) === 1 ? a : b;
      await loser.locator('halfsecond-chat [part=retry]').click();
      await loser.locator('halfsecond-chat .note').waitFor({ state: 'detached' });
      await answers(loser).nth(2).getByText(last).waitFor();
    }
  }));

  it('the page says who the visitor is: the same one keeps the conversation, another one sees nothing of it', () => pages.stage(async (stage) => {
    const [a, b] = await two(stage);
    const identify = (where: Page, jwt: string) => where.evaluate((token) => (document.querySelector('halfsecond-chat') as HTMLElement & { identify(jwt: string): Promise<void> }).identify(token), jwt);
    await identify(a, 'ada');
    await say(a, 'hello');
    await hear(b, 'Glad you are here');
    await identify(a, 'ada');
    assert.equal(await answers(a).count(), 1);
    await identify(b, 'bob');
    for (const where of [a, b]) await where.locator('halfsecond-chat [part=greeting]').waitFor();
    await say(b, 'hello');
    await hear(a, 'Glad you are here');
    await assert.rejects(identify(b, 'forged'), /identity_invalid/);
    await a.locator('halfsecond-chat [part=greeting]').waitFor();
  }));
});
