/** What the collector writes: Statuspage v2 in its exact shape, feeds, the badge, the signed chain, hostile names. */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { at, hostile, observed, url, writing } from './writing.ts';

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
  const planned = (name: string) => json(`api/v2/${name}.json`)['scheduled_maintenances'] as unknown as Record<string, unknown>[];
  assert.deepEqual(['scheduled-maintenances', 'scheduled-maintenances/upcoming', 'scheduled-maintenances/active'].map((name) => planned(name).length), [1, 1, 0]);
  const [work] = planned('scheduled-maintenances');
  assert.deepEqual(keys(work ?? {}), [...keys(all[1] ?? {}), 'scheduled_for', 'scheduled_until'].toSorted());
  assert.deepEqual([work?.['status'], work?.['impact'], work?.['scheduled_for']], ['scheduled', 'maintenance', '2026-05-05T10:20:00.000Z']);
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
  assert.equal(parser.parse(read('feed.rss')).rss.channel.item[0].title, 'Resolved: Answers were slow & late');
  assert.match(parser.parse(read('feed.atom')).feed.entry[0].content, /resolved<\/strong><br\/>It is &lt;over&gt;\./);
  const items = json('feed.json')['items'] as unknown as { url: string }[];
  assert.equal(items[0]?.url, `${url}/incidents/2026-05-04-slow`);
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
