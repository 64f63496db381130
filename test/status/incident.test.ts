/** Incidents: opened with evidence, joined, calmed; edited by people by file, command and HTTP; planned maintenance. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { createAuto, CLEAN_MS, JOIN_MS, LASTING_MS, type Act } from '../../status/incidents/auto.ts';
import { apply } from '../../status/incidents/commands.ts';
import type { Condition } from '../../status/incidents/conditions.ts';
import { createLedger } from '../../status/incidents/ledger.ts';
import { openDoor } from '../../status/collector/reports.ts';
import { createBoard } from '../../status/collector/quorum.ts';
import type { PublishedIncident } from '../../status/src/incident.ts';
import { provider, startFakeBff } from './fake-bff.ts';
import { startHost, until } from './harness.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-incidents-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const down: Condition = { key: 'gateway:probes', title: 'The chat does not answer', impact: 'critical', components: ['gateway', 'queue'], text: 'Does not answer our probes.', lasting: false };
const slow: Condition = { key: 'gateway:slow', title: 'Answers begin late on our side', impact: 'minor', components: ['gateway'], text: 'First token at 900 ms.', lasting: true };
const incident = (over: Partial<PublishedIncident> = {}): PublishedIncident => ({
  id: 'one', title: 'The chat does not answer', status: 'investigating', impact: 'critical', startedAt: 0, resolvedAt: null, components: ['gateway'],
  updates: [{ at: 0, status: 'investigating', body: 'x' }], rootCause: null, fix: null, condition: 'gateway:probes', ...over,
});
const sight = { judged: new Set(['gateway']), lastTurn: null };
const told = (acts: Act[]) => acts.map((act) => ('id' in act ? `${act.do} ${act.id}` : act.do));
const at = (ms: number) => ({ wall: ms, steady: ms });

test('an outage opens at once, something mild only when it has lasted', () => {
  const auto = createAuto();
  assert.deepEqual(told(auto.step([down, slow], [], sight, at(0))), ['open']);
  assert.deepEqual(told(auto.step([slow], [incident()], sight, at(LASTING_MS - 1))), []);
  assert.deepEqual(told(auto.step([slow], [incident()], sight, at(LASTING_MS))), ['open']);
  const flapping = createAuto();
  for (let now = 0; now < 10 * LASTING_MS; now += LASTING_MS / 2) {
    assert.deepEqual(told(flapping.step(now % LASTING_MS === 0 ? [slow] : [], [], sight, at(now))), [], 'it never lasted');
  }
});

test('it is only watched after the same condition was gone for 30 s without a break', () => {
  const auto = createAuto();
  const open = [incident()];
  auto.step([down], open, sight, at(0));
  assert.deepEqual(told(auto.step([], open, sight, at(1_000))), []);
  assert.deepEqual(told(auto.step([], open, sight, at(CLEAN_MS))), []);
  auto.step([down], open, sight, at(CLEAN_MS + 500));
  assert.deepEqual(told(auto.step([slow], open, sight, at(CLEAN_MS + 1_000))), [], 'another condition does not hold it up, and the count begins anew');
  assert.deepEqual(told(auto.step([], open, { ...sight, judged: new Set() }, at(2 * CLEAN_MS))), [], 'not seen is not gone');
  auto.step([], open, sight, at(2 * CLEAN_MS + 1_000));
  assert.deepEqual(told(auto.step([], open, sight, at(3 * CLEAN_MS + 1_000))), ['watch one']);
});

test('what was seen by traffic is gone only when traffic shows it', () => {
  const auto = createAuto();
  const open = [incident({ condition: 'gateway:slow' })];
  auto.step([], open, sight, at(0));
  assert.deepEqual(told(auto.step([], open, sight, at(10 * CLEAN_MS))), []);
  assert.deepEqual(told(auto.step([], open, { ...sight, lastTurn: 10 * CLEAN_MS }, at(10 * CLEAN_MS + 1))), ['watch one']);
});

test('back within 15 minutes it is the same incident, later another one; worse raises it', () => {
  const over = incident({ status: 'monitoring', updates: [{ at: 1_000, status: 'monitoring', body: 'x' }] });
  assert.deepEqual(told(createAuto().step([down], [over], sight, at(JOIN_MS + 1_000))), ['join one']);
  assert.deepEqual(told(createAuto().step([down], [over], sight, at(JOIN_MS + 1_001))), ['open']);
  const resolved = incident({ status: 'resolved', resolvedAt: 5_000 });
  assert.deepEqual(told(createAuto().step([down], [resolved], sight, at(JOIN_MS + 5_000))), ['join one']);
  assert.deepEqual(told(createAuto().step([down], [incident({ impact: 'minor' })], sight, at(9))), ['raise one']);
});

test('resolved without cause, fix and times is refused by name and field; nothing is written', (t) => {
  const ledger = createLedger(folderFor(t), () => undefined);
  const now = new Date('2026-05-04T10:20:00Z');
  assert.deepEqual(apply(ledger, { do: 'new', title: 'Invoices are wrong', components: ['gateway'] }, now), { id: '2026-05-04-invoices-are-wrong' });
  const before = ledger.text('incidents', '2026-05-04-invoices-are-wrong');
  assert.match(before ?? '', /startedAt: 2026-05-04T10:20:00Z\n/, 'times keep their zone');
  assert.deepEqual(apply(ledger, { do: 'resolve', id: '2026-05-04-invoices-are-wrong' }, now), { faults: [
    'incidents/2026-05-04-invoices-are-wrong.md: rootCause: a resolved incident needs rootCause', 'incidents/2026-05-04-invoices-are-wrong.md: fix: a resolved incident needs fix',
  ] });
  assert.deepEqual(apply(ledger, { do: 'resolve', id: '2026-05-04-invoices-are-wrong', rootCause: 'c', fix: 'f', at: '2026-05-04T10:00:00Z' }, now), { faults: ['incidents/2026-05-04-invoices-are-wrong.md: resolvedAt: lies before startedAt'] });
  assert.equal(ledger.text('incidents', '2026-05-04-invoices-are-wrong'), before);
  assert.deepEqual(apply(ledger, { do: 'update', id: '../../etc/passwd', message: 'x' }, now), { faults: ['id: expected letters, digits, dots and dashes'] });
  assert.ok('id' in apply(ledger, { do: 'resolve', id: '2026-05-04-invoices-are-wrong', rootCause: 'c', fix: 'f', followUps: ['an alarm'] }, now));
  const [entry] = ledger.read(now.getTime()).incidents;
  assert.deepEqual([entry?.status, entry?.rootCause, entry?.followUps], ['resolved', 'c', [{ text: 'an alarm', done: false, due: null }]]);
  assert.ok('id' in apply(ledger, { do: 'postmortem', id: '2026-05-04-invoices-are-wrong', body: 'What we learnt.' }, now));
  assert.match(ledger.text('incidents', '2026-05-04-invoices-are-wrong') ?? '', /\n---\n\nWhat we learnt\.\n$/);
});

test('a file that people break keeps its last good version and is named with its field', (t) => {
  const folder = folderFor(t);
  const log: string[] = [];
  const ledger = createLedger(folder, (line) => log.push(line));
  apply(ledger, { do: 'new', id: 'now', title: 'Invoices are wrong', components: ['gateway'] }, new Date());
  assert.equal(ledger.read(0).incidents.length, 1);
  const path = join(folder, 'incidents', 'now.md');
  const good = readFileSync(path, 'utf8');
  writeFileSync(path, good.replace('status: investigating', 'status: gone  # they say'));
  const broken = ledger.read(0);
  assert.deepEqual([broken.incidents[0]?.status, broken.faults.length], ['investigating', 1]);
  assert.match(broken.faults[0] ?? '', /^incidents\/now\.md: status: /);
  writeFileSync(path, '---\ntitle: [\n---\n');
  assert.match(ledger.read(0).faults[0] ?? '', /^incidents\/now\.md: /);
  writeFileSync(path, good.replace('status: investigating', '# by hand\nstatus: identified'));
  assert.deepEqual([ledger.read(0).incidents[0]?.status, ledger.read(0).faults], ['identified', []]);
  apply(ledger, { do: 'update', id: 'now', message: 'Found.' }, new Date());
  assert.match(readFileSync(path, 'utf8'), /# by hand\nstatus: identified/, 'what people wrote stays');
  rmSync(path);
  assert.equal(ledger.read(0).incidents.length, 0);
  assert.ok(log.length >= 2);
});

test('on a disk that takes nothing an incident is published from memory and written later', (t) => {
  const folder = folderFor(t);
  const ledger = createLedger(folder, () => undefined);
  // A file where the folder should be refuses like a full disk does, for root too.
  writeFileSync(join(folder, 'incidents'), '');
  const create = () => apply(ledger, { do: 'new', id: 'now', title: 'Invoices are wrong', components: ['gateway'] }, new Date());
  assert.throws(create, { code: 'ENOTDIR' }, 'nothing is claimed to be saved that could not even be read');
  rmSync(join(folder, 'incidents'));
  mkdirSync(join(folder, 'incidents'));
  mkdirSync(join(folder, 'incidents', `now.md.${process.pid}.part`));
  create();
  const { incidents, faults } = ledger.read(0);
  assert.deepEqual([incidents[0]?.id, faults], ['now', ['The disk of the status host takes nothing: incidents are kept in memory only.']]);
  rmSync(join(folder, 'incidents', `now.md.${process.pid}.part`), { recursive: true, force: true });
  assert.deepEqual(ledger.read(0).faults, []);
  assert.deepEqual(readdirSync(join(folder, 'incidents')), ['now.md']);
});

test('maintenance goes with the clock, or further when people say so', (t) => {
  const ledger = createLedger(folderFor(t), () => undefined);
  apply(ledger, { do: 'maintenance', id: 'disk', title: 'A bigger disk', from: '2026-05-04T10:00:00Z', until: '2026-05-04T11:00:00Z', components: ['gateway'] }, new Date(0));
  const status = (time: string) => ledger.read(Date.parse(time)).maintenances[0]?.status;
  assert.deepEqual(['2026-05-04T09:59:59Z', '2026-05-04T10:00:00Z', '2026-05-04T11:00:00Z'].map(status), ['scheduled', 'in_progress', 'completed']);
  apply(ledger, { do: 'maintain', id: 'disk', status: 'completed', message: 'Done early.' }, new Date('2026-05-04T10:30:00Z'));
  assert.equal(status('2026-05-04T10:31:00Z'), 'completed');
  assert.deepEqual(apply(ledger, { do: 'maintenance', title: 'Never', from: '2026-05-04T10:00:00Z', until: '2026-05-04T09:00:00Z', components: ['gateway'] }, new Date(0)), { faults: ['maintenance/2026-05-04-never.md: scheduledUntil: does not lie after scheduledFor'] });
});

test('what is wrong with a command is said in words, and nothing to tell is told too', async (t) => {
  const env = { ...process.env, STATUS_CONTENT: folderFor(t) };
  const say = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run(process.execPath, [join(root, 'status/incident.ts'), ...args], { env }).catch((error: { stdout: string; stderr: string }) => error);
    return (stdout + stderr).trim();
  };
  assert.equal(await say('list'), 'There are no incidents, and no maintenance is planned.');
  assert.equal(await say('new'), 'title: expected at least three characters\ncomponents: expected at least one component, such as gateway');
  assert.equal(await say('new', 'Slow', '--components', 'gateway', '--impact', 'huge'), 'impact: expected one of none, minor, major, critical');
  assert.equal(await say('close', 'one'), 'There is no command "close": expected list, new, update, resolve, postmortem, maintenance, maintain.');
  assert.equal(await say('postmortem', 'one', 'nowhere.md'), 'nowhere.md cannot be read (ENOENT).');
});

test('over HTTP only with the key, and refused like on the command line', async (t) => {
  const ledger = createLedger(folderFor(t), () => undefined);
  const { server, port } = await openDoor({ key: 'feed-key', board: createBoard(0), order: (wish) => apply(ledger, wish, new Date()), wall: Date.now, steady: () => 0, heard: () => undefined, log: () => undefined }, '127.0.0.1', 0);
  t.after(() => { server.close(); server.closeAllConnections(); });
  const url = `http://127.0.0.1:${port}`;
  const send = (args: string[], key: string) => run(process.execPath, [join(root, 'bff/cli/main.ts'), 'incident', ...args, '--to', url], { env: { ...process.env, STATUS_FEED_KEY: key } }).then(({ stdout }) => stdout.trim(), (error: { code: number; stderr: string }) => `${error.code}: ${error.stderr.trim()}`);
  assert.match(await send(['new', 'Invoices are wrong', '--components', 'gateway', '--id', 'now'], 'wrong'), /^1: STATUS_FEED_KEY is not the same/);
  assert.equal(await send(['new', 'Invoices are wrong', '--components', 'gateway', '--id', 'now'], 'feed-key'), 'now');
  assert.match(await send(['resolve', 'now', '--fix', 'f'], 'feed-key'), /^1: incidents\/now\.md: rootCause: a resolved incident needs rootCause$/);
  const big = await fetch(`${url}/incidents`, { method: 'POST', body: 'x'.repeat(300_000) }).then((response) => response.status, () => 413);
  assert.equal(big, 413);
});

test('a real host: an outage opens an incident with evidence and shows it at once; maintenance keeps quiet', async (t) => {
  const bff = await startFakeBff();
  bff.feed.providers = [provider('openai', 'up'), provider('builtin', 'up')];
  const content = folderFor(t);
  const ledger = createLedger(content, () => undefined);
  const host = await startHost(bff.url, { STATUS_CONTENT: content });
  t.after(async () => {
    await bff.close();
    await host.end();
  });
  const json = async (path: string) => (await fetch(`${host.url}${path}`)).json() as Promise<Record<string, never>>;
  const files = () => ledger.read(Date.now()).incidents;

  apply(ledger, { do: 'maintenance', id: 'disk', title: 'A bigger disk', from: new Date(Date.now() - 1_000).toISOString(), until: new Date(Date.now() + 60_000).toISOString(), components: ['openai'] }, new Date());
  await until(() => json('/api/v2/components.json'), (each) => JSON.stringify(each).includes('under_maintenance'), 5_000);
  bff.feed.providers = [provider('openai', 'down', { failure: 'server' }), provider('builtin', 'up')];
  await until(() => json('/snapshot.json'), (each) => JSON.stringify(each).includes('A bigger disk. Out:'), 5_000);
  const active = await json('/api/v2/scheduled-maintenances/active.json');
  assert.equal(JSON.stringify(active).includes('A bigger disk'), true);
  assert.equal((await json('/snapshot.json'))['indicator'], 'none');
  assert.deepEqual(files(), [], 'what was announced opens nothing');
  apply(ledger, { do: 'maintain', id: 'disk', status: 'completed' }, new Date());
  await until(async () => files(), (each) => each.some(({ condition }) => condition === 'openai:health'), 5_000);

  const killed = performance.now();
  await bff.close();
  const unresolved = await until(() => json('/api/v2/incidents/unresolved.json'), (each) => JSON.stringify(each).includes('The chat does not answer'), 6_000);
  assert.ok(performance.now() - killed < 5_000);
  assert.match(JSON.stringify(unresolved), /"impact":"critical"/);
  const opened = files().find(({ condition }) => condition === 'gateway:probes');
  const text = ledger.text('incidents', opened?.id ?? '') ?? '';
  for (const part of [/Opened automatically\./, /gateway:probes/, /local-\d down, .*local-\d (down|up)/, /The feed was last read at/]) assert.match(text, part);
});
