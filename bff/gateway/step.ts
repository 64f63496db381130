/** One step of an answer: the router's parts as stream events, and what the next step needs to know. */
import type { StreamEvent } from '@halfsecond/shared/wire';
import type { AttemptReport, Question, RoutePart, Snippet, Spans, ToolCall, TurnRecord } from '../layers.ts';
import { statusEvent } from './sentences.ts';

/** What is known of a step while it runs; `end` stands once its parts are over. `pen`: where text parts open and close, ids unique within the step. */
export type Step = {
  who: { agent: string } | Record<string, never>;
  pen: Pen;
  text: string;
  calls: ToolCall[] | null;
  cited: Snippet[] | null;
  end: Extract<RoutePart, { type: 'end' | 'fail' }>;
};
type Pen = { open: 'text' | 'reasoning' | null; id: string; count: number };

const unanswered: Step['end'] = { type: 'fail', code: 'no_answer' };

/** `agent`: whose answer it is, as visitors read it. */
export function createStep(agent: string | undefined): Step {
  return { who: agent ? { agent } : {}, pen: { open: null, id: '', count: 0 }, text: '', calls: null, cited: null, end: unanswered };
}

/** What the visitor is told of one part of the router's. Adds attempts, sources and handoff to `record` as they come. */
export function* hear(step: Step, part: RoutePart, question: Question, record: TurnRecord, spans: Spans): Generator<StreamEvent> {
  const { pen, who } = step;
  if (part.type === 'text') {
    if (pen.open !== 'text') {
      spans.token();
      yield statusEvent(question, 'answering', who);
      yield* write(pen, 'text');
    }
    step.text += part.text;
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
    if (question.resetStep) yield* rewrite(step);
  } else if (part.type === 'call') {
    (step.calls ??= []).push(part.call);
  } else if (part.type === 'cite') {
    if (record.sources.some((known) => known.id === part.snippet.id)) return;
    record.sources.push(part.snippet);
    (step.cited ??= []).push(part.snippet);
    yield sourceEvent(part.snippet);
  } else if (part.type === 'handoff') {
    // Whoever asked for a person is told so, whatever else speaks for one.
    if (record.handoff !== 'requested') record.handoff = part.reason;
  } else if (part.type === 'attempt') {
    record.attempts.push(part.attempt);
    const { provider, startedAt, total, span } = part.attempt;
    spans.inside(`provider:${provider}`, startedAt, startedAt + total, span, phasesOf(part.attempt, question.arrivedAt, spans.firstToken()));
  } else {
    step.end = part;
  }
}

/** What an attempt was made of: `shape` is how long its first content took to become a token for the visitor (ms). */
function phasesOf({ startedAt, connect, headers, firstContent, total }: AttemptReport, arrivedAt: number, firstToken: number | null): { name: string; from: number; to: number }[] {
  const reached: [string, number | null | undefined][] = [['connect', connect], ['headers', headers], ['first-content', firstContent], ['last', total]];
  let from = startedAt;
  const phases = reached.flatMap(([name, at]) => {
    if (at == null) return [];
    const phase = { name, from, to: startedAt + at };
    from = phase.to;
    return [phase];
  });
  const content = startedAt + (firstContent ?? Infinity);
  const shown = arrivedAt + (firstToken ?? -Infinity);
  return shown >= content && shown <= startedAt + total ? [...phases, { name: 'shape', from: content, to: shown }] : phases;
}

/** The step is over: its open part is closed. */
export function* closeStep({ pen }: Step): Generator<StreamEvent> {
  yield* write(pen, null);
  yield { type: 'finish-step' };
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
function* rewrite({ pen, cited, text }: Step): Generator<StreamEvent> {
  yield { type: 'reset-step' };
  pen.open = null;
  for (const snippet of cited ?? []) yield sourceEvent(snippet);
  yield* write(pen, 'text');
  yield { type: 'text-delta', id: pen.id, delta: text };
}

/** A snippet as the SDK's source part: a link when the document has an address, else a named document. */
function sourceEvent(snippet: Snippet): StreamEvent {
  const { source, id } = snippet;
  if (source.kind !== 'knowledge') return { type: 'source-document', sourceId: id, mediaType: 'text/plain', title: 'This conversation' };
  const title = source.heading && source.heading !== source.title ? `${source.title} · ${source.heading}` : source.title;
  if (source.url) return { type: 'source-url', sourceId: id, url: source.url, title };
  return { type: 'source-document', sourceId: id, mediaType: 'text/plain', title };
}

