/** Every component judged at once, with the memory that keeps a verdict from flapping. */
import type { Feed, QueueState } from '@halfsecond/shared/status';
import type { PublishedMaintenance } from '../src/incident.ts';
import { underWay } from '../src/incident.ts';
import { hold, judgeGateway, judgeProvider, judgeQueue, judgeTools, type Held, type Traffic, type Verdict } from './judge.ts';
import type { Reached } from './quorum.ts';
import type { Component } from './snapshot.ts';

export type Seen = {
  reached: Reached;
  /** The feed was not read lately. */
  stale: boolean;
  feed: Pick<Feed, 'providers' | 'tools' | 'toolHealth'> & { queue: QueueState } | null;
  traffic: Traffic;
  /** What our own probes say of a provider's public endpoint. */
  outside: (provider: string) => Reached['state'];
  maintenances: PublishedMaintenance[];
};

/** @param held the last verdict on each component; is changed */
export function judgeComponents(held: Map<string, Held>, { reached, stale, feed, traffic, outside, maintenances }: Seen): Component[] {
  const down = reached.state === 'down';
  const blind = down || stale || reached.state === 'unknown';
  const components: Component[] = [];
  const put = (id: string, name: string, kind: Component['kind'], configured: boolean, verdict: Verdict): void => {
    if (components.some((each) => each.id === id)) return;
    const before = held.get(id);
    // Blind means: keep saying what was last known, but do not count it.
    const seen = !verdict.judged && before && configured ? { ...verdict, status: before.status } : verdict;
    const settled = hold(before, seen, traffic.now);
    held.set(id, settled);
    const { betterSince: _, ...shown } = settled;
    components.push({ id, name, kind, configured, ...shown, ...planned(id, shown, maintenances) });
  };
  put('gateway', 'Gateway', 'gateway', true, judgeGateway(reached, stale, traffic));
  put('queue', 'Queue', 'queue', true, judgeQueue(down, stale || reached.state === 'unknown', feed?.queue ?? null, traffic));
  for (const health of feed?.providers ?? []) {
    put(health.id, health.id, 'provider', health.state !== 'off', judgeProvider(blind, health, traffic, outside(health.id)));
  }
  const tools = feed?.toolHealth ?? [];
  if (feed && feed.tools.length + tools.length > 0) put('tools', 'Tools', 'tools', true, judgeTools(blind, traffic, tools));
  return components;
}

/** What is announced is shown as that, whatever is seen of it meanwhile. */
function planned(id: string, shown: Verdict, maintenances: PublishedMaintenance[]): Partial<Component> {
  const current = maintenances.find((each) => underWay(each) && each.components.includes(id));
  if (!current) return {};
  return { status: 'under_maintenance', text: `${current.title}. ${shown.text}`, since: current.scheduledFor };
}
