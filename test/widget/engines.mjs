/** The engines that the element tests run in: Chromium always, Firefox and WebKit where they are installed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { chromeLauncher } from '@web/test-runner-chrome';
import { CHROMIUM_FLAGS, findChromium, installDebian } from '../chromium.ts';

/** A driver that has not answered by then is not there (ms). */
const START_MS = 20_000;

const first = (...places) => places.find((place) => place !== undefined && existsSync(place));
const findFirefox = () => first(process.env['FIREFOX_PATH'], '/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox');
function findWebkit() {
  const driver = first(process.env['WEBKIT_DRIVER'], '/usr/bin/WebKitWebDriver');
  const browser = globSync('/usr/lib/*-linux-gnu/webkit2gtk-4.*/MiniBrowser')[0];
  const screen = first('/usr/bin/Xvfb');
  return driver && browser && screen ? { driver, browser, screen } : undefined;
}

/**
 * Launchers for the engines in `wanted` (`chromium`, `firefox`, `webkit`, comma-separated), which are installed where that is
 * allowed; without it for those that are here. `missing` says of every other one how to get it.
 */
export function findEngines(wanted) {
  const found = (what, find, ...packages) => find() ?? (wanted !== undefined && installDebian(what, ...packages) ? find() : undefined);
  const names = (wanted ?? 'chromium,firefox,webkit').split(',');
  const launchers = [];
  const missing = [];
  if (names.includes('chromium')) launchers.push(chromeLauncher({ launchOptions: { executablePath: findChromium(), args: CHROMIUM_FLAGS } }));
  if (names.includes('firefox')) {
    const executablePath = found('Firefox', findFirefox, 'firefox-esr');
    if (executablePath) launchers.push(named('Firefox', chromeLauncher({ launchOptions: { browser: 'firefox', executablePath, headless: true, args: [] } })));
    else missing.push('Firefox not found: skipped (Debian: apt-get install firefox-esr, or set FIREFOX_PATH)');
  }
  if (names.includes('webkit')) {
    const webkit = found('WebKit', findWebkit, 'webkit2gtk-driver', 'xvfb');
    if (webkit) launchers.push(webkitLauncher(webkit));
    else missing.push('WebKit not found: skipped (Debian: apt-get install webkit2gtk-driver xvfb)');
  }
  return { launchers, missing };
}

function named(name, launcher) {
  launcher.name = name;
  return launcher;
}

/** WebKit's own browser in one window on a screen that nobody sees, spoken to over plain WebDriver. */
function webkitLauncher(webkit) {
  const children = [];
  let window = null;
  let active = null;

  async function open() {
    const screen = spawn(webkit.screen, ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(screen);
    const [display] = await firstLine(screen);
    const env = { ...process.env, DISPLAY: `:${display}`, LIBGL_ALWAYS_SOFTWARE: '1', WEBKIT_DISABLE_DMABUF_RENDERER: '1', GDK_BACKEND: 'x11', NO_AT_BRIDGE: '1' };
    // The driver does not say which port it took: one is asked for that is free now.
    const port = await freePort();
    const driver = spawn(webkit.driver, [`--port=${port}`], { stdio: 'ignore', env });
    children.push(driver);
    const base = `http://127.0.0.1:${port}`;
    await answering(`${base}/status`);
    const { sessionId } = await call(`${base}/session`, 'POST', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: webkit.browser, args: ['--automation'] } } } });
    const session = `${base}/session/${sessionId}`;
    await call(`${session}/window/rect`, 'POST', { width: 1_200, height: 820 });
    return session;
  }

  return {
    name: 'WebKit',
    type: 'webdriver',
    concurrency: 1,
    async startSession(id, url) {
      window ??= open();
      active = { id, url };
      await call(`${await window}/url`, 'POST', { url });
    },
    isActive: (id) => active?.id === id,
    getBrowserUrl: () => active?.url,
    async stopSession() {
      active = null;
      await call(`${await window}/url`, 'POST', { url: 'about:blank' });
      return { browserLogs: [], errors: [] };
    },
    startDebugSession: () => Promise.reject(new Error('WebKit runs no debug sessions here.')),
    async stop() {
      if (window) await call(await window, 'DELETE').catch((error) => console.error(`WebKit: ${error.message}`));
      for (const child of children.reverse()) child.kill();
    },
  };
}

async function call(url, method, body) {
  const response = await fetch(url, { method, signal: AbortSignal.timeout(START_MS), ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebKitWebDriver: ${value?.message ?? response.status}`);
  return value;
}

async function answering(url) {
  const end = Date.now() + START_MS;
  for (;;) {
    const up = await fetch(url, { signal: AbortSignal.timeout(1_000) }).then(({ ok }) => ok, () => false);
    if (up) return;
    if (Date.now() > end) throw new Error(`${url} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function firstLine(child) {
  const lines = createInterface(child.stdout);
  return once(lines, 'line', { signal: AbortSignal.timeout(START_MS) });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
