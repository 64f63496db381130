/** `/metrics` of the status host: the published state as Prometheus text (format 0.0.4), times in seconds. */
import { componentStatus } from '@halfsecond/shared/status';
import type { Snapshot } from './snapshot.ts';

type Sample = { labels?: Record<string, string>; value: number };
const indicators = ['none', 'minor', 'major', 'critical'] as const;

/** Null figures are left out: a gauge that is absent claims nothing. */
export function metrics(snapshot: Snapshot): string {
  const { components, models, queue } = snapshot;
  const perModel = (measure: 'firstToken' | 'reply'): Sample[] => models.flatMap((model) =>
    (['p50', 'p95'] as const).flatMap((name) => {
      const value = model[measure][name];
      const quantile = name === 'p50' ? '0.5' : '0.95';
      return value === null ? [] : [{ labels: { model: model.id, provider: model.provider, quantile }, value: value / 1_000 }];
    }));
  const counted = (measure: 'firstToken' | 'reply'): Sample[] => models.map((model) => ({ labels: { model: model.id, provider: model.provider }, value: model[measure].n }));
  const one = (value: number | null, factor = 1): Sample[] => (value === null ? [] : [{ value: value * factor }]);
  return [
    gauge('status_indicator', 'Overall state: 0 none, 1 minor, 2 major, 3 critical', one(indicators.indexOf(snapshot.indicator))),
    gauge('status_component_up', '1 while the component is not out', components.map((each) => ({ labels: { component: each.id, kind: each.kind }, value: each.status === 'major_outage' ? 0 : 1 }))),
    gauge('status_component_state', '1 for the state that the component is in', components.flatMap((each) =>
      componentStatus.options.map((status) => ({ labels: { component: each.id, status }, value: each.status === status ? 1 : 0 })))),
    gauge('status_component_judged', '0 while the component cannot be seen', components.map((each) => ({ labels: { component: each.id }, value: each.judged ? 1 : 0 }))),
    gauge('status_first_token_seconds', 'Time to the first token over the last hour', perModel('firstToken')),
    gauge('status_first_token_turns', 'Turns behind status_first_token_seconds', counted('firstToken')),
    gauge('status_reply_seconds', 'Time to the full reply over the last hour', perModel('reply')),
    gauge('status_reply_turns', 'Turns behind status_reply_seconds', counted('reply')),
    gauge('status_queue_depth', 'Turns waiting', one(queue.depth)),
    gauge('status_queue_in_flight', 'Turns being answered', one(queue.inFlight)),
    gauge('status_queue_capacity', 'Turns that can be answered at once', one(queue.capacity)),
    gauge('status_open_incidents', 'Incidents that are not over', one(snapshot.openIncidents.length)),
    gauge('status_fallback_since_timestamp_seconds', 'When a fallback took over, while it stands in', one(snapshot.fallbackSince, 0.001)),
    gauge('status_metrics_stale', '1 while the figures of the chat cannot be read', one(snapshot.metrics.stale ? 1 : 0)),
    gauge('status_snapshot_seq', 'Number of the snapshot', one(snapshot.seq)),
    gauge('status_snapshot_timestamp_seconds', 'When the snapshot was taken', one(snapshot.asOf, 0.001)),
  ].join('');
}

function gauge(name: string, help: string, samples: Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(({ labels = {}, value }) => {
    const inner = Object.entries(labels).map(([key, text]) => `${key}="${quoted(text)}"`).join(',');
    return `halfsecond_${name}${inner ? `{${inner}}` : ''} ${value}\n`;
  });
  return `# HELP halfsecond_${name} ${help}\n# TYPE halfsecond_${name} gauge\n${lines.join('')}`;
}

const quoted = (text: string): string => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
