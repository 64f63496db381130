/**
 * The same conversation in every tab: one of them reads the answer and tells the others, who take its place when it
 * closes or falls silent. Tabs of another build are not heard: they may mean other things by the same words.
 */
import type { WireEvent } from '../stream/fold.ts';
import type { Message } from '../stream/transcript.ts';

/** A conversation at one moment. `age`: ms since the running question was asked. */
export type Snapshot = { chat: string | null; messages: Message[]; age: number };

type News =
  | { kind: 'hello' }
  | { kind: 'claim' }
  | { kind: 'bye' }
  | { kind: 'alive'; lost: boolean }
  | { kind: 'state'; state: Snapshot }
  | { kind: 'events'; of: string; events: WireEvent[] };

export type TabsOptions = {
  name: string;
  /** False while this tab's storage is its own affair: then it neither speaks nor listens. */
  shared(): boolean;
  /** What a tab that has just come should see; only the one that reads is asked. */
  snapshot(): Snapshot;
  /** Another tab's state replaces this one's. */
  adopt(state: Snapshot): void;
  /** The answer to question `of` goes on. */
  event(of: string, event: WireEvent): void;
  lost(now: boolean): void;
  /** Another tab reads from now on. */
  yield(): void;
  /** Nobody reads any more: this tab may. */
  takeOver(): void;
};

export type Tabs = {
  /** This tab reads the running answer: says so at once, and ever again. */
  lead(claim: boolean): void;
  /** This tab reads no longer. */
  rest(): void;
  /** Tells the others what the conversation looks like. */
  share(): void;
  event(of: string, event: WireEvent): void;
  lost(now: boolean): void;
  /** Asks whoever reads for the present state. */
  hello(): void;
  /** Another tab was heard reading a moment ago. */
  following(): boolean;
  close(): void;
};

/** The reader says that it is there this often (ms). */
const ALIVE_MS = 1_500;
/** A reader that says nothing for this long is frozen or gone (ms). */
const SILENT_MS = 5_000;
/** Events of an answer that pours in travel together, this far apart (ms). */
const TOGETHER_MS = 40;
/** Spread of those who would take over (ms). */
const SPREAD_MS = 300;

export function createTabs({ name, shared, snapshot, adopt, event, lost, yield: give, takeOver }: TabsOptions): Tabs {
  const self = crypto.getRandomValues(new Uint32Array(2)).join('.');
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(`${name}:${new URL(import.meta.url).pathname}`);
  let leading = false;
  let claimedAt = -Infinity;
  let heardAt = -Infinity;
  let askedAt = -Infinity;
  let isLost = false;
  let queue: WireEvent[] = [];
  let queueOf = '';
  let sentAt = -Infinity;
  let sending: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let beat: ReturnType<typeof setInterval> | undefined;
  const leave = (): void => {
    if (leading) say({ kind: 'bye' });
  };

  function say(news: News): void {
    flush();
    post(news);
  }
  function post(news: News): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin only
    if (shared()) channel?.postMessage({ ...news, from: self });
  }
  function flush(): void {
    clearTimeout(sending);
    sending = undefined;
    if (queue.length === 0) return;
    sentAt = performance.now();
    const events = queue;
    queue = [];
    post({ kind: 'events', of: queueOf, events });
  }
  function enqueue(of: string, news: WireEvent): void {
    if (of !== queueOf) flush();
    queueOf = of;
    queue.push(news);
    // Not by the timer alone: a tab in the background has slow ones, and may read for one in the foreground.
    if (performance.now() - sentAt > TOGETHER_MS) flush();
    else sending ??= setTimeout(flush, TOGETHER_MS);
  }
  function claim(): void {
    claimedAt = performance.now();
    say({ kind: 'claim' });
  }
  function wait(ms: number): void {
    clearTimeout(silence);
    silence = setTimeout(() => {
      if (!leading) takeOver();
    }, ms + Math.random() * SPREAD_MS);
  }

  function hear(news: News & { from: string }): void {
    if (news.kind === 'hello') return leading ? share() : undefined;
    if (news.kind === 'claim') {
      // Two at once: the greater id keeps it.
      if (leading && performance.now() - claimedAt < 1_000 && self > news.from) return claim();
      if (leading) {
        rest();
        give();
      }
      heardAt = performance.now();
      return wait(SILENT_MS);
    }
    // Whoever reads takes nothing from others but the end of the conversation.
    if (leading && !(news.kind === 'state' && news.state.chat === null)) return;
    if (news.kind === 'bye') {
      heardAt = -Infinity;
      return wait(0);
    }
    heardAt = performance.now();
    wait(SILENT_MS);
    if (news.kind === 'state') adopt(news.state);
    else if (news.kind === 'events') for (const one of news.events) event(news.of, one);
    else if (news.kind === 'alive') lost(news.lost);
  }

  function share(): void {
    say({ kind: 'state', state: snapshot() });
  }
  function rest(): void {
    leading = false;
    clearInterval(beat);
  }

  channel?.addEventListener('message', ({ data }: MessageEvent<News & { from: string }>) => {
    if (shared()) hear(data);
  });
  addEventListener('pagehide', leave);

  return {
    lead(take) {
      rest();
      leading = true;
      isLost = false;
      clearTimeout(silence);
      if (take) claim();
      beat = setInterval(() => say({ kind: 'alive', lost: isLost }), ALIVE_MS);
    },
    rest, share,
    event: enqueue,
    lost(now) {
      isLost = now;
      say({ kind: 'alive', lost: now });
    },
    hello() {
      // Every event of a stream that came in the middle asks: one answer is enough.
      if (performance.now() - askedAt < 300) return;
      askedAt = performance.now();
      say({ kind: 'hello' });
    },
    following: () => !leading && performance.now() - heardAt < SILENT_MS,
    close() {
      flush();
      leave();
      rest();
      clearTimeout(silence);
      removeEventListener('pagehide', leave);
      channel?.close();
    },
  };
}
