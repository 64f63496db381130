/**
 * One streamed HTTP answer under watch: headers, first content and silence have deadlines, the length has a cap,
 * and only the provider's own end mark makes it complete. Shared by all three protocols.
 */
import type { Provider } from '../layers.ts';
import { asCut, asFailure, ProviderFailure } from './failure.ts';
import type { Ask, Ended, Sink, Stop } from './provider.ts';
import { createSse, readSse, type Sse, type SseReader } from './sse.ts';
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

/**
 * One answer that is being read: a record with functions that all share, because it is held through every silence.
 * `awaited` and `until` say what is waited for and until when; the one timer looks at these when it fires.
 */
type Reading = Out & SseReader & {
  cancel(): void;
  line: Line;
  sse: Sse;
  decoder: Decoder | null;
  timeouts: Provider['timeouts'];
  charsMax: number;
  sink: Sink;
  stop: Stop;
  progress: Progress;
  settled: boolean;
  chars: number;
  bytes: number;
  startedAt: number;
  lastContent: number;
  awaited: string;
  until: number;
  timer: NodeJS.Timeout | undefined;
  resolve: (ended: Ended) => void;
  reject: (failure: ProviderFailure) => void;
};

/** Runs one exchange; the contract is that of `CallModel`. */
export function exchange(protocol: Protocol, timeouts: Provider['timeouts'], ask: Ask, stop: Stop, sink: Sink): Promise<Ended> {
  if (stop.asked) return Promise.reject(new ProviderFailure('cancelled', 'stopped'));
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const reading: Reading = {
      event, text, reasoning, alive, cancel,
      line: createLine(ask.traceparent), sse: createSse(), decoder: null, timeouts, charsMax: ask.model.maxOutputTokens * CHARS_PER_TOKEN, sink, stop,
      progress: 'more', settled: false, chars: 0, bytes: 0, startedAt, lastContent: 0, awaited: '', until: 0, timer: undefined, resolve, reject,
    };
    stop.call = reading;
    expect(reading, 'no headers', Math.min(timeouts.headers, timeouts.firstContent));
    reading.decoder = protocol.decode(ask, reading);
    // Nothing below holds the question: while the answer flows or keeps silent it is nobody's business any more.
    protocol.open(ask, reading.line).then(() => begin(reading), (error: unknown) => over(reading, asFailure(error)));
  });
}

function begin(reading: Reading): void {
  const { settled, line, line: { message, contentType }, timeouts, startedAt } = reading;
  if (settled || message === null) return closeLine(line);
  reading.sink({ type: 'line', connectedAt: line.connectedAt, headersAt: performance.now() });
  if (!contentType.includes('text/event-stream')) return over(reading, new ProviderFailure('protocol', `expected an event stream, got ${contentType || 'no content type'}`));
  expect(reading, 'no first content', Math.max(1, timeouts.firstContent - (performance.now() - startedAt)));
  message.on('data', (piece: Buffer) => take(reading, piece));
  message.on('end', () => {
    if (!reading.settled) over(reading, new ProviderFailure('cut', 'the stream ended without its end mark'));
  });
  message.on('error', (error) => over(reading, asCut(error)));
}

function take(reading: Reading, piece: Buffer): void {
  if (reading.settled) return;
  reading.bytes += piece.length;
  const before = reading.progress;
  try {
    if (reading.bytes > reading.charsMax * BYTES_PER_CHAR) throw new ProviderFailure('protocol', 'endless stream');
    readSse(reading.sse, piece, reading);
  } catch (error) {
    over(reading, asCut(error));
    return;
  }
  if (reading.progress === 'done') complete(reading);
  else if (reading.progress === 'complete' && before === 'more') expect(reading, 'usage', TRAILER_MS);
}

function event(this: Reading, name: string, data: string): void {
  if (this.progress === 'done' || this.settled) return;
  this.progress = this.decoder?.event(name, data) ?? 'more';
}

function text(this: Reading, piece: string): void {
  if (piece === '' || this.settled) return;
  lives(this, piece.length);
  this.sink({ type: 'text', text: piece });
}

function reasoning(this: Reading, piece: string): void {
  if (piece === '' || this.settled) return;
  lives(this, piece.length);
  this.sink({ type: 'reasoning', text: piece });
}

function alive(this: Reading, chars: number): void {
  if (this.settled) return;
  const first = this.lastContent === 0;
  lives(this, chars);
  if (first) this.sink({ type: 'working' });
}

/** Content came: the silence watchdog starts again. One number is stored; the timer catches up by itself. */
function lives(reading: Reading, length: number): void {
  reading.chars += length;
  if (reading.chars > reading.charsMax) throw new ProviderFailure('protocol', `an answer of more than ${reading.charsMax} characters`);
  if (reading.lastContent === 0) expect(reading, 'content stopped flowing', reading.timeouts.silence);
  reading.lastContent = performance.now();
}

function expect(reading: Reading, what: string, ms: number): void {
  reading.awaited = what;
  reading.until = performance.now() + ms;
  clearTimeout(reading.timer);
  reading.timer = setTimeout(look, ms, reading);
}

function look(reading: Reading): void {
  const left = due(reading) - performance.now();
  if (left > 1) reading.timer = setTimeout(look, left, reading);
  else if (reading.settled) closeLine(reading.line);
  // When this process itself was late, what is waited for may lie in the socket already: that is read first.
  else setImmediate(judge, reading);
}

function judge(reading: Reading): void {
  if (reading.settled) return;
  if (due(reading) - performance.now() <= 1) return over(reading, new ProviderFailure('timeout', reading.awaited));
  clearTimeout(reading.timer);
  look(reading);
}

function due({ progress, lastContent, timeouts, until }: Reading): number {
  return progress === 'more' && lastContent !== 0 ? lastContent + timeouts.silence : until;
}

function settle(reading: Reading): boolean {
  if (reading.settled) return false;
  reading.settled = true;
  reading.stop.call = null;
  clearTimeout(reading.timer);
  return true;
}

/** Nothing more will come. After the end mark that is no failure. */
function over(reading: Reading, failure: ProviderFailure): void {
  if (reading.progress !== 'more') return complete(reading);
  if (!settle(reading)) return;
  const { connectedAt, message } = reading.line;
  if (message === null && connectedAt !== null) reading.sink({ type: 'line', connectedAt, headersAt: null });
  reading.reject(failure);
  closeLine(reading.line);
}

function complete(reading: Reading): void {
  const { decoder, line: { message } } = reading;
  if (decoder === null || !settle(reading)) return;
  reading.resolve(decoder.ended());
  // A connection whose body ends by itself goes back to the pool; one that lingers is cut.
  if (message?.complete) return;
  expect(reading, 'the close', TRAILER_MS);
  reading.timer?.unref();
  message?.once('close', () => clearTimeout(reading.timer));
}

function cancel(this: Reading): void {
  if (!settle(this)) return;
  this.reject(new ProviderFailure('cancelled', 'stopped'));
  closeLine(this.line);
}
