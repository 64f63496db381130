/** Real builds of the site in a copy: incidents become pages, a faulty one stops the build and leaves the last good one. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildStatus } from '../../status/build.ts';
import { readSite } from '../../status/collector/site.ts';
import { incident } from '../../status/src/incident.ts';

const status = join(import.meta.dirname, '..', '..', 'status');

const whole = `---
title: Answers were <slow> & late
status: resolved
impact: minor
startedAt: 2026-05-04T10:20:00Z
resolvedAt: 2026-05-04T10:41:00Z
components: [gateway]
rootCause: A disk was full.
fix: It was emptied and is now watched.
updates:
  - { at: 2026-05-04T10:25:00Z, status: investigating, body: We look into it. }
  - { at: 2026-05-04T10:41:00Z, status: resolved, body: It is over. }
---
What happened, in **detail**.
`;

test('an incident is built; without its cause, fix and end it stops the build, which keeps the last good one', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'halfsecond-site-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ['src', 'verify.ts', 'package.json', 'astro.config.mjs']) cpSync(join(status, name), join(root, name), { recursive: true });
  symlinkSync(join(status, '..', 'node_modules'), join(root, 'node_modules'), 'junction');
  const file = join(root, 'src', 'content', 'incidents', '2026-05-04-slow.md');

  writeFileSync(file, whole);
  assert.deepEqual(await buildStatus(root), { kind: 'built' });
  assert.deepEqual(await buildStatus(root), { kind: 'fresh' }, 'unchanged sources are not built again');
  const site = readSite(join(root, 'dist'), '1');
  assert.match(site.bodies['2026-05-04-slow'] ?? '', /What happened, in <strong>detail<\/strong>\./);
  const [published] = JSON.parse(readFileSync(join(root, 'dist', 'incidents.json'), 'utf8')) as [{ title: string; rootCause: string }];
  assert.equal(published.title, 'Answers were <slow> & late');
  assert.equal(published.rootCause, 'A disk was full.');
  const built = statSync(join(root, 'dist', 'index.html')).mtimeMs;

  writeFileSync(file, whole.replace(/^(rootCause|fix|resolvedAt): .*\n/gm, ''));
  const failed = await buildStatus(root);
  assert.equal(failed.kind, 'failed');
  const output = failed.kind === 'failed' ? failed.output : '';
  for (const part of ['2026-05-04-slow.md', 'rootCause', 'fix', 'resolvedAt']) assert.ok(output.includes(part), `${part} in ${output}`);
  assert.equal(statSync(join(root, 'dist', 'index.html')).mtimeMs, built, 'the last good build stays');
  assert.deepEqual(readdirSync(join(root, '.cache')), [], 'nothing half-built is left');

  const again = readSite(join(root, 'dist'), '2');
  assert.ok(again.bodies['2026-05-04-slow'], 'so does the text of its incidents');
  assert.deepEqual([...again.translated.keys()], ['de', 'fr', 'es', 'ja']);
  assert.match(again.translated.get('ja')?.index ?? '', /<html lang="ja">/);
  const unfilled = again.files.filter((each) => each.path.split('/').some((part) => part.startsWith('.')) || Buffer.from(each.content).includes('@@'));
  assert.deepEqual(unfilled.map((each) => each.path), [], 'no mark of the build, no unfilled shell');
});

const front = {
  title: 'Slow', status: 'resolved', impact: 'minor', startedAt: '2026-05-04T10:20:00Z', components: ['gateway'],
  updates: [{ at: '2026-05-04T10:25:00Z', status: 'investigating', body: 'We look.' }],
};
const over = { ...front, rootCause: 'x', fix: 'y', resolvedAt: '2026-05-04T10:41:00Z' };

test('what an incident may and may not say', () => {
  const faults = (value: object): string[] => incident.safeParse(value).error?.issues.map((each) => each.path.join('.')) ?? [];
  assert.deepEqual(faults(over), []);
  assert.deepEqual(faults(front), ['rootCause', 'fix', 'resolvedAt']);
  assert.deepEqual(faults({ ...over, status: 'monitoring' }), ['resolvedAt'], 'not over, so it has no end');
  assert.deepEqual(faults({ ...over, resolvedAt: '2026-05-04T09:00:00Z' }), ['resolvedAt'], 'an end before its beginning');
  assert.deepEqual(faults({ ...over, startedAt: '2026-05-04 10:20' }), ['startedAt'], 'a time needs its zone');
  assert.deepEqual(faults({ ...over, status: 'done' }), ['status']);
  assert.deepEqual(faults({ ...over, severity: 1 }), [''], 'an unknown field is most often a slip');
});
