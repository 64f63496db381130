/**
 * Running answers and their replay logs. A turn is read here to its end, whoever is connected: each event
 * becomes one numbered line of JSON in a bounded log, and every reader of whatever transport is fed from that log.
 */
import { HEARTBEAT_MS, RESUME_WINDOW_MS, STATUS_EVERY_MS } from '@halfsecond/shared/limits';
import type { StreamEvent } from '@halfsecond/shared/wire';
import { causeOf } from '../layers.ts';
import type { Owner, Question } from '../layers.ts';
import { statusEvent } from './sentences.ts';

/** A finished answer stays readable this long, for readers that lost the end of it (ms). */
const KEEP_ENDED_MS = 60_000;
/** Events kept of one answer, in characters; beyond it the oldest go and a late reader is told so. */
const LOG_MAX = 4_000_000;

/** Gets every event in order as JSON, then `end`. `heartbeat` when nothing else came for a while. */
export type Reader = { event(id: number, json: string): void; heartbeat(): void; end(): void };
/** What the stream ends with, after its last event. */
export const DONE = '[DONE]';
export type Answer = {
  owner: Owner;
  messageId: string;
  lang: string;
  events: string[];
  /** Id of its very first event; ids are consecutive. */
  startId: number;
  /** Id of events[0]: later than the first once the oldest are gone. */
  firstId: number;
  size: number;
  ended: boolean;
  readers: Reader[];
  lastSent: number;
  /** The last status, to be said again while no token flows: one string, however often it is said. */
  pulse: string | null;
  abandon: NodeJS.Timeout | undefined;
  /** A reason in a word ends the answer as stopped, an error as failed. */
  stop: (reason: string | Error) => void;
};
export type Answers = ReturnType<typeof createAnswers>;

export function createAnswers() {
  const answers = new Map<string, Answer>();
  const running = new Map<string, number>();
  const timer = setInterval(() => beat(answers.values()), 500);
  timer.unref();

  /** Starts reading `events`; `stop` is called when the visitor stops or nobody has come back in time. */
  function begin({ owner, id: messageId, lang }: Pick<Question, 'owner' | 'id' | 'lang'>, events: AsyncIterable<StreamEvent>, stop: Answer['stop']): Answer {
    const before = answers.get(keyOf(owner));
    // Ids only grow, also over the answers of one chat and over restarts: they start from the clock.
    const startId = Math.max(Date.now() * 1_000, before ? nextId(before) : 0);
    const answer: Answer = {
      owner, messageId, lang, events: [], startId, firstId: startId, size: 0, ended: false, readers: [], lastSent: performance.now(), pulse: null, abandon: undefined, stop,
    };
    answers.set(keyOf(owner), answer);
    const visitor = visitorOf(owner);
    running.set(visitor, (running.get(visitor) ?? 0) + 1);
    void pump(answer, events, over);
    return answer;
  }

  function over(answer: Answer): void {
    const visitor = visitorOf(answer.owner);
    const left = (running.get(visitor) ?? 1) - 1;
    if (left > 0) running.set(visitor, left);
    else running.delete(visitor);
    setTimeout(() => {
      const key = keyOf(answer.owner);
      if (answers.get(key) === answer) answers.delete(key);
    }, KEEP_ENDED_MS).unref();
  }

  return {
    begin,
    find: (owner: Owner): Answer | undefined => answers.get(keyOf(owner)),
    /** How many answers are being written for this visitor, over all chats. */
    running: (owner: Owner): number => running.get(visitorOf(owner)) ?? 0,
    /** Drops the logs of a visitor; running answers are stopped. Returns how many. */
    forget(site: string, visitor: string): number {
      const theirs = [...answers].filter(([, { owner }]) => owner.site === site && owner.visitor === visitor);
      for (const [key, answer] of theirs) {
        answer.stop('erased');
        answers.delete(key);
      }
      return theirs.length;
    },
    close(): void {
      clearInterval(timer);
      for (const answer of answers.values()) answer.stop('shutdown');
    },
  };
}

/** Whether every event after `after` (0: all of them) is still held. */
export function holds(answer: Answer, after: number): boolean {
  return (after === 0 ? answer.startId : after + 1) >= answer.firstId;
}

/**
 * Tells what the log holds after event `after` (0: all of it), then follows until `detach`. False when events after it
 * are no longer held.
 */
export function attach(answer: Answer, after: number, reader: Reader): boolean {
  if (!holds(answer, after)) return false;
  const from = Math.max(0, after - answer.firstId + 1);
  for (let at = from; at < answer.events.length; at += 1) reader.event(answer.firstId + at, answer.events[at] ?? '');
  if (answer.ended) {
    reader.end();
    return true;
  }
  clearTimeout(answer.abandon);
  answer.readers = [...answer.readers, reader];
  return true;
}

/** The reader has gone; the last one to go starts the resume window. */
export function detach(answer: Answer, reader: Reader): void {
  if (!answer.readers.includes(reader)) return;
  answer.readers = answer.readers.filter((other) => other !== reader);
  if (answer.readers.length > 0 || answer.ended) return;
  answer.abandon = setTimeout(() => answer.stop('abandoned'), RESUME_WINDOW_MS);
  answer.abandon.unref();
}

async function pump(answer: Answer, events: AsyncIterable<StreamEvent>, over: (answer: Answer) => void): Promise<void> {
  try {
    for await (const event of events) {
      const json = JSON.stringify(event);
      if (event.type === 'data-status') answer.pulse = json;
      push(answer, json);
    }
  } catch (error) {
    // A turn says how it ended by an event; one that throws has broken while it was filed away, on a full disk say.
    console.error(`answer ${answer.messageId} broke: ${causeOf(error)}`);
    push(answer, JSON.stringify({ type: 'error', errorText: 'internal' } satisfies StreamEvent));
  }
  push(answer, DONE);
  answer.ended = true;
  answer.pulse = null;
  clearTimeout(answer.abandon);
  for (const reader of answer.readers) reader.end();
  answer.readers = [];
  over(answer);
}

function push(answer: Answer, json: string): void {
  const id = nextId(answer);
  answer.events.push(json);
  answer.size += json.length;
  while (answer.size > LOG_MAX && answer.events.length > 1) {
    answer.size -= answer.events.shift()?.length ?? 0;
    answer.firstId += 1;
  }
  answer.lastSent = performance.now();
  for (const reader of answer.readers) reader.event(id, json);
}

/** Says the last status again while a turn is silent; a comment keeps proxies from closing an idle connection. */
function beat(answers: Iterable<Answer>): void {
  const now = performance.now();
  for (const answer of answers) {
    if (answer.ended) continue;
    // The ticker is coarse: half a tick early is better than late.
    if (answer.pulse && now - answer.lastSent >= STATUS_EVERY_MS - 600) push(answer, (answer.pulse = pulseOf(answer, answer.pulse)));
    else if (now - answer.lastSent >= HEARTBEAT_MS - 600) {
      answer.lastSent = now;
      for (const reader of answer.readers) reader.heartbeat();
    }
  }
}

/** What was last said still holds, but words that stopped coming are no answering. */
function pulseOf({ lang }: Answer, json: string): string {
  const { data } = JSON.parse(json) as Extract<StreamEvent, { type: 'data-status' }>;
  return data.state === 'answering' ? JSON.stringify(statusEvent({ lang }, 'waiting', data.agent === undefined ? {} : { agent: data.agent })) : json;
}

function nextId(answer: Answer): number {
  return answer.firstId + answer.events.length;
}

function keyOf(owner: Owner): string {
  return `${visitorOf(owner)}\n${owner.chat}`;
}

function visitorOf({ site, visitor }: Owner): string {
  return `${site}\n${visitor}`;
}
