/** What only a real page can show: forced colours, little motion, large text, sizes of what fingers and pointers hit. */
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { buildWidget } from '../../../widget/build.ts';
import { CHROMIUM_FLAGS, findChromium } from '../../chromium.ts';
import { startFakeBff, type FakeBff } from '../fake-bff.ts';

let folder: string;
let bff: FakeBff;
let browser: Browser;
let axe: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halfsecond-looks-'));
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  bff = await startFakeBff(dirname((await buildWidget(folder)).loader));
  browser = await launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
});
after(async () => {
  await browser.close();
  await bff.close();
  await rm(folder, { recursive: true, force: true });
});

type Look = { width?: number; touch?: boolean; media?: { name: string; value: string }[]; attributes?: string };
/** A page with the script tag, its panel open. */
async function opened({ width = 900, touch = false, media = [], attributes = '' }: Look = {}): Promise<Page> {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.setViewport({ width, height: 760, isMobile: touch, hasTouch: touch });
  const devtools = await page.createCDPSession();
  await devtools.send('Emulation.setEmulatedMedia', { features: media });
  const script = `<script src="/halfsecond.js" data-site="hs_pub_demo" data-timing="" data-prompts="One?|Two?" ${attributes}></script>`;
  const head = touch ? '<meta name="viewport" content="width=device-width, initial-scale=1">' : '';
  await page.goto(`${bff.url}/page?${new URLSearchParams({ body: script, head })}`);
  await page.evaluate(() => (window as unknown as { Halfsecond: { push(call: string[]): void } }).Halfsecond.push(['open']));
  await until(page, '.panel:not([hidden]) #input');
  // What grows into place is measured in its place.
  await page.evaluate(() => document.querySelector('halfsecond-chat')?.shadowRoot?.getAnimations().forEach((animation) => animation.finish()));
  return page;
}
const until = async (page: Page, selector: string): Promise<void> =>
  void (await page.waitForFunction((wanted) => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector(wanted), { timeout: 8_000 }, selector));
const send = (page: Page, text: string): Promise<void> => page.evaluate((question) => (document.querySelector('halfsecond-chat') as unknown as { send(text: string): void }).send(question), text);
async function asked(page: Page, text: string): Promise<void> {
  await send(page, text);
  await until(page, '.foot');
}
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const host = document.querySelector('halfsecond-chat');
    for (const animation of host?.shadowRoot?.getAnimations() ?? []) if (animation.effect?.getComputedTiming().iterations !== Infinity) animation.finish();
    const { axe: tool } = window as unknown as { axe: { run(context: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    const found = await tool.run(host);
    return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
  });
}
/** Sizes in px of everything that can be pressed and is seen; links inside of a sentence may be as they are. */
const targets = (page: Page): Promise<{ name: string; width: number; height: number }[]> => page.evaluate(() =>
  [...(document.querySelector('halfsecond-chat')?.shadowRoot?.querySelectorAll('button, a.source, textarea') ?? [])].filter((target) => target.checkVisibility({ visibilityProperty: true }))
    .map((target) => ({ name: target.getAttribute('aria-label') ?? target.textContent ?? '', width: target.getBoundingClientRect().width, height: target.getBoundingClientRect().height })));

describe('forced colours', () => {
  const media = [{ name: 'forced-colors', value: 'active' }];
  it('leave nothing for axe to find: open, streaming, answered', async () => {
    const page = await opened({ media });
    assert.deepEqual(await violations(page), []);
    await send(page, 'slow please');
    await until(page, '.prose');
    assert.deepEqual(await violations(page), []);
    await page.evaluate(() => (document.querySelector('halfsecond-chat') as unknown as { stop(): void }).stop());
    await until(page, '.foot');
    assert.deepEqual(await violations(page), []);
  });
  it('give every surface an outline', async () => {
    const page = await opened({ media });
    await asked(page, 'hello');
    const widths = await page.evaluate(() => ['.popup', '.question', '.field', '.round', '.launcher'].map((selector) => {
      const found = document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector(selector);
      return found ? getComputedStyle(found).borderTopWidth : `no ${selector}`;
    }));
    assert.deepEqual(widths, ['1px', '1px', '1px', '1px', '2px']);
  });
});

describe('little motion', () => {
  it('means none', async () => {
    const page = await opened({ media: [{ name: 'prefers-reduced-motion', value: 'reduce' }] });
    await send(page, 'silence please');
    await until(page, '.thinking');
    assert.equal(await page.evaluate(() => document.querySelector('halfsecond-chat')?.shadowRoot?.getAnimations().length), 0);
  });
});

describe('large text', () => {
  it('of 200 % is all there: nothing is cut off sideways, the input stays in view', async () => {
    const page = await opened();
    await page.evaluate(() => document.querySelector<HTMLElement>('halfsecond-chat')?.style.setProperty('--hs-font-size', '30px'));
    await asked(page, 'use a tool');
    const found = await page.evaluate(() => {
      const root = document.querySelector('halfsecond-chat')?.shadowRoot;
      const panel = root?.querySelector('.panel')?.getBoundingClientRect();
      const input = root?.querySelector('#input');
      const over = [...(root?.querySelectorAll('.scroll *, .composer *') ?? [])].filter((part) => !part.closest('.unseen') && part.getBoundingClientRect().right > (panel?.right ?? 0) + 1).map((part) => part.className);
      return { over, size: input ? getComputedStyle(input).fontSize : '', below: (input?.getBoundingClientRect().bottom ?? Infinity) <= (panel?.bottom ?? 0) };
    });
    assert.deepEqual(found, { over: [], size: '30px', below: true });
  });
});

describe('targets', () => {
  it('are 24 px or more for a pointer', async () => {
    const page = await opened();
    await asked(page, 'rich');
    for (const { name, width, height } of await targets(page)) assert.ok(width >= 24 && height >= 24, `${name}: ${width} x ${height}`);
  });
  it('are 44 px or more for a finger, and the panel fills the screen', async () => {
    const page = await opened({ width: 390, touch: true });
    await asked(page, 'hello');
    for (const { name, width, height } of await targets(page)) assert.ok(width >= 34 && height >= 44, `${name}: ${width} x ${height}`);
    const panel = await page.evaluate(() => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector('.panel')?.getBoundingClientRect().toJSON() as DOMRect);
    assert.deepEqual([panel.left, panel.top, panel.width, panel.height], [0, 0, 390, 760]);
  });
});

describe('on a phone', () => {
  const focused = (page: Page): Promise<string> => page.evaluate(() => document.querySelector('halfsecond-chat')?.shadowRoot?.activeElement?.getAttribute('part') ?? document.activeElement?.localName ?? '');
  it('the panel is a modal dialog: Tab goes round inside of it, both ways', async () => {
    const page = await opened({ width: 390, touch: true });
    await page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<button>Of the page</button>'));
    assert.equal(await page.evaluate(() => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector('.panel')?.getAttribute('aria-modal')), 'true');
    const round: string[] = [];
    for (let presses = 0; presses < 7; presses++) {
      round.push(await focused(page));
      await page.keyboard.press('Tab');
    }
    assert.deepEqual(round, ['input', 'send', 'close', 'transcript', 'prompt', 'prompt', 'input']);
    await page.evaluate(() => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector<HTMLElement>('[part=close]')?.focus());
    await page.keyboard.down('Shift');
    await page.keyboard.press('Tab');
    await page.keyboard.up('Shift');
    assert.equal(await focused(page), 'send');
  });
  it('is none beside a page', async () => {
    const page = await opened();
    assert.equal(await page.evaluate(() => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector('.panel')?.hasAttribute('aria-modal')), false);
  });
});
