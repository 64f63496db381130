/** One tool call from start to its output or error, inside its deadline. */
import type { ToolCall, ToolContext, ToolPart } from '../layers.ts';
import { plain } from './bound.ts';
import type { Check } from './check.ts';
import { ToolFault } from './source.ts';
import type { Source } from './source.ts';

/** A tool as it is ready to be called; `timeout` in ms. */
export type Ready = { source: Source; check: Check; timeout: number };

/**
 * Resolves with the part that ends the call; never rejects, and never later than the deadline even if the tool
 * does not listen to its signal. `progress` is called only before that.
 */
export async function callOnce(
  call: ToolCall,
  tool: Ready,
  context: ToolContext,
  signal: AbortSignal,
  progress: (part: ToolPart) => void,
  log: (line: string) => void,
): Promise<ToolPart> {
  const startedAt = performance.now();
  const { id: callId, name } = call;
  const failed = (code: string, message: string): ToolPart => ({ type: 'error', callId, name, code, message, ms: since(startedAt) });
  if (signal.aborted) return failed('cancelled', 'cancelled before it started');
  const wrong = tool.check(call.input);
  if (wrong !== null) return failed('bad-arguments', `the arguments do not fit: ${wrong}`);

  const inner = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers<ToolPart>();
  const timer = setTimeout(() => end(failed('timeout', `timed out after ${tool.timeout} ms`)), tool.timeout);
  const stop = (): void => end(failed('cancelled', 'cancelled'));
  signal.addEventListener('abort', stop, { once: true });
  let open = true;
  const report = (output: unknown): void => {
    if (!open) return;
    try {
      progress({ type: 'progress', callId, name, output: plain(output) });
    } catch (error) {
      log(`Tool ${name}: progress dropped: ${sentence(error)}`);
    }
  };
  void run();
  const part = await ended;
  open = false;
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  inner.abort();
  return part;

  async function run(): Promise<void> {
    try {
      const output = await tool.source.call(name, call.input as Record<string, unknown>, context, inner.signal, report);
      if (!open) return;
      end({ type: 'output', callId, name, output: plain(output), ms: since(startedAt) });
    } catch (error) {
      // After the end an abort is expected to reject; before it, the reason belongs in the log, not in the answer.
      if (open) log(`Tool ${name} failed: ${sentence(error)}`);
      end(error instanceof ToolFault ? failed(error.code, error.message) : failed('failed', 'the tool failed'));
    }
  }
}

function since(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').slice(0, 300);
}
