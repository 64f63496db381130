/** Requests that leave the house: forty ways to have one reach an address inside, and none that does. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isInside } from '@halfsecond/bff/tools/egress/addresses.ts';
import { readText } from '@halfsecond/bff/tools/egress/body.ts';
import { createEgress } from '@halfsecond/bff/tools/egress/egress.ts';
import type { Resolve } from '@halfsecond/bff/tools/egress/egress.ts';
import { ToolFault } from '@halfsecond/bff/tools/source.ts';

const MAX = 1_000_000;
let reached = 0;
let answer: RequestListener = (_request, response) => response.end('inside');
const inside = createServer((request, response) => {
  reached += 1;
  answer(request, response);
});
let port = 0;
before(async () => {
  await new Promise<void>((resolve) => inside.listen(0, resolve));
  port = (inside.address() as AddressInfo).port;
});
after(() => new Promise<void>((resolve) => {
  inside.closeAllConnections();
  inside.close(() => resolve());
}));

/** Every spelling of this machine and of networks inside; PORT is where something listens. */
const SPELLINGS = [
  'http://127.0.0.1:PORT/', 'http://127.1:PORT/', 'http://127.0.1:PORT/', 'http://2130706433:PORT/', 'http://0x7f000001:PORT/', 'http://0x7f.0.0.1:PORT/',
  'http://017700000001:PORT/', 'http://0177.0.0.1:PORT/', 'http://0177.0.0.01:PORT/', 'http://127.0.0.1.:PORT/', 'http://①②⑦.⓪.⓪.①:PORT/', 'http://127。0。0。1:PORT/',
  'http://0:PORT/', 'http://0.0.0.0:PORT/', 'http://127.255.255.254:PORT/', 'http://[::1]:PORT/', 'http://[::]:PORT/', 'http://[0:0:0:0:0:0:0:1]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/', 'http://[::ffff:7f00:1]:PORT/', 'http://[::127.0.0.1]:PORT/', 'http://[64:ff9b::7f00:1]:PORT/', 'http://[2002:7f00:1::]:PORT/', 'http://[2001:0:7f00:1::]:PORT/',
  'http://[fe80::1]:PORT/', 'http://[fc00::1]:PORT/', 'http://[fd12:3456::1]:PORT/', 'http://10.0.0.1:PORT/', 'http://172.16.0.1:PORT/', 'http://192.168.1.1:PORT/',
  'http://169.254.169.254/latest/meta-data/', 'http://100.64.0.1:PORT/', 'http://localhost:PORT/', 'http://LOCALHOST:PORT/', 'http://localhost.:PORT/', 'http://%6cocalhost:PORT/',
  'http://public.example@127.0.0.1:PORT/', 'http://user:secret@public.example:PORT/', 'file:///etc/passwd', 'ftp://127.0.0.1:PORT/',
];

describe('forty ways inside', () => {
  const names: Resolve = async (name) => (name === 'localhost' || name === 'localhost.' ? ['127.0.0.1', '::1'] : ['93.184.215.14']);
  for (const spelling of SPELLINGS) {
    test(spelling, async (t) => {
      const egress = createEgress([], MAX, names);
      t.after(() => egress.close());
      const before = reached;
      await assert.rejects(egress.fetch(new URL(spelling.replace('PORT', String(port))), { method: 'GET', headers: {}, signal: AbortSignal.timeout(3_000) }), (error) => error instanceof ToolFault && error.code === 'forbidden');
      assert.equal(reached, before);
    });
  }
  test('they are forty', () => assert.equal(new Set(SPELLINGS).size, 40));
});

test('a name that turns inside after it was looked at is dialled where it was looked at', async (t) => {
  const asked: string[] = [];
  // The first answer is outside, every later one inside: whoever asks twice is caught.
  const egress = createEgress([], MAX, async (name) => {
    asked.push(name);
    return asked.length === 1 ? ['192.0.0.1'] : ['127.0.0.1'];
  });
  t.after(() => egress.close());
  const before = reached;
  await assert.rejects(egress.fetch(new URL(`http://rebind.example:${port}/`), { method: 'GET', headers: {}, signal: AbortSignal.timeout(2_000) }));
  await assert.rejects(egress.fetch(new URL(`http://rebind.example:${port}/`), { method: 'GET', headers: {}, signal: AbortSignal.timeout(2_000) }));
  assert.equal(reached, before);
  assert.equal(asked.length, 2, 'asked once for each connection, by nobody else');
});

test('one address inside among others is refused; a name without any is named so', async (t) => {
  const egress = createEgress([], MAX, async (name) => (name === 'mixed.example' ? ['93.184.215.14', '10.0.0.7'] : []));
  t.after(() => egress.close());
  const get = (host: string) => egress.fetch(new URL(`http://${host}:${port}/`), { method: 'GET', headers: {}, signal: AbortSignal.timeout(2_000) });
  await assert.rejects(get('mixed.example'), { code: 'forbidden' });
  await assert.rejects(get('nowhere.example'), { code: 'unreachable' });
});

test('what is on the list is reached, in any spelling, at that port only; a redirect leads nowhere', async (t) => {
  const egress = createEgress([`127.0.0.1:${port}`], MAX, async () => ['127.0.0.1']);
  const named = createEgress([`crm.internal:${port}`], MAX, async () => ['127.0.0.1']);
  t.after(() => Promise.all([egress.close(), named.close()]));
  const request = { method: 'GET', headers: {}, signal: AbortSignal.timeout(5_000) };
  assert.equal(await readText(await egress.fetch(new URL(`http://0x7f.1:${port}/`), request), 100), 'inside');
  assert.equal(await readText(await named.fetch(new URL(`http://crm.internal:${port}/`), request), 100), 'inside');
  await assert.rejects(egress.fetch(new URL(`http://127.0.0.1:${port + 1}/`), request), { code: 'forbidden' });
  await assert.rejects(named.fetch(new URL(`http://other.internal:${port}/`), request), { code: 'forbidden' });
  answer = (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  t.after(() => {
    answer = (_request, response) => response.end('inside');
  });
  const redirect = await egress.fetch(new URL(`http://127.0.0.1:${port}/`), request);
  assert.equal(redirect.status, 302);
  await redirect.body?.cancel();
});

test('a small answer that unpacks to a large one is left when it has grown too large', async (t) => {
  const packed = gzipSync(Buffer.alloc(200_000_000));
  assert.ok(packed.length < 300_000);
  answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
  const egress = createEgress([`127.0.0.1:${port}`], MAX);
  t.after(async () => {
    answer = (_request, response) => response.end('inside');
    await egress.close();
  });
  const heap = process.memoryUsage().rss;
  const response = await egress.fetch(new URL(`http://127.0.0.1:${port}/`), { method: 'GET', headers: {}, signal: AbortSignal.timeout(10_000) });
  await assert.rejects(readText(response, 100_000), { code: 'too-large' });
  assert.ok(process.memoryUsage().rss - heap < 100_000_000);
});

test('addresses inside and outside', () => {
  for (const address of ['8.8.8.8', '93.184.215.14', '172.32.0.1', '100.128.0.1', '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '2a00:1450:4001::1']) assert.equal(isInside(address), false, address);
  for (const address of ['', 'x', '::ffff:8.8.8.8', '224.0.0.1', '255.255.255.255', '2001:db8::1', '::1%lo', '198.18.0.1', '192.0.2.1', 'ff02::1']) assert.equal(isInside(address), true, address);
});
