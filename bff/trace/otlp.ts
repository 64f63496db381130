/** Ended turns as OpenTelemetry spans in OTLP's JSON, named by the GenAI semantic conventions. No text of anybody is in them. Pure. */
import { spanOfCall, type Span } from '@halfsecond/shared/trace';
import type { AttemptReport, TurnRecord } from '../layers.ts';

/** What the exporter holds of a turn until it is sent; `startedAt` epoch ms. */
export type ExportedTurn = Pick<TurnRecord, 'spans' | 'attempts' | 'tools' | 'outcome' | 'code' | 'agent' | 'model' | 'provider' | 'usage'> & {
  traceId: string;
  parentSpan: string | undefined;
  chat: string;
  startedAt: number;
};
export type Attribute = { key: string; value: { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean } };
type OtlpSpan = {
  traceId: string; spanId: string; parentSpanId?: string; name: string; kind: 1 | 2 | 3; startTimeUnixNano: string; endTimeUnixNano: string;
  attributes: Attribute[]; status: { code: 0 | 2 };
};

const INTERNAL = 1;
const SERVER = 2;
const CLIENT = 3;
export const SCOPE = { name: 'halfsecond' };

/** `kinds`: the kind of each provider by its id. */
export function tracesBody(turns: ExportedTurn[], resource: Attribute[], kinds: ReadonlyMap<string, string>): object {
  return { resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope: SCOPE, spans: turns.flatMap((turn) => spansOf(turn, kinds)) }] }] };
}

function spansOf(turn: ExportedTurn, kinds: ReadonlyMap<string, string>): OtlpSpan[] {
  const { traceId, parentSpan, chat, startedAt, spans, attempts, outcome, code, agent } = turn;
  const rootId = idOf(traceId, 'turn');
  const total = spans.reduce((sum, span) => (span.parent === undefined ? sum + span.ms : sum), 0);
  const root: OtlpSpan = {
    traceId, spanId: rootId, ...(parentSpan === undefined ? {} : { parentSpanId: parentSpan }), name: agent === null ? 'invoke_agent' : `invoke_agent ${agent}`, kind: SERVER,
    startTimeUnixNano: nanos(startedAt), endTimeUnixNano: nanos(startedAt + total),
    attributes: attributes({
      'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': agent, 'gen_ai.conversation.id': chat, 'halfsecond.outcome': outcome,
      'gen_ai.response.model': turn.model, 'gen_ai.usage.input_tokens': turn.usage.inputTokens, 'gen_ai.usage.output_tokens': turn.usage.outputTokens,
      'error.type': outcome === 'error' || outcome === 'refused' ? (code ?? 'other') : null,
    }),
    status: { code: outcome === 'error' || outcome === 'refused' ? 2 : 0 },
  };
  // Attempts are told in the order in which they ended, as their spans are.
  const left = [...attempts];
  return [root, ...spans.map((span): OtlpSpan => {
    const attempt = span.name.startsWith('provider:') ? left.shift() : undefined;
    const tool = span.name.startsWith('tool:') ? span.name.slice(5) : undefined;
    const { name, kind, more, failed } = attempt ? described(attempt, turn, kinds) : tool === undefined ? { name: `halfsecond.${span.name}`, kind: INTERNAL, more: {}, failed: false } as const : toolDescribed(tool, turn);
    return {
      traceId, spanId: idOf(traceId, span.id), parentSpanId: span.parent === undefined ? rootId : idOf(traceId, span.parent), name, kind,
      startTimeUnixNano: nanos(startedAt + span.start), endTimeUnixNano: nanos(startedAt + span.start + Math.max(0, span.ms)), attributes: attributes(more), status: { code: failed ? 2 : 0 },
    };
  })];
}

type Described = { name: string; kind: 1 | 2 | 3; more: Record<string, string | number | boolean | null>; failed: boolean };

function described({ provider, model, outcome, failure, firstContent }: AttemptReport, turn: ExportedTurn, kinds: ReadonlyMap<string, string>): Described {
  const answered = outcome === 'ok' && turn.provider === provider && turn.model === model && turn.attempts.filter((other) => other.outcome === 'ok').length === 1;
  return {
    name: `chat ${model}`, kind: CLIENT, failed: outcome === 'error',
    more: {
      'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': providerName(provider, kinds), 'gen_ai.request.model': model, 'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': firstContent === null ? null : seconds(firstContent), 'halfsecond.provider': provider,
      'gen_ai.usage.input_tokens': answered ? turn.usage.inputTokens : null, 'gen_ai.usage.output_tokens': answered ? turn.usage.outputTokens : null,
      'error.type': outcome === 'error' ? (failure ?? 'other') : null,
    },
  };
}

function toolDescribed(tool: string, turn: ExportedTurn): Described {
  const failed = turn.tools.some(({ name, outcome }) => name === tool && outcome !== 'ok');
  return { name: `execute_tool ${tool}`, kind: INTERNAL, failed, more: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': tool, 'error.type': failed ? 'tool_error' : null } };
}

/** The conventions' name where they have one, else the configuration's. */
export function providerName(provider: string, kinds: ReadonlyMap<string, string>): string {
  const kind = kinds.get(provider);
  return kind === 'openai' || kind === 'anthropic' ? kind : provider;
}

/** Null values are left out. */
export function attributes(values: Record<string, string | number | boolean | null>): Attribute[] {
  return Object.entries(values).flatMap(([key, value]): Attribute[] => {
    if (value === null) return [];
    if (typeof value === 'string') return [{ key, value: { stringValue: value } }];
    if (typeof value === 'boolean') return [{ key, value: { boolValue: value } }];
    return [{ key, value: Number.isInteger(value) && !key.endsWith('_chunk') ? { intValue: String(value) } : { doubleValue: value } }];
  });
}

/** Epoch ms as the text of whole nanoseconds, which no number can hold. */
export function nanos(at: number): string {
  const whole = Math.floor(at);
  return String(whole) + String(1_000_000 + Math.floor((at - whole) * 1e6)).slice(1);
}

export function seconds(ms: number): number {
  return Math.round(ms * 1_000) / 1e6;
}

/** A span's id of our own as OpenTelemetry's; what has 16 hex digits was told to a provider and stays. */
function idOf(traceId: string, id: Span['id']): string {
  return id.length === 16 ? id : spanOfCall(traceId, id);
}
