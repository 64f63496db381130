/** `halfsecond trace …` against a running bff: from a complaint to its waterfall in one command, and the rest of the commands. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ask, bffFor, eventsOf, session } from '../harness.ts';
import type { TestBff } from '../harness.ts';

const MAIN = fileURLToPath(new URL('../../../bff/cli/main.ts', import.meta.url));
let bff: TestBff;
let traceId = '';
before(async () => {
  bff = await bffFor({}, { env: { HALFSECOND_VERSION: 'v2' } });
  const { token } = await session(bff);
  for (let at = 0; at < 10; at += 1) {
    const all = await ask(bff, token, `c${at}`, 'Hello?');
    const start = eventsOf(all, 'start')[0];
    traceId = start?.messageMetadata.traceId ?? '';
    if (at < 9) continue;
    const body = { token, chatId: 'c9', messageId: start?.messageId, rating: 'down', comment: 'Slow \u001b[31mand wrong' };
    await fetch(`${bff.url}/api/feedback`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify(body) });
  }
});
after(() => bff.stop());

/** What the command prints; its complaint when it fails. */
async function trace(...args: string[]): Promise<string> {
  const env = { ...process.env, BFF_URL: bff.url, HALFSECOND_ADMIN_KEY: 'admin-key', HALFSECOND_DATA: bff.folder };
  const done = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'trace', ...args], { env, timeout: 20_000 }).catch((error: { stderr: string }) => ({ stdout: error.stderr }));
  return done.stdout;
}

test('a complaint leads to its waterfall in one command, and its words do not steer the terminal', async () => {
  const text = await trace('complaints');
  assert.match(text, new RegExp(`${traceId}.*“Slow .*and wrong”`));
  assert.match(text, /the newest:\n/);
  assert.match(text, /\naccept +█/);
  assert.match(text, /\nslowest: \w+, [\d.]+ ms, usually [\d.]+ ms/);
  assert.equal(text.includes('\u001b'), false);
});

test('a turn by its id with a link, the report, and a comparison that finds no change in the same turns', async () => {
  const [one, report, compared, unknown] = await Promise.all([trace(traceId, '--link'), trace('report'), trace('compare', 'today', 'v2'), trace('compare', 'v1', 'v2')]);
  assert.match(one, /◀ slowest/);
  const link = /ten minutes: (http\S+)/.exec(one)?.[1] ?? '';
  assert.equal((await fetch(link, { headers: { accept: 'text/html' } })).status, 200);
  assert.match(report, /10 turns since/);
  assert.match(report, /halfsecond trace [0-9a-f]{32}.*a visitor complained/);
  assert.match(compared, /today: 10 turns, v2: 10 turns/);
  assert.match(compared, /No hop has changed beyond what chance does/);
  assert.match(unknown, /There are no turns of "v1"\. There are:\n.*v2 {2}10 turns/);
});
