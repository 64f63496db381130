/** One attempt at an answer: a call to one model, timed and reported, its text joined to what was said before. */
import { causeOf, type AttemptReport } from '../layers.ts';
import { ProviderFailure } from './failure.ts';
import type { Ask, CallModel, Ended, Heard, Reached, Stop } from './provider.ts';
import { createSplice } from './splice.ts';

/** `ended` is null exactly when `failure` is not. `text` is what this attempt gave to the visitor. */
export type Attempted = { report: AttemptReport; ended: Ended | null; failure: ProviderFailure | null; text: string };

/** What is known of it while it runs; not the question, which nobody needs any more once it has been sent. */
type Attempt = {
  provider: string;
  model: string;
  span: string | undefined;
  startedAt: number;
  line: Reached | null;
  firstContent: number | null;
  text: string;
  splice: ReturnType<typeof createSplice> | null;
  sink: (part: Heard) => void;
};

/**
 * Runs the call to its end. Never rejects: a failure is a value, an end by `stop` is the failure 'cancelled'.
 * `firstContent` counts from the start of the attempt, in ms; `startedAt` is on the clock of `performance.now()`.
 */
export function runAttempt(call: CallModel, ask: Ask, stop: Stop, sink: (part: Heard) => void): Promise<Attempted> {
  const { partial, traceparent, model: { provider, id } } = ask;
  const attempt: Attempt = {
    provider, model: id, span: traceparent?.slice(-19, -3), startedAt: performance.now(), line: null, firstContent: null, text: '', splice: partial === '' ? null : createSplice(partial), sink,
  };
  return call(ask, stop, (part) => take(attempt, part)).then((ended) => whole(attempt, ended), (error: unknown) => broken(attempt, error));
}

function take(attempt: Attempt, part: Heard | Reached): void {
  if (part.type === 'line') {
    attempt.line = part;
    return;
  }
  attempt.firstContent ??= performance.now() - attempt.startedAt;
  if (part.type === 'text' && attempt.splice !== null) return say(attempt, attempt.splice.push(part.text));
  if (part.type === 'text') attempt.text += part.text;
  attempt.sink(part);
}

function say(attempt: Attempt, text: string): void {
  if (text === '') return;
  attempt.text += text;
  attempt.sink({ type: 'text', text });
}

function whole(attempt: Attempt, ended: Ended): Attempted {
  try {
    say(attempt, attempt.splice?.flush() ?? '');
    if (ended.calls.length === 0 && attempt.text.trim() === '') throw new ProviderFailure('empty', 'the end mark came without any content');
  } catch (error) {
    return broken(attempt, error);
  }
  attempt.firstContent ??= performance.now() - attempt.startedAt;
  return { report: report(attempt, 'ok', null), ended, failure: null, text: attempt.text };
}

function broken(attempt: Attempt, error: unknown): Attempted {
  const failure = error instanceof ProviderFailure ? error : new ProviderFailure('other', causeOf(error));
  return { report: report(attempt, failure.kind === 'cancelled' ? 'stopped' : 'error', failure), ended: null, failure, text: attempt.text };
}

function report({ provider, model, span, startedAt, line, firstContent }: Attempt, outcome: AttemptReport['outcome'], failure: ProviderFailure | null): AttemptReport {
  const since = (at: number | null | undefined): number | null => (at == null ? null : at - startedAt);
  return {
    provider, model, outcome, ...(failure && { failure: failure.kind }), startedAt, ...(span !== undefined && { span }),
    ...(line && { connect: since(line.connectedAt), headers: since(line.headersAt) }), firstContent, total: performance.now() - startedAt,
  };
}
