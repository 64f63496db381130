/** The tool `status.check`: is the service healthy? Reads the status host the way any other client would. */
import { ToolFault } from '../source.ts';
import type { Source } from '../source.ts';

/** `components` names with Statuspage's words; `models` with first-token and full-reply times in ms, null below 20 samples. */
export type StatusReport = {
  indicator: string;
  description: string;
  components: { name: string; status: string }[];
  /** Null when the figures could not be read. */
  models: { id: string; state: string; firstTokenP50: number | null; firstTokenP95: number | null; replyP50: number | null; samples: number }[] | null;
};

const BODY_MAX = 256_000;
const MOST = 30;

/** `baseUrl`: where the status host answers, e.g. http://127.0.0.1:8788. The caller's signal is the deadline. */
export function createStatusSource(baseUrl: string): Source {
  return {
    definitions: [{
      name: 'status.check',
      title: 'Check the service status',
      description: 'Whether the service is healthy right now: overall state, each component, and how fast each model answers. No arguments.',
      inputSchema: { type: 'object', properties: {}, additionalProperties: false },
      triggers: [
        'status', 'outage', 'down', 'offline', 'healthy', 'health', 'incident', 'unavailable', 'working right now', 'slow right now', 'slow today', 'latency right now', 'is it up', 'service up', 'operational', 'is everything working', 'waiting in the queue',
        'störung', 'ausfall', 'ausgefallen', 'erreichbar', 'funktioniert gerade', 'gerade langsam', 'heute langsam', 'so langsam', 'läuft alles', 'läuft der dienst', 'vorfall',
      ],
    }],
    async call(_name, _input, _context, signal): Promise<{ output: StatusReport }> {
      const [summary, models] = await Promise.all([
        readJson(baseUrl, '/api/v2/summary.json', signal),
        readJson(baseUrl, '/api/models.json', signal).catch((error: unknown) => {
          if (signal.aborted) throw error;
          return null;
        }),
      ]);
      const overall = field(summary, 'status');
      const report: StatusReport = {
        indicator: text(field(overall, 'indicator')) || 'unknown',
        description: text(field(overall, 'description')),
        components: list(field(summary, 'components')).map((entry) => ({ name: text(field(entry, 'name')), status: text(field(entry, 'status')) })),
        models: models === null ? null : list(Array.isArray(models) ? models : field(models, 'models')).map(modelLine),
      };
      return { output: report };
    },
  };
}

function modelLine(entry: unknown): NonNullable<StatusReport['models']>[number] {
  const first = field(entry, 'firstToken');
  return {
    id: text(field(entry, 'id')),
    state: text(field(entry, 'state')),
    firstTokenP50: number(field(first, 'p50')),
    firstTokenP95: number(field(first, 'p95')),
    replyP50: number(field(field(entry, 'reply'), 'p50')),
    samples: number(field(first, 'n')) ?? 0,
  };
}

async function readJson(baseUrl: string, path: string, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(new URL(path, baseUrl), { signal, redirect: 'error', headers: { accept: 'application/json' } });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new ToolFault('unreachable', `the status page answered with ${response.status}`);
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += chunk.byteLength;
      if (size > BODY_MAX) throw new ToolFault('too-large', 'the status page answered with too much');
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (cause) {
    if (cause instanceof ToolFault || signal.aborted) throw cause;
    throw new ToolFault('unreachable', 'the status page could not be read', { cause });
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, MOST) : [];
}
function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
}
function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
