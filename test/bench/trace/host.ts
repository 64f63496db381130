/** A bff in a process of its own for the bench of what tracing costs: told by its parent how, and asked for its CPU time. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tracing } from '@halfsecond/bff/trace/tracing.ts';
import type { Spans } from '@halfsecond/bff/layers';
import { bffFor, session } from '../../bff/harness.ts';

/** `on`: as delivered. `off`: no clock is read, nothing is kept. `export`: on, and everything goes to a collector, too. */
export type Mode = 'on' | 'off' | 'export';

const untimed = { queue: 0, dispatch: 0, memory: 0, route: 0, provider: 0, tools: 0, gateway: 0, firstToken: null, total: 0 };
let spoke: number | null = null;
const nothing: Spans = {
  enter: () => undefined, inside: () => undefined, token: () => void (spoke = 1), firstToken: () => spoke, told: () => undefined, left: () => ({ told: null, token: null }), timing: () => untimed, finish: () => [],
};
const off: Tracing = {
  recordSpans: () => nothing, add: () => undefined, mark: () => true, complain: async () => undefined, forget: async () => 0, load: async () => undefined,
  admin: { get: async () => null, list: () => [], report: () => ({ turns: 0, visitors: 0, since: null, hops: [], look: [] }), complaints: () => [], samples: () => [], names: () => [], hops: [], page: () => ({ html: '', style: '' }), links: { make: () => '', open: () => false } } as unknown as Tracing['admin'],
  dropped: () => ({ disk: 0, export: 0 }), close: async () => undefined,
};

const [mode = 'on', provider = '', collector = ''] = process.argv.slice(2) as [Mode, string, string];
const bff = await bffFor({
  providers: { house: { kind: 'openai-compatible', baseURL: `${provider}/v1`, apiKey: 'k' } },
  models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 0, outputPrice: 0, maxConcurrent: 1_000 }],
  memory: { enabled: false }, limits: { requestsPerMinute: 1_000_000, streamsPerVisitor: 10_000 },
}, { ...(mode === 'off' ? { replace: { tracing: off } } : {}), env: mode === 'export' ? { OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_BSP_SCHEDULE_DELAY: '1000' } : {} });
const { token } = await session(bff);

const control = createServer((_request, response) => {
  const { user, system } = process.cpuUsage();
  response.end(JSON.stringify({ user, system }));
});
control.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: bff.url, token, control: `http://127.0.0.1:${(control.address() as AddressInfo).port}` }));
});
process.on('SIGTERM', () => {
  control.close();
  void bff.stop().then(() => process.exit(0));
});
