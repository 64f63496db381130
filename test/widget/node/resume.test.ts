/** An answer that is cut, or whose page is reloaded, behind each of its events: the text in the end is the same. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { startFakeBff, type FakeBff } from '../fake-bff.ts';
import { answers, FIRST_WORDS, hear, input, LAST_WORDS, launcher, openPages, say, type Pages, type Stage } from '../pages.ts';
import { RECORDED_EVENTS } from '../scripts.ts';

let pages: Pages;
/** A browser has six connections for one server: every one of these carries a few answers. */
let servers: FakeBff[];
before(async () => {
  pages = await openPages();
  servers = await Promise.all(Array.from({ length: 6 }, () => startFakeBff()));
});
after(async () => {
  await pages.close();
  await Promise.all(servers.map((server) => server.close()));
});

const boundaries = [...Array(RECORDED_EVENTS + 1).keys()];
type Said = { text: string; tools: string; sources: string; notes: number };
const expected: Said = { text: 'Your order 7 is on its way 🚚, and arrives tomorrow.', tools: 'Find', sources: 'Shipping|Terms', notes: 0 };

/** A page with one widget for each boundary, each with a conversation of its own. */
async function crowd({ tab, tag }: Stage, transport: string): Promise<Page> {
  const widgets = boundaries.map((at) => `<halfsecond-chat mode="inline" site="b${at}" endpoint="${servers[at % servers.length]?.url}" transport="${transport}" lang="en"></halfsecond-chat>`);
  const page = await tab({ body: widgets.join('') + tag() });
  await page.waitForFunction(() => [...document.querySelectorAll('halfsecond-chat')].every((chat) => chat.shadowRoot?.querySelector('textarea')));
  return page;
}
const ask = (page: Page, kind: string) => page.evaluate((what) => {
  for (const [at, chat] of document.querySelectorAll('halfsecond-chat').entries()) (chat as HTMLElement & { send(text: string): boolean }).send(`recorded ${what} ${at}`);
}, kind);
/** What every widget shows once none is at work any more. */
async function ends(page: Page): Promise<Said[]> {
  await page.waitForFunction(() => [...document.querySelectorAll('halfsecond-chat')].every(({ shadowRoot }) => shadowRoot?.querySelector('.answer') && !shadowRoot.querySelector('.stop')), undefined, { timeout: 15_000 });
  return page.evaluate(() => [...document.querySelectorAll('halfsecond-chat')].map(({ shadowRoot }) => {
    const list = (selector: string): string => [...(shadowRoot?.querySelectorAll(selector) ?? [])].map((node) => node.textContent?.trim() ?? '').join('|');
    return { text: list('.answer .prose'), tools: list('.tool-name'), sources: list('.source'), notes: shadowRoot?.querySelectorAll('.note').length ?? 0 };
  }));
}
/** Where only the stored answer was left to be read, it has no tools. */
function check(seen: Said[], storedOnly: (at: number) => boolean): void {
  assert.equal(seen.length, boundaries.length);
  for (const [at, said] of seen.entries()) assert.deepEqual({ at, ...said, ...(storedOnly(at) ? { tools: expected.tools } : {}) }, { at, ...expected });
}

describe('at every event boundary of a recorded answer', () => {
  for (const transport of ['sse', 'ws']) {
    it(`a cut changes nothing (${transport})`, { timeout: 30_000 }, () => pages.stage(async (stage) => {
      const page = await crowd(stage, transport);
      await ask(page, 'cut');
      // A browser may throw away with the connection what it had not handed over yet: then nothing was seen of the stream.
      check(await ends(page), (at) => at === 0 || transport === 'sse');
    }));
  }

  it('a reload changes nothing', { timeout: 30_000 }, () => pages.stage(async (stage) => {
    const page = await crowd(stage, 'sse');
    const before = servers.map(({ seen }) => seen.length);
    await ask(page, 'hold');
    const asked = (at: number): boolean => servers[at % servers.length]?.seen.slice(before[at % servers.length]).some(({ path, body }) => path === '/api/chat' && JSON.stringify(body).includes(`recorded hold ${at}"`)) ?? false;
    while (!boundaries.every(asked)) await page.waitForTimeout(20);
    await page.reload();
    check(await ends(page), (at) => at === 0 || at >= RECORDED_EVENTS);
  }));
});

describe('a network that comes and goes', { concurrency: 3 }, () => {
  it('goes on by itself after being offline in mid-answer', () => pages.stage(async ({ tab, tag, bff, visitor }) => {
    const page = await tab({ body: tag('data-open') });
    await input(page).waitFor();
    await say(page, 'brisk please');
    await hear(page, FIRST_WORDS);
    await visitor.setOffline(true);
    bff.cut();
    await page.getByText('Reconnecting').waitFor();
    await visitor.setOffline(false);
    await hear(page, LAST_WORDS);
    assert.equal(await page.locator('halfsecond-chat .note').count(), 0);
    assert.equal(await answers(page).count(), 1);
  }));

  it('falls back to events when no socket can be opened, in mid-answer too, and loses no word', () => pages.stage(async ({ tab, tag, bff }) => {
    const page = await tab({ body: tag('data-open data-transport="ws"') });
    await input(page).waitFor();
    await say(page, 'brisk please');
    await hear(page, FIRST_WORDS);
    assert.ok(bff.seen.some(({ path, method }) => path === '/api/ws' && method === 'send'));
    await page.evaluate(() => {
      window.WebSocket = class extends window.WebSocket {
        constructor() {
          super('ws://127.0.0.1:1/');
        }
      };
    });
    bff.cut();
    await hear(page, LAST_WORDS);
    assert.equal((await answers(page).textContent())?.split(FIRST_WORDS).length, 2);
    assert.ok(bff.seen.some(({ path }) => path.endsWith('/stream')));
    await say(page, 'hello');
    await hear(page, 'Glad you are here');
  }));

  it('a reload with the panel closed or open finds the answer again', () => pages.stage(async ({ tab, tag }) => {
    const page = await tab({ body: tag() });
    await launcher(page).click();
    await say(page, 'brisk again');
    await hear(page, FIRST_WORDS);
    await page.reload();
    await hear(page, LAST_WORDS);
    assert.equal(await answers(page).count(), 1);
    await page.locator('halfsecond-chat [part=close]').click();
    await page.reload();
    await launcher(page).click();
    await hear(page, LAST_WORDS);
    assert.equal(await answers(page).count(), 1);
  }));
});
