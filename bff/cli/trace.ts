/** `halfsecond trace ID|last|slowest`: a turn as a waterfall, the slowest hop named. */
import type { StoredTrace } from '../layers.ts';
import { helped } from './options.ts';
import { askRunning } from './running.ts';

const HELP = `halfsecond trace ID|last|slowest

Shows where the time of a turn went, hop by hop, as a waterfall, and how the slowest hop compares with its usual. The bff must be running.`;
const WIDTH = 48;

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const [which] = args;
  if (!which) {
    console.error(HELP);
    return 1;
  }
  const path = which === 'last' ? '/admin/traces' : which === 'slowest' ? '/admin/traces?slowest=1' : `/admin/traces/${encodeURIComponent(which)}`;
  const answer = (await askRunning('GET', path)) as StoredTrace | { traces: StoredTrace[] } | null;
  if (answer === null) throw new Error('No bff answers at BFF_PORT: start it first (npm run bff).');
  const trace = 'traces' in answer ? answer.traces[0] : answer;
  if (!trace) throw new Error('There is no turn yet.');
  console.log(waterfall(trace));
  return 0;
}

/** One line a span, drawn to scale; spans inside a hop are indented below it. */
export function waterfall({ traceId, total, startedAt, slowest, spans }: StoredTrace): string {
  const scale = WIDTH / Math.max(total, 0.001);
  const line = (name: string, start: number, ms: number) => {
    const from = Math.min(WIDTH - 1, Math.floor(start * scale));
    const bar = '█'.repeat(Math.max(1, Math.min(WIDTH - from, Math.round(ms * scale))));
    return `${name.padEnd(22)} ${(' '.repeat(from) + bar).padEnd(WIDTH)} ${ms.toFixed(2).padStart(9)} ms`;
  };
  const hops = spans.filter((span) => span.parent === undefined);
  const lines = hops.flatMap((hop) => [line(hop.name, hop.start, hop.ms), ...spans.filter((span) => span.parent === hop.id).map((span) => line(`  ${span.name}`, span.start, span.ms))]);
  const usual = slowest.usual === null ? '' : `, usually ${slowest.usual.toFixed(2)} ms`;
  return [`${traceId}  ${new Date(startedAt).toISOString()}  ${total.toFixed(2)} ms`, ...lines, `slowest: ${slowest.name}, ${slowest.ms.toFixed(2)} ms${usual}`].join('\n');
}
