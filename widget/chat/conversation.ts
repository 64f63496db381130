/** One visitor's conversation: sends, stops, retries, restores; holds the transcript and says when it has changed. */
import type { FinishMetadata } from '@halfsecond/shared/wire';
import { ask, rejoin, type TurnWatcher } from '../stream/connection.ts';
import { fold, foldEnd } from '../stream/fold.ts';
import { Refusal, type Requests } from '../stream/requests.ts';
import { blankMessage, emptyTranscript, isRunning, patchMessage, textOf, userMessage, type Message, type Transcript } from '../stream/transcript.ts';
import { sleep } from '../stream/wait.ts';
import { newId } from './ids.ts';
import type { Keep } from './keep.ts';
import { restoreMessages } from './restore.ts';

export type ConversationEvent =
  | { name: 'message'; detail: { id: string; role: 'user' | 'assistant'; text: string } }
  | { name: 'first-token'; detail: { traceId: string | null; ms: number } }
  | { name: 'tool'; detail: { name: string; state: string } }
  | { name: 'handoff'; detail: { reason: string; url?: string | undefined } }
  | { name: 'feedback'; detail: { messageId: string; rating: 'up' | 'down' } }
  | { name: 'error'; detail: { code: string } };

export type ConversationOptions = {
  requests: Requests;
  keep: Keep;
  /** The transcript is another one; `urgent` when the very next frame should show it. */
  changed(urgent: boolean): void;
  emit(event: ConversationEvent): void;
  /** Resolves once what `changed` announced is on the screen, with `performance.now()`. */
  painted(): Promise<number | null>;
};

export type Conversation = {
  transcript(): Transcript;
  running(): Message | null;
  reconnecting(): boolean;
  /** `performance.now()` of the running question. */
  since(): number;
  /** `keyAt` is when the key went down, on the clock of `performance.now()`. False while an answer is running. */
  send(text: string, keyAt: number): boolean;
  stop(): void;
  retry(): void;
  reset(): void;
  restore(): Promise<void>;
  rate(messageId: string, rating: 'up' | 'down', comment: string): Promise<void>;
  identify(jwt: string): Promise<void>;
  /** Opens a session ahead of the first question. */
  warm(): void;
  /** Lets go of everything that is under way. */
  close(): void;
};

/** Small requests beside a turn give up after this (ms). */
const ASIDE_MS = 10_000;
/** How long a stop waits for the server's own end of the stream (ms). */
const STOP_MS = 1_500;

export function createConversation({ requests, keep, changed, emit, painted }: ConversationOptions): Conversation {
  let transcript: Transcript = emptyTranscript;
  let chatId = keep.chat();
  let turn: AbortController | null = null;
  let reconnecting = false;
  let since = 0;
  const aside = (): AbortSignal => AbortSignal.timeout(ASIDE_MS);
  /** What goes wrong beside a turn must not disturb it, but is not hidden from whoever looks. */
  const note = (what: string) => (error: unknown): void => console.debug(`Halfsecond: ${what}`, error);

  function show(messages: Message[], urgent: boolean): void {
    transcript = { messages };
    changed(urgent);
  }

  function run(question: Message | null, keyAt: number, again = false): void {
    const own = new AbortController();
    turn = own;
    const sentAt = performance.now();
    since = sentAt;
    let answer = blankMessage(newId('a'), 'assistant', 'sending');
    let firstByteAt = 0;
    let firstWordAt: Promise<number | null> | null = null;
    show([...transcript.messages, answer], true);

    const put = (next: Message, urgent: boolean): void => {
      if (next === answer || turn !== own) return;
      const before = answer;
      answer = next;
      // A replayed answer may have been read from the store already: its id is shown once.
      show(transcript.messages.filter((m) => m.id !== next.id || m === before).map((m) => (m === before ? next : m)), urgent);
    };
    const watcher: TurnWatcher = {
      firstByte(at) {
        firstByteAt = at;
      },
      reconnecting(now) {
        reconnecting = now;
        changed(false);
      },
      event(event) {
        const before = answer;
        const next = fold(answer, event, Date.now());
        const first = firstWordAt === null && textOf(next) !== '';
        put(next, first || before.parts.length === 0);
        tell(before, next);
        if (first) firstWordAt = painted();
      },
    };

    const ending = async (): Promise<void> => {
      try {
        if (question) await ask(requests, { chatId: chatId ?? '', messageId: question.id, text: textOf(question), again, marks: { keyToSend: sentAt - keyAt, sentAt: Date.now() } }, watcher, own.signal);
        else if (!(await rejoin(requests, chatId ?? '', watcher, own.signal))) return await reread(own);
        put(await whole(foldEnd(answer), question, own.signal), true);
      } catch (error) {
        put(failed(answer, error, own.signal.aborted), true);
        if (!own.signal.aborted) emit({ name: 'error', detail: { code: answer.error ?? 'other' } });
      }
      if (turn === own) turn = null;
      reconnecting = false;
      changed(true);
      if (answer.state === 'done') emit({ name: 'message', detail: { id: answer.id, role: 'assistant', text: textOf(answer) } });
      if (answer.state === 'failed' && !own.signal.aborted && answer.traceId !== null) emit({ name: 'error', detail: { code: answer.error ?? 'other' } });
      if (question && firstWordAt) await report(answer, { keyAt, sentAt, firstByteAt, paintedAt: await firstWordAt });
    };
    ending().catch(note('the end of a turn failed.'));
  }

  function tell(before: Message, next: Message): void {
    if (next.handoff && next.handoff !== before.handoff) emit({ name: 'handoff', detail: next.handoff });
    if (next.parts === before.parts) return;
    for (const part of next.parts) {
      if (part.type !== 'tool') continue;
      const old = before.parts.find((other) => other.type === 'tool' && other.id === part.id);
      if (old?.type !== 'tool' || old.state !== part.state) emit({ name: 'tool', detail: { name: part.name, state: part.state } });
    }
  }

  async function report(answer: Message, at: { keyAt: number; sentAt: number; firstByteAt: number; paintedAt: number | null }): Promise<void> {
    if (at.paintedAt === null) return;
    const total = at.paintedAt - at.keyAt;
    transcript = patchMessage(transcript, answer.id, { firstWord: total });
    changed(false);
    emit({ name: 'first-token', detail: { traceId: answer.traceId, ms: total } });
    if (answer.traceId === null) return;
    await requests.marks({
      traceId: answer.traceId, keyToSend: at.sentAt - at.keyAt, sendToFirstByte: at.firstByteAt - at.sentAt,
      firstByteToPaint: at.paintedAt - at.firstByteAt, total,
    }, aside()).catch(note('timings were not delivered.'));
  }

  /** The rest of an answer whose stream was lost for good: the server may have finished and stored it. */
  async function whole(answer: Message, question: Message | null, signal: AbortSignal): Promise<Message> {
    if (answer.state !== 'truncated' || chatId === null) return answer;
    const stored = await requests.history(chatId, signal).catch((error: unknown) => void note('the stored answer could not be read.')(error));
    const messages = restoreMessages(stored?.messages ?? []);
    // When not even the first event came through, the answer is known by its place behind the question.
    const found = messages.find(({ id }) => id === answer.id) ?? messages[messages.findIndex(({ id }) => id === question?.id) + 1];
    if (found?.role !== 'assistant' || textOf(found).length < textOf(answer).length) return answer;
    return { ...answer, id: found.id, traceId: found.traceId, state: found.state, parts: [...answer.parts.filter((part) => part.type === 'tool'), ...found.parts], sources: found.sources, finish: found.finish };
  }

  /** The stored conversation once more: the answer ended between two looks. */
  async function reread(own: AbortController): Promise<void> {
    const stored = chatId === null ? null : await requests.history(chatId, own.signal);
    if (turn === own) turn = null;
    show(restoreMessages(stored?.messages ?? []), true);
  }

  /** The answer is what counts, not the connection: that may close a moment after the last word. */
  const busy = (): boolean => transcript.messages.some(isRunning);

  function send(text: string, keyAt: number): boolean {
    const trimmed = text.trim();
    if (trimmed === '' || busy()) return false;
    chatId ??= newId('c');
    keep.keepChat(chatId);
    const question = userMessage(newId('m'), trimmed);
    transcript = { messages: [...transcript.messages, question] };
    emit({ name: 'message', detail: { id: question.id, role: 'user', text: trimmed } });
    run(question, keyAt);
    return true;
  }

  function stop(): void {
    const own = turn;
    if (!own || chatId === null) return;
    const reason = new DOMException('stopped by the visitor', 'AbortError');
    requests.stop(chatId, aside()).catch(note('the stop was not delivered.'));
    sleep(STOP_MS, own.signal).then(() => own.abort(reason), note('the stopped turn had ended already.'));
  }

  function reset(): void {
    turn?.abort(new DOMException('a new conversation', 'AbortError'));
    turn = null;
    chatId = null;
    keep.keepChat(null);
    show([], true);
  }

  return {
    transcript: () => transcript,
    running: () => transcript.messages.find(isRunning) ?? null,
    reconnecting: () => reconnecting,
    since: () => since,
    send, stop, reset,
    retry() {
      const question = transcript.messages.findLast((message) => message.role === 'user');
      if (busy() || !question) return;
      const at = transcript.messages.indexOf(question);
      transcript = { messages: transcript.messages.slice(0, at + 1) };
      run(question, performance.now(), true);
    },
    async restore() {
      if (chatId === null || turn || transcript.messages.length > 0) return;
      const stored = await requests.history(chatId, aside());
      if (turn || transcript.messages.length > 0) return;
      if (!stored) return keep.keepChat((chatId = null));
      show(restoreMessages(stored.messages), true);
      if (stored.running) run(null, performance.now());
    },
    async rate(messageId, rating, comment) {
      transcript = patchMessage(transcript, messageId, { rating });
      changed(true);
      emit({ name: 'feedback', detail: { messageId, rating } });
      if (chatId !== null) await requests.feedback({ chatId, messageId, rating, ...(comment === '' ? {} : { comment }) }, aside());
    },
    async identify(jwt) {
      reset();
      await requests.identify(jwt, aside());
    },
    warm() {
      requests.token(aside()).catch(note('no session yet; the first question will ask again.'));
    },
    close: () => turn?.abort(new DOMException('the page has let go of the chat', 'AbortError')),
  };
}

function failed(answer: Message, error: unknown, aborted: boolean): Message {
  const ended = foldEnd(answer);
  if (aborted) return { ...ended, state: 'stopped' };
  if (!(error instanceof Refusal)) console.error('Halfsecond:', error);
  const refusal = error instanceof Refusal ? error : null;
  return { ...ended, state: 'failed', error: refusal?.code ?? 'other', retryAfter: refusal?.retryAfter ?? null };
}

/** The answer was quoted from documents, not written by a model. */
export function isBuiltin(finish: FinishMetadata | null): boolean {
  return finish?.provider === 'builtin';
}
