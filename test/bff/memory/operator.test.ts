/** What an operator asks of memory through the real door: why a snippet was chosen, a visitor's data, and what became too old. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bffFor, ORIGIN, post, received, session, SITE, type TestBff } from '../harness.ts';
import { tempFolder } from './open.ts';

const DAY = 86_400_000;

type Answer = {
  snippets: { id: string; why?: Record<string, number> }[];
  turns: { id: string; name?: string; chat: string }[];
  chats: { messages: { text: string }[] }[];
};

async function admin(bff: TestBff, method: string, path: string, body?: unknown): Promise<{ status: number; json: Answer }> {
  const response = await fetch(`${bff.url}${path}`, { method, headers: { authorization: `Bearer ${bff.adminKey}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: response.status, json: (await response.json()) as Answer };
}

const turnsOf = (visitor: string) => ({
  site: SITE.id, visitor,
  turns: [
    { id: 't1', role: 'user', name: 'Mara', text: 'My delivery address is Harbour Lane 7 since last week', at: Date.now() - 40 * DAY },
    { id: 't2', role: 'assistant', name: 'Otto', text: 'Thanks, I have changed it.', at: Date.now() - 40 * DAY + 1 },
    { id: 't3', role: 'user', name: 'Mara', text: 'Please send two blue lamps', at: Date.now() - 2 * DAY },
  ],
});

test('search and explain say by feature why a snippet was chosen; without being asked they do not', async (t) => {
  const bff = await bffFor();
  t.after(() => bff.stop());
  await admin(bff, 'POST', '/admin/memory/turns', turnsOf('v1'));
  await admin(bff, 'POST', '/admin/knowledge', { site: SITE.id, documents: [{ id: 'delivery', title: 'Delivery', text: 'A delivery to a new address takes three days.' }] });
  const search = { site: SITE.id, visitor: 'v1', query: "what is Mara's delivery address", explain: true };
  const { json } = await admin(bff, 'POST', '/admin/memory/search', search);
  const why = (id: string): Record<string, number> => json.snippets.find((snippet) => snippet.id === id)?.why ?? {};
  const positive = (id: string, ...names: string[]): void => assert.ok(names.every((name) => (why(id)[name] ?? 0) > 0), `${id}: ${JSON.stringify(why(id))}`);
  positive('t1', 'speaker', 'ownTop', 'near');
  positive('delivery#0', 'words', 'near');
  const plain = await admin(bff, 'POST', '/admin/memory/search', { ...search, explain: false });
  assert.equal(plain.json.snippets.some((snippet) => 'why' in snippet), false);
  const explained = await admin(bff, 'POST', '/admin/explain', { site: SITE.id, visitor: 'v1', message: "what is Mara's delivery address" });
  assert.ok(explained.json.snippets[0]?.why);
});

test("a visitor's data is handed out whole, by the route and by the command, and nobody else's with it", async (t) => {
  const bff = await bffFor();
  t.after(() => bff.stop());
  const { token, visitor } = await session(bff);
  for await (const _ of received(await post(bff, token, 'chat-1', 'hello, do you sell lamps?'))) continue;
  await admin(bff, 'POST', '/admin/memory/turns', turnsOf(visitor));
  await admin(bff, 'POST', '/admin/memory/turns', { ...turnsOf('other'), turns: [{ id: 'o1', role: 'user', text: 'the secret of another', at: 1 }] });
  const { status, json } = await admin(bff, 'GET', `/admin/memory/visitors/${visitor}?site=${SITE.id}`);
  assert.equal(status, 200);
  assert.deepEqual(json.turns.filter(({ chat }) => chat === 'import').map(({ id, name }) => [id, name]), [['t1', 'Mara'], ['t2', 'Otto'], ['t3', 'Mara']]);
  assert.equal(json.chats[0]?.messages[0]?.text, 'hello, do you sell lamps?');
  assert.equal(JSON.stringify(json).includes('secret of another'), false);
  assert.equal((await admin(bff, 'GET', `/admin/memory/visitors/${visitor}?site=none`)).status, 404);
  assert.equal((await admin(bff, 'GET', `/admin/memory/visitors/v'1?site=${SITE.id}`)).status, 400);
  assert.equal((await fetch(`${bff.url}/admin/memory/visitors/${visitor}?site=${SITE.id}`, { headers: { origin: ORIGIN } })).status, 401);

  const child = spawn(process.execPath, [join(import.meta.dirname, '../../../bff/cli/main.ts'), 'export', visitor, '--site', SITE.id], {
    env: { ...process.env, BFF_URL: bff.url, HALFSECOND_DATA: join(bff.folder, 'data'), HALFSECOND_ADMIN_KEY: 'admin-key' }, cwd: bff.folder, stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  assert.equal((await once(child, 'close'))[0], 0);
  assert.deepEqual(JSON.parse(Buffer.concat(chunks).toString()), json);
});

test('what is older than a site keeps it is gone after a start, from the files as well', async (t) => {
  const folder = await tempFolder(t);
  const bff = await bffFor({}, { folder });
  await admin(bff, 'POST', '/admin/memory/turns', turnsOf('v1'));
  await bff.close();
  const again = await bffFor({ site: { ...SITE, retentionDays: 30 } }, { folder });
  await again.retained;
  const { json } = await admin(again, 'GET', `/admin/memory/visitors/v1?site=${SITE.id}`);
  assert.deepEqual(json.turns.map(({ id }) => id), ['t3']);
  assert.match(again.logs.join('\n'), /retention of shop: 2 rows older than 30 days/);
  await again.close();
  const files = readdirSync(join(folder, 'data'), { recursive: true }).map((name) => join(folder, 'data', String(name))).filter((path) => statSync(path).isFile());
  assert.deepEqual(files.filter((path) => readFileSync(path).includes('Harbour Lane 7')), []);
});

test('what memory refuses is told in a sentence with a code, not as a fault of ours', async (t) => {
  const bff = await bffFor();
  t.after(() => bff.stop());
  const refused = async (method: string, path: string, body?: unknown): Promise<[number, string]> => {
    const { status, json } = await admin(bff, method, path, body);
    return [status, (json as unknown as { error: { code: string } }).error.code];
  };
  assert.deepEqual(await refused('DELETE', `/admin/knowledge/${encodeURIComponent("a' OR 1=1 --")}`), [400, 'memory_bad_id']);
  assert.deepEqual(await refused('POST', '/admin/knowledge', { site: SITE.id, documents: [{ id: 'deep', title: 'Deep', text: '>'.repeat(20_000) }] }), [400, 'memory_bad_value']);
  // No date can be written of it, and a prompt that carries one would fail with every model.
  assert.deepEqual(await refused('POST', '/admin/knowledge', { site: SITE.id, documents: [{ id: 'when', title: 'When', text: 'x', at: 1e300 }] }), [400, 'memory_bad_value']);
  assert.deepEqual(await refused('POST', '/admin/memory/turns', { site: SITE.id, visitor: 'v1', turns: [{ id: 't', role: 'user', text: 'x', at: 9e15 }] }), [400, 'memory_bad_value']);
});

test('what cannot be kept because memory is off is not acknowledged', async (t) => {
  const bff = await bffFor({ memory: { enabled: false } });
  t.after(() => bff.stop());
  assert.equal((await admin(bff, 'POST', '/admin/memory/turns', turnsOf('v1'))).status, 503);
  assert.equal((await admin(bff, 'POST', '/admin/knowledge', { site: SITE.id, documents: [{ id: 'd', title: 'D', text: 'x' }] })).status, 503);
});
