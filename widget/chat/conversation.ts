/** One visitor's conversation: sends, stops, asks again, decides, restores; holds the transcript and says when it has changed. */
import { ask, rejoin, type Question, type TurnWatcher } from '../stream/connection.ts';
import { fold, foldEnd } from '../stream/fold.ts';
import type { Requests } from '../stream/requests.ts';
import { blankMessage, emptyTranscript, isRunning, patchMessage, textOf, userMessage, type Message, type Transcript } from '../stream/transcript.ts';
import { sleep } from '../stream/wait.ts';
import { newId } from './ids.ts';
import type { Keep } from './keep.ts';
import { answerWire, failed, isBlank, questionWire, toolChanges } from './outcome.ts';
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
  /** Asks the last question again after an answer that went wrong. */
  retry(): void;
  /** Another answer to the last question. */
  regenerate(): void;
  /** The last question in other words; what followed it is gone. False while an answer is running. */
  edit(text: string, keyAt: number): boolean;
  /** The visitor's yes or no to a tool call that waits for it. */
  decide(messageId: string, toolCallId: string, approved: boolean): void;
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
/** A turn's question without what only the moment of sending knows. */
type Asked = Pick<Question, 'message' | 'trigger' | 'replaces'>;

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

  /** One turn: a new answer, or `onto` a message that goes on. Without `asked` it joins the answer that is running already. */
  function run(asked: Asked | null, keyAt: number, onto?: Message): void {
    const own = new AbortController();
    turn = own;
    const sentAt = performance.now();
    since = sentAt;
    let answer = onto ? { ...onto, state: 'streaming' as const, cursor: '', stepStart: onto.parts.length } : blankMessage(newId('a'), 'assistant', 'sending');
    let firstByteAt = 0;
    let wordAt = 0;
    let paintedAt: Promise<number | null> | null = null;

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
        const first = paintedAt === null && !isBlank(next);
        if (first) wordAt = performance.now();
        put(next, first || before.parts.length === 0);
        if (next.handoff && next.handoff !== before.handoff) emit({ name: 'handoff', detail: next.handoff });
        for (const detail of toolChanges(before, next)) emit({ name: 'tool', detail });
        if (first) paintedAt = painted();
      },
    };

    const ending = async (): Promise<void> => {
      try {
        if (asked) await ask(requests, { ...asked, chatId: chatId ?? '', marks: { keyToSend: sentAt - keyAt, sentAt: Date.now() } }, watcher, own.signal);
        else if (!(await rejoin(requests, chatId ?? '', watcher, own.signal))) return await reread(own);
        put(await whole(foldEnd(answer), asked?.message.id, own.signal), true);
      } catch (error) {
        put(failed(answer, error, own.signal.aborted), true);
        if (!own.signal.aborted) emit({ name: 'error', detail: { code: answer.error ?? 'other' } });
      }
      if (turn === own) turn = null;
      reconnecting = false;
      changed(true);
      if (answer.state === 'done') emit({ name: 'message', detail: { id: answer.id, role: 'assistant', text: textOf(answer) } });
      if (answer.state === 'failed' && !own.signal.aborted && answer.traceId !== null) emit({ name: 'error', detail: { code: answer.error ?? 'other' } });
      if (asked && !onto && paintedAt) await report(answer, { keyAt, sentAt, firstByteAt, wordAt, paintedAt: await paintedAt });
    };
    // The request goes out first; drawing the question comes while it travels.
    ending().catch(note('the end of a turn failed.'));
    show(onto ? transcript.messages.map((m) => (m.id === onto.id ? answer : m)) : [...transcript.messages, answer], true);
  }

  async function report(answer: Message, at: { keyAt: number; sentAt: number; firstByteAt: number; wordAt: number; paintedAt: number | null }): Promise<void> {
    if (at.paintedAt === null) return;
    const total = at.paintedAt - at.keyAt;
    const keyToSend = at.sentAt - at.keyAt;
    const sendToFirstByte = at.firstByteAt - at.sentAt;
    transcript = patchMessage(transcript, answer.id, { marks: { keyToSend, sendToFirstByte, paint: at.paintedAt - at.wordAt, total } });
    changed(false);
    emit({ name: 'first-token', detail: { traceId: answer.traceId, ms: total } });
    if (answer.traceId === null) return;
    await requests.marks({ traceId: answer.traceId, keyToSend, sendToFirstByte, firstByteToPaint: at.paintedAt - at.firstByteAt, total }, aside()).catch(note('timings were not delivered.'));
  }

  /** The rest of an answer whose stream was lost for good: the server may have finished and stored it. */
  async function whole(answer: Message, askedId: string | undefined, signal: AbortSignal): Promise<Message> {
    if (answer.state !== 'truncated' || chatId === null) return answer;
    const stored = await requests.history(chatId, signal).catch((error: unknown) => void note('the stored answer could not be read.')(error));
    const messages = restoreMessages(stored?.messages ?? []);
    // When not even the first event came through, the answer is known by its place behind the question.
    const found = messages.find(({ id }) => id === answer.id) ?? messages[messages.findIndex(({ id }) => id === askedId) + 1];
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
    run({ message: questionWire(question), trigger: 'submit-message', replaces: null }, keyAt);
    return true;
  }

  /** The last question once more, `text` in its place; the server forgets what it has from there on. */
  function again(text: string | null, keyAt: number, trigger: Asked['trigger']): boolean {
    const at = transcript.messages.findLastIndex((message) => message.role === 'user');
    const last = transcript.messages[at];
    if (busy() || !last || text === '') return false;
    const question = text === null ? last : userMessage(last.id, text);
    transcript = { messages: [...transcript.messages.slice(0, at), question] };
    run({ message: questionWire(question), trigger, replaces: last.id }, keyAt);
    return true;
  }

  function decide(messageId: string, toolCallId: string, approved: boolean): void {
    const answer = transcript.messages.find(({ id }) => id === messageId);
    if (busy() || !answer) return;
    const next: Message = { ...answer, parts: answer.parts.map((part) =>
      (part.type === 'tool' && part.id === toolCallId ? { ...part, state: approved ? 'running' : 'denied', startedAt: Date.now() } : part)) };
    // Several calls may wait: the answer goes on when the last of them is decided.
    if (next.parts.some((part) => part.type === 'tool' && part.state === 'approval')) return show(transcript.messages.map((m) => (m === answer ? next : m)), true);
    run({ message: answerWire(next), trigger: 'submit-message', replaces: next.id }, performance.now(), next);
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
    decide,
    retry: () => void again(null, performance.now(), 'submit-message'),
    regenerate: () => void again(null, performance.now(), 'regenerate-message'),
    edit: (text, keyAt) => again(text.trim(), keyAt, 'submit-message'),
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
