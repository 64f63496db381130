/** Pure: one message and the next event of its stream give the message after it. Unknown, doubled and late events are harmless. */
import type { FinishMetadata, StatusData } from '@halfsecond/shared/wire';
import { type Message, type Part, type Source, type ToolPart } from './transcript.ts';

/** A parsed event of the stream with its SSE id; the fields are not trusted further than `type`. `from`: several in one, of which this is the first one's id. */
export type WireEvent = { id: string; from?: string; body: Record<string, unknown> & { type: string } };

/** Cursors of a socket count from the answer's beginning and carry this letter; those of an event stream are the server's ids. */
export const SOCKET_CURSOR = 'w';

/** Reads the JSON of one SSE event; null for `[DONE]` and for anything that is not an event object. */
export function readEvent(id: string, data: string): WireEvent | null {
  if (data === '[DONE]') return null;
  let body: unknown;
  try {
    body = JSON.parse(data);
  } catch {
    return null; // A line that is no JSON carries nothing for the visitor; the stream goes on.
  }
  if (!isRecord(body) || typeof body['type'] !== 'string') return null;
  return { id, body: body as WireEvent['body'] };
}

/** What arrived together behind `cursor`, without what is doubled or late, and with words that follow each other as one event. */
export function merge(cursor: string, events: WireEvent[]): WireEvent[] {
  const merged: WireEvent[] = [];
  let at = cursor;
  /** The words that the last of `merged` stands for; empty when it is no such event. */
  let words: string[] = [];
  const join = (): void => {
    const last = merged.pop();
    if (last) merged.push(words.length > 1 ? { id: at, from: last.id, body: { ...last.body, delta: words.join('') } } : last);
    words = [];
  };
  for (const event of events) {
    if (isOld(at, event.id)) continue;
    const { type, id, delta } = event.body;
    const isWord = type === 'text-delta' && typeof delta === 'string';
    if (!isWord || merged.at(-1)?.body['id'] !== id) join();
    if (words.length === 0) merged.push(event);
    if (isWord) words.push(delta);
    at = event.id || at;
  }
  join();
  return merged;
}

/** Part of it has been folded in already, part of it not: it cannot be used. */
export function overlaps({ cursor }: Message, { id, from }: WireEvent): boolean {
  return from !== undefined && isOld(cursor, from) && !isOld(cursor, id);
}

/** Folds one event in. `now` is epoch ms of a clock that never jumps, used for the durations of tools. Returns the same object when nothing changed. */
export function fold(message: Message, event: WireEvent, now: number): Message {
  if (isOld(message.cursor, event.from ?? event.id)) return message;
  const next = apply(message, event.body, now);
  return event.id === '' ? next : { ...next, cursor: event.id };
}

/** The end of a stream: a message still running then was cut. */
export function foldEnd(message: Message): Message {
  return message.state === 'sending' || message.state === 'streaming' ? settle(message, { state: 'truncated' }) : message;
}

function apply(message: Message, body: WireEvent['body'], now: number): Message {
  if (message.state !== 'sending' && message.state !== 'streaming') return message;
  const { parts } = message;
  switch (body.type) {
    case 'start': {
      const meta = isRecord(body['messageMetadata']) ? body['messageMetadata'] : {};
      return { ...message, state: 'streaming', id: text(body['messageId']) || message.id, traceId: text(meta['traceId']) || message.traceId };
    }
    case 'start-step':
      return { ...message, stepStart: parts.length };
    case 'reset-step':
      return { ...message, parts: parts.slice(0, message.stepStart), resets: message.resets + 1 };
    case 'data-status':
      return isStatus(body['data']) ? { ...message, state: 'streaming', status: body['data'] } : message;
    case 'data-agent':
      return isRecord(body['data']) ? { ...message, agent: text(body['data']['title']) || text(body['data']['name']) || null } : message;
    case 'data-handoff': {
      const data = isRecord(body['data']) ? body['data'] : {};
      return { ...message, handoff: { reason: text(data['reason']), url: text(data['url']) || undefined } };
    }
    case 'data-prompts':
      return { ...message, prompts: promptsOf(body['data']) };
    case 'source-url':
    case 'source-document':
      return addSource(message, body);
    case 'text-start':
      return parts.some((part) => part.type === 'text' && part.id === partId(message, body)) ? message
        : { ...message, parts: [...parts, { type: 'text', id: partId(message, body), text: '', done: false }] };
    case 'text-delta':
      return addText(message, partId(message, body), text(body['delta']));
    case 'text-end':
      return { ...message, parts: parts.map((part) => (part.type === 'text' && part.id === partId(message, body) ? { ...part, done: true } : part)) };
    case 'tool-input-start':
    case 'tool-input-available':
    case 'tool-output-available':
    case 'tool-output-error':
    case 'tool-output-denied':
    case 'tool-approval-request':
      return foldTool(message, body, now);
    case 'finish':
      return settle(message, { state: 'done', finish: finishOf(body['messageMetadata']) });
    case 'error':
      // The backend went away in mid-answer: half an answer, as the store says of it too.
      return settle(message, body['errorText'] === 'interrupted' ? { state: 'truncated' } : { state: 'failed', error: text(body['errorText']) || 'internal' });
    case 'abort':
      // Only a stop is the visitor's own wish; any other abort leaves half an answer.
      return settle(message, { state: (text(body['reason']) || 'stopped') === 'stopped' ? 'stopped' : 'truncated' });
    default:
      return message;
  }
}

/** Every ending closes what was open: text is final, a tool that never answered is shown as failed. Only a whole answer may leave a question to the visitor. */
function settle(message: Message, patch: Partial<Message>): Message {
  const parts = message.parts.map((part): Part => {
    if (part.type === 'text') return part.done ? part : { ...part, done: true };
    return isOver(part) || (part.state === 'approval' && patch.state === 'done') ? part : { ...part, state: 'failed' };
  });
  return { ...message, ...patch, parts, status: null };
}

/** Text ids start again with every step of an answer, and when a step is taken back; both are made part of them. */
function partId(message: Message, body: WireEvent['body']): string {
  return `${message.stepStart}.${message.resets}:${text(body['id'])}`;
}

function addText(message: Message, id: string, delta: string): Message {
  if (delta === '') return message;
  const at = message.parts.findLastIndex((part) => part.type === 'text' && part.id === id);
  const part = message.parts[at];
  if (part?.type !== 'text') return { ...message, parts: [...message.parts, { type: 'text', id, text: delta, done: false }] };
  return { ...message, parts: message.parts.with(at, { ...part, text: part.text + delta }) };
}

function addSource(message: Message, body: WireEvent['body']): Message {
  const url = text(body['url']) || null;
  const id = text(body['sourceId']) || (url ?? '');
  if (message.sources.some((source) => source.id === id || (url !== null && source.url === url))) return message;
  const source: Source = { id, url, title: text(body['title']) || text(body['filename']) || url || id };
  return { ...message, sources: [...message.sources, source] };
}

function foldTool(message: Message, body: WireEvent['body'], now: number): Message {
  const id = text(body['toolCallId']);
  const at = message.parts.findIndex((part) => part.type === 'tool' && part.id === id);
  const found = message.parts[at];
  const old: ToolPart = found?.type === 'tool' ? found
    : { type: 'tool', id, name: text(body['toolName']) || id, title: null, input: null, approval: null, state: 'running', startedAt: now, ms: null, note: '' };
  const part = toolAfter(old, body, now);
  const parts = at < 0 ? [...message.parts, part] : message.parts.with(at, part);
  return { ...message, parts };
}

function isOver({ state }: ToolPart): boolean {
  return state === 'done' || state === 'failed' || state === 'denied';
}

function toolAfter(old: ToolPart, body: WireEvent['body'], now: number): ToolPart {
  if (isOver(old)) return old;
  const part: ToolPart = { ...old, name: text(body['toolName']) || old.name, title: text(body['title']) || old.title, input: body['input'] ?? old.input };
  const ms = Math.max(0, now - part.startedAt);
  switch (body.type) {
    case 'tool-output-available':
      return body['preliminary'] === true ? { ...part, note: progressText(body['output']) } : { ...part, state: 'done', ms, note: '' };
    case 'tool-output-error':
      return { ...part, state: 'failed', ms };
    case 'tool-output-denied':
      return { ...part, state: 'denied' };
    case 'tool-approval-request':
      return { ...part, state: 'approval', approval: text(body['approvalId']) };
    default:
      return part;
  }
}

function progressText(output: unknown): string {
  if (typeof output === 'string') return output;
  return isRecord(output) ? text(output['message']) || text(output['text']) : '';
}

/** At most six, none empty. */
function promptsOf(data: unknown): string[] {
  const list = isRecord(data) && Array.isArray(data['prompts']) ? data['prompts'] : [];
  return list.map(text).filter((prompt) => prompt.trim() !== '').slice(0, 6);
}

function finishOf(value: unknown): FinishMetadata | null {
  return isRecord(value) && typeof value['provider'] === 'string' ? (value as FinishMetadata) : null;
}

function isStatus(value: unknown): value is StatusData {
  return isRecord(value) && typeof value['state'] === 'string' && typeof value['text'] === 'string';
}

/** Event ids only grow; they are compared as numbers when they are numbers, a socket's without their letter. */
function isOld(cursor: string, id: string): boolean {
  if (cursor === '' || id === '') return false;
  const [a, b] = [cursor, id].map((value) => Number(value.replace(SOCKET_CURSOR, ''))) as [number, number];
  return Number.isFinite(a) && Number.isFinite(b) ? b <= a : id === cursor;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
