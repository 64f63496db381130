/** What the collector writes: Statuspage v2 in its exact shape, feeds, the badge, the signed chain, hostile names. */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Observed } from '../../status/collector/collect.ts';
import { file, publisher } from '../../status/collector/publish.ts';
import type { Site } from '../../status/collector/site.ts';
import { openSigner } from '../../status/collector/sign.ts';
import { openStore } from '../../status/collector/store.ts';
import { createWriter } from '../../status/collector/write.ts';
import type { PublishedIncident, PublishedMaintenance } from '../../status/src/incident.ts';

const at = Date.UTC(2026, 4, 4, 10, 20);
const begun = Date.UTC(2026, 4, 1);
const url = 'https://status.example.com';
const hostile = '<img src=x onerror=alert(1)>"\'&';

const incident: PublishedIncident = {
  id: '2026-05-04-slow', title: 'Answers were slow & late', status: 'resolved', impact: 'minor', startedAt: at, resolvedAt: at + 1_200_000,
  components: ['gateway'],
  updates: [
    { at: at + 1_200_000, status: 'resolved', body: 'It is <over>.' }, { at: at + 600_000, status: 'monitoring', body: 'We watch.' },
    { at: at + 60_000, status: 'investigating', body: 'We look.' },
  ],
  rootCause: 'A full disk.', fix: 'It was emptied.',
};
const openIncident: PublishedIncident = { ...incident, id: 'now', title: 'Something new', status: 'investigating', resolvedAt: null, updates: incident.updates.slice(2), rootCause: null, fix: null };

const planned: PublishedMaintenance = {
  id: 'disk', title: 'A larger disk', status: 'scheduled', scheduledFor: at + 86_400_000, scheduledUntil: at + 90_000_000, components: ['gateway'],
  updates: [{ at: at - 60_000, status: 'scheduled', body: 'We move.' }],
};

function observed(over: Partial<Observed> = {}): Observed {
  const component = { status: 'operational' as const, text: 'Answers.', judged: true, since: at, configured: true };
  return {
    version: 1, asOf: at, indicator: 'none', headline: 'All systems operational', metrics: { asOf: at, stale: false, fault: null },
    components: [
      { ...component, id: 'gateway', name: 'Gateway', kind: 'gateway' }, { ...component, id: 'openai', name: 'openai', kind: 'provider', status: 'major_outage', text: 'Out: the key was refused.' },
    ],
    models: [{ id: 'gpt-5-mini', provider: 'openai', firstToken: { p50: 462, p95: 603, n: 60 }, reply: { p50: null, p95: null, n: 3 }, window: 3_600_000, asOf: at, state: 'operational', last: null, judged: true }],
    queue: { depth: 4, inFlight: 3, capacity: 32, asOf: at }, fallbackSince: null, turns: [], openIncidents: [openIncident], incidents: [openIncident, incident], maintenances: [planned], ...over,
  };
}

function writing(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-status-'));
  const store = openStore(join(folder, 'status.db'), () => undefined);
  t.after(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const site: Site = {
    index: '<title>@@TITLE@@</title><main>@@LIVE@@</main>', model: '<main data-live="@@MODEL@@">@@LIVE@@</main>', subscribe: '<main>@@LIVE@@</main>',
    files: [file('404.html', '<html></html>')], version: '1',
  };
  const writer = () => createWriter(store, openSigner(folder), [publisher(join(folder, 'public'))], { url, begun, mail: false });
  const read = (path: string): string => readFileSync(join(folder, 'public', path), 'utf8');
  return { folder, site, writer, read, json: (path: string) => JSON.parse(read(path)) as Record<string, never> };
}

const keys = (value: object): string[] => Object.keys(value).toSorted();

test('the eight Statuspage v2 files have exactly its fields and words', (t) => {
  const { writer, site, json } = writing(t);
  writer()(observed({ indicator: 'major', headline: 'openai is out, the chat answers' }), site);
  const summary = json('api/v2/summary.json') as unknown as Record<'components' | 'incidents', Record<string, unknown>[]> & Record<'page' | 'status', object>;
  assert.deepEqual(keys(summary), ['components', 'incidents', 'page', 'scheduled_maintenances', 'status']);
  assert.deepEqual(keys(summary.page), ['id', 'name', 'time_zone', 'updated_at', 'url']);
  assert.deepEqual(summary.status, { indicator: 'major', description: 'openai is out, the chat answers' });
  assert.deepEqual(keys(summary.components[0] ?? {}), [
    'created_at', 'description', 'group', 'group_id', 'id', 'name', 'only_show_if_degraded', 'page_id', 'position', 'showcase', 'start_date', 'status', 'updated_at',
  ]);
  assert.deepEqual(summary.components.map((each) => [each['id'], each['status'], each['description']]), [
    ['gateway', 'operational', 'Answers.'], ['openai', 'major_outage', 'Out: the key was refused.'],
  ]);
  assert.deepEqual(summary.incidents.map((each) => each['id']), ['now']);
  const all = json('api/v2/incidents.json')['incidents'] as unknown as Record<string, unknown>[];
  assert.deepEqual(keys(all[1] ?? {}), [
    'components', 'created_at', 'id', 'impact', 'incident_updates', 'monitoring_at', 'name', 'page_id', 'reminder_intervals', 'resolved_at', 'shortlink', 'started_at', 'status', 'updated_at',
  ]);
  assert.equal(all[0]?.['resolved_at'], null, 'null, never an empty string');
  assert.equal(all[1]?.['resolved_at'], '2026-05-04T10:40:00.000Z');
  assert.equal(all[1]?.['monitoring_at'], '2026-05-04T10:30:00.000Z');
  const updates = all[1]?.['incident_updates'] as Record<string, unknown>[];
  assert.deepEqual(updates.map((each) => each['status']), ['resolved', 'monitoring', 'investigating']);
  assert.deepEqual(keys(updates[0] ?? {}), [
    'affected_components', 'body', 'created_at', 'custom_tweet', 'deliver_notifications', 'display_at', 'id', 'incident_id', 'status', 'tweet_id', 'updated_at',
  ]);
  for (const name of ['scheduled-maintenances', 'scheduled-maintenances/upcoming', 'scheduled-maintenances/active']) {
    assert.deepEqual(json(`api/v2/${name}.json`)['scheduled_maintenances'], []);
  }
  assert.deepEqual(keys(json('api/v2/status.json')), ['page', 'status']);
  assert.deepEqual(keys(json('api/v2/components.json')), ['components', 'page']);
  assert.deepEqual((json('api/v2/incidents/unresolved.json')['incidents'] as unknown as { id: string }[]).map((each) => each.id), ['now']);
});

test('a state that Statuspage does not know cannot leave', (t) => {
  const { writer, site, folder } = writing(t);
  const wrong = observed();
  Object.assign(wrong.components[0] ?? {}, { status: 'down' });
  assert.throws(() => writer()(wrong, site));
  assert.equal(existsSync(join(folder, 'public', 'api', 'v2')), false);
});

test('models.json and queue.json carry what the contract names, nothing else', (t) => {
  const { writer, site, json } = writing(t);
  writer()(observed(), site);
  assert.deepEqual(json('api/models.json'), { models: [
    { id: 'gpt-5-mini', provider: 'openai', firstToken: { p50: 462, p95: 603, n: 60 }, reply: { p50: null, p95: null, n: 3 }, window: 3_600_000, asOf: at, state: 'operational' },
  ] });
  assert.deepEqual(json('api/queue.json'), { depth: 4, inFlight: 3, capacity: 32, asOf: at });
});

test('RSS and Atom are well-formed and say what the incidents say; the badge too', (t) => {
  const { writer, site, read, json } = writing(t);
  writer()(observed(), site);
  for (const name of ['feed.rss', 'feed.atom', 'badge.svg']) assert.equal(XMLValidator.validate(read(name)), true, name);
  const parser = new XMLParser();
  assert.equal(parser.parse(read('feed.rss')).rss.channel.item[1].title, 'Resolved: Answers were slow & late');
  assert.match(parser.parse(read('feed.atom')).feed.entry[1].content, /resolved: It is <over>\./);
  const items = json('feed.json')['items'] as unknown as { url: string }[];
  assert.equal(items[1]?.url, `${url}/incidents/2026-05-04-slow`);
  assert.match(read('badge.svg'), /operational/);
});

test('each snapshot is signed and names the hash of the one before, over a restart too', (t) => {
  const { writer, site, read, folder } = writing(t);
  const snapshots: string[] = [];
  for (const life of ['first', 'second']) {
    const write = writer();
    for (let round = 0; round < 2; round += 1) {
      write(observed(), site);
      const bytes = read('snapshot.json');
      const signed = JSON.parse(read('snapshot.sig')) as { publicKey: string; signatures: { seq: number; sha256: string; signature: string }[] };
      const { seq } = JSON.parse(bytes) as { seq: number };
      const mine = signed.signatures.find((each) => each.seq === seq);
      assert.ok(mine, `signed in the ${life} life`);
      const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(signed.publicKey, 'base64').toString('base64url') } });
      assert.ok(verify(null, Buffer.from(bytes), key, Buffer.from(mine.signature, 'base64')));
      assert.equal(verify(null, Buffer.from(bytes.replace('none', 'major')), key, Buffer.from(mine.signature, 'base64')), false);
      snapshots.push(bytes);
    }
  }
  const chain = snapshots.map((bytes) => JSON.parse(bytes) as { seq: number; previous: string | null });
  assert.equal(chain[0]?.previous, null);
  for (const [index, bytes] of snapshots.slice(0, -1).entries()) {
    assert.equal(chain[index + 1]?.previous, createHash('sha256').update(bytes).digest('hex'));
    assert.equal(chain[index + 1]?.seq, (chain[index]?.seq ?? 0) + 1);
  }
  assert.equal(statSync(join(folder, 'signing-key.pem')).mode & 0o777, 0o600);
});

test('names from the feed reach the page as text and make no path outside of the folder', (t) => {
  const { writer, site, read, folder } = writing(t);
  const [model] = observed().models;
  assert.ok(model);
  const ids = [hostile, '../../escaped', '..', 'a/../../b', '/etc', '.hidden', 'models/ok', 'index.html', 'x$&y'];
  writer()(observed({ models: ids.map((id) => ({ ...model, id, provider: hostile })) }), site);
  assert.equal(read('index.html').includes('<img'), false);
  assert.ok(read('index.html').includes('&lt;img src=x'));
  assert.deepEqual(readdirSync(join(folder, 'public', 'models')), ['models']);
  assert.deepEqual(readdirSync(folder).filter((name) => name.includes('escaped')), []);
});

test('only what changed is written again', (t) => {
  const { writer, site, folder } = writing(t);
  const write = writer();
  write(observed(), site);
  const before = statSync(join(folder, 'public', 'api', 'v2', 'summary.json')).ino;
  const page = statSync(join(folder, 'public', 'snapshot.json')).ino;
  write(observed({ asOf: at + 1_000 }), site);
  assert.equal(statSync(join(folder, 'public', 'api', 'v2', 'summary.json')).ino, before);
  assert.notEqual(statSync(join(folder, 'public', 'snapshot.json')).ino, page);
});
