/**
 * The main job as a newcomer does it: `npm start`, the demo page, a real question, a streamed answer with its source,
 * the status page with that very turn, and the status page again after the backend was killed.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../chromium.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let data: string;
let all: ChildProcess;
let browser: Browser;
let page: Page;
const urls: Record<string, string> = {};
const problems: string[] = [];

before(async () => {
  data = mkdtempSync(join(tmpdir(), 'halfsecond-e2e-'));
  const env = { ...process.env, HALFSECOND_DATA: data, STATUS_CONTENT: join(data, 'content'), BFF_PORT: '0', STATUS_PORT: '0', DEMO_PORT: '0', OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '', OPENAI_BASE_URL: '' };
  all = spawn(process.execPath, ['bff/cli/main.ts', 'start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const printed = createInterface({ input: all.stdout as NonNullable<typeof all.stdout> });
  await new Promise<void>((ready, fail) => {
    all.once('exit', (code) => fail(new Error(`start ended with code ${code}`)));
    printed.on('line', (line) => {
      const [, name, url] = /^\s+(Demo page|Status page|Chat backend)\s+(http\S+)$/.exec(line) ?? [];
      if (name && url) urls[name] = url;
      if (line.startsWith('Open the demo page')) ready();
    });
  });
  browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
  page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  page.on('pageerror', (error) => problems.push(error.message));
  // Leaving a page aborts what it was still sending; everything else must arrive.
  page.on('requestfailed', (request) => request.failure()?.errorText !== 'net::ERR_ABORTED' && problems.push(`${request.url()}: ${request.failure()?.errorText}`));
});
after(async () => {
  await browser?.close();
  if (all?.exitCode === null && all.pid) {
    const gone = new Promise((done) => all.once('exit', done));
    all.kill('SIGTERM');
    await gone;
  }
  rmSync(data, { recursive: true, force: true });
});

test('asks on the demo page and watches the answer stream in, with its source', { timeout: 60_000 }, async () => {
  await page.goto(urls['Demo page'] ?? '');
  await page.getByRole('button', { name: /chat/i }).last().click();
  const composer = page.locator('halfsecond-chat textarea');
  await composer.fill('What happens when a provider is slow or down?');
  await composer.press('Enter');
  const transcript = page.getByRole('dialog');
  await transcript.getByText('asks the next model', { exact: false }).waitFor();
  await transcript.getByText(/built-in/i).first().waitFor();
  const source = transcript.getByRole('link', { name: /provider is slow/i }).first();
  await source.waitFor();
  const [opened] = await Promise.all([page.context().waitForEvent('page'), source.click()]);
  await opened.waitForLoadState();
  assert.equal(new URL(opened.url()).origin, urls['Demo page']);
  assert.match(await opened.locator('body').innerText(), /asks the next model/);
  await opened.close();
});

test('uses a tool by name when the question is about the service', async () => {
  const composer = page.locator('halfsecond-chat textarea');
  await composer.fill('Is the service healthy?');
  await composer.press('Enter');
  await page.getByRole('dialog').getByText(/operational/i).first().waitFor();
});

test('keeps the conversation over a reload', async () => {
  await page.reload();
  const launcher = page.getByRole('button', { name: /chat/i }).last();
  const text = page.getByRole('dialog').getByText('asks the next model', { exact: false });
  await launcher.waitFor();
  if (!(await text.isVisible())) await launcher.click();
  await text.waitFor();
});

test('the status page shows that very turn', async () => {
  const models = async () => ((await (await fetch(`${urls['Status page']}/api/models.json`)).json()) as { models: { id: string; firstToken: { n: number } }[] }).models;
  let found = await models();
  for (const deadline = Date.now() + 10_000; Date.now() < deadline && (found.find(({ id }) => id === 'builtin')?.firstToken.n ?? 0) < 2;) found = await models();
  assert.ok((found.find(({ id }) => id === 'builtin')?.firstToken.n ?? 0) >= 2, JSON.stringify(found));
  await page.goto(urls['Status page'] ?? '');
  assert.equal(await page.locator('[data-indicator]').first().getAttribute('data-indicator'), 'none');
  await page.getByText('builtin').first().waitFor();
});

test('nothing failed to load and no script threw', () => {
  assert.deepEqual(problems, []);
});

test('the backend is killed: the page stays, says so, and says how old its numbers are', { timeout: 60_000 }, async () => {
  process.kill(Number(readFileSync(join(data, 'memory', 'writer.pid'), 'utf8')), 'SIGKILL');
  await page.locator('[data-indicator="critical"], [data-indicator="major"]').first().waitFor({ timeout: 20_000 });
  const again = await fetch(urls['Status page'] ?? '');
  assert.equal(again.status, 200);
  assert.match(await again.text(), /data-indicator="(critical|major)"/);
});
