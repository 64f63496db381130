/** The theme builder: its sums, and the built page in a real Chromium under the demo site's strict policy, with no other server. */
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch, type Browser, type Frame, type Page } from 'puppeteer-core';
import { tokens } from '../../../widget/api.ts';
import { contrast, hex, pairs } from '../../../widget/builder/contrast.ts';
import { cssOf, designOf, snippetOf, type Design } from '../../../widget/builder/design.ts';
import { presets } from '../../../widget/builder/presets.ts';
import { buildWidget } from '../../../widget/build.ts';
import { CHROMIUM_FLAGS, findChromium } from '../../chromium.ts';
import { startFakeBff } from '../fake-bff.ts';

const plain = (): Design => designOf({ name: '', light: {}, dark: {} });

describe('contrast', () => {
  it('is reckoned as WCAG does', () => {
    assert.equal(contrast('#000', '#fff'), 21);
    assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
    assert.equal(contrast('#abc', '#abc'), 1);
    assert.ok(Number.isNaN(contrast('red', '#fff')));
    assert.deepEqual(['#ABC', 'aabbcc', ' #aabbcc ', '#abcd', 'blue'].map(hex), ['#aabbcc', '#aabbcc', '#aabbcc', null, null]);
  });

  it('is enough in every preset, light and dark', () => {
    for (const preset of presets) {
      const design = designOf(preset);
      for (const scheme of ['light', 'dark'] as const) {
        for (const { front, back, least } of pairs) {
          const ratio = contrast(design[scheme][front] ?? '', design[scheme][back] ?? '');
          assert.ok(ratio >= least, `${preset.name}, ${scheme}: ${front} on ${back} has ${ratio.toFixed(2)}`);
        }
      }
    }
  });
});

describe('the snippet', () => {
  it('is the bare script tag when nothing was changed', () => {
    assert.equal(cssOf(plain()), '');
    assert.equal(snippetOf(plain(), 'https://chat.example.com/', 'hs_pub_x'), '<script src="https://chat.example.com/halfsecond.js"\n        data-site="hs_pub_x" async></script>');
  });

  it('holds what differs and nothing else, each colour for the schemes that can be seen', () => {
    const design = plain();
    design.light['--hs-accent'] = '#112233';
    design.values['--hs-radius'] = '4px';
    assert.equal(cssOf(design), 'halfsecond-chat {\n  --hs-accent: light-dark(#112233, #4a66ea);\n  --hs-radius: 4px;\n}');
    design.attributes['theme'] = 'light';
    assert.match(cssOf(design), /--hs-accent: #112233;/);
    design.dark['--hs-accent'] = '#112233';
    design.attributes['theme'] = 'auto';
    assert.match(cssOf(design), /--hs-accent: #112233;/);
  });

  it('writes words so that they stay words', () => {
    const design = plain();
    design.attributes = { ...design.attributes, greeting: 'Say "hi" <b>&', timing: 'on', position: 'left' };
    assert.equal(snippetOf(design, 'https://a.example', 'k'), '<script src="https://a.example/halfsecond.js"\n        data-site="k"\n        data-position="left"\n        data-greeting="Say &quot;hi&quot; &lt;b>&amp;"\n        data-timing async></script>');
  });

  it('puts an inline chat where it stands', () => {
    const design = plain();
    design.attributes['mode'] = 'inline';
    assert.match(snippetOf(design, 'https://a.example', 'k'), /^<halfsecond-chat mode="inline"><\/halfsecond-chat>\n<script src="https:\/\/a\.example\/halfsecond\.js"\n {8}data-site="k" async>/);
  });
});

describe('the page', () => {
  let demo: ChildProcess;
  let browser: Browser;
  let page: Page;
  let preview: Frame;
  const said: string[] = [];
  const foreign: string[] = [];
  const languages: string[] = [];
  before(async () => {
    await buildWidget();
    demo = spawn(process.execPath, [fileURLToPath(new URL('../../../widget/demo/serve.ts', import.meta.url))], { env: { ...process.env, HOST: '127.0.0.1', DEMO_PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(demo.stdout ?? demo, 'data')) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    browser = await launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
    page = await browser.newPage();
    await page.setViewport({ width: 1300, height: 900 });
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) foreign.push(request.url());
      const language = /\/assets\/([a-z]{2})-[\w-]+\.js$/.exec(request.url())?.[1];
      if (language) languages.push(language);
    });
    await page.goto(`${url}/theme?endpoint=https://chat.acme.example&site=hs_pub_acme`, { waitUntil: 'load' });
    preview = page.frames().find((frame) => frame.url().endsWith('/theme/preview.html')) ?? assert.fail('no preview');
    await answered();
  });
  after(async () => {
    await browser.close();
    demo.kill('SIGTERM');
    await once(demo, 'exit');
  });

  /** Resolves once the sample answer is there, to its last source. */
  const answered = async (): Promise<void> => {
    await preview.waitForFunction(() => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelectorAll('a.source').length === 2 && !document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector('.stop'), { timeout: 10_000 });
  };
  const snippet = () => page.$eval('#snippet', (element) => element.textContent);
  const inPreview = (selector: string, property: string) => preview.evaluate((where, what) => {
    const element = document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector(where);
    return element ? getComputedStyle(element).getPropertyValue(what) : null;
  }, selector, property);
  const set = (name: string, value: string) => page.$eval(`[name="${name}"]`, (element, text) => {
    const field = element as HTMLInputElement;
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }, value);
  const pick = (name: string, value: string) => page.$eval(`[name="${name}"][value="${value}"]`, (element) => (element as HTMLInputElement).click());

  it('shows the real widget with code, table, tools and sources, and has no need of any server', async () => {
    for (const selector of ['.tool', '.code', '.table', 'a.source', '.question', '.foot']) assert.notEqual(await inPreview(selector, 'display'), null, selector);
    assert.deepEqual(foreign, []);
  });

  it('has a control for every token', async () => {
    const names = await page.$$eval('#controls [name]', (elements) => elements.map((element) => element.getAttribute('name')));
    assert.deepEqual(tokens.filter(({ name }) => !names.includes(name)), []);
  });

  it('shows a colour at once, warns about contrast, and puts it into the snippet', async () => {
    await pick('scheme', 'light');
    await set('--hs-accent', '#ffe08a');
    await preview.waitForFunction(() => getComputedStyle(document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector('.avatar') ?? document.body).backgroundColor === 'rgb(255, 224, 138)');
    assert.equal(await page.$eval('[data-pair="--hs-on-accent --hs-accent"]', (element) => element.className), 'bad');
    assert.match(await page.$eval('.verdict', (element) => element.textContent), /2 pairs have too little contrast/);
    assert.match(await snippet(), /--hs-accent: light-dark\(#ffe08a, #4a66ea\);/);
    await pick('preset', 'Halfsecond');
    assert.equal(await page.$eval('[data-pair="--hs-on-accent --hs-accent"]', (element) => element.className), 'good');
    assert.match(await snippet(), /^<script src="https:\/\/chat\.acme\.example\/halfsecond\.js"\s+data-site="hs_pub_acme" async><\/script>$/);
  });

  it('changes sizes, scheme, place and language', async () => {
    await set('--hs-radius', '3');
    await pick('position', 'left');
    await pick('scheme', 'dark');
    await set('lang', 'fr');
    await preview.waitForFunction(() => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector('#input')?.getAttribute('placeholder') === 'Posez une question…');
    assert.deepEqual(languages, ['fr'], 'the languages that were fetched');
    assert.equal(await inPreview('.panel', 'border-top-left-radius'), '3px');
    assert.equal(await inPreview('.panel', 'background-color'), 'rgb(20, 22, 28)');
    assert.equal(await inPreview('.launcher', 'left'), '20px');
    assert.match(await snippet(), /data-position="left"\n {8}data-lang="fr" async>[^]*--hs-radius: 3px;/);
  });

  it('is worked by keyboard: the copy button says that it has copied', async () => {
    await page.focus('#copy');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('#copied')?.textContent !== '');
    await page.focus('[name="preset"][value="Halfsecond"]');
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.$eval('[name="preset"]:checked', (element) => (element as HTMLInputElement).value), 'Graphite');
  });

  it('exports what works: the snippet on a page of its own has the colours, the place and the words', async () => {
    const bff = await startFakeBff((await buildWidget()).loader.replace(/\/[^/]+$/, ''));
    const stranger = await browser.newPage();
    try {
      await stranger.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
      const forest = designOf(presets.find(({ name }) => name === 'Forest') ?? assert.fail());
      const words = { position: 'left', greeting: 'Say "hi" <b>&' };
      let snippet = '';
      await stranger.setRequestInterception(true);
      stranger.on('request', (request) => void (request.url() === `${bff.url}/shop` ? request.respond({ contentType: 'text/html', body: `<!doctype html><title>Shop</title><body>${snippet}` }) : request.continue()));
      snippet = snippetOf({ ...forest, attributes: { ...forest.attributes, ...words } }, bff.url, 'hs_pub_demo');
      await stranger.goto(`${bff.url}/shop`);
      const launcher = (await stranger.waitForSelector('halfsecond-chat >>> .launcher')) ?? assert.fail('no launcher');
      assert.deepEqual(await launcher.evaluate((button) => [getComputedStyle(button).backgroundColor, getComputedStyle(button).left]), ['rgb(26, 127, 96)', '20px']);
      await launcher.click();
      await stranger.waitForFunction(() => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector('.greeting')?.textContent === 'Say "hi" <b>&');

      snippet = snippetOf({ ...forest, attributes: { ...forest.attributes, mode: 'inline' } }, bff.url, 'hs_pub_demo');
      await stranger.goto(`${bff.url}/shop`);
      const panel = (await stranger.waitForSelector('halfsecond-chat >>> .panel[role=group]')) ?? assert.fail('no panel');
      assert.equal(await panel.evaluate((element) => getComputedStyle(element).backgroundColor), 'rgb(15, 22, 19)');
    } finally {
      await stranger.close();
      await bff.close();
    }
  });

  it('has nothing to say in the console: its policy blocks nothing that it does', () => assert.deepEqual(said, []));

  for (const scheme of ['light', 'dark']) {
    it(`has no violation that axe knows, ${scheme}, wide and narrow`, async () => {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
      await page.$$eval('details', (all) => all.forEach((element) => (element.open = true)));
      await answered();
      for (const width of [1300, 390]) {
        await page.setViewport({ width, height: 900 });
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `wider than ${width}`);
        await page.evaluate(await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8'));
        const found = await page.evaluate(async () => {
          const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
          const { violations } = await axe.run({ resultTypes: ['violations'], iframes: false });
          return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
        });
        assert.deepEqual(found, []);
      }
    });
  }
});
