/** The page in a real Chromium: it updates in place, ages honestly, asks nobody else, and axe finds nothing. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../chromium.ts';
import { provider, startFakeBff, type FakeBff } from './fake-bff.ts';
import { startHost, until, type Host } from './harness.ts';
import { violations } from './looking.ts';

let browser: Browser;
let bff: FakeBff;
let host: Host;

before(async () => {
  bff = await startFakeBff();
  bff.turn();
  [host, browser] = await Promise.all([startHost(bff.url), chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS })]);
});
after(async () => {
  await browser.close();
  await bff.close();
  await host.end();
});

async function open(path = '/', options: Parameters<Browser['newContext']>[0] = {}): Promise<{ page: Page; faults: string[]; asked: string[] }> {
  const context = await browser.newContext({ timezoneId: 'America/New_York', locale: 'de-DE', ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(host.url + path);
  return { page, faults, asked };
}

test('a new turn appears in place, without a reload, a shift or a stranger', async () => {
  const { page, faults, asked } = await open();
  await page.evaluate(`
    globalThis.headline = document.querySelector('h1');
    globalThis.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifted += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  `);
  const rows = page.locator('.turns tbody tr');
  const before = await rows.count();
  bff.turn({ agent: 'integration', timing: { queue: 2, dispatch: 1, memory: 1, route: 1, provider: 90, tools: 0, gateway: 1, firstToken: 123, total: 456 } });
  await page.locator('.turns tr', { hasText: 'integration' }).waitFor();
  const row = await rows.first().innerText();
  assert.match(row, /integration\s+123 ms\s+456 ms/);
  assert.equal(await rows.count(), before + 1);
  assert.match(await page.locator('.models').innerText(), /n = \d+, not enough for percentiles yet \u2014 last: 123 ms/);
  assert.equal(await page.evaluate('headline === document.querySelector("h1")'), true, 'the nodes are the same');
  // A right-aligned number that grows by a digit is all that may move.
  assert.ok(Number(await page.evaluate('shifted')) < 0.001);
  assert.ok(asked.every((url) => url.startsWith(host.url)), asked.join('\n'));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('times are in the reader\'s zone, UTC is one hover away', async () => {
  const { page } = await open();
  const time = page.locator('.turns time').first();
  const at = new Date(await time.getAttribute('datetime') ?? '');
  assert.equal(await time.innerText(), new Intl.DateTimeFormat('de-DE', { timeStyle: 'medium', timeZone: 'America/New_York' }).format(at));
  assert.equal(await time.getAttribute('title'), `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`);
  await page.context().close();
});

test('without JavaScript everything stands there', async () => {
  const { page } = await open('/', { javaScriptEnabled: false });
  // On a busy machine the host may just have been late: a reader would load the page again.
  const read = async (): Promise<string> => {
    await page.goto(host.url);
    return page.locator('main').innerText();
  };
  const text = await until(read, (said) => /All systems operational/i.test(said));
  for (const part of ['All systems operational', 'not enough for percentiles yet', 'Capacity', 'Gateway', 'Nobody is waiting.', 'answered', 'Incidents']) {
    assert.ok(text.toLowerCase().includes(part.toLowerCase()), part);
  }
  await page.context().close();
});

test('axe finds nothing, calm and ill, on every page', async () => {
  await Promise.all(['/', '/history/', '/models/builtin/', '/nowhere'].map(async (path) => {
    const { page } = await open(path);
    assert.deepEqual(await violations(page), [], path);
    await page.context().close();
  }));
  bff.feed.providers = [provider('openai', 'down', { failure: 'auth' }), provider('anthropic', 'off'), provider('builtin', 'up')];
  bff.feed.models = [{ id: 'gpt-5-mini', provider: 'openai' }, { id: 'builtin', provider: 'builtin' }];
  bff.feed.fallbackSince = Date.now() - 60_000;
  bff.feed.tools = ['docs'];
  bff.turn({ outcome: 'error', model: null, provider: null });
  for (let at = 0; at < 20; at += 1) bff.turn({ fallback: true });
  await until(async () => (await fetch(host.url)).text(), (html) => html.includes('Served by fallback since'));
  await Promise.all(([{ colorScheme: 'light' }, { viewport: { width: 360, height: 740 } }] as const).map(async (options) => {
    const { page } = await open('/', options);
    assert.deepEqual(await violations(page), [], JSON.stringify(options));
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'nothing is wider than the screen');
    await page.context().close();
  }));
});

test('when nothing new comes the page says how old its numbers are', async () => {
  const { page, faults } = await open();
  await page.clock.install();
  await page.reload();
  await page.locator('.turns tbody tr').first().waitFor();
  // Whatever is asked from here on, nobody answers: the host is gone.
  await page.route('**/snapshot.json', (route) => route.abort());
  await page.clock.runFor(13_000);
  const age = page.locator('#age', { hasText: /^Numbers are \d+ s old\.$/ });
  await age.waitFor();
  assert.ok(Number(/\d+/.exec(await age.innerText())?.[0]) >= 10);
  assert.equal(await page.locator('.turns tbody tr').count(), 8, 'the last figures stay');
  await page.unroute('**/snapshot.json');
  await page.clock.runFor(2_000);
  assert.deepEqual(faults.filter((each) => !each.includes('ERR_FAILED')), []);
  await page.context().close();
});
