/** The demo site as a process: its page, its documents, and nothing else. */
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildWidget } from '../../../widget/build.ts';
import { anchor } from '../../../widget/demo/docs.ts';

const serve = fileURLToPath(new URL('../../../widget/demo/serve.ts', import.meta.url));
const start = (port: string): ChildProcess => spawn(process.execPath, [serve], { env: { ...process.env, HOST: '127.0.0.1', DEMO_PORT: port, BFF_URL: 'http://bff.example:1/', STATUS_URL: 'http://status.example:2' }, stdio: ['ignore', 'pipe', 'pipe'] });

let demo: ChildProcess;
let url: string;
before(async () => {
  await buildWidget();
  demo = start('0');
  const [line] = (await once(demo.stdout ?? demo, 'data')) as [Buffer];
  const ready = JSON.parse(line.toString()) as { ready: string; url: string };
  assert.equal(ready.ready, 'demo');
  url = ready.url;
});
after(async () => {
  demo.kill('SIGTERM');
  await once(demo, 'exit');
});

describe('the demo site', () => {
  it('is a page with nothing but the script tag, and talks to nobody else', async () => {
    const response = await fetch(url);
    const page = await response.text();
    assert.deepEqual(page.match(/<script[^>]*src="[^"]*"/g)?.map((tag) => tag.slice(-39)), ['script src="http://bff.example:1/halfsecond.js"'.slice(-39)]);
    assert.ok(page.includes('data-status-url="http://status.example:2"'));
    assert.ok(!page.includes('{{'));
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src http:\/\/bff\.example:1;.*require-trusted-types-for 'script'/);
  });

  it('lets its page talk to the bff and the status host, and links the theme builder with this server in it', async () => {
    const response = await fetch(url);
    assert.match(response.headers.get('content-security-policy') ?? '', /connect-src http:\/\/bff\.example:1 http:\/\/status\.example:2;/);
    assert.ok((await response.text()).includes('href="/theme/?endpoint=http%3A%2F%2Fbff.example%3A1&amp;site=hs_pub_demo"'));
  });

  it('serves the theme builder under a policy of its own, and nothing beside it', async () => {
    const moved = await fetch(`${url}/theme?site=x`, { redirect: 'manual' });
    assert.equal(moved.headers.get('location'), '/theme/?site=x');
    const page = await fetch(`${url}/theme/`);
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self';.*require-trusted-types-for 'script'/);
    const text = await page.text();
    const files = [...text.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, name = '']) => name);
    assert.ok(files.length >= 3, files.join());
    for (const name of [...files, 'preview.html']) assert.equal((await fetch(`${url}/theme/${name}`)).status, 200, name);
    for (const path of ['/theme/../package.json', '/theme/%2e%2e/halfsecond.js', '/theme/assets', '/theme/main.ts', '/theme/..%2f.hash']) assert.equal((await fetch(url + path)).status, 404, path);
  });

  it('shows the documents with anchors', async () => {
    const page = await (await fetch(`${url}/docs/widget/README.md`)).text();
    assert.match(page, /<h2 id="the-script-tag">/);
    assert.ok(!/<pre>|(?<!tabindex="0">)<table>/.test(page), 'what scrolls can be reached by keyboard');
    assert.ok(!/<script(?! src)/.test(page));
    assert.ok(page.includes('src="screenshot.png"'));
    const picture = await fetch(`${url}/docs/widget/screenshot.png`);
    assert.equal(picture.headers.get('content-type'), 'image/png');
    assert.ok((await picture.arrayBuffer()).byteLength < 150 * 1_024);
  });

  it('gives nothing else from disk', async () => {
    for (const path of ['/docs/package.json', '/docs/../package.json', '/docs/%2e%2e/package.json', '/docs/widget/build.ts', '/serve.ts', '/docs/node_modules/lit/README.md', '/..%2fpackage.json']) {
      const response = await fetch(url + path);
      assert.equal(response.status, 404, path);
      assert.ok(!(await response.text()).includes('"workspaces"'), path);
    }
    assert.equal((await fetch(url, { method: 'POST' })).status, 405);
  });

  it('names the variable when its port is taken', async () => {
    const second = start(new URL(url).port);
    let said = '';
    second.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(second, 'close')) as [number];
    assert.equal(code, 1);
    assert.match(said, /^demo: port \d+ is in use: set DEMO_PORT to another one\n$/);
  });

  it('makes the anchors that GitHub makes', () => {
    const used = new Map<string, number>();
    assert.deepEqual(['The script tag', 'What, *really*?', '`--hs-*` and parts', 'The script tag', 'Größe 2.0'].map((text) => anchor(text, used)), ['the-script-tag', 'what-really', '--hs--and-parts', 'the-script-tag-1', 'größe-20']);
  });
});
