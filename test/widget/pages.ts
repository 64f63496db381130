/** Host pages in a real Chromium: the built widget on pages of another origin, under their own policies, in as many tabs as a test wants. */
import { dirname } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { buildWidget } from '../../widget/build.ts';
import { CHROMIUM_FLAGS, findChromium } from '../chromium.ts';
import { startFakeBff, type FakeBff } from './fake-bff.ts';

export type Host = { csp?: string; head?: string; body?: string };
/** A visitor of a page whose bff serves nobody else. */
export type Stage = {
  bff: FakeBff;
  /** His storage and his tabs. */
  visitor: BrowserContext;
  /** Address of a host page; another origin than the bff's. */
  address(host: Host): string;
  /** The script tag of the widget. */
  tag(attributes?: string): string;
  /** Opens a tab on a page. */
  tab(host: Host): Promise<Page>;
};
export type Pages = {
  browser: Browser;
  /** Runs with a new stage, which is gone afterwards. */
  stage(run: (stage: Stage) => Promise<void>, options?: BrowserContextOptions): Promise<void>;
  close(): Promise<void>;
};

/** One browser for all who have opened it and not closed it yet. */
let running: Promise<Browser> | null = null;
let users = 0;

/** Builds the widget and starts a browser, or shares the one that runs. */
export async function openPages(): Promise<Pages> {
  users += 1;
  const { loader } = await buildWidget();
  const browser = await (running ??= chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS }));
  return {
    browser,
    async stage(run, options) {
      const bff = await startFakeBff(dirname(loader));
      const visitor = await browser.newContext(options);
      const address = (host: Host) => `${bff.url.replace('127.0.0.1', 'localhost')}/page?${new URLSearchParams(host)}`;
      try {
        await run({
          bff, visitor, address,
          tag: (attributes = '') => `<script src="${bff.url}/halfsecond.js" data-site="hs_pub_demo" data-lang="en" ${attributes}></script>`,
          async tab(host) {
            const page = await visitor.newPage();
            await page.goto(address(host));
            return page;
          },
        });
      } finally {
        await visitor.close();
        await bff.close();
      }
    },
    async close() {
      users -= 1;
      if (users > 0) return;
      running = null;
      await browser.close();
    },
  };
}

export const launcher = (page: Page) => page.locator('halfsecond-chat .launcher');
export const input = (page: Page) => page.locator('halfsecond-chat textarea').first();
export const answers = (page: Page) => page.locator('halfsecond-chat .answer .prose');

/** Types a question into the open panel and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  await input(page).fill(text);
  await input(page).press('Enter');
}

/** Waits until an answer holds the text. */
export async function hear(page: Page, text: string): Promise<void> {
  await answers(page).getByText(text).last().waitFor();
}

/** First and last words of the long scripted answer. */
export const FIRST_WORDS = 'Halfsecond is a support chat';
export const LAST_WORDS = 'Nothing else is needed.';
