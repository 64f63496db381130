/** Handing over to a person: webhook and mail, the link to the conversation, and what the visitor sees. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import type { Agent, Dispatch } from '@halfsecond/bff/layers';
import { startOpenAI } from '../../fakes/openai.ts';
import { parseConfig } from '@halfsecond/bff/config';
import { SITE, ask, bffFor, eventsOf, session, textOf } from '../harness.ts';
import { agentWith } from './setup.ts';

const agent: Agent = { ...agentWith(['handoff.*']), name: 'desk' };
const dispatch: Dispatch = async () => ({ agent, score: 1, abstained: false, human: false, alternatives: [] });
const secret = `whsec_${Buffer.from('a secret of the operator').toString('base64')}`;

test('a handoff that tells nobody is a fault of the configuration', () => {
  const faults = (handoff: object): string[] => {
    const read = parseConfig({ site: SITE, tools: { handoff: { kind: 'builtin', ...handoff } } }, {}, '/');
    return 'faults' in read ? read.faults : [];
  };
  assert.deepEqual(faults({}), ['tools.handoff tells nobody: expected webhook or email.']);
  assert.deepEqual(faults({ webhook: 'https://desk.example/' }), []);
});

test('what the README says of tools is a configuration', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../../bff/README.md'), 'utf8');
  const [, example = ''] = /## Tools[\s\S]*?```json\n([\s\S]*?)```/.exec(readme) ?? [];
  assert.ok(example.trim().split('\n').length <= 3, 'in three lines');
  const read = parseConfig({ site: SITE, ...(JSON.parse(`{${example}}`) as object) }, {}, '/');
  assert.ok('config' in read && read.config.tools['files']?.kind === 'mcp', 'faults' in read ? read.faults.join('\n') : '');
});

test('a person is told by webhook and mail, with a link that shows the conversation; the visitor sees it', async (t) => {
  const hooks: { headers: Record<string, string>; body: string }[] = [];
  const hook = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      hooks.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks).toString('utf8') });
      response.end(JSON.stringify({ url: 'https://desk.example/live/7' }));
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const mails: string[] = [];
  const post = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], onData(stream, _session, done) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      mails.push(Buffer.concat(chunks).toString('utf8'));
      done();
    });
  } });
  await new Promise<void>((resolve) => post.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${(hook.address() as AddressInfo).port}`;
  const model = await startOpenAI([{ calls: [{ name: 'handoff_person', input: { reason: 'Wants <b>a refund</b>' }, id: 'h1' }] }, { text: 'Someone will be with you.' }]);
  const tools = { handoff: { kind: 'builtin', timeout: 3_000, webhook: `http://${place}/desk`, secret, allow: [place], email: { smtp: `smtp://127.0.0.1:${(post.server.address() as AddressInfo).port}`, from: 'chat@shop.example', to: 'team@shop.example' } } };
  const base = { agents: [agent], memory: { enabled: false }, tools };
  const bff = await bffFor({ ...base, providers: { p: { kind: 'openai', baseURL: `${model.url}/v1`, apiKey: 'k' } }, models: [{ id: 'm', provider: 'p', model: 'm', inputPrice: 1, outputPrice: 2 }] }, { replace: { dispatch } });
  const plain = await bffFor(base, { replace: { dispatch } });
  t.after(async () => {
    await Promise.all([bff.stop(), plain.stop(), model.close(), new Promise<void>((resolve) => post.close(() => resolve()))]);
    await new Promise<void>((resolve) => {
      hook.closeAllConnections();
      hook.close(() => resolve());
    });
  });

  const { token, visitor } = await session(bff);
  const all = await ask(bff, token, 'c', 'I want my money back <script>alert(1)</script>');
  assert.equal(textOf(all), 'Someone will be with you.');
  const told = eventsOf(all, 'data-handoff');
  assert.equal(told.length, 1, 'said once');
  assert.equal(told[0]?.data.url, 'https://desk.example/live/7');
  assert.equal(eventsOf(all, 'tool-output-available').length, 1);

  const [first] = hooks;
  assert.ok(first);
  const { type, data } = new Webhook(secret).verify(first.body, first.headers) as { type: string; data: { reason: string; visitor: string; transcript: string } };
  assert.deepEqual([type, data.reason, data.visitor], ['handoff.requested', 'Wants <b>a refund</b>', visitor]);
  assert.equal(mails.length, 1);
  assert.match(mails[0] ?? '', /^To: team@shop\.example/m);
  assert.ok((mails[0] ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=').includes('/transcript/'));

  const page = await fetch(data.transcript);
  assert.equal(page.status, 200);
  const html = await page.text();
  assert.ok(html.includes('I want my money back &#60;script&#62;alert(1)') && !html.includes('<script>'));
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  assert.equal((await fetch(`${data.transcript}x`)).status, 404, 'a link that was altered leads nowhere');
  assert.equal((await fetch(`${bff.url}/transcript/abc.def`)).status, 404);

  const answer = await ask(plain, (await session(plain)).token, 'c', 'I want to talk to a person');
  assert.equal(hooks.length, 2, 'the built-in answerer tells one too');
  assert.equal(eventsOf(answer, 'data-handoff').length, 1);
  assert.match(textOf(answer), /person/);
});
