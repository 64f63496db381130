/** Where OpenTelemetry data goes, by OpenTelemetry's own environment variables; apart from the exporter, which is loaded only when there is somewhere. */

/** `delay` and `interval` in ms: between batches of turns, and between reports of figures. */
export type ExportTarget = { traces: string; metrics: string; headers: Record<string, string>; service: string; delay: number; interval: number };

/** Where to export to by OpenTelemetry's own variables; null when none is set. */
export function exportTarget(env: NodeJS.ProcessEnv): ExportTarget | null {
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT']?.replace(/\/+$/, '');
  const traces = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || (base && `${base}/v1/traces`);
  const metrics = env['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'] || (base && `${base}/v1/metrics`);
  if (!traces || !metrics || env['OTEL_SDK_DISABLED'] === 'true') return null;
  const headers = Object.fromEntries((env['OTEL_EXPORTER_OTLP_HEADERS'] ?? '').split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]];
  }));
  return {
    traces, metrics, headers, service: env['OTEL_SERVICE_NAME'] || 'halfsecond',
    delay: Number(env['OTEL_BSP_SCHEDULE_DELAY'] || 5_000), interval: Number(env['OTEL_METRIC_EXPORT_INTERVAL'] || 60_000),
  };
}
