/** What is wrong right now, each a condition that is the same as long as its component and cause are. Pure. */
import type { Impact, Sample } from '@halfsecond/shared/status';
import { partsOf, blameOf } from '../collector/hops.ts';
import { overall, type Cause, type Traffic } from '../collector/judge.ts';
import type { Observed } from '../collector/collect.ts';
import type { Component } from '../collector/snapshot.ts';

/** `lasting`: believed at once, or only after it has held for a while. */
export type Condition = { key: string; title: string; impact: Impact; components: string[]; text: string; lasting: boolean };

/** Conditions rest on traffic when only further turns can show that they are gone. */
const byTraffic = new Set<string>(['errors', 'slow', 'refused', 'calls'] satisfies Cause[]);
const TRACES = 5;

/** Every component that is judged, is not well and is not under maintenance. */
export function conditionsOf({ components }: Pick<Observed, 'components'>, builtin: ReadonlySet<string>): Condition[] {
  return components.flatMap((each) => {
    if (!each.judged || !each.configured || each.cause === undefined) return [];
    if (each.status === 'operational' || each.status === 'under_maintenance') return [];
    return [{
      key: `${each.id}:${each.cause}`,
      title: titleOf(each),
      impact: impactOf(each, components, builtin),
      components: each.kind === 'gateway' && each.cause === 'probes' ? ['gateway', 'queue'] : [each.id],
      text: each.text,
      lasting: each.status === 'degraded_performance',
    }];
  });
}

export function restsOnTraffic(key: string): boolean {
  return byTraffic.has(key.slice(key.lastIndexOf(':') + 1));
}

/** The impact that this component alone would have on the whole page. */
function impactOf(one: Component, all: Component[], builtin: ReadonlySet<string>): Impact {
  return overall(all.map((each) => ({
    id: each.id, kind: each.kind, builtin: builtin.has(each.id),
    verdict: each.id === one.id || (each.kind === 'provider' && one.kind === 'provider') ? each : { status: 'operational' as const, text: '', judged: each.judged },
  })), []);
}

function titleOf({ id, kind, cause, status }: Component): string {
  if (kind === 'gateway' && cause === 'probes') return status === 'major_outage' ? 'The chat does not answer' : 'The chat is reached from some places only';
  if (kind === 'gateway') return cause === 'slow' ? 'Answers begin late on our side' : 'Answers fail on our side';
  if (kind === 'queue') return cause === 'refused' ? 'Visitors are turned away' : 'Visitors wait in the queue';
  if (kind === 'tools') return cause === 'slow' ? 'Tools hold answers up' : 'Calls of tools fail';
  if (status === 'major_outage') return `${id} is out`;
  return cause === 'slow' ? `${id} begins its answers late` : `${id} fails in part`;
}

/** The body of an automatic incident: what was seen when it was opened, for whoever looks into it. */
export function evidence(condition: Condition, observed: Observed, traffic: Traffic): string {
  const at = new Date(observed.asOf).toISOString();
  const judged = observed.components.filter((each) => each.configured && each.judged);
  const faulty = traffic.recent.filter((turn): turn is Sample => 'traceId' in turn && blameOf(turn, traffic.builtin) !== null);
  const lines = [
    `Condition \`${condition.key}\` at ${at}: ${condition.text}`,
    `Components: ${judged.map((each) => `${each.id} ${each.status}`).join(', ')}.`,
    `Probers: ${(observed.probers ?? []).map((each) => `${each.name} ${each.state}${each.ms === null ? '' : ` (${each.ms} ms)`}`).join(', ') || 'none'}.`,
    observed.metrics.asOf === null ? 'The feed was never read.' : `The feed was last read at ${new Date(observed.metrics.asOf).toISOString()}${observed.metrics.fault ? `: ${observed.metrics.fault}` : ''}.`,
    `Queue: ${observed.queue.depth ?? '?'} waiting, ${observed.queue.inFlight ?? '?'} of ${observed.queue.capacity ?? '?'} places taken.`,
    ...(observed.blame ? [`Of ${observed.blame.n} turns in the last minute, ${observed.blame.own} were faulty on our side and ${observed.blame.provider} on a provider's.`] : []),
    ...(traffic.recent.length > 0 ? [`Their hops in the middle: ${middleHops(traffic)}.`] : []),
    ...(faulty.length > 0 ? [`Traces: ${faulty.slice(0, TRACES).map((turn) => `\`${turn.traceId}\``).join(', ')}.`] : []),
    ...(observed.fallbackSince ? [`Served by fallback since ${new Date(observed.fallbackSince).toISOString()}.`] : []),
  ];
  return `\nOpened automatically.\n\n## Evidence\n\n${lines.map((line) => `- ${line}`).join('\n')}\n`;
}

function middleHops({ recent }: Traffic): string {
  const middle = (values: number[]): string => `${Math.round(values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0)} ms`;
  const parts = recent.map(partsOf);
  return `queue ${middle(parts.map((each) => each.queue))}, gateway ${middle(parts.map((each) => each.gateway))}, provider ${middle(parts.map((each) => each.provider))}`;
}
