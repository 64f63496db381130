/** Figures of all turns since the start as OpenTelemetry metrics: the GenAI conventions' histograms and our hops. */
import type { ExportedTurn } from './otlp.ts';
import { attributes, nanos, providerName, SCOPE, type Attribute } from './otlp.ts';

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576];
/** Attribute sets of one measure; what comes after them is counted under none. */
const SERIES_MAX = 200;

type Labels = Record<string, string>;
type Series = { labels: Labels; count: number; sum: number; buckets: number[] };
type Measure = { unit: string; bounds: number[]; series: Map<string, Series> };

export type Measures = { turn(turn: ExportedTurn): void; body(resource: Attribute[], now: number): object };

/** `startedAt` epoch ms. */
export function createMeasures(kinds: ReadonlyMap<string, string>, startedAt: number): Measures {
  const measures = new Map<string, Measure>();
  const turns = new Map<string, number>();

  function record(name: string, unit: string, bounds: number[], value: number, labels: Labels): void {
    let measure = measures.get(name);
    if (!measure) measures.set(name, (measure = { unit, bounds, series: new Map() }));
    const wanted = Object.values(labels).join('\n');
    const key = measure.series.size < SERIES_MAX || measure.series.has(wanted) ? wanted : '';
    let series = measure.series.get(key);
    if (!series) measure.series.set(key, (series = { labels: key === wanted ? labels : {}, count: 0, sum: 0, buckets: Array.from({ length: bounds.length + 1 }, () => 0) }));
    const at = bounds.findIndex((bound) => value <= bound);
    const bucket = at < 0 ? bounds.length : at;
    series.count += 1;
    series.sum += value;
    series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
  }

  return {
    turn({ spans, attempts, outcome, usage, provider, model }) {
      turns.set(outcome, (turns.get(outcome) ?? 0) + 1);
      for (const { provider: by, model: of, outcome: how, failure, firstContent, total } of attempts) {
        const labels: Labels = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': providerName(by, kinds), 'gen_ai.request.model': of };
        record('gen_ai.client.operation.duration', 's', SECONDS, total / 1_000, how === 'error' ? { ...labels, 'error.type': failure ?? 'other' } : labels);
        if (firstContent !== null) record('gen_ai.client.operation.time_to_first_chunk', 's', SECONDS, firstContent / 1_000, labels);
      }
      if (provider !== null && model !== null && usage.outputTokens > 0) {
        const labels: Labels = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': providerName(provider, kinds), 'gen_ai.request.model': model };
        record('gen_ai.client.token.usage', '{token}', TOKENS, usage.inputTokens, { ...labels, 'gen_ai.token.type': 'input' });
        record('gen_ai.client.token.usage', '{token}', TOKENS, usage.outputTokens, { ...labels, 'gen_ai.token.type': 'output' });
      }
      for (const { name, ms, parent } of spans) {
        if (parent === undefined) record('halfsecond.hop.duration', 's', SECONDS, ms / 1_000, { 'halfsecond.hop': name });
        else if (name.startsWith('tool:')) record('gen_ai.execute_tool.duration', 's', SECONDS, ms / 1_000, { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name.slice(5) });
      }
    },
    body(resource, now) {
      const window = { startTimeUnixNano: nanos(startedAt), timeUnixNano: nanos(now) };
      const histograms = [...measures].map(([name, { unit, bounds, series }]) => ({
        name, unit,
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [...series.values()].map(({ labels, count, sum, buckets }) => ({
            ...window, attributes: attributes(labels), count: String(count), sum, bucketCounts: buckets.map(String), explicitBounds: bounds,
          })),
        },
      }));
      const counted = {
        name: 'halfsecond.turns', unit: '{turn}',
        sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [...turns].map(([outcome, count]) => ({ ...window, attributes: attributes({ 'halfsecond.outcome': outcome }), asInt: String(count) })) },
      };
      return { resourceMetrics: [{ resource: { attributes: resource }, scopeMetrics: [{ scope: SCOPE, metrics: [...histograms, counted] }] }] };
    },
  };
}
