/** One attempt at an answer: a call to one model, timed and reported, its text joined to what was said before. */
import type { AttemptReport } from '../layers.ts';
import { ProviderFailure } from './failure.ts';
import type { Ask, CallModel, Ended, Heard } from './provider.ts';
import { createSplice } from './splice.ts';

/** `ended` is null exactly when `failure` is not. `text` is what this attempt gave to the visitor. */
export type Attempted = { report: AttemptReport; ended: Ended | null; failure: ProviderFailure | null; text: string };

/**
 * Runs the call to its end. Never throws: a failure is a value, a stop by `signal` is the failure 'cancelled'.
 * `firstContent` counts from the start of the attempt, in ms; `startedAt` is on the clock of `performance.now()`.
 */
export async function runAttempt(call: CallModel, ask: Ask, signal: AbortSignal, sink: (part: Heard) => void): Promise<Attempted> {
  const startedAt = performance.now();
  const splice = ask.partial === '' ? null : createSplice(ask.partial);
  let text = '';
  let firstContent: number | null = null;

  function say(piece: string): void {
    if (piece === '') return;
    text += piece;
    sink({ type: 'text', text: piece });
  }
  function take(part: Heard): void {
    firstContent ??= performance.now() - startedAt;
    if (part.type === 'text' && splice !== null) return say(splice.push(part.text));
    if (part.type === 'text') text += part.text;
    sink(part);
  }
  function report(outcome: AttemptReport['outcome'], failure: ProviderFailure | null): AttemptReport {
    return {
      provider: ask.model.provider,
      model: ask.model.id,
      outcome,
      ...(failure && { failure: failure.kind }),
      startedAt,
      firstContent,
      total: performance.now() - startedAt,
    };
  }

  try {
    const ended = await call(ask, signal, take);
    say(splice?.flush() ?? '');
    if (ended.calls.length === 0 && text.trim() === '') throw new ProviderFailure('empty', 'the end mark came without any content');
    firstContent ??= performance.now() - startedAt;
    return { report: report('ok', null), ended, failure: null, text };
  } catch (error) {
    const failure = error instanceof ProviderFailure ? error : new ProviderFailure('other', error instanceof Error ? error.stack ?? error.message : String(error));
    return { report: report(failure.kind === 'cancelled' ? 'stopped' : 'error', failure), ended: null, failure, text };
  }
}
