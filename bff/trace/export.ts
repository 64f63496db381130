/**
 * Sends ended turns and figures to an OpenTelemetry collector, beside everything else: nothing waits for it, what
 * waits for it is bounded, what does not fit is dropped and counted. Loaded only when an endpoint is set.
 */
import { setImmediate as atEndOfLoop } from 'node:timers/promises';
import type { Span } from '@halfsecond/shared/trace';
import type { TurnRecord } from '../layers.ts';
import { createMeasures } from './measures.ts';
import { attributes, tracesBody, type ExportedTurn } from './otlp.ts';
import type { ExportTarget } from './target.ts';

/** Turns that wait; more are dropped. */
const WAITING_MAX = 2_048;
/** Turns in one request. */
const BATCH = 64;
const DEADLINE_MS = 5_000;
/** A collector that fails is left alone this long (ms), or as long as its Retry-After says, at most ten times that. */
const REST_MS = 5_000;
/** What is sent at the very end has this long (ms). */
const LAST_MS = 1_000;

export type Exporter = {
  /** Takes an ended turn. Never waits, never throws. */
  turn(record: TurnRecord): void;
  /** Turns that were never delivered. */
  dropped(): number;
  close(): Promise<void>;
};

export type ExportParts = {
  version: string;
  /** The kind of each provider by its id. */
  kinds: ReadonlyMap<string, string>;
  /** A turn's hops as they are known when it is sent: by then its browser has told of it. Null: as they were at its end. `arrivedAt` and `at` epoch ms. */
  latest: (traceId: string, arrivedAt: number) => { at: number; spans: Span[] } | null;
  log: (line: string) => void;
};

export function createExporter(target: ExportTarget, { version, kinds, latest, log }: ExportParts): Exporter {
  const resource = attributes({ 'service.name': target.service, 'service.version': version });
  const measures = createMeasures(kinds, Date.now());
  const waiting: ExportedTurn[] = [];
  const leave = new AbortController();
  let dropped = 0;
  let restUntil = 0;
  let ill = false;
  let sending: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  const measuring = setInterval(() => void post(target.metrics, measures.body(resource, Date.now()), DEADLINE_MS), target.interval).unref();

  function later(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      sending ??= send(DEADLINE_MS).finally(() => {
        sending = null;
        if (waiting.length > 0 && !leave.signal.aborted) later();
      });
    }, Math.max(target.delay, restUntil - Date.now())).unref();
  }

  /** Everything that waits, a batch at a time; stops at the first that is not taken. */
  async function send(deadline: number): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH);
      const body = tracesBody(batch.map((turn) => {
        const now = latest(turn.traceId, turn.startedAt);
        return now ? { ...turn, startedAt: now.at, spans: now.spans } : turn;
      }), resource, kinds);
      await atEndOfLoop();
      const answer = await post(target.traces, body, deadline);
      if (answer === 'taken') continue;
      const room = WAITING_MAX - waiting.length;
      const again = answer === 'later' ? batch.slice(0, room) : [];
      dropped += batch.length - again.length;
      waiting.unshift(...again);
      return;
    }
  }

  /** `refused`: it will not be taken later either. */
  async function post(url: string, body: object, deadline: number): Promise<'taken' | 'later' | 'refused'> {
    try {
      const signal = AbortSignal.any([leave.signal, AbortSignal.timeout(deadline)]);
      const response = await fetch(url, { method: 'POST', headers: { ...target.headers, 'content-type': 'application/json' }, body: JSON.stringify(body), signal });
      await response.body?.cancel();
      if (response.ok) {
        if (ill) log('the OpenTelemetry collector takes what it is sent again');
        ill = false;
        return 'taken';
      }
      failed(`it answers ${response.status}`, Number(response.headers.get('retry-after')) * 1_000);
      return response.status === 429 || response.status >= 502 ? 'later' : 'refused';
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error), 0);
      return 'later';
    }
  }

  function failed(why: string, retryAfter: number): void {
    restUntil = Date.now() + Math.min(REST_MS * 10, Math.max(REST_MS, retryAfter || 0));
    if (!ill && !leave.signal.aborted) log(`the OpenTelemetry collector does not take what it is sent, turns go on without it: ${why}`);
    ill = true;
  }

  return {
    turn({ question, spans, attempts, tools, outcome, code, agent, model, provider, usage }) {
      const turn: ExportedTurn = {
        traceId: question.traceId, parentSpan: question.parentSpan, chat: question.owner.chat, startedAt: Date.now() - (performance.now() - question.arrivedAt),
        spans, attempts, tools, outcome, code, agent, model, provider, usage,
      };
      measures.turn(turn);
      if (waiting.length >= WAITING_MAX) dropped += 1;
      else waiting.push(turn);
      later();
    },
    dropped: () => dropped,
    async close() {
      clearTimeout(timer);
      clearInterval(measuring);
      const late = setTimeout(() => leave.abort(), LAST_MS);
      await sending;
      if (!ill) await Promise.all([send(LAST_MS), post(target.metrics, measures.body(resource, Date.now()), LAST_MS)]);
      clearTimeout(late);
      dropped += waiting.length;
    },
  };
}
