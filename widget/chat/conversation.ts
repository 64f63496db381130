/** One visitor's conversation, the same in every tab: sends, stops, asks again, decides, restores; holds the transcript and says when it has changed. */
import { fold, overlaps } from '../stream/fold.ts';
import type { Line } from '../stream/line.ts';
import type { Requests } from '../stream/requests.ts';
import { blankMessage, emptyTranscript, isRunning, patchMessage, textOf, userMessage, type BrowserMarks, type Message, type Transcript } from '../stream/transcript.ts';
import { sleep } from '../stream/wait.ts';
import { newId } from './ids.ts';
import type { Keep } from './keep.ts';
import { answerWire, decided, marksOf, questionWire, toolChanges, withOwn, type ConversationEvent, type Moments } from './outcome.ts';
import { createTabs, type Snapshot } from './tabs.ts';
import { readTurn, type Asked } from './turn.ts';

export type ConversationOptions = {
  requests: Requests;
  line: Line;
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
  /** Shows what the server has stored, and goes on with what is running there. */
  restore(): Promise<void>;
  rate(messageId: string, rating: 'up' | 'down', comment: string): Promise<void>;
  identify(jwt: string): Promise<void>;
  /** A session and a connection ahead of the first question. */
  warm(): void;
  /** Lets go of everything that is under way. */
  close(): void;
};

/** Small requests beside a turn give up after this (ms). */
const ASIDE_MS = 10_000;
/** How long a stop waits for the server's own end of the stream (ms). */
const STOP_MS = 1_500;

export function createConversation({ requests, line, keep, changed, emit, painted }: ConversationOptions): Conversation {
  let transcript: Transcript = emptyTranscript;
  let chatId = keep.chat();
  let turn: AbortController | null = null;
  let lost = false;
  let since = 0;
  let gap = ''; // the question whose answer has a hole here, until another tab's state has closed it
  const aside = (): AbortSignal => AbortSignal.timeout(ASIDE_MS);
  /** What goes wrong beside a turn must not disturb it, but is not hidden from whoever looks. */
  const note = (what: string) => (error: unknown): void => console.debug(`Halfsecond: ${what}`, error);
  const running = (): Message | null => transcript.messages.find(isRunning) ?? null;
  const questionOf = (answer: Message): Message | null => transcript.messages[transcript.messages.indexOf(answer) - 1] ?? null;

  const tabs = createTabs({
    name: keep.name,
    shared: keep.shared,
    snapshot: () => ({ chat: chatId, messages: transcript.messages, age: performance.now() - since }),
    adopt,
    event(of, event) {
      const answer = running();
      if (answer && overlaps(answer, event)) gap = of;
      if (!answer || questionOf(answer)?.id !== of || gap === of) return tabs.hello();
      replace(answer, fold(answer, event, performance.timeOrigin + performance.now()), textOf(answer) === '');
    },
    lost(now) {
      if (lost === now) return;
      lost = now;
      changed(false);
    },
    yield: () => drop('another tab reads on'),
    takeOver() {
      const answer = running();
      if (answer && !turn) read(answer, null);
    },
  });

  function show(messages: Message[], urgent: boolean): void {
    transcript = { messages };
    changed(urgent);
  }
  /** A replayed answer may have been read from the store already: its id is shown once. */
  function replace(before: Message, next: Message, urgent: boolean): void {
    if (before !== next) show(transcript.messages.filter((m) => m.id !== next.id || m.id === before.id).map((m) => (m.id === before.id ? withOwn(next, m) : m)), urgent);
  }
  /** Ends the reading of this tab, without a word about the answer. */
  function drop(reason: string): void {
    const own = turn;
    turn = null;
    lost = false;
    gap = '';
    own?.abort(new DOMException(reason, 'AbortError'));
  }

  /** What another tab shows is shown here too; a question of this tab that came too late stays, to be asked again. */
  function adopt({ chat, messages, age }: Snapshot): void {
    const late = transcript.messages.findIndex((m) => m.error === 'chat_busy');
    const kept = late > 0 && chat !== null ? transcript.messages.slice(late - 1).filter(({ id }) => messages.every((m) => m.id !== id)) : [];
    drop('another tab goes on');
    tabs.rest();
    chatId = chat;
    since = performance.now() - age;
    show([...messages, ...kept], true);
  }

  /** Reads an answer to its end and tells the other tabs. */
  function read(begun: Message, asked: Asked | null, keyAt = performance.now()): void {
    const own = new AbortController();
    turn = own;
    lost = false;
    let answer = begun;
    const sent = { keyAt, sentAt: performance.now() };
    const question = questionOf(begun);
    let measured: Promise<BrowserMarks | null> = Promise.resolve(null);
    const put = (next: Message, urgent: boolean): void => {
      replace(answer, next, urgent);
      answer = next;
    };
    readTurn({
      requests, line, chatId: chatId ?? '', questionId: question?.id, answer, asked, sent, signal: own.signal,
      put(before, next, urgent, event) {
        if (turn !== own) return;
        put(next, urgent);
        if (event) tabs.event(question?.id ?? '', event);
        else tabs.share();
        if (next.handoff && next.handoff !== before.handoff) emit({ name: 'handoff', detail: next.handoff });
        for (const detail of toolChanges(before, next)) emit({ name: 'tool', detail });
      },
      reconnecting(now) {
        if (turn !== own) return;
        lost = now;
        tabs.lost(now);
        changed(false);
      },
      firstWord(firstByteAt, wordAt) {
        if (asked?.message.role === 'user') measured = painted().then((paintedAt) => (paintedAt === null ? null : report(answer.traceId, { ...sent, firstByteAt, wordAt, paintedAt })));
      },
    }).then((end) => {
      if (turn !== own) return;
      turn = null;
      lost = false;
      put(end, true);
      tabs.rest();
      changed(true);
      if (end.state === 'failed') emit({ name: 'error', detail: { code: end.error ?? 'other' } });
      if (end.error === 'chat_busy') return tabs.hello();
      tabs.share();
      if (end.state === 'done') emit({ name: 'message', detail: { id: end.id, role: 'assistant', text: textOf(end) } });
      return measured.then((marks) => {
        if (marks === null) return;
        show(patchMessage(transcript, end.id, { marks }).messages, false);
        if (!running()) tabs.share();
      });
    }).catch(note('the end of a turn failed.'));
    // The request goes out first; the rest comes while it travels.
    tabs.lead(asked === null);
    if (asked) tabs.share();
  }

  /** Tells the page and the server how long the first word took. */
  function report(traceId: string | null, at: Moments): BrowserMarks {
    const marks = marksOf(at);
    const { paint: _, ...told } = { ...marks, firstByteToPaint: at.paintedAt - at.firstByteAt };
    emit({ name: 'first-token', detail: { traceId, ms: marks.total } });
    if (traceId !== null) requests.marks({ traceId, ...told }, aside()).catch(note('timings were not delivered.'));
    return marks;
  }

  /** Asks `question` behind `before`. */
  function put(before: Message[], question: Message, keyAt: number, asked: Omit<Asked, 'message'>): void {
    drop('another question');
    chatId ??= newId('c');
    keep.keepChat(chatId);
    since = performance.now();
    const answer = blankMessage(newId('a'), 'assistant', 'sending');
    transcript = { messages: [...before, question, answer] };
    read(answer, { ...asked, message: questionWire(question) }, keyAt);
    changed(true);
  }

  function send(text: string, keyAt: number): boolean {
    const question = userMessage(newId('m'), text.trim());
    if (textOf(question) === '' || running()) return false;
    emit({ name: 'message', detail: { id: question.id, role: 'user', text: textOf(question) } });
    put(transcript.messages, question, keyAt, { trigger: 'submit-message', replaces: null });
    return true;
  }

  /** The last question once more, `text` in its place; the server forgets what it has from there on. */
  function again(text: string | null, keyAt: number, trigger: Asked['trigger']): boolean {
    const at = transcript.messages.findLastIndex((message) => message.role === 'user');
    const last = transcript.messages[at];
    if (running() || !last || text === '') return false;
    put(transcript.messages.slice(0, at), text === null ? last : userMessage(last.id, text), keyAt, { trigger, replaces: last.id });
    return true;
  }

  function decide(messageId: string, toolCallId: string, approved: boolean): void {
    const answer = transcript.messages.find(({ id }) => id === messageId);
    if (running() || !answer) return;
    const next = decided(answer, toolCallId, approved);
    replace(answer, next, true);
    if (!isRunning(next)) return tabs.share();
    drop('the answer goes on');
    since = performance.now();
    read(next, { message: answerWire(next), trigger: 'submit-message', replaces: next.id });
  }

  function stop(): void {
    if (chatId === null || !running()) return;
    const own = turn;
    requests.stop(chatId, aside()).catch(note('the stop was not delivered.'));
    if (own) sleep(STOP_MS, own.signal).then(() => own.abort(new DOMException('stopped by the visitor', 'AbortError')), note('the stopped turn had ended already.'));
  }

  function reset(): void {
    stop();
    drop('a new conversation');
    tabs.rest();
    keep.keepChat((chatId = null));
    show([], true);
    tabs.share();
  }

  return {
    transcript: () => transcript,
    running,
    reconnecting: () => lost,
    since: () => since,
    send, stop, reset, decide,
    retry: () => void again(null, performance.now(), 'submit-message'),
    regenerate: () => void again(null, performance.now(), 'regenerate-message'),
    edit: (text, keyAt) => again(text.trim(), keyAt, 'submit-message'),
    async restore() {
      const asked = chatId;
      if (asked === null) return;
      tabs.hello();
      const [stored, { restoreMessages }] = await Promise.all([requests.history(asked, aside()), import('./restore.ts')]);
      if (turn || tabs.following() || chatId !== asked) return;
      if (!stored) return keep.keepChat((chatId = null));
      const messages = restoreMessages(stored.messages);
      if (!stored.running) return show(messages, true);
      const answer = blankMessage(newId('a'), 'assistant', 'streaming');
      since = performance.now();
      show([...messages, answer], true);
      read(answer, null);
    },
    async rate(messageId, rating, comment) {
      transcript = patchMessage(transcript, messageId, { rating });
      changed(true);
      if (!running()) tabs.share();
      emit({ name: 'feedback', detail: { messageId, rating } });
      if (chatId !== null) await requests.feedback({ chatId, messageId, rating, ...(comment === '' ? {} : { comment }) }, aside());
    },
    identify: (jwt) => requests.identify(jwt, reset, aside()),
    warm() {
      line.warm(aside()).catch(note('no session yet; the first question will ask again.'));
    },
    close() {
      drop('the page has let go of the chat');
      tabs.close();
      line.close();
    },
  };
}
