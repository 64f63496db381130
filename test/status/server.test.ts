/** The file server as a process of its own, asked over raw HTTP. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

const server = join(import.meta.dirname, '..', '..', 'status', 'server.ts');
const page = `<!doctype html><title>Status</title>${'<p>One of many lines.</p>'.repeat(100)}`;
let data = '';
let child: ChildProcess;
let port = 0;
let log = '';

function start(env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [server], { env: { ...process.env, HALFSECOND_DATA: data, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

before(async () => {
  data = mkdtempSync(join(tmpdir(), 'halfsecond-status-'));
  const folder = join(data, 'status', 'public');
  mkdirSync(join(folder, 'history'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), page);
  writeFileSync(join(folder, 'history', 'index.html'), 'history');
  writeFileSync(join(folder, '404.html'), 'no such page');
  writeFileSync(join(folder, 'feed.json'), '{}');
  writeFileSync(join(folder, '.hidden'), 'hidden');
  writeFileSync(join(data, 'status', 'signing-key.pem'), 'secret');
  child = start({ STATUS_PORT: '0' });
  child.stderr?.on('data', (chunk: Buffer) => { log += chunk.toString(); });
  assert.ok(child.stdout);
  const [line] = await once(child.stdout, 'data') as [Buffer];
  port = Number(new URL((JSON.parse(line.toString()) as { url: string }).url).port);
});
after(async () => {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(data, { recursive: true, force: true });
});

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };
/** `path` goes out exactly as it is given. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const body: Buffer[] = [];
      response.on('data', (chunk: Buffer) => body.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(body) }));
    });
    sent.once('error', reject);
    sent.end();
  });
}

test('a page comes with an ETag, no-cache and open to every origin; unchanged it is a 304', async () => {
  const first = await ask('/');
  assert.equal(first.status, 200);
  assert.equal(first.body.toString(), page);
  assert.equal(first.headers['access-control-allow-origin'], '*');
  assert.equal(first.headers['cache-control'], 'no-cache');
  assert.match(first.headers['content-type'] ?? '', /^text\/html/);
  const etag = first.headers.etag ?? '';
  const again = await ask('/', { 'if-none-match': `"other", ${etag}` });
  assert.equal(again.status, 304);
  assert.equal(again.body.length, 0);
  assert.equal(again.headers.etag, etag);
});

test('a file replaced by rename is served at once under a new ETag', async () => {
  const file = join(data, 'status', 'public', 'snapshot.json');
  const versions: Answer[] = [];
  for (const seq of [1, 2, 3]) {
    writeFileSync(`${file}.part`, JSON.stringify({ seq }));
    renameSync(`${file}.part`, file);
    versions.push(await ask('/snapshot.json'));
  }
  assert.deepEqual(versions.map((each) => each.body.toString()), ['{"seq":1}', '{"seq":2}', '{"seq":3}']);
  assert.equal(new Set(versions.map((each) => each.headers.etag)).size, 3);
});

test('compression follows what the client takes', async () => {
  const br = await ask('/', { 'accept-encoding': 'gzip, deflate, br' });
  assert.equal(br.headers['content-encoding'], 'br');
  assert.equal(brotliDecompressSync(br.body).toString(), page);
  const gzip = await ask('/', { 'accept-encoding': 'br;q=0, gzip' });
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(gzip.body).toString(), page);
  assert.equal((await ask('/')).headers['content-encoding'], undefined);
});

test('HEAD, OPTIONS and other methods', async () => {
  const head = await ask('/', {}, 'HEAD');
  assert.equal(head.status, 200);
  assert.equal(Number(head.headers['content-length']), page.length);
  assert.equal(head.body.length, 0);
  assert.equal((await ask('/', {}, 'OPTIONS')).status, 204);
  assert.equal((await ask('/', {}, 'POST')).status, 405);
});

test('folders with and without their slash, queries, types', async () => {
  for (const path of ['/history', '/history/', '/history/?x=1']) assert.equal((await ask(path)).body.toString(), 'history', path);
  assert.match((await ask('/feed.json')).headers['content-type'] ?? '', /^application\/feed\+json/);
});

test('nothing outside the folder, nothing hidden, no error for odd paths', async () => {
  const paths = [
    '/../signing-key.pem', '/%2e%2e/signing-key.pem', '/..%2fsigning-key.pem', '/history/../../signing-key.pem', '/..\\signing-key.pem',
    '/%5c..%5csigning-key.pem', '/.hidden', '/%00', '/%', '//etc/passwd', '/nothing', `/${'a'.repeat(5_000)}`, '/index.html/more',
  ];
  for (const path of paths) {
    const answer = await ask(path);
    assert.equal(answer.status, 404, path);
    assert.equal(answer.body.toString(), 'no such page', path);
  }
});

test('a file that is cut short on the disk is not served: the version before it stays, and the log says so', async () => {
  const folder = join(data, 'status', 'public');
  for (const [name, good] of [['cut.json', '{"a":[1,2,3]}'], ['cut.html', '<!doctype html><html lang="en"><p>whole</p></html>\n'], ['cut.rss', '<rss></rss>']] as const) {
    const file = join(folder, name);
    writeFileSync(file, good);
    assert.equal((await ask(`/${name}`)).body.toString(), good);
    for (const length of [0, 1, 6, 10, good.trimEnd().length - 1]) {
      // Shorter than its opening tag, a page cannot be told from a fragment.
      if (name === 'cut.html' && length > 0 && length < 21) continue;
      truncateSync(file, 0);
      writeFileSync(file, good.slice(0, length));
      const answer = await ask(`/${name}`);
      assert.deepEqual([answer.status, answer.body.toString()], [200, good], `${name} cut to ${length}`);
    }
    writeFileSync(file, `${good} `);
    assert.equal((await ask(`/${name}`)).body.toString(), `${good} `);
  }
  writeFileSync(join(folder, 'never.json'), '{"a":');
  assert.equal((await ask('/never.json')).status, 404, 'a fragment that was never whole is not shown either');
  assert.match(log, /^status: \/cut\.json is cut short on the disk; the version before it is served\.$/m);
});

test('a thousand requests at once for a file that changes meanwhile are all whole', async () => {
  const file = join(data, 'status', 'public', 'busy.json');
  const version = (seq: number): string => JSON.stringify({ seq, text: 'x'.repeat(20_000) });
  writeFileSync(file, version(0));
  const answers: Promise<Answer>[] = [];
  for (let each = 0; each < 1_000; each += 1) {
    if (each % 50 === 0) {
      writeFileSync(`${file}.part`, version(each));
      renameSync(`${file}.part`, file);
    }
    answers.push(ask('/busy.json', { 'accept-encoding': 'br' }));
    if (each % 100 === 99) await Promise.all(answers);
  }
  for (const answer of await Promise.all(answers)) {
    const { seq } = JSON.parse(brotliDecompressSync(answer.body).toString()) as { seq: number };
    assert.equal(brotliDecompressSync(answer.body).toString(), version(seq));
  }
});

test('a taken port is one clear line and exit code 1', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const taken = (other.address() as AddressInfo).port;
  const second = start({ STATUS_PORT: String(taken) });
  let said = '';
  second.stderr?.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  const [code] = await once(second, 'close') as [number];
  other.close();
  assert.equal(code, 1);
  assert.equal(said, `status: Port ${taken} is taken. Set STATUS_PORT to another one.\n`);
});
