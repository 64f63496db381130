/** Looking at pages through a real Chromium: axe, what is painted when, what moves, and what a file weighs on the wire. */
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { brotliCompressSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** "Slow 4G" as Lighthouse observes it: 150 ms there and back, 1.6 Mbit/s, and a processor four times slower. */
export const SLOW_4G = { rtt: 150, bytesPerSecond: (1_638_400 / 8), cpu: 4 };

/** axe runs in an isolated world: the page's own policy would not let a stranger's script in. */
export async function violations(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
  await session.send('Runtime.evaluate', { contextId: executionContextId, expression: readFileSync(axe, 'utf8') });
  const { result } = await session.send('Runtime.evaluate', {
    contextId: executionContextId, awaitPromise: true, returnByValue: true,
    expression: 'axe.run().then((r) => r.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")))',
  });
  return result.value as string[];
}

export type Vitals = { lcp: number; cls: number };
/** Largest contentful paint (ms) of a first visit and the layout shifts until `watch` ms after it. @param slow null measures without throttling */
export async function vitals(browser: Browser, url: string, slow: typeof SLOW_4G | null, watch: number): Promise<Vitals> {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 } });
  const page = await context.newPage();
  try {
    const session = await context.newCDPSession(page);
    if (slow) {
      await session.send('Network.enable');
      await session.send('Network.emulateNetworkConditions', { offline: false, latency: slow.rtt, downloadThroughput: slow.bytesPerSecond, uploadThroughput: slow.bytesPerSecond });
      await session.send('Emulation.setCPUThrottlingRate', { rate: slow.cpu });
    }
    await page.goto(url, { waitUntil: 'load' });
    return await page.evaluate((ms) => new Promise<Vitals>((resolve) => {
      const seen: Vitals = { lcp: 0, cls: 0 };
      new PerformanceObserver((list) => { seen.lcp = Math.max(seen.lcp, ...list.getEntries().map((each) => each.startTime)); }).observe({ type: 'largest-contentful-paint', buffered: true });
      new PerformanceObserver((list) => { for (const each of list.getEntries()) seen.cls += (each as PerformanceEntry & { value: number }).value; }).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => resolve(seen), ms);
    }), watch);
  } finally {
    await context.close();
  }
}

/** Bytes of a file as a browser gets it, compressed with brotli. */
export function weight(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'br' } }, (response) => {
      if (response.statusCode !== 200 || response.headers['content-encoding'] !== 'br') reject(new Error(`${url}: ${response.statusCode}, ${response.headers['content-encoding']}`));
      let bytes = 0;
      response.on('data', (chunk: Buffer) => { bytes += chunk.byteLength; });
      response.on('end', () => resolve(bytes));
    }).once('error', reject);
  });
}

/** Bytes of all scripts of a page, those in it and those beside it, compressed with brotli. */
export async function scriptWeight(url: string): Promise<number> {
  const markup = await (await fetch(url)).text();
  const found = [...markup.matchAll(/<script\b([^>]*)>([^<]*(?:<(?!\/script)[^<]*)*)<\/script>/g)];
  if (found.length === 0) throw new Error(`${url} has no script.`);
  const all = found.map(([, attributes = '', inside = '']) => {
    const src = /\ssrc="([^"]+)"/.exec(attributes)?.[1];
    return src === undefined ? brotliCompressSync(inside).byteLength : weight(new URL(src, url).href);
  });
  return (await Promise.all(all)).reduce((sum, each) => sum + each, 0);
}
