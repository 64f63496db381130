/** Tracing as the rest of the program sees it: spans while a turn runs, its trace afterwards, and what the operator asks of all that. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import type { Question, Spans, TurnRecord } from '../layers.ts';
import { HOPS } from './kept.ts';
import { createLinks } from './links.ts';
import { page } from './page.ts';
import { recordSpans } from './spans.ts';
import { exportTarget } from './target.ts';
import { createTraces } from './traces.ts';
import { versionOf } from './version.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export type Tracing = Awaited<ReturnType<typeof openTracing>>;

/** `data`: the data folder. The exporter is loaded only when the environment names a collector. */
export async function openTracing({ config, data, env, log }: { config: Config; data: string; env: NodeJS.ProcessEnv; log: (line: string) => void }) {
  const version = versionOf(ROOT, env);
  const allowing = new Set(config.sites.filter((site) => site.traceText).map(({ id }) => id));
  const traces = createTraces({ folder: join(data, 'traces'), version, slow: config.route.firstTokenLimit, text: (site) => allowing.has(site), log });
  const target = exportTarget(env);
  const kinds = new Map(Object.entries(config.providers).map(([id, { kind }]) => [id, kind]));
  const exporter = target && (await import('./export.ts')).createExporter(target, { version, kinds, latest: traces.hops, log });

  return {
    recordSpans(question: Question): Spans {
      traces.begin(question);
      return recordSpans(question.arrivedAt);
    },
    add(record: TurnRecord): void {
      traces.add(record);
      exporter?.turn(record);
    },
    mark: traces.mark,
    complain: traces.complain,
    forget: traces.forget,
    load: traces.load,
    admin: { ...traces, hops: HOPS, page, links: createLinks() },
    dropped: () => ({ disk: traces.dropped(), export: exporter?.dropped() ?? 0 }),
    close: async (): Promise<void> => void (await Promise.all([traces.close(), exporter?.close()])),
  };
}
