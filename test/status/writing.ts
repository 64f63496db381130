/** One state of the chat and the writer that publishes it into a temporary folder: what tests of files, formats and mirrors begin with. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Observed } from '../../status/collector/collect.ts';
import { file, publisher } from '../../status/collector/publish.ts';
import { openSigner } from '../../status/collector/sign.ts';
import type { Site } from '../../status/collector/site.ts';
import { openStore } from '../../status/collector/store.ts';
import { createWriter, type Take } from '../../status/collector/write.ts';
import type { PublishedIncident, PublishedMaintenance } from '../../status/src/incident.ts';

export const at = Date.UTC(2026, 4, 4, 10, 20);
export const begun = Date.UTC(2026, 4, 1);
export const url = 'https://status.example.com';
export const hostile = '<img src=x onerror=alert(1)>"\'&';

export const incident: PublishedIncident = {
  id: '2026-05-04-slow', title: 'Answers were slow & late', status: 'resolved', impact: 'minor', startedAt: at, resolvedAt: at + 1_200_000,
  components: ['gateway'],
  updates: [
    { at: at + 1_200_000, status: 'resolved', body: 'It is <over>.' }, { at: at + 600_000, status: 'monitoring', body: 'We watch.' },
    { at: at + 60_000, status: 'investigating', body: 'We look.' },
  ],
  rootCause: 'A full disk.', fix: 'It was emptied.',
};
export const openIncident: PublishedIncident = { ...incident, id: 'now', title: 'Something new', status: 'investigating', resolvedAt: null, updates: incident.updates.slice(2), rootCause: null, fix: null };

export const planned: PublishedMaintenance = {
  id: 'disk', title: 'A larger disk', status: 'scheduled', scheduledFor: at + 86_400_000, scheduledUntil: at + 90_000_000, components: ['gateway'],
  updates: [{ at: at - 60_000, status: 'scheduled', body: 'We move.' }],
};

export function observed(over: Partial<Observed> = {}): Observed {
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

/** @param name of the status folder inside a temporary one, when it matters */
export function writing(t: Pick<TestContext, 'after'>, name = '') {
  const temporary = mkdtempSync(join(tmpdir(), 'halfsecond-status-'));
  const folder = join(temporary, name);
  mkdirSync(folder, { recursive: true });
  const store = openStore(join(folder, 'status.db'), () => undefined);
  t.after(() => {
    store.close();
    rmSync(temporary, { recursive: true, force: true });
  });
  const site: Site = {
    index: '<title>@@TITLE@@</title><main>@@LIVE@@</main>', model: '<main data-live="@@MODEL@@">@@LIVE@@</main>', subscribe: '<main>@@LIVE@@</main>',
    history: '<main>@@LIVE@@</main>', incident: '<main>@@LIVE@@</main>', translated: new Map(), bodies: {},
    files: [file('404.html', '<html></html>')], version: '1',
  };
  const writer = (more: Take[] = []) => createWriter(store, openSigner(folder), [...more, publisher(join(folder, 'public'))], { url, begun, mail: false });
  const read = (path: string): string => readFileSync(join(folder, 'public', path), 'utf8');
  return { folder, site, writer, read, json: (path: string) => JSON.parse(read(path)) as Record<string, never> };
}
