/** The published formats as real clients read them, over a real server: feed readers, Statuspage clients, monitors. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith';
import jsonata from 'jsonata';
import parsePrometheus from 'parse-prometheus-text-format';
import { chromium, type Browser } from 'playwright-core';
import RssParser from 'rss-parser';
import { statuspage } from '../../status/collector/statuspage.ts';
import { CHROMIUM_FLAGS, findChromium } from '../chromium.ts';
import { serve } from './serving.ts';
import { hostile, incident, observed, url, writing } from './writing.ts';

const run = promisify(execFile);
const titles = ['Resolved: Answers were slow & late', 'Something new', 'Maintenance: A larger disk'];
let browser: Promise<Browser> | null = null;
const chrome = (): Promise<Browser> => (browser ??= chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS }));
after(async () => { await (await browser)?.close(); });

async function published(t: TestContext, over: Parameters<typeof observed>[0] = {}): Promise<string> {
  const { writer, site, folder } = writing(t);
  writer()(observed({ indicator: 'major', headline: 'openai is out, the chat answers', ...over }), site);
  return (await serve(t, folder)).url;
}

test('rss-parser reads RSS and Atom', async (t) => {
  const host = await published(t);
  const parser = new RssParser();
  for (const name of ['feed.rss', 'feed.atom']) {
    const feed = await parser.parseURL(`${host}/${name}`);
    assert.deepEqual(feed.items.map((each) => each.title), titles, name);
    assert.deepEqual(feed.items.map((each) => each.link), ['2026-05-04-slow', 'now', 'disk'].map((id) => `${url}/incidents/${id}`), name);
    // RSS knows one date, which is the newest change; in Atom this reader takes the beginning.
    assert.equal(feed.items[0]?.isoDate, name === 'feed.rss' ? '2026-05-04T10:40:00.000Z' : '2026-05-04T10:20:00.000Z', name);
    assert.match(feed.items[0]?.contentSnippet ?? '', /resolved.*It is <over>\./s, name);
  }
});

test('feedsmith reads RSS, Atom and JSON Feed', async (t) => {
  const host = await published(t);
  const text = async (name: string): Promise<string> => (await fetch(`${host}/${name}`)).text();
  assert.deepEqual(parseRssFeed(await text('feed.rss')).items?.map((each) => each.title), titles);
  const atom = parseAtomFeed(await text('feed.atom')).entries;
  assert.deepEqual(atom?.map((each) => (typeof each.title === 'string' ? each.title : each.title?.value)), titles);
  assert.equal(String(atom?.[0]?.updated), '2026-05-04T10:40:00.000Z');
  const json = parseJsonFeed(JSON.parse(await text('feed.json')));
  assert.deepEqual(json.items?.map((each) => each.title), titles);
  assert.equal(json.items?.[0]?.date_modified, '2026-05-04T10:40:00.000Z');
});

test('python3-feedparser finds nothing to complain of', async (t) => {
  const pythons = await Promise.all(['/usr/bin/python3', 'python3'].map((each) => run(each, ['-c', 'import feedparser']).then(() => each, () => null)));
  const python = pythons.find((each) => each !== null);
  if (!python) return t.skip('python3-feedparser is not installed');
  const host = await published(t);
  for (const name of ['feed.rss', 'feed.atom', 'feed.json']) {
    const script = 'import feedparser,json,sys; d=feedparser.parse(sys.argv[1]); print(json.dumps([bool(d.bozo),d.version,[e.title for e in d.entries],[e.link for e in d.entries],all(e.get("updated_parsed") or e.get("published_parsed") for e in d.entries)]))';
    const { stdout } = await run(python, ['-c', script, `${host}/${name}`], { timeout: 20_000 });
    const [bozo, version, found, links, dated] = JSON.parse(stdout) as [boolean, string, string[], string[], boolean];
    // JSON Feed is not of its trade before version 7: it must merely not break.
    if (name === 'feed.json' && version === '') continue;
    assert.deepEqual([bozo, found, links.length, dated], [false, titles, 3, true], name);
  }
});

test('newsboat reloads both feeds', async (t) => {
  const present = await run('newsboat', ['-v']).then(() => true, () => false);
  if (!present) return t.skip('newsboat is not installed');
  const host = await published(t);
  for (const name of ['feed.rss', 'feed.atom']) {
    const home = mkdtempSync(join(tmpdir(), 'halfsecond-newsboat-'));
    t.after(() => rmSync(home, { recursive: true, force: true }));
    writeFileSync(join(home, 'urls'), `${host}/${name}\n`);
    writeFileSync(join(home, 'config'), '');
    await run('newsboat', ['-u', join(home, 'urls'), '-c', join(home, 'cache.db'), '-C', join(home, 'config'), '-x', 'reload'], { timeout: 20_000, env: { ...process.env, HOME: home } });
    const cache = new DatabaseSync(join(home, 'cache.db'));
    const rows = cache.prepare('SELECT title, url FROM rss_item ORDER BY pubDate DESC').all();
    cache.close();
    assert.deepEqual(rows.map((each) => each['title']).toSorted(), titles.toSorted(), name);
  }
});

test('Atlassian\'s own widget and our embed show the state on a page of another origin', { timeout: 60_000 }, async (t) => {
  const host = await published(t);
  const widget = createRequire(import.meta.url).resolve('@statuspage/status-widget/dist/index.js');
  const other = createServer((request, response) => {
    if (request.url === '/widget.js') return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(widget));
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><body>
      <statuspage-widget src="${host}"></statuspage-widget><halfsecond-status></halfsecond-status>
      <script src="/widget.js"></script><script src="${host}/embed.js" async></script></body></html>`);
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => { other.closeAllConnections(); other.close(); });
  const page = await (await chrome()).newPage();
  t.after(() => page.close());
  await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
  const said = 'openai is out, the chat answers';
  await page.waitForFunction((text) => document.querySelector('halfsecond-status')?.shadowRoot?.textContent === text, said, { timeout: 10_000 });
  assert.equal(await page.locator('halfsecond-status').getAttribute('data-indicator'), 'major');
  assert.equal(await page.locator('halfsecond-status a').getAttribute('href'), `${host}/`);
  await page.waitForFunction(() => /out|major|incident|new/i.test(document.querySelector('statuspage-widget')?.shadowRoot?.textContent ?? ''), null, { timeout: 10_000 });
  t.diagnostic(`Atlassian's widget says: ${(await page.evaluate(() => document.querySelector('statuspage-widget')?.shadowRoot?.textContent ?? '')).replace(/\s+/g, ' ').trim().slice(-160)}`);

  const read = await page.evaluate(async (paths) => Promise.all(paths.map(async (path) => (await fetch(path)).json().then(() => true, () => false))),
    [...Object.keys(statuspage).map((name) => `${host}/api/v2/${name}`), `${host}/api/models.json`, `${host}/api/queue.json`, `${host}/snapshot.json`, `${host}/snapshot.sig`]);
  assert.deepEqual(new Set(read), new Set([true]), 'every file can be read from another origin');
});

test('the embed claims nothing when the state cannot be read', { timeout: 30_000 }, async (t) => {
  const host = await published(t, { headline: hostile });
  const page = await (await chrome()).newPage();
  t.after(() => page.close());
  await page.route('**/summary.json', (route) => route.abort());
  await page.goto(`${host}/404.html`);
  await page.setContent(`<halfsecond-status src="${host}"></halfsecond-status>`);
  await page.addScriptTag({ url: `${host}/embed.js` });
  await page.waitForFunction(() => document.querySelector('halfsecond-status')?.shadowRoot?.textContent === 'Status not known');
  assert.equal(await page.locator('halfsecond-status').getAttribute('data-indicator'), 'unknown');
  await page.unroute('**/summary.json');
  await page.setContent(`<halfsecond-status src="${host}"></halfsecond-status>`);
  await page.waitForFunction((text) => document.querySelector('halfsecond-status')?.shadowRoot?.textContent === text, hostile);
  assert.equal(await page.evaluate(() => document.querySelectorAll('img').length), 0, 'a hostile name stays text');
});

test('Uptime Kuma\'s JSON query: jsonata over each file', async (t) => {
  const host = await published(t);
  const query = async (path: string, expression: string): Promise<unknown> => jsonata(expression).evaluate(await (await fetch(`${host}${path}`)).json());
  assert.equal(await query('/api/v2/status.json', 'status.indicator'), 'major');
  assert.equal(await query('/api/v2/summary.json', '$.components[id="openai"].status'), 'major_outage');
  assert.equal(await query('/api/v2/summary.json', '$count($.components[status!="operational"])'), 1);
  assert.equal(await query('/api/models.json', '$.models[id="gpt-5-mini"].firstToken.p95 < 1500'), true);
  assert.equal(await query('/api/queue.json', '$.depth'), 4);
  // How it compares: the answer and what was expected, as text, in an expression of their own.
  const value = await query('/api/v2/status.json', '$.status.indicator');
  assert.equal(await jsonata('$.value = $.control').evaluate({ value: String(value), control: 'major' }), true);
});

test('Prometheus: the text parses, names and labels hold, and a blackbox probe can match the state', async (t) => {
  const [model] = observed().models;
  assert.ok(model);
  const host = await published(t, { models: [model, { ...model, id: 'odd "name"\\\nline' }] });
  const answer = await fetch(`${host}/metrics`);
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const text = await answer.text();
  const families = new Map(parsePrometheus(text).map((each) => [each.name, each]));
  const value = (name: string, labels: Record<string, string> = {}): number => {
    const found = families.get(`halfsecond_status_${name}`)?.metrics.find((each) => Object.entries(labels).every(([key, label]) => each.labels?.[key] === label));
    return Number(found?.value);
  };
  assert.equal(value('indicator'), 2);
  assert.equal(value('component_up', { component: 'openai' }), 0);
  assert.equal(value('component_state', { component: 'openai', status: 'major_outage' }), 1);
  assert.equal(value('first_token_seconds', { model: 'gpt-5-mini', quantile: '0.95' }), 0.603);
  assert.equal(value('first_token_turns', { model: 'gpt-5-mini' }), 60);
  assert.equal(value('queue_depth'), 4);
  assert.equal(families.has('halfsecond_status_reply_seconds'), false, 'no figure, no claim');
  assert.ok(text.includes('model="odd \\"name\\"\\\\\\nline"'));
  for (const line of text.trimEnd().split('\n')) assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="([^"\\\n]|\\.)*",?)+\})? [0-9.e+-]+)$/);
  // As fail_if_body_matches_regexp and valid_status_codes of its http module see it.
  const body = await (await fetch(`${host}/api/v2/status.json`)).text();
  assert.match(body, /"indicator":"(major|critical)"/);
});

test('fuzzed states either fit the strict schema or do not leave', (t) => {
  const { writer, site, read, json } = writing(t);
  const write = writer();
  write(observed(), site);
  const words = ['operational', 'down', '', 'DEGRADED', 'degraded_performance', null, 7, 'under_maintenance'];
  let refused = 0;
  for (let round = 0; round < 200; round += 1) {
    const pick = <T>(list: readonly T[]): T => list[(round * 7 + list.length) % list.length] as T;
    const state = observed();
    if (round % 3 === 0) Object.assign(state.components[0] ?? {}, { status: words[round % words.length] });
    if (round % 3 === 1) state.incidents = [{ ...incident, status: pick(['resolved', 'done', 'closed', 'monitoring']) as 'resolved' }];
    if (round % 3 === 2) Object.assign(state, { indicator: pick(['none', 'maintenance', 'minor', 'red', '']) });
    try {
      write(state, site);
    } catch {
      refused += 1;
    }
    for (const [name, schema] of Object.entries(statuspage)) schema.parse(json(`api/v2/${name}`));
    assert.ok(read('index.html').length > 0);
  }
  assert.ok(refused > 50, `${refused} refused`);
  t.diagnostic(`${refused} of 200 states were refused; every file on the disk fitted after each`);
});
