/** Subscriptions from the form to the message: double opt-in, signatures, retries, restarts, no duplicates, no private hosts. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { openBook } from '../../status/subscribe/book.ts';
import { createDeliver } from '../../status/subscribe/deliver.ts';
import { isPublic, postTo, webhookUrl } from '../../status/subscribe/guard.ts';
import { openLinks } from '../../status/subscribe/links.ts';
import { createNews } from '../../status/subscribe/news.ts';
import { createSend } from '../../status/subscribe/send.ts';
import { mailSettings } from '../../status/subscribe/settings.ts';
import { inOne } from '../../status/transaction.ts';
import { until } from './harness.ts';
import { serve } from './serving.ts';
import { host, mailbox, messenger, post } from './subscribing.ts';
import { observed } from './writing.ts';

type Taken = { headers: IncomingHttpHeaders; body: string };
type Receiver = { url: string; host: string; taken: Taken[]; status: number };

async function receiver(t: TestContext): Promise<Receiver> {
  const made: Receiver = { url: '', host: '', taken: [], status: 200 };
  const server = createServer((request, response) => void (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    made.taken.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(made.status, { location: 'http://127.0.0.1:1/' }).end('thanks');
  })()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.closeAllConnections(); server.close(); });
  made.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  made.url = `http://${made.host}/hook`;
  return made;
}

const parsed = (taken: Taken): { type: string; data: Record<string, string> & { update?: { status: string; body: string } } } => JSON.parse(taken.body) as never;

test('a webhook: confirmed by its link, signed, told each update once, over a kill and a restart, until it ends it', { timeout: 60_000 }, async (t) => {
  const hook = await receiver(t);
  const { folder, publish } = host(t);
  const env = { STATUS_WEBHOOK_ALLOW: hook.host };
  const served = await serve(t, folder, env);
  let life = await messenger(folder, served.url, env);

  const answer = await post(served.url, { webhook: hook.url });
  assert.equal(answer.status, 202);
  const made = await answer.json() as { secret: string; state: string };
  assert.equal(made.state, 'pending');
  const [first] = await until(async () => hook.taken, (taken) => taken.length === 1);
  assert.ok(first);
  const wh = new Webhook(made.secret);
  wh.verify(first.body, first.headers as Record<string, string>);
  assert.throws(() => wh.verify(first.body.replace('confirm', 'confirn'), first.headers as Record<string, string>));
  assert.equal(parsed(first).type, 'subscription.confirm');

  const confirmed = await fetch(String(parsed(first).data['confirm']), { method: 'POST', headers: { accept: 'application/json' } });
  assert.deepEqual(await confirmed.json(), { kind: 'webhook', state: 'active', message: 'You are subscribed.' });
  publish(1);
  await until(async () => hook.taken.filter((each) => parsed(each).data.update?.status === 'identified'), (taken) => taken.length === 1);
  const told = hook.taken.at(-1);
  assert.ok(told);
  wh.verify(told.body, told.headers as Record<string, string>);
  assert.equal(parsed(told).data.update?.body, 'Step 1.');

  // Killed in the middle of failing deliveries, then started again: nothing lost, nothing twice.
  hook.status = 500;
  publish(2);
  await until(async () => hook.taken.map((each) => parsed(each).data.update?.body), (bodies) => bodies.includes('Step 2.'));
  await life.end('SIGKILL');
  const tried = hook.taken.at(-1)?.headers['webhook-id'];
  hook.status = 200;
  publish(3);
  life = await messenger(folder, served.url, env);
  await until(async () => hook.taken.map((each) => parsed(each).data.update?.body), (bodies) => bodies.includes('Step 3.') && bodies.filter((each) => each === 'Step 2.').length >= 2, 15_000);
  const again = hook.taken.filter((each) => parsed(each).data.update?.body === 'Step 2.').map((each) => each.headers['webhook-id']);
  assert.deepEqual(new Set(again), new Set([tried]), 'every try carries the same id');
  assert.equal(hook.taken.filter((each) => parsed(each).data.update?.body === 'Step 1.').length, 1);
  assert.equal(hook.taken.filter((each) => parsed(each).data.update?.body === 'Step 3.').length, 1);

  const ended = await fetch(String(parsed(told).data['unsubscribe']), { method: 'POST' });
  assert.equal(ended.status, 200);
  const before = hook.taken.length;
  publish(4);
  const book = openBook(join(folder, 'subscriptions.db'));
  t.after(() => book.close());
  await until(async () => book.active(), (active) => active === 0);
  await new Promise((done) => setTimeout(done, 1_200));
  assert.equal(hook.taken.length, before, 'nothing comes any more');
  await life.end();
});

test('e-mail: a real SMTP server takes the confirmation and the news; the links work; one click ends it', { timeout: 60_000 }, async (t) => {
  const { mails, env } = await mailbox(t);
  const { folder, publish } = host(t);
  const served = await serve(t, folder, env);
  const life = await messenger(folder, served.url, env);

  const form = await fetch(`${served.url}/subscribe`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'email=Ada%40Example.com' });
  assert.equal(form.status, 202);
  assert.match(await form.text(), /<p class="age" role="status">Please open the link in the message that is on its way to you\.<\/p>/);
  const [mail] = await until(async () => mails, (all) => all.length === 1);
  assert.ok(mail);
  assert.deepEqual(mail.to, ['ada@example.com']);
  const confirm = /http\S+\/confirm\?token=\S+/.exec(mail.text)?.[0] ?? '';
  // A scanner opens whatever a mail links to, before its reader does.
  assert.equal((await fetch(confirm, { method: 'HEAD' })).status, 200);
  assert.match(await (await fetch(confirm)).text(), /<form method="post" class="subscribe"><button>Confirm the subscription<\/button><\/form>/);
  assert.equal((await (await fetch(confirm, { headers: { accept: 'application/json' } })).json() as { state: string }).state, 'pending');
  publish(0);
  const book = openBook(join(folder, 'subscriptions.db'));
  t.after(() => book.close());
  const noted = new DatabaseSync(join(folder, 'subscriptions.db'), { readOnly: true });
  t.after(() => noted.close());
  await until(async () => noted.prepare('SELECT count(*) AS n FROM told').get()?.['n'], (n) => n === 3);
  assert.equal(book.active(), 0);
  assert.match(await (await fetch(confirm, { method: 'POST' })).text(), /You are subscribed\./);
  assert.match(await (await fetch(confirm)).text(), /You are subscribed\./);
  publish(1);
  const news = await until(async () => mails.find((each) => each.text.includes('Step 1.')), (found) => found !== undefined);
  assert.ok(news);
  assert.match(news.text, /^Subject: \[status\] Identified: Something new\r$/m);
  assert.match(news.text, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
  assert.equal(mails.filter((each) => each.text.includes('We look.')).length, 0, 'what was said before it was confirmed is not sent');
  const end = /<(http[^>]+\/unsubscribe\?token=[^>]+)>/.exec(news.text)?.[1] ?? '';
  for (const method of ['HEAD', 'GET']) assert.equal((await fetch(end, { method })).status, 200);
  assert.match(await (await fetch(end)).text(), /<form method="post" class="subscribe"><button>End the subscription<\/button><\/form>/);
  assert.equal(book.active(), 1, 'who opens the link is asked, and goes on to be told');
  assert.equal((await fetch(end, { method: 'POST', body: 'List-Unsubscribe=One-Click', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status, 200);
  assert.match(await (await fetch(end)).text(), /You are not subscribed any more\./, 'twice is as good as once');
  assert.equal((await fetch(confirm)).status, 410, 'and the old confirmation does not bring it back');
  assert.equal(book.active(), 0);
  await life.end();
  assert.equal(life.log(), '');
});

test('the door is strict, keeps its mouth shut and counts', async (t) => {
  const { folder } = host(t);
  const served = await serve(t, folder);
  const status = async (body: object | string): Promise<number> => (await post(served.url, body)).status;
  assert.equal(await status({ email: 'a@example.com' }), 400, 'no mail server, no mail');
  for (const wrong of ['{', '[]', '{}', { webhook: 'https://example.com/', email: 'a@b.co' }, { webhook: 7 }]) assert.equal(await status(wrong), 400, JSON.stringify(wrong));
  assert.equal((await fetch(`${served.url}/subscribe`, { method: 'POST', body: 'x' })).status, 415);
  assert.equal(await status({ webhook: `https://example.com/${'a'.repeat(5_000)}` }), 413);
  assert.equal(await status({ webhook: 'http://127.0.0.1/' }), 400);
  assert.equal(await status({ webhook: 'https://example.com/hook' }), 202);
  assert.equal(await status({ webhook: 'https://example.com/hook' }), 429, 'the eleventh within a minute');
  for (const path of ['/confirm', '/confirm?token=', '/confirm?token=a.b.c', '/unsubscribe?token=%00', `/confirm?token=${'x'.repeat(3_000)}`]) {
    const answer = await fetch(served.url + path);
    assert.equal(answer.status, 400, path);
    assert.equal((await answer.text()).includes('token='), false);
  }
  assert.equal((await fetch(`${served.url}/subscribe/`)).status, 200, 'the page with the forms is a plain file');
  assert.equal(/<input[^>]+type="email"/.test(await (await fetch(`${served.url}/subscribe/`)).text()), false, 'without a mail server only webhooks and feeds are offered');
});

test('a broken book harms no page', async (t) => {
  const { folder } = host(t);
  writeFileSync(join(folder, 'subscriptions.db'), 'this is no database '.repeat(100));
  const served = await serve(t, folder);
  assert.ok((await post(served.url, { webhook: 'https://example.com/' })).status >= 500);
  assert.equal((await fetch(served.url)).status, 200);
});

test('a transaction that the disk has ended already passes its fault on', () => {
  const db = new DatabaseSync(':memory:');
  assert.throws(() => inOne(db, () => {
    db.exec('ROLLBACK');
    throw new Error('the disk is full');
  }), /the disk is full/);
  inOne(db, () => db.exec('CREATE TABLE kept (id TEXT) STRICT'));
  assert.throws(() => inOne(db, () => {
    db.exec("INSERT INTO kept VALUES ('half')");
    throw new Error('stopped');
  }), /stopped/);
  assert.deepEqual(db.prepare('SELECT * FROM kept').all(), []);
  db.close();
});

test('links cannot be forged, altered, used for something else or too late', (t) => {
  const { folder } = host(t);
  const links = openLinks(join(folder, 'link-key'));
  const token = links.token('confirm', 'some-id', 1_000);
  assert.equal(links.read('confirm', token, 999), 'some-id');
  assert.equal(links.read('confirm', token, 1_001), null);
  assert.equal(links.read('unsubscribe', token, 999), null);
  for (let at = 0; at < token.length; at += 1) {
    const altered = `${token.slice(0, at)}${token[at] === 'a' ? 'b' : 'a'}${token.slice(at + 1)}`;
    assert.equal(links.read('confirm', altered, 999), null, altered);
  }
  assert.equal(openLinks(join(folder, 'link-key')).read('confirm', token, 1), 'some-id', 'the next life knows it too');
});

test('no webhook leads into a private network', async (t) => {
  const hook = await receiver(t);
  const none = new Set<string>();
  const closed = [
    'http://example.com/', 'ftp://example.com/', 'https://user:pass@example.com/', 'https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://0/', 'https://10.1.2.3/', 'https://172.20.0.1/',
    'https://192.168.1.1/', 'https://169.254.169.254/latest/meta-data/', 'https://100.64.0.1/', 'https://[::1]/', 'https://[::]/', 'https://[::ffff:127.0.0.1]/', 'https://[fd00::1]/', 'https://[fe80::1]/',
    'https://[64:ff9b::7f00:1]/', 'https://[2002:7f00:1::]/', 'https://localhost/', 'https://db.internal/', 'https://printer.local/', 'https://intranet/', 'https://224.0.0.1/', 'https://255.255.255.255/', 'javascript:alert(1)', '',
  ];
  for (const text of closed) assert.ok('fault' in webhookUrl(text, none), text);
  for (const text of ['https://example.com/', 'https://8.8.8.8/', 'https://[2606:4700::1111]/']) assert.ok('url' in webhookUrl(text, none), text);
  assert.ok('url' in webhookUrl(hook.url, new Set([hook.host])));
  for (const [address, open] of [['1.1.1.1', true], ['192.0.0.8', false], ['2001:4860:4860::8888', true], ['2001:db8::1', false], ['fc00::1', false], ['nonsense', false]] as const) assert.equal(isPublic(address), open, address);
  // A name that resolves to a private address is stopped where the connection is made.
  const { port } = new URL(hook.url);
  await assert.rejects(postTo(new URL(`http://localhost:${port}/hook`), '{}', {}, none, AbortSignal.timeout(5_000)), /the host is not a public one/);
  await assert.rejects(postTo(new URL(hook.url), '{}', {}, none, AbortSignal.timeout(5_000)), /the host is not a public one/);
  hook.status = 302;
  assert.equal(await postTo(new URL(hook.url), '{}', {}, new Set([hook.host]), AbortSignal.timeout(5_000)), 302, 'a redirect is not followed');
  assert.equal(hook.taken.length, 1);
});

test('failures are tried again with growing pauses, given up at last; 410 ends the subscription', async (t) => {
  const hook = await receiver(t);
  const { folder, publish } = host(t);
  const book = openBook(join(folder, 'subscriptions.db'));
  t.after(() => book.close());
  const stop = new AbortController();
  t.after(() => stop.abort());
  const log: string[] = [];
  const send = createSend('https://status.example.com', openLinks(join(folder, 'link-key')), new Set([hook.host]), null);
  const deliver = createDeliver(book, send, (line) => log.push(line), stop.signal, [10, 20, 30]);
  const news = createNews(join(folder, 'public'), 'https://status.example.com', book);
  news(Date.now());
  const made = book.subscribe('webhook', hook.url, 'en', Date.now());
  assert.ok(made);
  for (let each = 0; each < 2; each += 1) assert.ok(book.subscribe('webhook', hook.url, 'en', Date.now()));
  assert.equal(book.subscribe('webhook', hook.url, 'en', Date.now()), null, 'a stranger cannot flood a target with confirmations');
  book.confirm(made);
  const round = async (): Promise<void> => { deliver.tick(Date.now()); await deliver.idle(); };
  await round();
  assert.equal(hook.taken.length, 1, 'the other two were replaced by the confirmed one');
  hook.status = 503;
  publish(0);
  news(Date.now());
  news(Date.now());
  await until(async () => { await round(); return log; }, (lines) => lines.length === 2);
  assert.equal(hook.taken.length, 1 + 4);
  assert.deepEqual(log, ['A message to a webhook was not taken (it answered 503); it is tried again.', 'A message to a webhook was given up after 4 tries: it answered 503']);
  hook.status = 410;
  publish(1);
  news(Date.now());
  await round();
  assert.equal(book.active(), 0, 'gone means gone');
});

test('an old incident that is written up later wakes nobody; mail settings that cannot be are named', (t) => {
  const { folder, writer, site } = host(t);
  const book = openBook(join(folder, 'subscriptions.db'));
  t.after(() => book.close());
  const made = book.subscribe('webhook', 'https://example.com/', 'en', Date.now());
  assert.ok(made);
  book.confirm(made);
  const news = createNews(join(folder, 'public'), 'https://status.example.com', book);
  news(Date.now());
  writer()(observed(), site);
  news(Date.now());
  assert.deepEqual(book.due(Date.now(), 10).map((each) => each.payload), ['{"type":"subscription.confirm"}']);
  assert.throws(() => mailSettings({ STATUS_SMTP_URL: 'http://x', STATUS_MAIL_FROM: 'a@b.co' }), /STATUS_SMTP_URL must be an SMTP URL/);
  assert.throws(() => mailSettings({ STATUS_SMTP_URL: 'smtp://x' }), /STATUS_MAIL_FROM must be/);
  assert.equal(mailSettings({}), null);
});
