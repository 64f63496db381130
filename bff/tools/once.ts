/** One tool call from start to its output or error, inside its deadline. */
import type { ToolCall, ToolContext, ToolDefinition, ToolPart } from '../layers.ts';
import { plain } from './bound.ts';
import { keyOf } from './cache.ts';
import type { Cache } from './cache.ts';
import type { Check } from './check.ts';
import { ToolFault } from './source.ts';
import type { Source } from './source.ts';
import type { Watch } from './watch.ts';

/** A tool as it is ready to be called. `timeout` in ms; one that reports progress may take `longest`. */
export type Ready = { definition: ToolDefinition; source: Source; check: Check; timeout: number; longest: number; watch: Watch };
export type Told = { progress: (part: ToolPart) => void; log: (line: string) => void };

/** Progress of one call is passed on this often at most (ms). */
const PROGRESS_EVERY_MS = 100;
/** How long after its deadline a call may still bring a result (ms). */
const LATE_MS = 10_000;
/** Failures that say something about the tool rather than about the call. */
const ILL = new Set(['timeout', 'failed', 'unreachable', 'too-large', 'bad-result']);

/**
 * Resolves with the part that ends the call; never rejects, and never later than the deadline even if the tool
 * does not listen to its signal. `progress` is called only before that. A late result goes to `context.late`, if
 * anybody listens there and `signal` has not aborted; else the tool is told to stop at the deadline.
 */
export async function callOnce(call: ToolCall, tool: Ready, context: ToolContext, signal: AbortSignal, cache: Cache, told: Told): Promise<ToolPart> {
  const startedAt = performance.now();
  const { id: callId, name } = call;
  const failed = (code: string, message: string): ToolPart => ({ type: 'error', callId, name, code, message, ms: since(startedAt) });
  if (signal.aborted) return failed('cancelled', 'cancelled before it started');
  const wrong = tool.check(call.input);
  if (wrong !== null) return failed('bad-arguments', `the arguments do not fit: ${wrong}`);
  const key = keyOf(name, call.input, context);
  const kept = cache.find(key);
  if (kept) return { type: 'output', callId, name, output: kept.output, ms: 0 };
  if (!tool.watch.admit()) return failed('resting', 'the tool has failed several times in a row and is given a rest; answer without it');

  const inner = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<ToolPart>();
  let open = true;
  let timer: NodeJS.Timeout | undefined;
  let progressAt = -Infinity;
  const { until = Infinity } = context;
  /** @param gone ms since the call began */
  const arm = (gone: number): void => {
    clearTimeout(timer);
    const left = Math.max(0, Math.min(tool.timeout, tool.longest - gone, until - startedAt - gone));
    timer = setTimeout(() => end(failed('timeout', `timed out after ${Math.round(gone + left)} ms`)), left);
  };
  const stop = (): void => {
    inner.abort();
    end(failed('cancelled', 'cancelled'));
  };
  signal.addEventListener('abort', stop, { once: true });
  arm(0);
  const running = run();
  const part = await ended;
  open = false;
  clearTimeout(timer);
  tool.watch.over(healthOf(part), 'ms' in part ? part.ms : 0);
  if (part.type === 'error' && part.code === 'timeout' && context.late) void waitLonger(context.late);
  else leave();
  return part;

  function leave(): void {
    signal.removeEventListener('abort', stop);
    inner.abort();
  }

  /** Sees a late call to its end, and tells what it brought. */
  async function waitLonger(late: (part: ToolPart) => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const patience = setTimeout(resolve, LATE_MS);
    const result = await Promise.race([running, promise]);
    clearTimeout(patience);
    if (result?.type === 'output' && !signal.aborted) late(result);
    leave();
  }

  function report(output: unknown): void {
    if (!open) return;
    const now = performance.now();
    arm(now - startedAt);
    if (now - progressAt < PROGRESS_EVERY_MS) return;
    progressAt = now;
    try {
      told.progress({ type: 'progress', callId, name, output: plain(output) });
    } catch (error) {
      told.log(`Tool ${name}: progress dropped: ${sentence(error)}`);
    }
  }

  async function run(): Promise<ToolPart> {
    let part: ToolPart;
    try {
      const { output, keep, handoff } = await tool.source.call(name, call.input as Record<string, unknown>, context, inner.signal, report, callId);
      part = { type: 'output', callId, name, output: plain(output), ms: since(startedAt), ...(handoff ? { handoff } : {}) };
      if (keep !== undefined) cache.put(key, part.output, keep);
    } catch (error) {
      // After the end an abort is expected to reject; before it, the reason belongs in the log, not in the answer.
      if (open) told.log(`Tool ${name} failed: ${sentence(error)}`);
      part = error instanceof ToolFault ? failed(error.code, error.message) : failed('failed', 'the tool failed');
    }
    end(part);
    return part;
  }
}

function healthOf(part: ToolPart): 'ok' | 'bad' | 'void' {
  if (part.type === 'output') return 'ok';
  if (part.type !== 'error' || part.code === 'cancelled') return 'void';
  return ILL.has(part.code) ? 'bad' : 'ok';
}

function since(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').slice(0, 300);
}
