/** What the status host pulls: every ended turn as a numbered sample without a word of text, and the state of now. */
import { randomUUID } from 'node:crypto';
import type { Feed, Outcome, QueueState, Sample, ToolHealth } from '@halfsecond/shared/status';
import type { RouteHealth, TurnRecord } from '../layers.ts';

/** Samples held for a collector that was away; about an hour at one turn a second. */
const KEEP = 4_000;
/** Tools named in one answer: a collector refuses longer lists. */
const TOOLS_MAX = 200;
/** Samples in one answer: a collector that is behind asks again. */
const PER_PULL = 1_000;

type Now = { health: RouteHealth; queue: () => QueueState; models: { id: string; provider: string }[]; tools: () => string[]; toolHealth: () => ToolHealth[] };
export type FeedSource = ReturnType<typeof createFeed>;

export function createFeed({ health, queue, models, tools, toolHealth }: Now) {
  const epoch = randomUUID();
  const startedAt = Date.now();
  const samples: Sample[] = [];
  const counts = new Map<Outcome, number>();
  let seq = 0;

  return {
    add(record: TurnRecord): void {
      seq += 1;
      counts.set(record.outcome, (counts.get(record.outcome) ?? 0) + 1);
      samples.push(asSample(record, seq));
      if (samples.length > KEEP) samples.shift();
    },
    /** Samples after `after`, oldest first. */
    read(after: number): Feed {
      const news = samples.filter((sample) => sample.seq > after).slice(0, PER_PULL);
      return { version: 1, epoch, seq: news.at(-1)?.seq ?? Math.min(after, seq), asOf: Date.now(), startedAt, queue: queue(), ...health(), models, tools: tools().slice(0, TOOLS_MAX), toolHealth: toolHealth().slice(0, TOOLS_MAX), samples: news };
    },
    /** Ended turns since the start, by outcome. */
    counts: (): ReadonlyMap<Outcome, number> => counts,
  };
}

function asSample(record: TurnRecord, seq: number): Sample {
  const { question, outcome, code, agent, model, provider, fallback, timing, attempts, tools } = record;
  return {
    seq, at: Date.now(), traceId: question.traceId, outcome, ...(code === null ? {} : { code }), agent, model, provider, fallback, timing,
    attempts: attempts.map(({ provider: by, model: of, outcome: how, failure, firstContent, total }) => ({ provider: by, model: of, outcome: how, ...(failure ? { failure } : {}), firstContent, total })),
    tools,
  };
}
