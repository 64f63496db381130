/** One step of an answer: the router's parts as stream events, and what the next step needs to know. */
import type { StreamEvent } from '@halfsecond/shared/wire';
import type { Question, Route, RouteInput, RoutePart, Snippet, Spans, ToolCall, TurnRecord } from '../layers.ts';
import { statusEvent } from './sentences.ts';

type End = Extract<RoutePart, { type: 'end' | 'fail' }>;
export type StepResult = { text: string; calls: ToolCall[]; end: End };

/** Where text parts open and close; ids are unique within the answer. */
type Pen = { open: 'text' | 'reasoning' | null; id: string; count: number };

/** Streams one routed step. Adds attempts, sources and handoff to `record` as they come. */
export async function* streamStep(
  route: Route, input: RouteInput, question: Question, record: TurnRecord, spans: Spans, signal: AbortSignal,
): AsyncGenerator<StreamEvent, StepResult> {
  const pen: Pen = { open: null, id: '', count: 0 };
  const calls: ToolCall[] = [];
  const cited: Snippet[] = [];
  const who = input.agent?.title ? { agent: input.agent.title } : {};
  let text = '';
  let end: End = { type: 'fail', code: 'no_answer' };

  yield { type: 'start-step' };
  for await (const part of route(input, signal)) {
    if (part.type === 'text') {
      if (pen.open !== 'text') {
        spans.token();
        yield statusEvent(question, 'answering', who);
        yield* write(pen, 'text');
      }
      text += part.text;
      record.text += part.text;
      yield { type: 'text-delta', id: pen.id, delta: part.text };
    } else if (part.type === 'reasoning') {
      if (pen.open !== 'reasoning') yield* write(pen, 'reasoning');
      yield { type: 'reasoning-delta', id: pen.id, delta: part.text };
    } else if (part.type === 'model') {
      const again = spans.firstToken() === null && record.model !== null;
      spans.enter('provider');
      Object.assign(record, { model: part.model, provider: part.provider, fallback: part.fallback });
      yield statusEvent(question, again ? 'switching' : 'thinking', { ...who, model: part.model });
    } else if (part.type === 'answers') {
      Object.assign(record, { model: part.model, provider: part.provider, fallback: part.fallback });
    } else if (part.type === 'class') {
      record.dataClass = part.dataClass;
    } else if (part.type === 'waiting') {
      yield statusEvent(question, 'queued', { position: part.position });
    } else if (part.type === 'takeover') {
      yield statusEvent(question, 'switching', { ...who, model: part.model });
      if (question.resetStep) yield* rewrite(pen, text, cited);
    } else if (part.type === 'call') {
      calls.push(part.call);
    } else if (part.type === 'cite') {
      if (record.sources.some((known) => known.id === part.snippet.id)) continue;
      record.sources.push(part.snippet);
      cited.push(part.snippet);
      yield sourceEvent(part.snippet);
    } else if (part.type === 'handoff') {
      record.handoff = part.reason;
    } else if (part.type === 'attempt') {
      record.attempts.push(part.attempt);
      spans.inside(`provider:${part.attempt.provider}`, part.attempt.startedAt, part.attempt.startedAt + part.attempt.total);
    } else {
      end = part;
    }
  }
  yield* write(pen, null);
  yield { type: 'finish-step' };
  return { text, calls, end };
}

/** Closes the open part, if any, and opens the next. */
function* write(pen: Pen, next: Pen['open']): Generator<StreamEvent> {
  if (pen.open) yield { type: `${pen.open}-end`, id: pen.id };
  pen.open = next;
  if (!next) return;
  pen.count += 1;
  pen.id = `${next}-${pen.count}`;
  yield { type: `${next}-start`, id: pen.id };
}

/** After a takeover, clients that understand it start the step afresh: what stands is said again in one piece. */
function* rewrite(pen: Pen, text: string, cited: Snippet[]): Generator<StreamEvent> {
  yield { type: 'reset-step' };
  pen.open = null;
  for (const snippet of cited) yield sourceEvent(snippet);
  yield* write(pen, 'text');
  yield { type: 'text-delta', id: pen.id, delta: text };
}

/** A snippet as the SDK's source part: a link when the document has an address, else a named document. */
function sourceEvent(snippet: Snippet): StreamEvent {
  const { source, id } = snippet;
  if (source.kind === 'turn') return { type: 'source-document', sourceId: id, mediaType: 'text/plain', title: 'This conversation' };
  const title = source.heading && source.heading !== source.title ? `${source.title} · ${source.heading}` : source.title;
  if (source.url) return { type: 'source-url', sourceId: id, url: source.url, title };
  return { type: 'source-document', sourceId: id, mediaType: 'text/plain', title };
}

