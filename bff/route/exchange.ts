/**
 * One streamed HTTP answer under watch: headers, first content and silence have deadlines, the length has a cap,
 * and only the provider's own end mark makes it complete. Shared by all three protocols.
 */
import type { Provider } from '../layers.ts';
import { asCut, asFailure, ProviderFailure } from './failure.ts';
import type { Ask, Ended, Sink } from './provider.ts';
import { createSseParser } from './sse.ts';
import { closeLine, createLine, type Line } from './transport.ts';

/** How many characters an answer may have per token that was asked for, and bytes on the wire per character. */
const CHARS_PER_TOKEN = 8;
const BYTES_PER_CHAR = 100;
/** After the end mark: how long the figures of usage, and then the close of the connection, may take (ms). */
const TRAILER_MS = 250;

/** What a decoder reports: text to show, or a sign of life that is content but shows nothing (tool arguments). */
export type Out = { text(text: string): void; reasoning(text: string): void; alive(chars: number): void };
/** `more`: the end mark has not come. `complete`: it has, usage may follow. `done`: nothing more is to come. */
export type Progress = 'more' | 'complete' | 'done';
/** Reads the events of one protocol. `event` throws a ProviderFailure for an error or nonsense in the stream. */
export type Decoder = { event(name: string, data: string): Progress; ended(): Ended };
/** `open` resolves when the headers are there and puts the answer on the line; rejects with whatever the SDK or the network throws. */
export type Protocol = { open(ask: Ask, line: Line): Promise<unknown>; decode(ask: Ask, out: Out): Decoder };

/** Runs one exchange; the contract is that of `CallModel`. */
export function exchange(protocol: Protocol, timeouts: Provider['timeouts'], ask: Ask, signal: AbortSignal, sink: Sink): Promise<Ended> {
  if (signal.aborted) return Promise.reject(new ProviderFailure('cancelled', 'stopped'));
  const line = createLine();
  const reading = read(line, timeouts, ask.model.maxOutputTokens * CHARS_PER_TOKEN, (out) => protocol.decode(ask, out), signal, sink);
  // Nothing below holds the question: while the answer flows or keeps silent it is nobody's business any more.
  protocol.open(ask, line).then(() => reading.begin(), (error: unknown) => reading.refused(error));
  return reading.ended;
}

type Reading = { ended: Promise<Ended>; begin(): void; refused(error: unknown): void };

function read(line: Line, timeouts: Provider['timeouts'], charsMax: number, decode: (out: Out) => Decoder, signal: AbortSignal, sink: Sink): Reading {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const startedAt = performance.now();
  let progress: Progress = 'more';
  let settled = false;
  let chars = 0;
  let bytes = 0;
  let lastContent = 0;
  /** What is waited for, and until when; the one timer looks at these when it fires. */
  let awaited = 'no headers';
  let until = startedAt + Math.min(timeouts.headers, timeouts.firstContent);
  let timer = setTimeout(look, until - startedAt);

  const decoder = decode({
    text(text) {
      if (text === '' || settled) return;
      alive(text.length);
      sink({ type: 'text', text });
    },
    reasoning(text) {
      if (text === '' || settled) return;
      alive(text.length);
      sink({ type: 'reasoning', text });
    },
    alive(length) {
      if (settled) return;
      const first = lastContent === 0;
      alive(length);
      if (first) sink({ type: 'working' });
    },
  });
  const parse = createSseParser((name, data) => {
    if (progress === 'done' || settled) return;
    progress = decoder.event(name, data);
  });

  /** Content came: the silence watchdog starts again. One number is stored; the timer catches up by itself. */
  function alive(length: number): void {
    chars += length;
    if (chars > charsMax) throw new ProviderFailure('protocol', `an answer of more than ${charsMax} characters`);
    if (lastContent === 0) expect('content stopped flowing', timeouts.silence);
    lastContent = performance.now();
  }

  function expect(what: string, ms: number): void {
    awaited = what;
    until = performance.now() + ms;
    clearTimeout(timer);
    timer = setTimeout(look, ms);
  }
  function look(): void {
    const left = due() - performance.now();
    if (left > 1) timer = setTimeout(look, left);
    else if (settled) closeLine(line);
    // When this process itself was late, what is waited for may lie in the socket already: that is read first.
    else setImmediate(judge);
  }
  function judge(): void {
    if (settled) return;
    if (due() - performance.now() <= 1) return over(new ProviderFailure('timeout', awaited));
    clearTimeout(timer);
    look();
  }
  function due(): number {
    return progress === 'more' && lastContent !== 0 ? lastContent + timeouts.silence : until;
  }

  function settle(): boolean {
    if (settled) return false;
    settled = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    return true;
  }
  /** Nothing more will come. After the end mark that is no failure. */
  function over(failure: ProviderFailure): void {
    if (progress !== 'more') return complete();
    if (!settle()) return;
    reject(failure);
    closeLine(line);
  }
  function complete(): void {
    if (!settle()) return;
    resolve(decoder.ended());
    // A connection whose body ends by itself goes back to the pool; one that lingers is cut.
    if (line.message?.complete) return;
    expect('the close', TRAILER_MS);
    timer.unref();
    line.message?.once('close', () => clearTimeout(timer));
  }
  function stop(): void {
    if (!settle()) return;
    reject(new ProviderFailure('cancelled', 'stopped'));
    closeLine(line);
  }

  function take(piece: Buffer): void {
    if (settled) return;
    bytes += piece.length;
    const before = progress;
    try {
      if (bytes > charsMax * BYTES_PER_CHAR) throw new ProviderFailure('protocol', 'endless stream');
      parse(piece);
    } catch (error) {
      over(asCut(error));
      return;
    }
    if (progress === 'done') complete();
    else if (progress === 'complete' && before === 'more') expect('usage', TRAILER_MS);
  }

  function begin(): void {
    const { message, contentType } = line;
    if (settled || message === null) return closeLine(line);
    if (!contentType.includes('text/event-stream')) return over(new ProviderFailure('protocol', `expected an event stream, got ${contentType || 'no content type'}`));
    expect('no first content', Math.max(1, timeouts.firstContent - (performance.now() - startedAt)));
    message.on('data', take);
    message.once('end', () => {
      if (!settled) over(new ProviderFailure('cut', 'the stream ended without its end mark'));
    });
    message.on('error', (error) => over(asCut(error)));
  }

  signal.addEventListener('abort', stop, { once: true });
  return { ended: promise, begin, refused: (error) => over(asFailure(error)) };
}
