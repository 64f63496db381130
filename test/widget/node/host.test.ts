/** Host pages as they are: strict policies, pages that rebuild themselves, and what the widget leaves behind. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { ConsoleMessage, Page } from 'playwright-core';
import { answers, hear, input, launcher, openPages, say, type Host, type Pages, type Stage } from '../pages.ts';

let pages: Pages;
before(async () => {
  pages = await openPages();
});
after(() => pages.close());

/** Opens the page, noting what the console says from its first moment on. */
async function visit({ visitor, address }: Stage, host: Host): Promise<{ page: Page; said: string[] }> {
  const page = await visitor.newPage();
  const said: string[] = [];
  page.on('console', (message: ConsoleMessage) => message.type() === 'error' && said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(address(host));
  return { page, said };
}
async function talk(page: Page): Promise<void> {
  await launcher(page).click();
  await say(page, 'a tool, please');
  await hear(page, 'healthy');
}
/** An inline script that adds the loader, and its hash for the policy. */
function inline(source: string): { script: string; hash: string } {
  return { script: `<script>${source}</script>`, hash: `'sha256-${createHash('sha256').update(source).digest('base64')}'` };
}
const adds = ({ bff }: Stage) => `var s=document.createElement('script');s.src=${JSON.stringify(`${bff.url}/halfsecond.js`)};s.dataset.site='hs_pub_demo';s.dataset.lang='de';document.head.append(s)`;
const trusting = (source: string) => source.replace('s.src=', "s.src=trustedTypes.createPolicy('page',{createScriptURL:function(u){return u}}).createScriptURL(").replace(';s.dataset', ');s.dataset');

describe('a strict policy', { concurrency: 3 }, () => {
  const strict = "default-src 'none'; base-uri 'none'; style-src 'none'; img-src data:";

  it('works with its origin in script-src and connect-src, no style, Trusted Types on', () => pages.stage(async (stage) => {
    const { bff, tag } = stage;
    const csp = `${strict}; script-src ${bff.url}; connect-src ${bff.url}; require-trusted-types-for 'script'; trusted-types halfsecond lit-html`;
    const { page, said } = await visit(stage, { csp, body: tag() });
    await talk(page);
    assert.deepEqual(said, []);
    const button = await launcher(page).evaluate((node) => getComputedStyle(node).position);
    assert.equal(button, 'fixed', 'it is dressed without a style of the page\'s policy');
  }));

  it('works with a hash and strict-dynamic, in another language, with Trusted Types', () => pages.stage(async (stage) => {
    const { script, hash } = inline(trusting(adds(stage)));
    const csp = `${strict}; script-src ${hash} 'strict-dynamic'; connect-src ${stage.bff.url}; require-trusted-types-for 'script'; trusted-types halfsecond lit-html page`;
    const { page, said } = await visit(stage, { csp, body: script });
    await talk(page);
    assert.equal(await input(page).getAttribute('placeholder'), 'Frage stellen…', 'a chunk came by import()');
    assert.deepEqual(said, []);
  }));

  it('works with a nonce, with and without strict-dynamic, and over a WebSocket', () => pages.stage(async (stage) => {
    const { bff, tag } = stage;
    for (const extra of [bff.url, "'strict-dynamic'"]) {
      const csp = `${strict}; script-src 'nonce-abc' ${extra}; connect-src ${bff.url} ${bff.url.replace('http', 'ws')}; require-trusted-types-for 'script'; trusted-types halfsecond lit-html`;
      const { page, said } = await visit(stage, { csp, body: tag('nonce="abc" data-transport="ws"') });
      await talk(page);
      assert.deepEqual(said, []);
    }
    assert.ok(bff.seen.some(({ path }) => path === '/api/ws'));
  }));

  it('names the directive that is in the way, and what it lacks', () => pages.stage(async (stage) => {
    const { bff } = stage;
    const { script, hash } = inline(adds(stage));
    const blocked = async (csp: string, body: string): Promise<string> => {
      const page = await stage.visitor.newPage();
      const line = page.waitForEvent('console', { predicate: (message) => message.text().startsWith('Halfsecond: the Content-Security-Policy') });
      await page.goto(stage.address({ csp: `${strict}; ${csp}`, body }));
      await launcher(page).click();
      return (await line).text();
    };
    const tag = stage.tag('nonce="abc"');
    assert.ok((await blocked(`script-src ${bff.url}`, tag)).endsWith(`Add ${bff.url} to connect-src.`));
    assert.ok((await blocked(`script-src 'nonce-abc' ${hash} ${bff.url}/halfsecond.js; connect-src ${bff.url}`, script)).endsWith(`Add ${bff.url} to script-src-elem.`));
    const socket = bff.url.replace('http', 'ws');
    assert.ok((await blocked(`script-src ${bff.url}; connect-src ${bff.url}`, stage.tag('data-transport="ws"'))).endsWith(`Add ${socket} to connect-src.`));
  }));

  for (const allowed of ["'none'", 'page']) {
    it(`works where Trusted Types allows no policy of its own: trusted-types ${allowed}`, () => pages.stage(async (stage) => {
      const { bff, tag } = stage;
      const csp = `${strict}; script-src ${bff.url}; connect-src ${bff.url}; require-trusted-types-for 'script'; trusted-types ${allowed}`;
      const { page, said } = await visit(stage, { csp, body: tag() });
      await talk(page);
      await page.locator('halfsecond-chat [aria-label="Bad answer"]').click();
      await page.locator('halfsecond-chat form textarea').nth(1).waitFor();
      assert.deepEqual(said.filter((text) => text.startsWith('Halfsecond')), []);
    }));
  }

  it('names the policies that Trusted Types lacks in a browser that needs them', () => pages.stage(async (stage) => {
    const { bff, tag } = stage;
    await stage.visitor.addInitScript(() => Reflect.deleteProperty(Element.prototype, 'setHTML'));
    const csp = `${strict}; script-src ${bff.url}; connect-src ${bff.url}; require-trusted-types-for 'script'; trusted-types 'none'`;
    const page = await stage.visitor.newPage();
    const line = page.waitForEvent('console', { predicate: (message) => message.text().startsWith('Halfsecond: the Content-Security-Policy') });
    await page.goto(stage.address({ csp, body: tag('data-open') }));
    assert.match((await line).text(), /Add halfsecond lit-html to trusted-types\.$/);
  }));
});

describe('a page that rebuilds itself', { concurrency: 3 }, () => {
  it('takes the chat along when its body is replaced or swept, in mid-answer too', () => pages.stage(async (stage) => {
    const { page, said } = await visit(stage, { body: stage.tag('data-open') });
    await input(page).waitFor();
    await say(page, 'brisk please');
    await hear(page, 'Halfsecond is');
    await page.evaluate(() => {
      const next = document.createElement('body');
      next.append('Another view');
      document.body.replaceWith(next);
    });
    await hear(page, 'Nothing else is needed.');
    await page.evaluate(() => document.body.replaceChildren('A third view'));
    await hear(page, 'Nothing else is needed.');
    assert.equal(await page.locator('halfsecond-chat').count(), 1);
    await page.evaluate(() => history.pushState(null, '', '?elsewhere'));
    await say(page, 'hello');
    await hear(page, 'Glad you are here');
    assert.equal(await answers(page).count(), 2);
    assert.deepEqual(said, []);
    await page.evaluate(() => document.querySelector('halfsecond-chat')?.remove());
    assert.equal(await page.locator('halfsecond-chat').count(), 0, 'a page that takes out the chat means it');
  }));

  it('an element may leave and come back, and keeps what was said without any storage', () => pages.stage(async (stage) => {
    const { page } = await visit(stage, { body: `<halfsecond-chat mode="inline" consent="required"></halfsecond-chat><div id="other"></div>${stage.tag()}` });
    await input(page).waitFor();
    await say(page, 'hello');
    await hear(page, 'Glad you are here');
    await page.evaluate(async () => {
      const chat = document.querySelector('halfsecond-chat') as HTMLElement;
      chat.remove();
      await new Promise((resolve) => setTimeout(resolve, 100));
      document.querySelector('#other')?.append(chat);
    });
    await hear(page, 'Glad you are here');
    await say(page, 'hello again');
    await answers(page).nth(1).waitFor();
    assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
  }));

  it('leaves one name in the page, however often the tag stands there', () => pages.stage(async (stage) => {
    const { page, said } = await visit(stage, { head: '<script>before=Object.getOwnPropertyNames(window).concat(Object.getOwnPropertyNames(Symbol))</script>', body: stage.tag('data-open') + stage.tag('data-open') });
    await input(page).waitFor();
    await say(page, 'rich');
    await hear(page, 'Nothing else is needed.');
    const more = await page.evaluate(() => {
      const known = new Set([...(window as unknown as { before: string[] }).before, 'before']);
      return Object.getOwnPropertyNames(window).concat(Object.getOwnPropertyNames(Symbol)).filter((name) => !known.has(name));
    });
    assert.deepEqual(more, ['Halfsecond']);
    assert.equal(await page.locator('halfsecond-chat').count(), 1);
    assert.deepEqual(said, []);
  }));
});
