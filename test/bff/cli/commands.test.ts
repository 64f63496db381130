/** The command line as a newcomer meets it: faults in sentences, exit codes, ports, ingest, config, trace, forget. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createInterface } from 'node:readline';
import { halfsecondIn, root, type Result } from './command.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfsecond-cli-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const halfsecond = (args: string[], env: Record<string, string> = {}): Promise<Result> => halfsecondIn(folder, args, { HALFSECOND_DATA: join(folder, 'data'), ...env });
const config = (name: string, value: unknown): Record<string, string> => {
  const path = join(folder, name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return { HALFSECOND_CONFIG: path };
};
const site = { id: 'shop', key: 'hs_pub_shop', origins: ['http://shop.example'] };

test('help is there for every command, an unknown one exits 1', async () => {
  const help = await halfsecond(['--help']);
  assert.equal(help.code, 0);
  const names = [...help.out.matchAll(/^ {2}halfsecond (\w+)/gm)].map(([, name]) => name ?? '');
  assert.ok(names.includes('ingest') && names.includes('trace'));
  for (const name of names) assert.match((await halfsecond([name, '--help'])).out, new RegExp(`halfsecond ${name}`));
  assert.equal((await halfsecond(['fly'])).code, 1);
});

test('a wrong configuration lists every fault as a sentence and exits 1', async () => {
  const wrong = {
    site: { ...site, origins: ['http://*.example', 'https://ok.example/'] },
    models: [{ id: 'm', provider: 'nobody', model: 'x', quality: 9 }],
    agents: [{ name: 'a', tools: ['orders.*'], dataClass: 'secret' }],
    queue: { wait: -1 },
  };
  for (const command of [['config', 'check'], ['bff'], ['start']]) {
    const { code, err } = await halfsecond(command, config('wrong.json', wrong));
    assert.equal(code, 1, command.join(' '));
    for (const path of ['site.origins[0]', 'site.origins[1]', 'models[0].quality', 'models[0].provider', 'agents[0].dataClass', 'agents[0].tools', 'queue.wait']) assert.ok(err.includes(path), `${command[0]}: ${path} in\n${err}`);
    assert.doesNotMatch(err, /\.ts:\d+/);
  }
});

test('a regulated agent without a private model, a file that is no JSON, a file that is not there', async () => {
  assert.match((await halfsecond(['config', 'check'], config('reg.json', { site, agents: [{ name: 'health', dataClass: 'regulated' }] }))).err, /agents\[0\].*regulated.*private/);
  assert.match((await halfsecond(['config', 'check'], config('no.json', '{ "site": '))).err, /no\.json cannot be read as JSON/);
  assert.match((await halfsecond(['config', 'check'], { HALFSECOND_CONFIG: join(folder, 'nowhere.json') })).err, /nowhere\.json, but there is no such file/);
  const good = await halfsecond(['config', 'check'], config('good.json', { site }));
  assert.equal(good.code, 0);
  assert.match(good.out, /is good/);
  const off = await halfsecond(['config', 'check'], config('off.json', { site, providers: { openai: { kind: 'openai' }, own: { kind: 'openai-compatible', baseURL: '$NOWHERE' }, other: { kind: 'openai-compatible', baseURL: 'http://127.0.0.1:9/v1' } } }));
  assert.match(off.out, /; off: openai \(apiKey is not set\), own \(baseURL is not set\)\.$/m);
});

test('an occupied port says which variable to set', async () => {
  const holder = createServer();
  await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
  const { port } = holder.address() as AddressInfo;
  const taken = config('port.json', { site, memory: { enabled: false } });
  for (const [command, variable] of [['bff', 'BFF_PORT'], ['start', 'DEMO_PORT'], ['start', 'STATUS_PORT']] as const) {
    const { code, err } = await halfsecond([command], { ...taken, BFF_PORT: '0', STATUS_PORT: '0', DEMO_PORT: '0', [variable]: String(port) });
    assert.equal(code, 1);
    assert.match(err, new RegExp(`Port ${port} is in use: set ${variable}`));
    assert.doesNotMatch(err, /\.ts:\d+/);
  }
  await new Promise((done) => holder.close(done));
});

test('a data folder that cannot be used is said at start', async () => {
  writeFileSync(join(folder, 'a-file'), '');
  symlinkSync(join(folder, 'nowhere', 'at-all'), join(folder, 'a-link'));
  for (const [command, name, why] of [['bff', 'a-file', 'it is not a folder'], ['start', 'a-file', 'it is not a folder'], ['bff', 'a-link', 'it is not there and cannot be made']] as const) {
    const { code, err } = await halfsecond([command], { ...config('folder.json', { site }), BFF_PORT: '0', STATUS_PORT: '0', DEMO_PORT: '0', HALFSECOND_DATA: join(folder, name) });
    assert.equal(code, 1);
    assert.equal(err.trim(), `The data folder ${join(folder, name)} cannot be used: ${why}. Set HALFSECOND_DATA to a folder that can be written.`);
  }
});

test('ingesting a folder again removes what is gone from it, and nothing that could only not be read', async () => {
  const docs = join(folder, 'wiki');
  mkdirSync(join(docs, 'old'), { recursive: true });
  for (const name of ['stays.md', 'goes.md', 'breaks.md', 'old/page.md']) writeFileSync(join(docs, name), `# ${name}\n\nWords of it.\n`);
  const env = { ...config('gone.json', { site, memory: {} }), HALFSECOND_DATA: join(folder, 'gone-data'), BFF_PORT: '1' };
  assert.match((await halfsecond(['ingest', 'wiki'], env)).out, /4 documents, 4 sections: 4 written, 0 removed, 0 files skipped\.$/m);
  rmSync(join(docs, 'goes.md'));
  rmSync(join(docs, 'old'), { recursive: true });
  writeFileSync(join(docs, 'breaks.md'), Buffer.from([0xe9, 0x0a]));
  assert.match((await halfsecond(['ingest', 'wiki'], env)).out, /1 document, 1 section: 0 written, 2 removed, 1 file skipped\. 2 documents gone\./);
  rmSync(docs, { recursive: true });
  assert.equal((await halfsecond(['ingest', 'wiki'], env)).code, 1);
  mkdirSync(docs);
  assert.match((await halfsecond(['ingest', 'wiki'], env)).out, /0 documents, 0 sections: 0 written, 2 removed, 0 files skipped\. 2 documents gone\./);
});

test('a misspelt option is refused: nobody else is erased for it', async () => {
  const env = config('typo.json', { site, memory: {} });
  for (const args of [['forget', '--sit', 'shop', 'v1'], ['export', '--sit', 'shop', 'v1'], ['ingest', '--bogus', 'docs']]) {
    const { code, err } = await halfsecond(args, { ...env, BFF_PORT: '1' });
    assert.equal(code, 1);
    assert.match(err, /Unknown option '--(?:sit|bogus)'/);
  }
  assert.match((await halfsecond(['forget', '--site', 'shop'], { ...env, BFF_PORT: '1' })).err, /^halfsecond forget USER/);
});

test('a broken file of the data folder is named, with what to do about it', async () => {
  const data = join(folder, 'broken-data');
  mkdirSync(data);
  const env = { ...config('broken.json', { site }), BFF_PORT: '0', HALFSECOND_DATA: data };
  for (const [name, said] of [['secrets.json', /secrets\.json cannot be read: .* remove it to have new secrets/], ['bff.sqlite', /database .*bff\.sqlite cannot be used: file is not a database/]] as const) {
    writeFileSync(join(data, name), 'garbage '.repeat(1_000));
    const { code, err } = await halfsecond(['bff'], env);
    rmSync(join(data, name));
    assert.equal(code, 1);
    assert.match(err, said);
  }
});

test('ingest names what it cannot read and takes the rest; the running backend is used when there is one', async () => {
  mkdirSync(join(folder, 'docs'));
  writeFileSync(join(folder, 'docs', 'guide.md'), '# Guide\n\n## Shipping\n\nParcels leave on Tuesdays by sea.\n');
  writeFileSync(join(folder, 'docs', 'broken.md'), Buffer.from([0x23, 0x20, 0xe9, 0xe8, 0x0a]));
  const env = config('ingest.json', { site, memory: {} });
  const first = await halfsecond(['ingest', 'docs'], { ...env, BFF_PORT: '1' });
  assert.equal(first.code, 0, first.err);
  assert.match(first.err, /skipped .*broken\.md: /);
  assert.match(first.out, /^1 document, 1 section: 1 written, 0 removed, 1 file skipped\.$/m);
  const nothing = await halfsecond(['ingest', 'dosc'], env);
  assert.deepEqual([nothing.code, nothing.err], [1, 'skipped dosc: there is no such file or folder\n']);
  const mistyped = await halfsecond(['ingest', '--urll', 'https://shop.example', 'docs'], env);
  assert.deepEqual([mistyped.code, mistyped.out], [1, '']);
  assert.match(mistyped.err, /--urll/);

  const bff = spawn(process.execPath, [join(root, 'bff/cli/main.ts'), 'bff'], { cwd: folder, env: { ...process.env, ...env, HALFSECOND_DATA: join(folder, 'data'), BFF_PORT: '0', HALFSECOND_ADMIN_KEY: 'key' }, stdio: ['ignore', 'pipe', 'ignore'] });
  const gone = new Promise((done) => bff.once('exit', done));
  try {
    const [line] = await new Promise<[string]>((done) => createInterface({ input: bff.stdout }).once('line', (text: string) => done([text])));
    const { url } = JSON.parse(line) as { url: string };
    const reach = { ...env, BFF_PORT: new URL(url).port, HALFSECOND_ADMIN_KEY: 'key' };
    const search = async () => JSON.stringify(await (await fetch(`${url}/admin/memory/search`, { method: 'POST', headers: { authorization: 'Bearer key', 'content-type': 'application/json' }, body: JSON.stringify({ site: 'shop', query: 'When do parcels leave?', scope: 'knowledge' }) })).json());
    assert.match(await search(), /Tuesdays by sea/);
    writeFileSync(join(folder, 'docs', 'guide.md'), '# Guide\n\n## Shipping\n\nParcels leave on Fridays by air.\n');
    const again = await halfsecond(['ingest', 'docs/guide.md'], reach);
    assert.equal(again.code, 0, again.err);
    assert.match(await search(), /Fridays by air/);
    assert.match((await halfsecond(['trace', 'last'], reach)).err, /no turn yet/);
    assert.match((await halfsecond(['forget', 'anon:nobody'], reach)).out, /"visitor": "anon:nobody"/);
  } finally {
    bff.kill('SIGTERM');
    await gone;
  }
  assert.match((await halfsecond(['trace', 'last'], { ...env, BFF_PORT: '1' })).err, /No bff answers/);
});

test('what concerns one visitor names exactly one', async () => {
  const env = { ...config('visitor.json', { site }), BFF_PORT: '1' };
  for (const command of ['export', 'forget']) {
    for (const unclear of [[], ['--site', 'shop'], ['anon:a', 'anon:b']]) {
      const { code, err } = await halfsecond([command, ...unclear], env);
      assert.equal(code, 1);
      assert.match(err, new RegExp(`^halfsecond ${command} USER`), `${command} ${unclear.join(' ')}`);
    }
    for (const clear of [['anon:a'], ['anon:a', '--site', 'shop'], ['--site', 'shop', 'anon:a']]) assert.match((await halfsecond([command, ...clear], env)).err, /No bff answers/);
  }
});
