/** A status host with a past: a day of turns, ninety days of watching, gaps and incidents, written by the real writer and served by the real server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComponentStatus, Sample } from '@halfsecond/shared/status';
import type { Observed } from '../../status/collector/collect.ts';
import { publisher } from '../../status/collector/publish.ts';
import { openSigner } from '../../status/collector/sign.ts';
import { readSite } from '../../status/collector/site.ts';
import { figuresOf, headline, latestTurns, type Component } from '../../status/collector/snapshot.ts';
import { openStore } from '../../status/collector/store.ts';
import { createWriter } from '../../status/collector/write.ts';
import { buildStatus } from '../../status/build.ts';
import type { PublishedIncident, PublishedMaintenance } from '../../status/src/incident.ts';
import { sampleOf } from './fake-bff.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const root = join(import.meta.dirname, '..', '..', 'status');
export const models = [['gpt-5-mini', 'openai', 360], ['claude-haiku', 'anthropic', 430], ['house-8b', 'house', 240], ['builtin', 'builtin', 60]] as const;

export type LivedIn = { url: string; publicKey: string; folder: string; write: (outage: boolean) => void; end: () => Promise<void> };

/** Repeatable numbers between 0 and 1. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function aDayOfTurns(now: number, perModel: number): Sample[] {
  const next = dice(7);
  const all: Sample[] = [];
  for (const [model, provider, usual] of models) {
    for (let each = 0; each < perModel; each += 1) {
      const at = now - DAY + (each / perModel) * DAY;
      // A hole of two hours in which the collector was off, and a slow hour of one provider.
      if (at > now - 9 * HOUR && at < now - 7 * HOUR) continue;
      const slow = provider === 'openai' && at > now - 5 * HOUR && at < now - 4 * HOUR ? 900 : 0;
      const upstream = usual * (0.7 + next() * 0.6) + (next() < 0.06 ? usual : 0) + slow;
      const [queue, own] = [1 + next() * 9, 18 + next() * 20];
      const total = queue + own + upstream * 3;
      all.push(sampleOf(all.length + 1, {
        at, model, provider, agent: ['billing', 'product', 'integration'][each % 3] ?? null, fallback: model === 'builtin',
        timing: { queue, dispatch: own / 4, memory: own / 2, route: 1, provider: upstream * 3, tools: 0, gateway: own / 4 - 1, firstToken: queue + own + upstream, total },
        attempts: [{ provider, model, outcome: 'ok', firstContent: upstream, total: upstream * 3 }],
      }));
    }
  }
  return all.toSorted((a, b) => a.at - b.at);
}

export const pastIncidents = (now: number): PublishedIncident[] => Array.from({ length: 5 }, (_, at) => ({
  id: `past-${at}`, title: ['Answers were slow for some visitors', 'openai was out', 'Figures were missing for two hours', 'Visitors waited in the queue', 'Tools held answers up'][at] ?? '', status: 'resolved' as const, impact: at === 1 ? 'major' as const : 'minor' as const,
  startedAt: now - (at * 9 + 2) * DAY, resolvedAt: now - (at * 9 + 2) * DAY + (11 + at * 7) * MINUTE, components: ['gateway'],
  updates: [{ at: now - (at * 9 + 2) * DAY + MINUTE, status: 'investigating' as const, body: 'Answers begin late; we are looking at the provider.' }],
  rootCause: 'A disk of the memory store was full, so that every recall waited for its deadline.', fix: 'It was emptied, and its free space is watched from now on.', condition: null, followUps: [{ text: 'Alarm at 80 %', done: true, due: null }],
}));

function maintenance(now: number): PublishedMaintenance {
  return { id: 'disk', title: 'A larger disk for the memory store', status: 'scheduled', scheduledFor: now + 2 * DAY, scheduledUntil: now + 2 * DAY + HOUR, components: ['gateway'], updates: [{ at: now - HOUR, status: 'scheduled', body: 'Answers may come a little later for some minutes.' }] };
}

/** Everything that stands on the page, calm or in the middle of an outage of one provider. */
function state(now: number, store: ReturnType<typeof openStore>, outage: boolean): Observed {
  const component = (id: string, kind: Component['kind'], status: ComponentStatus, text: string): Component =>
    ({ id, name: kind === 'provider' ? id : `${id[0]?.toUpperCase()}${id.slice(1)}`, kind, configured: true, status, text, judged: true, since: now - 14 * MINUTE });
  const components = [
    component('gateway', 'gateway', 'operational', 'Answers our probes.'), component('queue', 'queue', outage ? 'degraded_performance' : 'operational', outage ? '19 turns are waiting for a place.' : 'Nobody is waiting.'),
    component('openai', 'provider', outage ? 'major_outage' : 'operational', outage ? 'Out: it answers with errors of its own.' : 'Answers.'),
    component('anthropic', 'provider', 'operational', 'Answers.'), component('house', 'provider', 'operational', 'Answers.'), component('builtin', 'provider', 'operational', 'Answers.'),
    component('tools', 'tools', 'operational', '0 of the last 42 calls failed.'),
  ];
  const current: PublishedIncident = {
    id: 'openai-out', title: 'openai is out', status: 'investigating', impact: 'minor', startedAt: now - 14 * MINUTE, resolvedAt: null, components: ['openai'],
    updates: [{ at: now - 14 * MINUTE, status: 'investigating', body: 'Opened automatically. Out: it answers with errors of its own.' }], rootCause: null, fix: null, condition: 'openai:health',
  };
  const openIncidents = outage ? [current] : [];
  const indicator = outage ? 'minor' as const : 'none' as const;
  const turns = latestTurns(store, now).map((turn, at) => (outage && at % 3 === 1 ? { ...turn, outcome: 'error' as const, firstToken: null } : turn));
  return {
    version: 1, asOf: now, indicator, headline: headline(indicator, components, false, openIncidents), metrics: { asOf: now - 800, stale: false, fault: null }, components,
    models: models.map(([id, provider]) => ({
      id, provider, firstToken: figuresOf(store, 'minute', id, 'firstToken', now - HOUR), reply: figuresOf(store, 'minute', id, 'reply', now - HOUR), window: HOUR, asOf: now - 800,
      state: outage && provider === 'openai' ? 'major_outage' as const : 'operational' as const, last: turns.find((turn) => turn.model === id) ?? null, judged: true,
    })),
    queue: { depth: outage ? 19 : 0, inFlight: outage ? 32 : 5, capacity: 32, asOf: now - 800 }, fallbackSince: outage ? now - 13 * MINUTE : null, turns,
    openIncidents, incidents: [...openIncidents, ...pastIncidents(now)], maintenances: [maintenance(now)],
    probers: [{ name: 'here-1', state: 'up', at: now, ms: 3.1 }, { name: 'here-2', state: 'up', at: now, ms: 2.7 }, { name: 'fra', state: 'up', at: now, ms: 21.4 }],
    gaps: store.gaps(now - DAY), blame: outage ? { n: 38, own: 2, provider: 21 } : { n: 44, own: 0, provider: 0 }, faults: [],
  };
}

/** Builds the site when needed, writes one calm second and serves it. `write` publishes another one. @param perModel turns of the day */
export async function livedIn(perModel = 900): Promise<LivedIn> {
  const built = await buildStatus();
  if (built.kind === 'failed') throw new Error(built.output);
  const data = mkdtempSync(join(tmpdir(), 'halfsecond-lived-in-'));
  const folder = join(data, 'status');
  const signer = openSigner(folder);
  const store = openStore(join(folder, 'status.db'), () => undefined);
  const began = Date.now();
  store.record({ epoch: 'past', seq: perModel * models.length, asOf: began } as Parameters<typeof store.record>[0], aDayOfTurns(began, perModel), began);
  store.gap(began - 9 * HOUR, began - 7 * HOUR);
  const next = dice(3);
  for (let day = 80; day >= 0; day -= 1) {
    if (day === 31 || day === 30) continue;
    for (const id of ['gateway', 'queue', 'openai', 'anthropic', 'house', 'builtin', 'tools']) {
      store.watch([{ id, status: 'operational' }], day === 0 ? 40_000 : 86_000, began - day * DAY);
      if (next() < 0.03) store.watch([{ id, status: next() < 0.5 ? 'degraded_performance' : 'major_outage' }], 60 + next() * 900, began - day * DAY);
    }
  }
  const server = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'server.ts')], { env: { ...process.env, HALFSECOND_DATA: data, STATUS_PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(server.stdout, 'data') as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  const writer = createWriter(store, signer, [publisher(join(folder, 'public'))], { url: 'https://status.example.com', begun: began - 81 * DAY, mail: true });
  const site = readSite(join(root, 'dist'), '1');
  const write = (outage: boolean): void => writer(state(Date.now(), store, outage), site);
  write(false);
  return {
    url, publicKey: signer.publicKey, folder: join(folder, 'public'), write,
    async end() {
      const exited = once(server, 'exit');
      server.kill('SIGTERM');
      await exited;
      store.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
