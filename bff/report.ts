/** What happens with a turn that is over: stored, remembered, traced, counted, and one line in the log. */
import type { Remember, MemoryTurn, TurnRecord } from './layers.ts';
import type { Conversations, MessageState, Source } from './store/conversations.ts';
import type { FeedSource } from './trace/feed.ts';
import { turnLine } from './trace/line.ts';
import type { Tracing } from './trace/tracing.ts';

type Parts = { conversations: Conversations; remember: Remember; tracing: Pick<Tracing, 'add'>; feed: FeedSource; log: (line: string) => void };
const states: Record<TurnRecord['outcome'], MessageState> = { ok: 'complete', stopped: 'stopped', error: 'failed', refused: 'failed' };

export function createReport({ conversations, remember, tracing, feed, log }: Parts) {
  const writing = new Set<Promise<void>>();

  function ended(record: TurnRecord): void {
    const { question, outcome, text, agent } = record;
    conversations.together(() => {
      conversations.end(question.owner, question.id, states[outcome], text, extraOf(record));
      conversations.raise(question.owner, record.dataClass);
      if (agent && agent !== question.agent) conversations.setAgent(question.owner, agent);
    });
    tracing.add(record);
    feed.add(record);
    log(turnLine(record));
    const write = remember(turnsOf(record)).catch((error: unknown) => log(`turn ${question.traceId} was not remembered: ${String(error)}`));
    writing.add(write);
    void write.finally(() => writing.delete(write));
  }

  return {
    ended,
    /** Resolves once every turn that has ended is remembered. */
    settled: async (): Promise<void> => void (await Promise.all(writing)),
  };
}

function turnsOf({ question, text, waiting, who }: TurnRecord): MemoryTurn[] {
  const { owner: { site, visitor, chat }, messageId, id } = question;
  const at = Date.now();
  const asked: MemoryTurn = { id: messageId, site, visitor, chat, role: 'user', text: question.text, at };
  // An answer that waits for the visitor is remembered once it is whole, a question back not at all.
  return text === '' || waiting !== null || who?.ask ? [asked] : [asked, { id, site, visitor, chat, role: 'assistant', text, at: at + 1 }];
}

function extraOf({ question, code, handoff, sources, model, provider, fallback, usage, cost, timing, waiting, agent, who }: TurnRecord) {
  const cited = [...(question.resume?.sources ?? []), ...sources.map(asSource)];
  const metadata = { traceId: question.traceId, model: model ?? '', provider: provider ?? '', fallback, usage, cost, timing };
  return {
    traceId: question.traceId, metadata,
    ...(code === null ? {} : { code }),
    ...(handoff === null ? {} : { handoff }),
    ...(cited.length === 0 ? {} : { sources: cited }),
    ...(waiting === null ? {} : { waiting }),
    ...(agent === null ? {} : { agent }),
    ...(who === undefined ? {} : { found: { score: who.score, abstained: who.abstained, next: who.alternatives.find(({ name }) => name !== agent) ?? null } }),
    ...(who?.ask ? { asked: who.ask } : {}),
  };
}

function asSource({ id, source }: TurnRecord['sources'][number]): Source {
  if (source.kind !== 'knowledge') return { id, title: 'This conversation' };
  const title = source.heading && source.heading !== source.title ? `${source.title} · ${source.heading}` : source.title;
  return { id, title, ...(source.url ? { url: source.url } : {}) };
}
