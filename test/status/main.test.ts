/** The status host end to end: one command, real processes, a page that is right without JavaScript. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startFakeBff } from './fake-bff.ts';
import { startHost, until } from './harness.ts';

const linux = { skip: process.platform !== 'linux' };
const text = async (url: string): Promise<string> => (await fetch(url)).text();

test('a turn is in the page as served; the page outlives the bff and then the collector', linux, async (t) => {
  const bff = await startFakeBff();
  bff.turn({ agent: 'billing', timing: { queue: 1, dispatch: 1, memory: 1, route: 1, provider: 60, tools: 0, gateway: 1, firstToken: 73, total: 219 } });
  const host = await startHost(bff.url);
  t.after(async () => {
    await bff.close();
    await host.end();
  });
  assert.deepEqual(host.stdout, [JSON.stringify({ ready: 'status', url: host.url })]);

  const page = await text(host.url);
  assert.match(page, /<h1 data-indicator="none">All systems operational<\/h1>/);
  assert.match(page, /n = 1, not enough for percentiles yet \u2014 last: 73 ms/);
  assert.match(page, /<td class="wide">billing<\/td><td class="number">73 ms<\/td><td class="number">219 ms<\/td>/);
  assert.match(page, /No incidents recorded\./);
  const model = await text(`${host.url}/models/builtin`);
  assert.match(model, /<h1>builtin<\/h1>/);
  for (const path of ['history', 'feed.rss', 'feed.atom', 'feed.json', 'badge.svg', 'snapshot.json', 'snapshot.sig', 'api/models.json', 'api/queue.json', 'api/v2/summary.json']) {
    const response = await fetch(`${host.url}/${path}`);
    await response.body?.cancel();
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
  }
  const summary = await (await fetch(`${host.url}/api/v2/summary.json`)).json() as { page: { url: string } };
  assert.equal(summary.page.url, host.url, 'links name the port that was really taken');

  const turn = bff.turn();
  await until(() => text(`${host.url}/api/models.json`), (json) => json.includes('"n":2'), 3_000);
  assert.equal(turn.seq, 2);

  const killed = performance.now();
  await bff.close();
  const after = await until(() => text(host.url), (html) => html.includes('data-indicator="critical"'), 6_000);
  assert.match(after, /The chat does not answer/);
  assert.ok(performance.now() - killed < 5_000);
  assert.match(after, /not enough for percentiles yet/, 'the last figures stay');

  const { pid } = collectorOf(host.child.pid ?? 0);
  process.kill(pid, 'SIGKILL');
  assert.match(await text(host.url), /The chat does not answer/, 'files need no collector');
  const before = JSON.parse(await text(`${host.url}/snapshot.json`)) as { seq: number };
  await until(async () => (JSON.parse(await text(`${host.url}/snapshot.json`)) as { seq: number }).seq, (seq) => seq > before.seq, 8_000);
  assert.match(host.log(), /The collector ended \(SIGKILL\); it starts again/);
});

test('told to end, it ends both children', linux, async () => {
  const bff = await startFakeBff();
  const host = await startHost(bff.url);
  const { pid } = collectorOf(host.child.pid ?? 0);
  await bff.close();
  assert.equal(await host.end(), 0);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  await assert.rejects(fetch(host.url));
});

test('killed outright, it leaves no children behind', linux, async () => {
  const bff = await startFakeBff();
  const host = await startHost(bff.url);
  const { pid } = collectorOf(host.child.pid ?? 0);
  host.child.kill('SIGKILL');
  // Whoever adopts the orphan may take its time to bury it.
  const gone = async (): Promise<boolean> => {
    try {
      return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return true;
    }
  };
  await until(gone, (yes) => yes, 5_000);
  await until(async () => fetch(host.url).then(() => false, () => true), (yes) => yes, 5_000);
  await bff.close();
  await host.end();
});

test('a taken port and a wrong source are one clear line each, and exit code 1', async () => {
  const bff = await startFakeBff();
  await assert.rejects(startHost(bff.url, { STATUS_PORT: new URL(bff.url).port }), /ended with 1: status: Port \d+ is taken\. Set STATUS_PORT to another one\.\n$/);
  await bff.close();
});

/** The collector among the children of the host, by Linux's process table. */
function collectorOf(parent: number): { pid: number } {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      if (command.includes('collector/main.ts') && Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent) return { pid: Number(name) };
    } catch {
      continue;
    }
  }
  throw new Error('There is no collector.');
}
