/** The site over a lived-in past in a real Chromium: what it refuses, five languages, days by keyboard, its weight, axe, print. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, createHash, sign } from 'node:crypto';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { de } from '../../status/src/words/de.ts';
import { en } from '../../status/src/words/en.ts';
import { ja } from '../../status/src/words/ja.ts';
import { folderOf } from '../../status/src/words/languages.ts';
import { openBook } from '../../status/subscribe/book.ts';
import { openLinks } from '../../status/subscribe/links.ts';
import { CHROMIUM_FLAGS, findChromium } from '../chromium.ts';
import { livedIn, type LivedIn } from './lived-in.ts';
import { scriptWeight, violations, vitals, weight } from './looking.ts';

let browser: Browser;
let host: LivedIn;

before(async () => {
  [host, browser] = await Promise.all([livedIn(1_200), chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS })]);
});
beforeEach(() => host.write(false));
after(async () => {
  await browser.close();
  await host.end();
});

async function open(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
  const page = await context.newPage();
  await page.goto(host.url + path);
  return page;
}
const said = (page: Page, what: string): Promise<void> => page.locator(`#check[data-said="${what}"]`).waitFor({ state: 'attached' });
const text = async (path: string): Promise<string> => (await fetch(host.url + path)).text();

test('what is forged, cut, replayed or older is refused, said so, and changes nothing', async () => {
  const old = { '/snapshot.json': await text('/snapshot.json'), '/snapshot.sig': await text('/snapshot.sig') };
  host.write(false);
  const page = await open('/');
  await said(page, 'checked');
  const stranger = generateKeyPairSync('ed25519');
  const raw = Buffer.from(stranger.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64');
  const lie = (await text('/snapshot.json')).replaceAll('All systems operational', 'Everything is lost');
  const signed = JSON.stringify({ algorithm: 'Ed25519', publicKey: raw, signatures: [{ seq: (JSON.parse(lie) as { seq: number }).seq, sha256: createHash('sha256').update(lie).digest('hex'), signature: sign(null, Buffer.from(lie), stranger.privateKey).toString('base64') }] });
  const attacks: [string, 'forged' | 'older', Record<string, string>][] = [
    ['altered', 'forged', { '/snapshot.json': lie }],
    ['cut', 'forged', { '/snapshot.json': lie.slice(0, 900) }],
    ['signed by a stranger', 'forged', { '/snapshot.json': lie, '/snapshot.sig': signed }],
    ['no signatures', 'forged', { '/snapshot.sig': 'not json' }],
    ['replayed', 'older', old],
  ];
  for (const [name, why, files] of attacks) {
    for (const [path, body] of Object.entries(files)) await page.route(`**${path}`, (route) => route.fulfill({ body, contentType: 'application/json' }));
    await said(page, why);
    assert.match(await page.locator('#check').innerText(), /^New data was refused/, name);
    assert.equal(await page.locator('h1').innerText(), 'All systems operational', name);
    await page.unrouteAll();
    host.write(false);
    await said(page, 'checked');
  }
  // A reload is not talked back in time either.
  for (const [path, body] of Object.entries(old)) await page.route(`**${path}`, (route) => route.fulfill({ body, contentType: 'application/json' }));
  await page.reload();
  await said(page, 'older');
  await page.context().close();
});

test('parts of pages are signed for their own address', async () => {
  const page = await open('/de/');
  await said(page, 'checked');
  await page.route('**/de/live.json', async (route) => route.fulfill({ body: await text('/fr/live.json'), contentType: 'application/json' }));
  host.write(true);
  await said(page, 'forged');
  assert.equal(await page.locator('h1').innerText(), 'Alle Systeme in Betrieb');
  await page.unrouteAll();
  await said(page, 'checked');
  assert.match(await page.locator('h1').innerText(), /^Ausgefallen: openai/);
  await page.context().close();
});

test('an outage stands there at once, with its page, whose fault it is and what stands in', async () => {
  host.write(true);
  const page = await open('/', { javaScriptEnabled: false });
  const seen = await page.locator('main').innerText();
  for (const part of ['openai is out', 'Served by fallback since', '2 were faulty on our side and 21 on a provider', 'Scheduled maintenance', 'A larger disk', 'Seen from outside by', 'Answers were slow for some visitors']) assert.ok(seen.includes(part), part);
  assert.deepEqual(await page.locator('.split dt').allInnerTexts(), ['Queue', 'Gateway', 'Provider']);
  await page.locator('.notice a').first().click();
  assert.equal(await page.locator('h1').innerText(), 'openai is out', 'an incident has its page without a new build');
  await page.context().close();
});

test('a chart breaks at a gap and hatches it', async () => {
  const page = await open('/', { javaScriptEnabled: false });
  const chart = page.locator('.chart').first();
  assert.equal(await chart.locator('.gap[fill="url(#hatch)"]').count(), 1);
  const label = await chart.locator('svg').first().getAttribute('aria-label') ?? '';
  assert.match(label, /lines at 500 ms and 1\.5 s\..*Not measured for 2 h\.|Not measured for 1\d\d min\./);
  const band = await chart.locator('path.middle').getAttribute('d') ?? '';
  assert.ok((band.match(/M/g) ?? []).length >= 2, 'the line is broken');
  assert.ok(band.includes('M0 '), 'it begins where the day does');
  await page.context().close();
});

test('days are read out by arrow keys, and the newest second does not take the reader away', async () => {
  const page = await open('/');
  await said(page, 'checked');
  const bars = page.locator('.days').first();
  await bars.focus();
  const now = await bars.getAttribute('aria-valuetext');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await bars.getAttribute('aria-valuenow'), '89');
  assert.notEqual(await bars.getAttribute('aria-valuetext'), now);
  await page.keyboard.press('Home');
  assert.match(await bars.getAttribute('aria-valuetext') ?? '', /\d{4}: not watched$/);
  for (let day = 0; day < 59; day += 1) await page.keyboard.press('ArrowRight');
  assert.match(await bars.getAttribute('aria-valuetext') ?? '', /not watched$/, 'a day off in the middle');
  const before = await text('/snapshot.json');
  host.write(true);
  await page.locator('h1', { hasText: 'openai' }).waitFor();
  assert.notEqual(before, await text('/snapshot.json'));
  assert.equal(await bars.getAttribute('aria-valuenow'), '60');
  assert.match(await page.locator('.day').first().innerText(), /not watched$/);
  assert.equal(await page.evaluate('document.activeElement.classList[0]'), 'days');
  const faulty = page.locator('.faults').first();
  await faulty.locator('summary').click();
  host.write(false);
  await page.locator('h1', { hasText: 'All systems' }).waitFor();
  assert.equal(await faulty.getAttribute('open'), '', 'what was opened stays open');
  await page.context().close();
  const still = await open('/', { javaScriptEnabled: false });
  assert.match(await still.locator('.days').first().getAttribute('aria-label') ?? '', /^Gateway, the last 90 days: 79 watched\..* (out|degraded) \d+ /);
  await still.context().close();
});

test('every language has every page, says what is up, and links to the others', async () => {
  const headlines: Record<string, string> = { de: 'Alle Systeme in Betrieb', fr: 'Tous les systèmes sont opérationnels', es: 'Todos los sistemas operativos', ja: 'すべてのシステムは正常です' };
  // Translations of the page around the live part take turns.
  for (let second = 0; second < 4; second += 1) host.write(false);
  for (const [lang, headline] of Object.entries(headlines)) {
    const front = await text(`/${lang}/`);
    assert.match(front, new RegExp(`<html lang="${lang}"`));
    assert.ok(front.includes(headline), lang);
    const live = front.slice(front.indexOf('<div id="live">'), front.indexOf('</main>'));
    assert.doesNotMatch(live, /\{\w+\}|@@|Operational|Not measured|Latest turns|Answers our probes|Nobody is waiting|of the last/, lang);
    for (const other of ['en', 'de', 'fr', 'es', 'ja']) assert.ok(front.includes(`hreflang="${other}"`), `${lang} to ${other}`);
    assert.ok((await text(`/${lang}/subscribe/`)).includes(`<form method="post" action="/${lang}/subscribe"`), lang);
    for (const path of ['history/', 'subscribe/', 'models/gpt-5-mini/', 'models/gpt-5-mini/live.json']) assert.equal((await fetch(`${host.url}/${lang}/${path}`)).status, 200, `${lang}/${path}`);
  }
});

test('one main page weighs at most 15 KB and its script 3 KB, nothing moves while it lives', async () => {
  host.write(true);
  for (const path of ['/', '/de/', '/ja/']) assert.ok(await weight(host.url + path) <= 15_000, `${path}: ${await weight(host.url + path)} bytes`);
  assert.ok(await scriptWeight(`${host.url}/`) <= 3_000, `script: ${await scriptWeight(`${host.url}/`)} bytes`);
  const { lcp, cls } = await vitals(browser, `${host.url}/`, null, 1_500);
  assert.ok(lcp > 0);
  assert.equal(cls, 0);
});

test('axe finds nothing in light, dark, forced colours and on a phone; nothing is wider than the screen', async () => {
  for (const outage of [false, true]) {
    host.write(outage);
    for (const [path, options] of [
      ['/', { colorScheme: 'dark' }],
      ...(outage ? [
        ['/', { colorScheme: 'light' }], ['/', { forcedColors: 'active' }], ['/ja/', { viewport: { width: 340, height: 740 } }], ['/models/gpt-5-mini/', { colorScheme: 'dark' }],
        ['/subscribe/', { colorScheme: 'dark' }], ['/incidents/openai-out/', {}], ['/de/models/gpt-5-mini/', { viewport: { width: 340, height: 740 } }],
      ] as const : [['/fr/history/', {}]] as const),
    ] as const) {
      const page = await open(path, options);
      assert.deepEqual(await violations(page), [], `${path} ${JSON.stringify(options)} ${outage}`);
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${path} ${JSON.stringify(options)} is wider than the screen`);
      await page.context().close();
    }
  }
});

test('links of messages ask, and one press without JavaScript does it; axe finds nothing, the page\'s policy allows it', async () => {
  const book = openBook(join(host.folder, '..', 'subscriptions.db'));
  const links = openLinks(join(host.folder, '..', 'link-key'));
  for (const [w, options] of [[en, { colorScheme: 'light' }], [de, { colorScheme: 'dark', viewport: { width: 340, height: 740 } }], [ja, { forcedColors: 'active' }]] as const) {
    const made = book.subscribe('email', `${w.lang}@example.com`, w.lang, Date.now());
    const id = made?.id ?? '';
    for (const [action, ask, press, done] of [['confirm', w.confirmAsk, w.confirmDo, w.subscribed], ['unsubscribe', w.endAsk, w.endDo, w.ended]] as const) {
      const path = `/${folderOf(w)}${action}?token=${links.token(action, id, null)}`;
      const page = await open(path, { javaScriptEnabled: false, ...options });
      const faults: string[] = [];
      page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
      assert.equal(await page.locator('html').getAttribute('lang'), w.lang);
      assert.equal(await page.locator('main [role="status"]').innerText(), ask);
      assert.equal(book.find(id)?.state, action === 'confirm' ? 'pending' : 'active', 'opening it changed nothing');
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), path);
      const scripted = await open(path, options);
      assert.deepEqual(await violations(scripted), [], path);
      await scripted.context().close();
      await page.getByRole('button', { name: press }).click();
      await page.locator('main [role="status"]', { hasText: done }).waitFor();
      assert.equal(await page.getByRole('button').count(), 0);
      assert.equal(book.find(id)?.state, action === 'confirm' ? 'active' : undefined);
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  }
  book.close();
});

test('on paper it is ink on white, with times in full and without what only a screen can do', async () => {
  const page = await open('/', { colorScheme: 'dark', viewport: { width: 700, height: 900 } });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.equal(await page.locator('header nav').isVisible(), false);
  assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)');
  const paper = await page.pdf({ format: 'A4' });
  const sheets = paper.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  assert.ok(sheets >= 1 && sheets <= 6, `${sheets} sheets`);
  await page.context().close();
});
