/** What npm would publish: packed, unpacked elsewhere, compiled against by a stranger, and run with React in a real Chromium. */
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { build } from 'vite';
import { buildWidget } from '../../../widget/build.ts';
import { buildPackage } from '../../../widget/build/package.ts';
import { CHROMIUM_FLAGS, findChromium } from '../../chromium.ts';
import { startFakeBff, type FakeBff } from '../fake-bff.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const modules = join(root, 'node_modules');
let folder: string;
let pack: string;
before(async () => {
  // Real path: tools resolve links, and a temporary folder may be one.
  folder = await realpath(await mkdtemp(join(tmpdir(), 'halfsecond-npm-')));
  // Built beside the workspace: whoever builds it at the same time is not in the way.
  const workspace = join(folder, 'workspace');
  await buildPackage(join(workspace, 'dist/npm'));
  for (const name of ['package.json', 'README.md']) await copyFile(join(root, 'widget', name), join(workspace, name));
  execFileSync('npm', ['pack', '--offline', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: workspace, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PATH: `${join(modules, '.bin')}:${process.env['PATH'] ?? ''}` } });
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? assert.fail('nothing was packed');
  pack = join(folder, 'node_modules/@halfsecond/widget');
  await mkdir(pack, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, archive), '--strip-components=1', '-C', pack]);
  // A stranger has the dependencies that the package names, and React.
  for (const name of ['lit', '@lit', '@speed-highlight', 'lit-html', 'lit-element', 'react', 'react-dom', 'scheduler', '@types', 'csstype']) await symlink(join(modules, name), join(folder, 'node_modules', name));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});
after(() => rm(folder, { recursive: true, force: true }));

type PackageJson = { scripts: Record<string, string>; exports: Record<string, string | Record<string, string>>; dependencies: Record<string, string>; customElements: string };
const manifestOf = async (): Promise<PackageJson> => JSON.parse(await readFile(join(pack, 'package.json'), 'utf8')) as PackageJson;

describe('the package', () => {
  it('holds code, types, manifest, README and licence of nothing else', async () => {
    const files = (await readdir(pack, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name).slice(pack.length + 1));
    const strange = files.filter((name) => !/^(package\.json|README\.md|dist\/npm\/((widget|react|server|react-server|chunks\/[\w-]+)\.js|custom-elements\.json|types\/[\w/-]+\.d\.ts))$/.test(name));
    assert.deepEqual(strange, []);
    for (const locale of ['de', 'fr', 'es', 'pt', 'ja', 'zh', 'ar']) assert.ok(files.some((name) => name.startsWith(`dist/npm/chunks/${locale}-`)), locale);
  });

  it('has every file that its exports name, and imports only what it depends on', async () => {
    const { exports, dependencies, customElements, scripts } = await manifestOf();
    assert.equal(scripts['prepack'], 'node build/package.ts', 'npm pack builds what is packed here');
    for (const path of [...Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry))), customElements]) await readFile(join(pack, path));
    const code = (await readdir(join(pack, 'dist/npm'), { recursive: true })).filter((name) => name.endsWith('.js'));
    for (const name of code) {
      const text = await readFile(join(pack, 'dist/npm', name), 'utf8');
      for (const [, to = ''] of text.matchAll(/(?:^import|^export)[^'"\n]*['"]([^'"]+)['"]|import\(["']([^"']+)["']\)/gm)) {
        assert.ok(to.startsWith('.') || to === 'react' || to === '' || Object.keys(dependencies).some((own) => to === own || to.startsWith(`${own}/`)), `${name} imports ${to}`);
      }
    }
  });

  it('can be imported and rendered where there is no page', () => {
    const program = `
      import '@halfsecond/widget';
      import { HalfsecondChat } from '@halfsecond/widget/react';
      import { createElement } from 'react';
      import { renderToString } from 'react-dom/server';
      console.log(renderToString(createElement(HalfsecondChat, { className: 'mine', site: 'k', isOpen: true, onReady() {} })));`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, encoding: 'utf8' });
    assert.equal(said.trim(), '<halfsecond-chat class="mine"></halfsecond-chat>');
  });

  it('has types that a strict stranger can use, and that catch mistakes', async () => {
    await writeFile(join(folder, 'good.tsx'), `
      import { HalfsecondChat as Element, type HalfsecondEvents } from '@halfsecond/widget';
      import { HalfsecondChat } from '@halfsecond/widget/react';
      const chat: Element = document.createElement('halfsecond-chat');
      const sent: boolean = chat.send('hello');
      chat.strings = { send: 'Go', firstWord: 'after {} s', seconds: (value) => value + 's' };
      document.addEventListener('halfsecond:message', ({ detail }) => console.log(detail.role === 'user', sent));
      chat.addEventListener('halfsecond:first-token', (event: HalfsecondEvents['halfsecond:first-token']) => console.log(event.detail.ms.toFixed()));
      export const view = <HalfsecondChat site="k" mode="inline" isOpen className="x" onMessage={(event) => console.log(event.detail.text.length)} ref={(element) => element?.open()} />;
    `);
    await writeFile(join(folder, 'bad.tsx'), `
      import '@halfsecond/widget';
      import { HalfsecondChat } from '@halfsecond/widget/react';
      // @ts-expect-error no such mode
      export const a = <HalfsecondChat mode="sideways" />;
      // @ts-expect-error no such detail
      export const b = <HalfsecondChat onMessage={(event) => event.detail.nothing} />;
      // @ts-expect-error a word is no number
      document.createElement('halfsecond-chat').strings = { send: 5 };
      // @ts-expect-error text, please
      document.createElement('halfsecond-chat').send(5);
    `);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, noEmit: true, target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', jsx: 'react-jsx', lib: ['esnext', 'dom', 'dom.iterable'], types: [], skipLibCheck: false }, files: ['good.tsx', 'bad.tsx'] }));
    execFileSync(process.execPath, [join(modules, 'typescript-7/bin/tsc'), '-p', folder], { encoding: 'utf8', stdio: ['ignore', 'inherit', 'inherit'] });
  });
});

describe('the wrapper for React', () => {
  let bff: FakeBff;
  let site: Server;
  let browser: Browser;
  let page: Page;
  const said: string[] = [];
  before(async () => {
    await writeFile(join(folder, 'app.js'), `
      import { createElement as h, StrictMode, useRef, useState } from 'react';
      import { createRoot } from 'react-dom/client';
      import { HalfsecondChat } from '@halfsecond/widget/react';
      window.heard = [];
      const hear = (name) => (event) => window.heard.push([name, event.detail]);
      function App() {
        const chat = useRef(null);
        const [theme, setTheme] = useState('light');
        const [shown, setShown] = useState(true);
        return h('main', null,
          h('button', { id: 'ask', onClick: () => chat.current.send('hello') }, 'Ask'),
          h('button', { id: 'dark', onClick: () => setTheme('dark') }, 'Dark'),
          h('button', { id: 'gone', onClick: () => setShown(false) }, 'Gone'),
          shown && h(HalfsecondChat, { ref: chat, className: 'mine', site: 'hs_pub_demo', endpoint: new URLSearchParams(location.search).get('bff'), mode: 'inline', theme, language: 'en', prompts: 'One?|Two?', timing: true,
            strings: { placeholder: 'Say something' }, onReady: hear('ready'), onMessage: hear('message'), onFirstToken: hear('first-token'), onError: hear('error') }));
      }
      createRoot(document.querySelector('#root')).render(h(StrictMode, null, h(App)));
    `);
    await writeFile(join(folder, 'index.html'), '<!doctype html><html lang="en"><title>App</title><div id="root"></div><script type="module" src="./app.js"></script></html>');
    await build({ configFile: false, root: folder, base: './', logLevel: 'error', build: { outDir: join(folder, 'site'), target: 'es2022', rolldownOptions: { input: join(folder, 'index.html') } } });
    bff = await startFakeBff((await buildWidget()).loader.replace(/\/[^/]+$/, ''));
    site = createServer((request, response) => {
      const name = new URL(request.url ?? '/', 'http://site').pathname;
      readFile(join(folder, 'site', name === '/' ? 'index.html' : name)).then((body) => {
        response.writeHead(200, { 'content-type': name.endsWith('.js') ? 'text/javascript' : 'text/html' }).end(body);
      }, () => response.writeHead(404).end());
    });
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    browser = await launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
    page = await browser.newPage();
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type()) && !message.text().includes('404')) said.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/?bff=${bff.url}`, { waitUntil: 'load' });
    await page.waitForFunction(() => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector('#input'));
  });
  after(async () => {
    await browser?.close();
    site?.closeAllConnections();
    site?.close();
    await bff?.close();
  });

  const inside = (selector: string, attribute: string) => page.evaluate((where, name) => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector(where)?.getAttribute(name) ?? null, selector, attribute);

  it('sets properties, class and words', async () => {
    await page.waitForFunction(() => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelector('#input')?.getAttribute('placeholder') === 'Say something');
    assert.equal(await page.$eval('halfsecond-chat', (element) => `${element.className} ${element.getAttribute('mode')} ${element.getAttribute('theme')}`), 'mine inline light');
    assert.equal(await page.evaluate(() => document.querySelector('halfsecond-chat')?.shadowRoot?.querySelectorAll('.prompt').length), 2);
    assert.equal(await inside('.panel', 'role'), 'group');
  });

  it('calls handlers and hands out the element', async () => {
    await page.click('#ask');
    await page.waitForFunction(() => (window as unknown as { heard: [string, { role?: string }][] }).heard.some(([name, detail]) => name === 'message' && detail.role === 'assistant'));
    const heard = await page.evaluate(() => (window as unknown as { heard: [string, { role?: string; text?: string; ms?: number }][] }).heard);
    assert.deepEqual(heard.filter(([name]) => name === 'message').map(([, detail]) => [detail.role, detail.text]), [['user', 'hello'], ['assistant', 'Hello! Glad you are here.']]);
    assert.ok(heard.some(([name, detail]) => name === 'first-token' && typeof detail.ms === 'number'));
    assert.ok(heard.some(([name]) => name === 'ready'));
  });

  it('follows what changes, and goes without a trace', async () => {
    await page.click('#dark');
    await page.waitForFunction(() => document.querySelector('halfsecond-chat')?.getAttribute('theme') === 'dark');
    await page.click('#gone');
    await page.waitForFunction(() => !document.querySelector('halfsecond-chat'));
    assert.deepEqual(said, []);
  });
});
