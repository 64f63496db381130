/**
 * One streamed HTTP answer under watch: headers, first content and silence have deadlines, the length has a cap,
 * and only the provider's own end mark makes it complete. Shared by all three protocols.
 */
import type { Provider } from '../layers.ts';
import { asCut, asFailure, ProviderFailure } from './failure.ts';
import type { Ask, Ended, Sink } from './provider.ts';
import { createSseParser } from './sse.ts';

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
export type Protocol = { open(ask: Ask, signal: AbortSignal): Promise<Response>; decode(ask: Ask, out: Out): Decoder };

/** Runs one exchange; the contract is that of `CallModel`. */
export function exchange(protocol: Protocol, timeouts: Provider['timeouts'], ask: Ask, signal: AbortSignal, sink: Sink): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const connection = new AbortController();
  const startedAt = performance.now();
  const charsMax = ask.model.maxOutputTokens * CHARS_PER_TOKEN;
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  let progress: Progress = 'more';
  let settled = false;
  let chars = 0;
  let bytes = 0;
  let lastContent = 0;

  const out: Out = {
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
    alive,
  };
  const decoder = protocol.decode(ask, out);
  const parse = createSseParser((name, data) => {
    if (progress === 'done' || settled) return;
    progress = decoder.event(name, data);
  });

  /** Content came: the silence watchdog starts again. One number is stored; the timer catches up by itself. */
  function alive(length: number): void {
    chars += length;
    if (chars > charsMax) throw new ProviderFailure('protocol', `an answer of more than ${charsMax} characters`);
    if (lastContent === 0) watch(timeouts.silence, 'content stopped flowing');
    lastContent = performance.now();
  }

  let watchdog = setTimeout(() => fail('timeout', 'no headers'), timeouts.headers);
  function watch(ms: number, what: string): void {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      const left = lastContent === 0 ? 0 : lastContent + ms - performance.now();
      if (left > 1) watch(left, what);
      else fail('timeout', what);
    }, ms);
  }

  function settle(): boolean {
    if (settled) return false;
    settled = true;
    clearTimeout(watchdog);
    signal.removeEventListener('abort', stop);
    return true;
  }
  function complete(): void {
    if (!settle()) return;
    resolve(decoder.ended());
    // A connection that closes by itself goes back to the pool; one that lingers is cut.
    setTimeout(() => connection.abort(), TRAILER_MS).unref();
  }
  function broken(failure: ProviderFailure): void {
    if (!settle()) return;
    reject(failure);
    connection.abort(failure);
  }
  function fail(kind: 'timeout' | 'cut' | 'protocol' | 'cancelled', what: string): void {
    if (progress === 'more') broken(new ProviderFailure(kind, what));
    else complete();
  }
  function stop(): void {
    broken(new ProviderFailure('cancelled', 'stopped'));
  }

  async function run(): Promise<void> {
    const response = await protocol.open(ask, connection.signal);
    const type = response.headers.get('content-type') ?? '';
    if (!type.includes('text/event-stream') || response.body === null) {
      throw new ProviderFailure('protocol', `expected an event stream, got ${type || 'no content type'}`);
    }
    if (lastContent === 0 && !settled) watch(Math.max(1, timeouts.firstContent - (performance.now() - startedAt)), 'no first content');
    reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      if (bytes > charsMax * BYTES_PER_CHAR) throw new ProviderFailure('protocol', 'endless stream');
      const before = progress;
      parse(value);
      if (progress === 'done') complete();
      else if (progress === 'complete' && before === 'more') watch(TRAILER_MS, 'usage never came');
    }
    fail('cut', 'the stream ended without its end mark');
  }

  if (signal.aborted) stop();
  else {
    signal.addEventListener('abort', stop, { once: true });
    run().catch((error: unknown) => {
      if (settled) return;
      if (progress !== 'more') complete();
      else broken(reader === null ? asFailure(error) : asCut(error));
    });
  }
  return promise;
}
