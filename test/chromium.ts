/** Finds a Chromium for the browser tests, or installs Debian's when we may; else says what to do. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable', '/usr/bin/google-chrome', '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** As root in a container Chromium has no sandbox to offer; the rest keeps it quiet and off the network. */
export const CHROMIUM_FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Path of an executable. Throws a sentence when there is none and none can be installed. */
export function findChromium(): string {
  const found = [process.env['CHROME_PATH'], ...PLACES].find((path) => path !== undefined && existsSync(path));
  if (found) return found;
  if (installDebian('Chromium', 'chromium')) {
    const installed = PLACES.find(existsSync);
    if (installed) return installed;
  }
  throw new Error('The browser tests need Chromium: install it (Debian: apt-get install chromium) or set CHROME_PATH to it.');
}

/** Installs Debian packages where that is ours to do (root, apt-get); false where it is not. */
export function installDebian(what: string, ...packages: string[]): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.error(`Installing ${what} for the browser tests (once) …`);
  const apt = (...args: string[]) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  apt('update', '-qq');
  return apt('install', '-y', '-qq', '--no-install-recommends', ...packages).status === 0;
}
