/** One turn in order: accept and acknowledge → queue → dispatch and recall side by side → route → tools, and back. */
import { setImmediate as atEndOfLoop } from 'node:timers/promises';
import type { StreamEvent, Usage } from '@halfsecond/shared/wire';
import { causeOf, highest } from '../layers.ts';
import type { Agent, Dispatch, Dispatched, ListTools, Question, Recall, Recalled, Resumed, Route, RouteInput, RouteMessage, RunTools, Spans, Turn, TurnRecord } from '../layers.ts';
import { openDesk, runCalls, runDecided, takeLate } from './calls.ts';
import type { Desk } from './calls.ts';
import { systemPrompt } from './prompt.ts';
import type { Admit } from './queue.ts';
import { acknowledgement, handoffEvent, statusEvent } from './sentences.ts';
import { clarify } from './clarify.ts';
import { closeStep, createStep, hear } from './step.ts';
import { within } from './within.ts';

/** What a turn is made of; `report` is told once, when the turn is over, however it ended. */
export type TurnParts = {
  dispatch: Dispatch;
  recall: Recall;
  route: Route;
  tools: RunTools;
  listTools: ListTools;
  admit: Admit;
  recordSpans: (question: Question) => Spans;
  report: (record: TurnRecord) => void;
  tokenBudget: number;
  /** An agent's title for visitors; null for none. */
  titleOf: (agent: string | null) => string | null;
  agentOf: (name: string | null) => Agent | null;
};

/** Recall runs beside dispatch; once dispatch is done the turn waits this much longer for it at most (ms). */
const RECALL_PATIENCE_MS = 50;
const SNIPPETS_MAX = 20;
const STEPS_MAX = 4;

export function createTurn(parts: TurnParts): Turn {
  return async function* turn(question, signal) {
    const spans = parts.recordSpans(question);
    const record = emptyRecord(question);
    // By then the question is on disk: an answer that needed no network is whole before, and may say so only after.
    // What is on disk then has been acknowledged in the same breath.
    const kept = atEndOfLoop().then(() => spans.told());
    let release: (() => void) | undefined;
    let desk: Desk | undefined;
    try {
      yield { type: 'start', messageId: question.id, messageMetadata: { traceId: question.traceId, chatId: question.owner.chat } };
      yield acknowledgement(question, parts.titleOf(question.agent));

      spans.enter('queue');
      for await (const step of parts.admit(signal)) {
        if ('position' in step) yield statusEvent(question, 'queued', { position: step.position });
        else if ('refused' in step) return yield* ended(record, 'refused', step.code);
        else release = step.release;
      }
      signal.throwIfAborted();

      spans.enter('dispatch');
      const recalling = startRecall(parts, question, signal);
      const who = question.resume ? again(parts, question.resume) : await parts.dispatch({ ...question.owner, text: question.text, recent: question.recent, current: question.agent, dataClass: question.dataClass }, signal);
      yield* introduce(question, record, who);
      if (who.ask) {
        yield* clarify(question, record, who.ask, spans);
        await kept;
        return yield* finish(question, record, spans);
      }

      spans.enter('recall');
      const recalled = await within(recalling, RECALL_PATIENCE_MS, () => nothing);

      spans.enter('route');
      let input = inputOf(parts, question, record, who.agent, recalled);
      const before = input.messages.length;
      let count = question.resume?.waiting.steps ?? 0;
      if (question.resume) {
        spans.enter('tool');
        desk = openDesk(parts, question, record, spans, who.agent, signal);
        input.messages.push(...(yield* runDecided(desk, question.resume)));
        spans.enter('route');
      }
      // As long as the model asks for tools, they run and their results go back into route.
      for (;;) {
        count += 1;
        if (count === STEPS_MAX) input = { ...input, tools: [] };
        const step = createStep(who.agent?.title);
        yield { type: 'start-step' };
        for await (const part of parts.route(input, signal)) for (const event of hear(step, part, question, record, spans)) yield event;
        yield* closeStep(step);
        signal.throwIfAborted();
        if (step.end.type === 'fail') return yield* unanswered(question, record, step.end.code);
        charge(record, step.end);
        if (step.calls === null || count === STEPS_MAX) break;

        spans.enter('tool');
        desk ??= openDesk(parts, question, record, spans, who.agent, signal);
        input.messages.push(...(yield* runCalls(desk, step.text, step.calls)));
        input = { ...input, dataClass: record.dataClass };
        if (desk.asking.length > 0) {
          record.waiting = { agent: record.agent, steps: count, messages: input.messages.slice(before), calls: desk.asking };
          break;
        }
        yield* takeLate(desk, input.messages);
        spans.enter('route');
      }
      if (desk) yield* takeLate(desk, input.messages);
      spans.enter('write');
      await kept;
      signal.throwIfAborted();
      yield* finish(question, record, spans);
    } catch (error) {
      if (!signal.aborted) yield* ended(record, 'error', 'internal', error);
      else if (signal.reason instanceof Error) yield* ended(record, 'error', 'internal', signal.reason);
      else yield* ended(record, 'stopped', String(signal.reason));
    } finally {
      desk?.close();
      release?.();
      record.spans = spans.finish();
      record.timing = spans.timing();
      record.left = spans.left();
      parts.report(record);
    }
  };
}

const nothing: Recalled = { snippets: [], tokens: 0 };

/** Begins recall without waiting; a memory that fails costs the turn its snippets, not its answer. */
function startRecall(parts: TurnParts, question: Question, signal: AbortSignal): Promise<Recalled> {
  const { site, visitor } = question.owner;
  const input = { site, visitor, query: question.text, scope: 'all' as const, k: SNIPPETS_MAX, tokenBudget: parts.tokenBudget, exclude: question.messageId };
  return parts.recall(input, signal).catch((error: unknown) => {
    if (!signal.aborted) console.error(`recall failed, turn ${question.traceId} goes on without it: ${causeOf(error)}`);
    return nothing;
  });
}

/** A turn that goes on stays with the agent that it began with. */
function again(parts: TurnParts, { waiting }: Resumed): Dispatched {
  return { agent: parts.agentOf(waiting.agent), score: 1, abstained: false, human: false, alternatives: [] };
}

function* introduce(question: Question, record: TurnRecord, who: Dispatched): Generator<StreamEvent> {
  const { agent } = who;
  record.agent = agent?.name ?? null;
  if (agent && !question.resume) yield { type: 'data-agent', data: { name: agent.name, title: agent.title ?? agent.name, confidence: who.score } };
  if (!question.resume) record.who = who;
  if (who.spent) charge(record, who.spent);
  if (who.human) record.handoff = who.abstained ? 'nobody' : 'requested';
  if (who.ask) return;
  yield statusEvent(question, 'recalling', agent?.title ? { agent: agent.title } : {});
}

function inputOf(parts: TurnParts, question: Question, record: TurnRecord, agent: Agent | null, recalled: Recalled): RouteInput {
  record.dataClass = highest(record.dataClass, agent?.dataClass ?? 'public');
  return {
    site: question.owner.site, chat: question.owner.chat, traceId: question.traceId, agent, dataClass: record.dataClass, system: systemPrompt(agent),
    messages: [...question.recent.map(asRouteMessage), { role: 'user', text: question.text }],
    snippets: recalled.snippets, tools: parts.listTools(agent), lang: question.lang,
  };
}

function charge(record: TurnRecord, { usage, cost }: { usage: Usage; cost: number }): void {
  record.usage.inputTokens += usage.inputTokens;
  record.usage.outputTokens += usage.outputTokens;
  record.cost += cost;
}

/** Nobody could answer. Nobody outside may be asked for regulated text, so a person is offered there where another turn would say: try again. */
function* unanswered(question: Question, record: TurnRecord, code: string): Generator<StreamEvent> {
  if (record.dataClass === 'regulated') yield handoffEvent(question, record.handoff ??= 'private');
  yield* ended(record, 'error', code);
}

/** The answer is whole: offer a person where one is due, and say what it took. */
function* finish(question: Question, record: TurnRecord, spans: Spans): Generator<StreamEvent> {
  if (record.handoff !== null && !record.handoffTold) yield handoffEvent(question, record.handoff);
  spans.enter('write');
  const { model, provider, fallback, usage, cost } = record;
  record.outcome = 'ok';
  record.code = null;
  yield {
    type: 'finish',
    messageMetadata: { traceId: question.traceId, model: model ?? '', provider: provider ?? '', fallback, usage, cost, timing: spans.timing() },
  };
}

/** Every other ending. The cause goes to the log; only the code leaves the house. */
function* ended(record: TurnRecord, outcome: 'refused' | 'error' | 'stopped', code: string, cause?: unknown): Generator<StreamEvent> {
  if (cause !== undefined) console.error(`turn ${record.question.traceId} failed: ${causeOf(cause)}`);
  Object.assign(record, { outcome, code });
  yield outcome === 'stopped' ? { type: 'abort', reason: code } : { type: 'error', errorText: code };
}

function asRouteMessage({ role, text }: { role: 'user' | 'assistant'; text: string }): RouteMessage {
  return role === 'user' ? { role, text } : { role, text, calls: [] };
}

const untimed = { queue: 0, dispatch: 0, memory: 0, route: 0, provider: 0, tools: 0, gateway: 0, firstToken: null, total: 0 };

/** Until something else is known, a turn has been cut short. */
function emptyRecord(question: Question): TurnRecord {
  return {
    question, outcome: 'stopped', code: 'abandoned', text: question.resume?.text ?? '', agent: null, sources: [], handoff: null, dataClass: question.dataClass, model: null, provider: null, fallback: false,
    usage: { inputTokens: 0, outputTokens: 0 }, cost: 0, timing: untimed, left: { told: null, token: null }, spans: [], attempts: [], tools: [], waiting: null, handoffTold: false,
  };
}
