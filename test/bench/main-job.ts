/**
 * The main job's figures on embedded defaults, over loopback, in a real Chromium:
 * - cold start: `npm start` to all addresses answering, packages installed, nothing built before and data folder empty;
 * - from Enter to the first painted token, measured in the page by its own clock, not by the widget's;
 * - from the request to the acknowledgement, measured by a plain client.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../chromium.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const STARTS = 3;
const QUESTIONS = [
  'What is Halfsecond?', 'What happens when a provider is slow?', 'How do I add the chat to my site?', 'Which licence does it have?', 'What are the five layers?',
  'How do I ingest documents?', 'Where does the status page run?', 'What does the dispatcher do?', 'Is it free?', 'How do I configure an agent?',
];
const ROUNDS = 4;

type Running = { urls: Record<string, string>; ms: number; stop(): Promise<void> };

async function start(clean: boolean): Promise<Running> {
  if (clean) for (const folder of ['widget/dist', 'status/dist']) rmSync(join(root, folder), { recursive: true, force: true });
  const data = mkdtempSync(join(tmpdir(), 'halfsecond-bench-'));
  const began = performance.now();
  const env = { ...process.env, HALFSECOND_DATA: data, STATUS_CONTENT: join(data, 'content'), BFF_PORT: '0', STATUS_PORT: '0', DEMO_PORT: '0', OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '' };
  const child = spawn('node', ['bff/bin/halfsecond.mjs', 'start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const urls: Record<string, string> = {};
  await new Promise<void>((ready, fail) => {
    child.once('exit', (code) => fail(new Error(`start ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, name, url] = /^\s+(Demo page|Status page|Chat backend)\s+(http\S+)$/.exec(line) ?? [];
      if (name && url) urls[name] = url;
      if (line.startsWith('Open the demo page')) ready();
    });
  });
  for (const url of Object.values(urls)) await fetch(url.endsWith('/') ? url : `${url}/`);
  const ms = performance.now() - began;
  return {
    urls, ms,
    async stop() {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await gone;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

const starts: { cold: number[]; warm: number[] } = { cold: [], warm: [] };
for (let i = 0; i < STARTS; i += 1) {
  for (const kind of i % 2 ? (['warm', 'cold'] as const) : (['cold', 'warm'] as const)) {
    const running = await start(kind === 'cold');
    starts[kind].push(running.ms);
    await running.stop();
  }
}

const { urls, stop } = await start(false);
const acknowledged: number[] = [];
const origin = urls['Demo page'] ?? '';
const session = (await (await fetch(`${urls['Chat backend']}/api/session`, { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body: '{"site":"hs_pub_demo"}' })).json()) as { token: string };
for (const [at, text] of QUESTIONS.entries()) {
  const began = performance.now();
  const response = await fetch(`${urls['Chat backend']}/api/chat`, {
    method: 'POST', headers: { origin, 'content-type': 'text/plain' },
    body: JSON.stringify({ id: `bench-${at}`, token: session.token, messages: [{ role: 'user', parts: [{ type: 'text', text }] }] }),
  });
  let first = true;
  for await (const chunk of response.body ?? []) {
    if (first && new TextDecoder().decode(chunk as Uint8Array).includes('accepted')) acknowledged.push(performance.now() - began);
    first = false;
  }
}

const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
const page = await browser.newPage();
await page.goto(origin);
await page.getByRole('button', { name: /chat/i }).last().click();
const composer = page.locator('halfsecond-chat textarea');
await composer.waitFor();
await page.evaluate(watchPaint);
const painted: number[] = [];
for (let i = 0; i < QUESTIONS.length * ROUNDS; i += 1) {
  // Below the rate of a visitor: 60 requests a minute.
  const earliest = performance.now() + 1_050;
  await composer.fill(QUESTIONS[i % QUESTIONS.length] ?? '');
  await composer.press('Enter');
  painted.push(await page.evaluate(() => (globalThis as unknown as { nextPaint: () => Promise<number> }).nextPaint()));
  await new Promise((done) => setTimeout(done, earliest - performance.now()));
}
await browser.close();
await stop();

report('cold start: npm start to all addresses answering', starts.cold, 15_000);
report('later start: the same with the builds in place', starts.warm, 15_000);
report('request to acknowledgement', acknowledged, 50);
report('Enter to first painted token, Chromium', painted, 100);

function report(name: string, values: number[], goal: number): void {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1);
  console.log(`${name}: median ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms, n ${sorted.length} (goal: median under ${goal} ms)`);
}

/** Runs in the page. From the key's own timestamp to the frame after which a new answer's text is on the screen. */
function watchPaint(): void {
  const texts = () => {
    const root = document.querySelector('halfsecond-chat')?.shadowRoot;
    return [...(root?.querySelectorAll('[part~="message-assistant"]') ?? [])].filter((message) => (message.querySelector('[part~="text"]')?.textContent ?? '').trim() !== '').length;
  };
  let next = Promise.withResolvers<number>();
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    const before = texts();
    const look = () => {
      if (texts() <= before) return requestAnimationFrame(look);
      const channel = new MessageChannel();
      channel.port1.onmessage = () => next.resolve(performance.now() - event.timeStamp);
      return requestAnimationFrame(() => channel.port2.postMessage(null));
    };
    requestAnimationFrame(look);
  }, true);
  (globalThis as unknown as { nextPaint: () => Promise<number> }).nextPaint = async () => {
    const value = await next.promise;
    next = Promise.withResolvers<number>();
    return value;
  };
}
