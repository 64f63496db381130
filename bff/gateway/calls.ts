/** A turn's tool calls: what the visitor sees of them, and what the model is told. */
import { spanOfCall } from '@halfsecond/shared/trace';
import { ID_MAX } from '@halfsecond/shared/limits';
import type { StreamEvent } from '@halfsecond/shared/wire';
import type { Agent, ListTools, Question, Resumed, RouteMessage, RunTools, Spans, ToolCall, ToolPart, TurnRecord, Waiting } from '../layers.ts';
import { handoffEvent, statusEvent, toolTitle } from './sentences.ts';

/** Calls of one turn that are made, and calls of one step that the model is told about: it asked for them, so each needs an answer. */
const CALLS_MAX = 24;
const TOLD_MAX = 50;
/** The turn's patience with its tools, all steps together (ms). */
const PATIENCE_MS = 60_000;

/** The calls of one turn. `asking`: those that wait for the visitor. `late`: results that came after their call was given up. */
export type Desk = {
  tools: RunTools;
  listTools: ListTools;
  question: Question;
  record: TurnRecord;
  spans: Spans;
  agent: Agent | null;
  left: number;
  until: number;
  asking: Waiting['calls'];
  late: ToolPart[];
  signal: AbortSignal;
  close: () => void;
};
type Parts = Pick<Desk, 'tools' | 'listTools'>;

/** `close` ends whatever still runs, and must be called when the turn is over. */
export function openDesk({ tools, listTools }: Parts, question: Question, record: TurnRecord, spans: Spans, agent: Agent | null, signal: AbortSignal): Desk {
  const turn = new AbortController();
  const stop = (): void => turn.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const close = (): void => {
    signal.removeEventListener('abort', stop);
    turn.abort();
  };
  return { tools, listTools, question, record, spans, agent, left: CALLS_MAX, until: performance.now() + PATIENCE_MS, asking: [], late: [], signal: turn.signal, close };
}

/** Runs the calls of a step that said `text`. Returns what the next step is told; calls that wait for the visitor are in `desk.asking`. */
export async function* runCalls(desk: Desk, text: string, asked: ToolCall[]): AsyncGenerator<StreamEvent, RouteMessage[]> {
  const calls = asked.slice(0, TOLD_MAX);
  const made = calls.slice(0, desk.left);
  desk.left -= made.length;
  for (const { id, name, input } of made) {
    const title = titleOf(desk, name);
    yield statusEvent(desk.question, 'calling-tool', { tool: title });
    yield { type: 'tool-input-start', toolCallId: id, toolName: name, title };
    yield { type: 'tool-input-available', toolCallId: id, toolName: name, input };
  }
  const refused = calls.slice(made.length).map((call) => resultOf(call, 'too many tools were called in this turn; answer with what there is', true));
  return [{ role: 'assistant', text, calls }, ...(yield* results(desk, made)), ...refused];
}

/** Goes on with the calls that the visitor has decided about. */
export async function* runDecided(desk: Desk, { waiting, granted }: Resumed): AsyncGenerator<StreamEvent, RouteMessage[]> {
  const grants: Record<string, string> = {};
  const declined: RouteMessage[] = [];
  for (const { call, approval, title } of waiting.calls) {
    if (granted.includes(call.id)) {
      grants[call.id] = approval;
      yield statusEvent(desk.question, 'calling-tool', { tool: title });
      continue;
    }
    yield { type: 'tool-output-denied', toolCallId: call.id };
    declined.push(resultOf(call, 'the visitor declined this call; do not make it again unless they ask for it', true));
  }
  const made = waiting.calls.map(({ call }) => call).filter(({ id }) => Object.hasOwn(grants, id));
  return [...waiting.messages, ...declined, ...(yield* results(desk, made, grants))];
}

/** Results that came late, told to the visitor and put where the model was told that they were missing. */
export function* takeLate({ late, question, record }: Desk, messages: RouteMessage[]): Generator<StreamEvent> {
  for (const part of late.splice(0)) {
    yield* eventsOf(part, question, record);
    const at = messages.findLastIndex((message) => message.role === 'tool' && message.callId === part.callId);
    if (at >= 0 && part.type === 'output') messages[at] = resultOf({ id: part.callId, name: part.name }, JSON.stringify(part.output), false);
  }
}

async function* results(desk: Desk, calls: ToolCall[], grants?: Record<string, string>): AsyncGenerator<StreamEvent, RouteMessage[]> {
  const { question: { owner: { site, visitor, chat }, lang, traceId }, record, spans, agent, signal } = desk;
  if (calls.length === 0) return [];
  const told: RouteMessage[] = [];
  const context = { site, visitor, chat, lang, traceId, agent, until: desk.until, ...(grants ? { grants } : {}), late: (part: ToolPart) => void desk.late.push(part) };
  for await (const part of desk.tools(calls, context, signal)) {
    yield* eventsOf(part, desk.question, record);
    if (part.type === 'progress') continue;
    if (part.type === 'approval') {
      const call = calls.find(({ id }) => id === part.callId);
      if (call) desk.asking.push({ call, title: titleOf(desk, call.name), approval: part.approval });
      continue;
    }
    const now = performance.now();
    spans.inside(`tool:${part.name}`, now - part.ms, now, spanOfCall(desk.question.traceId, part.callId));
    record.tools.push({ name: part.name.slice(0, ID_MAX), outcome: part.type === 'output' ? 'ok' : (NOT_ITS_FAULT[part.code] ?? 'error'), ms: part.ms });
    told.push(part.type === 'error' ? resultOf({ id: part.callId, name: part.name }, part.message, true) : resultOf({ id: part.callId, name: part.name }, JSON.stringify(part.output), false));
  }
  signal.throwIfAborted();
  return told;
}

/** Codes of calls that never reached their tool. */
const NOT_ITS_FAULT: Record<string, 'refused' | 'stopped'> = {
  'bad-arguments': 'refused', 'unknown-tool': 'refused', 'too-many': 'refused', 'not-approved': 'refused', cancelled: 'stopped',
};

function* eventsOf(part: ToolPart, question: Question, record: TurnRecord): Generator<StreamEvent> {
  const { callId: toolCallId } = part;
  if (part.type === 'error') yield { type: 'tool-output-error', toolCallId, errorText: part.code };
  else if (part.type === 'approval') yield { type: 'tool-approval-request', approvalId: part.approval, toolCallId };
  else yield { type: 'tool-output-available', toolCallId, output: part.output, ...(part.type === 'progress' ? { preliminary: true } : {}) };
  if (part.type !== 'output' || !part.handoff) return;
  // Said at once: whoever waits for a person should not have to wait for the end of the answer.
  record.handoff = part.handoff.reason;
  record.handoffTold = true;
  yield handoffEvent(question, part.handoff.reason, part.handoff.url);
}

function titleOf({ listTools, agent, question }: Desk, name: string): string {
  return toolTitle(question, name, listTools(agent).find((tool) => tool.name === name)?.title ?? name);
}

function resultOf({ id, name }: Pick<ToolCall, 'id' | 'name'>, output: string, failed: boolean): RouteMessage {
  return { role: 'tool', callId: id, name, output, failed };
}
