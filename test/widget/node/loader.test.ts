/** What the script tag costs a page, and how little the first message waits for. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page, Request } from 'playwright-core';
import { brotliCompressSync } from 'node:zlib';
import { hear, input, launcher, openPages, say, type Pages, type Stage } from '../pages.ts';

let pages: Pages;
before(async () => {
  pages = await openPages();
});
after(() => pages.close());

/** Paths that the page has asked the bff for, in order. */
async function watched({ visitor, bff }: Stage): Promise<{ page: Page; asked: string[] }> {
  const page = await visitor.newPage();
  const asked: string[] = [];
  page.on('request', (request: Request) => request.url().startsWith(bff.url) && asked.push(`${request.method()} ${new URL(request.url()).pathname.replace(/-[\w-]{8}\.js$/, '.js')}`));
  return { page, asked };
}

describe('the loader', { concurrency: 3 }, () => {
  it('is one request until somebody reaches for the chat; with Save-Data nothing is fetched ahead', () => pages.stage(async (stage) => {
    await stage.visitor.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
    const { page, asked } = await watched(stage);
    await page.goto(stage.address({ body: stage.tag() }));
    await launcher(page).waitFor();
    await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
    assert.deepEqual(asked, ['GET /halfsecond.js']);
    await launcher(page).hover();
    await page.waitForRequest(/api\/session/);
    assert.equal(asked[1], 'GET /assets/chat.js');
    assert.ok(asked.includes('POST /api/session'));
  }));

  it('fetches the panel ahead when the browser has nothing to do, pinned, and runs nothing of it', () => pages.stage(async (stage) => {
    const { page, asked } = await watched(stage);
    const fetched = page.waitForRequest(/assets\/chat-/);
    await page.goto(stage.address({ body: stage.tag() }));
    await fetched;
    const link = page.locator('link[rel=modulepreload]');
    assert.match((await link.getAttribute('integrity')) ?? '', /^sha384-/);
    assert.equal(await page.evaluate(() => customElements.get('halfsecond-chat') === undefined), true);
    assert.deepEqual(asked, ['GET /halfsecond.js', 'GET /assets/chat.js']);
  }));

  for (const transport of ['sse', 'ws']) {
    it(`the first message pays no preflight, no handshake and no session (${transport})`, () => pages.stage(async (stage) => {
      const { bff } = stage;
      const { page, asked } = await watched(stage);
      await page.goto(stage.address({ body: stage.tag(`data-transport="${transport}"`) }));
      const session = page.waitForResponse(/api\/session/);
      await launcher(page).click();
      await session;
      await input(page).fill('hello');
      if (transport === 'ws') while (bff.door.upgrades === 0) await page.waitForTimeout(10);
      const before = { ...bff.door };
      const from = asked.length;
      await input(page).press('Enter');
      await hear(page, 'Glad you are here');
      assert.deepEqual(bff.door, before, 'no connection was opened and no preflight asked');
      assert.equal(bff.door.preflights, 0);
      assert.deepEqual(asked.slice(from).filter((path) => path !== 'POST /api/marks'), transport === 'ws' ? [] : ['POST /api/chat']);
    }));
  }

  it('nor does one that was typed long after the server has closed the connection', { timeout: 20_000 }, () => pages.stage(async (stage) => {
    const { bff } = stage;
    const page = await stage.tab({ body: stage.tag('data-open') });
    await input(page).waitFor();
    await input(page).focus();
    await page.waitForTimeout(7_000);
    const warmed = page.waitForResponse((response) => response.request().method() === 'HEAD');
    await input(page).pressSequentially('hello');
    await warmed;
    const before = { ...bff.door };
    await input(page).press('Enter');
    await hear(page, 'Glad you are here');
    assert.deepEqual(bff.door, before);
  }));

  it('an open chat with a streamed answer in Markdown has cost at most 35 KB of script (brotli)', (t) => pages.stage(async (stage) => {
    const { page } = await watched(stage);
    const scripts: Promise<[name: string, bytes: number]>[] = [];
    page.on('response', (response) => {
      if (response.url().endsWith('.js')) scripts.push(response.body().then((body) => [new URL(response.url()).pathname, brotliCompressSync(body).length]));
    });
    await page.goto(stage.address({ body: stage.tag() }));
    await launcher(page).click();
    await say(page, 'use a tool');
    await hear(page, 'healthy');
    const sizes = await Promise.all(scripts);
    const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
    t.diagnostic(`${total} bytes in ${sizes.length} scripts: ${sizes.map((size) => size.join(' ')).join(', ')}`);
    assert.ok(total <= 35 * 1_024, String(total));
  }));

  it('runs what was queued before it came, in order, and says what it does not know', () => pages.stage(async (stage) => {
    const { page } = await watched(stage);
    const warned = page.waitForEvent('console', { predicate: (message) => message.text().includes('there is no method dance') });
    await page.goto(stage.address({ head: "<script>window.Halfsecond=[['open'],['dance'],['send','hello'],function(chat){window.was=chat.localName}]</script>", body: stage.tag() }));
    await hear(page, 'Glad you are here');
    await warned;
    assert.equal(await page.evaluate(() => (window as unknown as { was: string }).was), 'halfsecond-chat');
    await page.evaluate(() => (window as unknown as { Halfsecond: { close(): void } }).Halfsecond.close());
    await page.waitForFunction(() => !document.querySelector('halfsecond-chat')?.hasAttribute('open'));
  }));

  it('fetches the panel anew when it could not be fetched', () => pages.stage(async (stage) => {
    const { page } = await watched(stage);
    await page.route(/assets\/chat-/, (route) => route.abort());
    await page.goto(stage.address({ body: stage.tag() }));
    const failed = page.waitForEvent('console', { predicate: (message) => message.text().includes('could not be loaded') });
    await launcher(page).click();
    await failed;
    await page.unroute(/assets\/chat-/);
    await launcher(page).click();
    await say(page, 'hello');
    await hear(page, 'Glad you are here');
  }));
});

describe('consent', { concurrency: 3 }, () => {
  it('nothing is stored before it is given; then what was said so far is kept, and taken back it is gone', () => pages.stage(async (stage) => {
    const page = await stage.tab({ body: stage.tag('data-open data-consent="required"') });
    const kept = () => page.evaluate(() => [localStorage.length, sessionStorage.length]);
    const consent = (value: string) => page.evaluate((now) => document.querySelector('halfsecond-chat')?.setAttribute('consent', now), value);
    await input(page).waitFor();
    await say(page, 'brisk please');
    await hear(page, 'Halfsecond is a support chat');
    assert.deepEqual(await kept(), [0, 0]);
    await consent('granted');
    await hear(page, 'Nothing else is needed.');
    assert.deepEqual(await kept(), [1, 1]);
    await page.evaluate(() => sessionStorage.clear());
    const script = await page.evaluate(() => JSON.stringify(localStorage));
    assert.match(script, /"chat|\\"chat/);
    await consent('denied');
    await page.waitForFunction(() => localStorage.length === 0);
    await say(page, 'hello');
    await hear(page, 'Glad you are here');
    assert.deepEqual(await kept(), [0, 0]);
    await page.reload();
    await input(page).waitFor();
    assert.equal(await page.locator('halfsecond-chat .question').count(), 0);
  }));

  it('a browser whose storage throws when it is only looked at has a chat for as long as the page', () => pages.stage(async (stage) => {
    await stage.visitor.addInitScript(() => {
      for (const kind of ['localStorage', 'sessionStorage']) Object.defineProperty(window, kind, { get: () => { throw new DOMException('blocked', 'SecurityError'); } });
    });
    const page = await stage.tab({ body: stage.tag('data-open') });
    await input(page).waitFor();
    for (const times of [1, 2]) {
      await say(page, 'hello');
      await page.locator('halfsecond-chat .answer').nth(times - 1).getByText('Glad you are here').waitFor();
    }
    const chats = stage.bff.seen.filter(({ path }) => path === '/api/chat').map(({ body }) => body['id']);
    assert.equal(new Set(chats).size, 1);
  }));

  it('a clock that jumps by a day in either direction changes nothing', () => pages.stage(async (stage) => {
    const page = await stage.tab({ body: stage.tag('data-open') });
    await input(page).waitFor();
    await say(page, 'use a tool');
    for (const days of [1, -1]) {
      await page.evaluate((jump) => {
        const now = Date.now;
        Date.now = () => now() + jump * 86_400_000;
      }, days);
      if (days === 1) await hear(page, 'healthy');
    }
    await say(page, 'hello');
    await hear(page, 'Glad you are here');
    const times = await page.locator('halfsecond-chat .tool-time').allTextContents();
    assert.ok(times.length === 2 && times.every((time) => /^\d+ ms$/.test(time)), times.join(', '));
  }));
});
