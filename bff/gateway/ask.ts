/** From a checked chat request to a running answer: the one way in for every transport. */
import { randomUUID } from 'node:crypto';
import { ID_PATTERN, MESSAGE_MAX } from '@halfsecond/shared/limits';
import { uiMessage } from '@halfsecond/shared/wire';
import type { ChatRequest } from '@halfsecond/shared/wire';
import { highest } from '../layers.ts';
import type { DataClass, Owner, Question, Said, Turn } from '../layers.ts';
import type { Conversations } from '../store/conversations.ts';
import { decisionIn } from './decide.ts';
import { Refusal, traceOf } from './guard.ts';
import type { Answer, Answers } from './log.ts';
import type { Queue } from './queue.ts';
import type { Rates } from './rate.ts';

export type AskParts = {
  conversations: Conversations;
  answers: Answers;
  refusal: Queue['refusal'];
  streamsPerVisitor: number;
  /** BCP 47 of a message, with what the browser asks for as the fallback. */
  language: (text: string, accept: string | undefined) => string;
  /** The data class that a message needs. */
  classify: (text: string) => DataClass;
};
/** What the transport knows of the request; `arrivedAt` as of `performance.now()`. */
export type Arrival = { arrivedAt: number; acceptLanguage: string | undefined; traceparent: string | undefined };
/** Throws a Refusal while nothing has begun; afterwards the answer itself tells how it went. */
export type Ask = (body: ChatRequest, owner: Owner, arrival: Arrival) => Answer;

/** How many of the last messages go along with a question; everything older comes through memory. */
const RECENT_MESSAGES = 4;

export function createAsk(turn: Turn, parts: AskParts): Ask {
  const { conversations, answers } = parts;
  return (body, owner, { arrivedAt, acceptLanguage, traceparent }) => {
    const decided = decisionIn(body, conversations, owner);
    const asked: Asked = decided ? { id: decided.question.id, text: decided.question.text, stored: true } : newestQuestion(body, conversations, owner);
    if (answers.find(owner)?.ended === false) throw new Refusal(409, 'chat_busy', 'The answer before is still being written.');
    if (answers.running(owner) >= parts.streamsPerVisitor) throw new Refusal(429, 'too_many_streams', 'Too many answers are being written for you at once.', 2);
    const full = parts.refusal();
    if (full) throw new Refusal(503, full.code, 'Everyone is busy right now. Please try again in a moment.', full.retryAfter);

    const { language, classify } = parts;
    let answer: Answer | undefined;
    /** "ok" has no language of its own: then it is that of the visitor's message before. */
    const spokenIn = (text: string, recent: Said[], accept: string | undefined): string => {
      const before = recent.findLast(({ role }) => role === 'user')?.text;
      return language(text, before === undefined ? accept : language(before, accept));
    };
    const question = conversations.together(() => {
      if (asked.rewindFrom !== undefined) conversations.rewind(owner, asked.rewindFrom);
      const before = conversations.standing(owner);
      const recent = decided ? decided.recent.slice(-RECENT_MESSAGES) : before === null ? [] : conversations.recent(owner, RECENT_MESSAGES + (asked.stored ? 1 : 0)).slice(0, asked.stored ? -1 : undefined);
      const next: Question = {
        id: decided?.answer ?? `msg_${randomUUID()}`, ...traceOf(body.traceparent ?? traceparent), ...(body.marks && { sent: { at: body.marks.sentAt, keyToSend: body.marks.keyToSend } }), owner, messageId: asked.id, text: asked.text,
        lang: spokenIn(asked.text, recent, acceptLanguage), recent, agent: before?.agent ?? null,
        dataClass: highest(before?.dataClass ?? 'public', classify(asked.text)),
        resetStep: body.capabilities?.includes('reset-step') ?? false, arrivedAt, ...(decided ? { resume: decided.resume } : {}),
      };
      const at = Date.now();
      if (!asked.stored) conversations.say(owner, { id: asked.id, text: asked.text, at });
      conversations.raise(owner, next.dataClass);
      if (decided) conversations.goOn(owner, next.id);
      else conversations.begin(owner, next.id, at);
      return next;
    }, (error) => answer?.stop(error));
    return (answer = begin(answers, turn, question));
  };
}

/** Apart from the above, so that a running answer holds its question and nothing of the request. */
function begin(answers: Answers, turn: Turn, question: Question): Answer {
  const abort = new AbortController();
  return answers.begin(question, turn(question, abort.signal), (reason) => abort.abort(reason));
}

/** Throws a 429 when the visitor or the address has asked too often. */
export function limitChat(rates: Rates, owner: Owner, address: string): void {
  limit(rates.visitor.take(`${owner.site} ${owner.visitor}`));
  limit(rates.address.take(address));
}

export function limitSession(rates: Rates, address: string): void {
  limit(rates.session.take(address));
}

function limit(wait: number): void {
  if (wait > 0) throw new Refusal(429, 'too_many_requests', 'That was a lot at once. Please wait a moment.', wait);
}

type Asked = { id: string; text: string; stored: boolean; rewindFrom?: string };

/** The one message that is read from the body; on regeneration the stored question that it points at. */
function newestQuestion(body: ChatRequest, conversations: Conversations, owner: Owner): Asked {
  if (body.trigger === 'regenerate-message') {
    const stored = conversations.read(owner)?.messages ?? [];
    const target = body.messageId ? stored.findIndex((message) => message.id === body.messageId) : stored.length - 1;
    const question = stored.slice(0, target + 1).findLast((message) => message.role === 'user');
    if (!question) throw new Refusal(404, 'message_unknown', 'There is no question to answer again.');
    const next = stored[stored.indexOf(question) + 1];
    return { id: question.id, text: question.text, stored: true, ...(next ? { rewindFrom: next.id } : {}) };
  }
  const parsed = uiMessage.safeParse(body.messages.at(-1));
  if (!parsed.success || parsed.data.role !== 'user') throw new Refusal(400, 'bad_request', 'messages: expected a user message with parts as the last entry.');
  const id = parsed.data.id ?? `msg_${randomUUID()}`;
  if (!ID_PATTERN.test(id)) throw new Refusal(400, 'bad_request', 'messages: the id has characters that an id may not have.');
  const text = parsed.data.parts.filter((part) => part.type === 'text').map((part) => part.text ?? '').join('\n').toWellFormed().replaceAll('\0', '').trim();
  if (text === '') throw new Refusal(400, 'message_empty', 'The message has no text.');
  if (text.length > MESSAGE_MAX) throw new Refusal(413, 'message_too_long', `A message may have at most ${MESSAGE_MAX} characters.`);
  return { id, text, stored: false, ...(body.messageId ? { rewindFrom: body.messageId } : {}) };
}
