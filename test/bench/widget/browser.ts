/** Measures one answer in a fresh page of a real Chromium: main-thread CPU by kind, time to the screen, foreign requests. */
import { launch, type Browser, type CDPSession } from 'puppeteer-core';
import { CHROMIUM_FLAGS, findChromium } from '../../chromium.ts';
import type { BenchServer, Subject } from './server.ts';
import { scripts } from './subjects.ts';

/** CPU time of the page's main thread (ms). */
export type Cost = { task: number; script: number; style: number; layout: number };
/** What a page holds that no answer may bring about. */
export type Harm = { remote: number; hrefs: number; raw: number };

/** No run may take longer than this (ms). */
const RUN_MS = 180_000;
/** What is still to be drawn after the last byte is counted too (ms). */
const SETTLE_MS = 700;

declare global {
  // What the bench's scripts leave in the page.
  var ask: (question: string) => Promise<void>;
  var prepared: Promise<unknown>;
}

export function openBrowser(): Promise<Browser> {
  return launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS, protocolTimeout: RUN_MS });
}

/** Main-thread cost of one answer, from the question until nothing is left to draw. */
export async function costOf(browser: Browser, server: BenchServer, subject: Subject, question: string): Promise<Cost> {
  return inPage(browser, server, subject, async (session) => {
    await session.send('HeapProfiler.collectGarbage');
    const before = await metrics(session);
    await run(session, `ask(${JSON.stringify(question)}).then(() => new Promise((done) => setTimeout(done, ${SETTLE_MS})))`);
    const after = await metrics(session);
    return { task: after.task - before.task, script: after.script - before.script, style: after.style - before.style, layout: after.layout - before.layout };
  });
}

/** Scripts asked for until the launcher shows, and further ones until the panel is open. */
export async function requestsOf(browser: Browser, server: BenchServer): Promise<{ launcher: string[]; open: string[] }> {
  const scriptsIn = (paths: string[]): string[] => paths.filter((path) => path.endsWith('.js'));
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.goto(server.url);
    const session = await page.createCDPSession();
    server.requests();
    // The panel is fetched ahead when the browser is idle: what counts for the launcher is what it took to show it.
    await run(session, `new Promise((done) => {
      const script = document.createElement('script');
      script.src = '/halfsecond.js';
      script.dataset.site = 'hs_pub_bench';
      script.onload = () => requestAnimationFrame(() => done(document.querySelector('halfsecond-chat').shadowRoot.querySelector('.launcher').offsetWidth));
      document.head.append(script);
    })`);
    const launcher = scriptsIn(server.requests());
    await run(session, `(async () => { Halfsecond.open(); await customElements.whenDefined('halfsecond-chat'); await new Promise((done) => setTimeout(done, ${SETTLE_MS})); })()`);
    return { launcher: launcher.filter((path) => !path.startsWith('/assets/')), open: [...new Set([...launcher, ...scriptsIn(server.requests())])].filter((path) => path.startsWith('/assets/')) };
  } finally {
    await context.close();
  }
}

/** The profile of the main thread while an answer is written, ready to be written to a `.cpuprofile` file. */
export async function profileOf(browser: Browser, server: BenchServer, subject: Subject, question: string): Promise<unknown> {
  return inPage(browser, server, subject, async (session) => {
    await session.send('Profiler.enable');
    await session.send('Profiler.setSamplingInterval', { interval: 200 });
    await session.send('Profiler.start');
    await run(session, `ask(${JSON.stringify(question)})`);
    return (await session.send('Profiler.stop')).profile;
  });
}

/**
 * From the arrival of the bytes that hold the first word to the end of the frame that shows it: ms, and how many
 * frames began in between (the one that shows it counts).
 */
export async function firstPaint(browser: Browser, server: BenchServer, subject: Subject): Promise<{ ms: number; frames: number }> {
  return inPage(browser, server, subject, async (session) => {
    const value = await run(session, `(async () => {
      const read = ReadableStreamDefaultReader.prototype.read;
      let arrived = 0, frames = 0;
      const shown = new Promise((done) => {
        ReadableStreamDefaultReader.prototype.read = async function () {
          const result = await read.call(this);
          if (!arrived && result.value && new TextDecoder().decode(result.value).includes('"text-delta"')) arrived = performance.now();
          return result;
        };
        const has = () => arrived && (document.querySelector('halfsecond-chat')?.shadowRoot.querySelector('.prose')?.textContent || document.querySelector('body > div')?.textContent);
        const frame = () => {
          if (arrived) frames++;
          if (!has()) return requestAnimationFrame(frame);
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => done({ ms: performance.now() - arrived, frames });
          port2.postMessage(null);
        };
        // Asked for again in every frame, before the subject asks: a subject that draws in its own frame callback is seen in the next one.
        requestAnimationFrame(frame);
      });
      ask('say words');
      return shown;
    })()`);
    return value as { ms: number; frames: number };
  });
}

/** Streams a hostile text one character at a time and counts what came of it. */
export async function harmOf(browser: Browser, server: BenchServer, subject: Subject, question: string): Promise<Harm> {
  return inPage(browser, server, subject, async (session) => {
    let remote = 0;
    session.on('Network.requestWillBeSent', ({ request }) => {
      if (!request.url.startsWith(server.url) && !request.url.startsWith('data:')) remote++;
    });
    await session.send('Network.enable');
    const value = await run(session, `ask(${JSON.stringify(question)}).then(() => new Promise((done) => setTimeout(done, ${SETTLE_MS}))).then(() => {
      const root = document.querySelector('halfsecond-chat')?.shadowRoot.querySelector('.scroll') ?? document.querySelector('body > div');
      const hrefs = [...root.querySelectorAll('[href],[src],[action],[formaction]')].filter((e) => ['href', 'src', 'action', 'formaction'].some((name) => e.hasAttribute(name) && !/^(https?:|mailto:)/.test(e.getAttribute(name)))).length;
      const raw = root.querySelectorAll('img,script,style,link,iframe,object,embed,video,audio,form,input,base,meta,[style],[onerror],[onload],[onclick],[srcset]').length + (window.pwned ? 1 : 0);
      return { hrefs, raw };
    })`);
    return { remote, ...(value as Omit<Harm, 'remote'>) };
  });
}

async function inPage<T>(browser: Browser, server: BenchServer, subject: Subject, work: (session: CDPSession) => Promise<T>): Promise<T> {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.setViewport({ width: 1280, height: 860 });
    await page.goto(server.url);
    const session = await page.createCDPSession();
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const tail = subject === 'widget' ? `script.src = '/halfsecond.js'; script.dataset.site = 'hs_pub_bench'; document.head.append(script);` : '';
    await run(session, `(() => {${scripts[subject]}${tail}})()`);
    await run(session, 'prepared.then(() => 1)');
    return await work(session);
  } finally {
    await context.close();
  }
}

async function run(session: CDPSession, expression: string): Promise<unknown> {
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true, timeout: RUN_MS });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

async function metrics(session: CDPSession): Promise<Cost> {
  const { metrics: list } = await session.send('Performance.getMetrics');
  const of = (name: string): number => 1_000 * (list.find((metric) => metric.name === name)?.value ?? Number.NaN);
  return { task: of('TaskDuration'), script: of('ScriptDuration'), style: of('RecalcStyleDuration'), layout: of('LayoutDuration') };
}
