/** Our stream's events as AG-UI 1.0 events: pure, one run at a time, nothing left open when it finishes. */
import type { StreamEvent } from '@halfsecond/shared/wire';

export type AguiEvent = { type: string } & Record<string, unknown>;
/** Null says that the stream is over. Returns the events to send, in order; after the run's last one none. */
export type Run = (event: StreamEvent | null) => AguiEvent[];

const VERSION = '1.0';

/** `messageId` is the answer's id in the store; the run's messages are named after it. */
export function createRun(threadId: string, runId: string, messageId: string): Run {
  /** What has begun and not ended, with the events that end it; ended before the run does. */
  const open = new Map<string, AguiEvent[]>();
  const argued = new Set<string>();
  let steps = 0;
  let over = false;

  const begin = (key: string, events: AguiEvent[], endings: AguiEvent[]) => {
    open.set(key, endings);
    return events;
  };
  const end = (key: string) => {
    const endings = open.get(key) ?? [];
    open.delete(key);
    return endings;
  };
  const finish = (last: AguiEvent) => {
    over = true;
    const endings = [...open.values()].reverse().flat();
    open.clear();
    return [...endings, last];
  };
  const fail = (code: string) => finish({ type: 'RUN_ERROR', message: `The answer was not completed: ${code}`, code });
  const custom = (name: string, value: unknown) => [{ type: 'CUSTOM', name, value }];
  const named = (id: string) => `${messageId}:${id}`;
  const result = (toolCallId: string, content: unknown) =>
    [{ type: 'TOOL_CALL_RESULT', messageId: named(toolCallId), toolCallId, content: JSON.stringify(content), role: 'tool' }];

  return (event) => {
    if (over) return [];
    // The end of the stream without an ending of the answer is a cut, and a cut is no success.
    if (event === null) return fail('truncated');
    switch (event.type) {
      case 'start':
        return [{ type: 'RUN_STARTED', threadId, runId, protocolVersion: VERSION, metadata: { ...event.messageMetadata, messageId } }];
      case 'start-step': {
        steps += 1;
        const stepName = `step-${steps}`;
        return begin('step', [{ type: 'STEP_STARTED', stepName }], [{ type: 'STEP_FINISHED', stepName }]);
      }
      case 'finish-step':
        return end('step');
      case 'text-start': {
        const id = named(event.id);
        return begin(event.id, [{ type: 'TEXT_MESSAGE_START', messageId: id, role: 'assistant' }], [{ type: 'TEXT_MESSAGE_END', messageId: id }]);
      }
      case 'text-delta':
        return event.delta === '' ? [] : [{ type: 'TEXT_MESSAGE_CONTENT', messageId: named(event.id), delta: event.delta }];
      case 'reasoning-start': {
        const id = named(event.id);
        return begin(
          event.id,
          [{ type: 'REASONING_START', messageId: id }, { type: 'REASONING_MESSAGE_START', messageId: id, role: 'reasoning' }],
          [{ type: 'REASONING_MESSAGE_END', messageId: id }, { type: 'REASONING_END', messageId: id }],
        );
      }
      case 'reasoning-delta':
        return event.delta === '' ? [] : [{ type: 'REASONING_MESSAGE_CONTENT', messageId: named(event.id), delta: event.delta }];
      case 'text-end':
      case 'reasoning-end':
        return end(event.id);
      case 'tool-input-start': {
        const { toolCallId, toolName } = event;
        return begin(toolCallId, [{ type: 'TOOL_CALL_START', toolCallId, toolCallName: toolName }], [{ type: 'TOOL_CALL_END', toolCallId }]);
      }
      case 'tool-input-delta':
        argued.add(event.toolCallId);
        return [{ type: 'TOOL_CALL_ARGS', toolCallId: event.toolCallId, delta: event.inputTextDelta }];
      case 'tool-input-available': {
        const { toolCallId, input } = event;
        return [...(argued.has(toolCallId) ? [] : [{ type: 'TOOL_CALL_ARGS', toolCallId, delta: JSON.stringify(input ?? {}) }]), ...end(toolCallId)];
      }
      case 'tool-output-available':
        return event.preliminary ? custom('tool-progress', { toolCallId: event.toolCallId, output: event.output }) : result(event.toolCallId, event.output ?? null);
      case 'tool-output-error':
        return result(event.toolCallId, { error: event.errorText });
      case 'tool-output-denied':
        return result(event.toolCallId, { error: 'declined' });
      case 'tool-approval-request':
        return custom('tool-approval', { approvalId: event.approvalId, toolCallId: event.toolCallId });
      case 'data-status':
      case 'data-agent':
      case 'data-prompts':
      case 'data-handoff':
        return custom(event.type.slice('data-'.length), event.data);
      case 'source-url':
      case 'source-document':
        return custom('source', event);
      case 'reset-step':
        return []; // only sent to clients that announced it, which an AG-UI client cannot
      case 'finish': {
        const { provider, model, usage } = event.messageMetadata;
        return finish({ type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'success' }, usage: [{ provider, model, ...usage }], result: event.messageMetadata });
      }
      case 'abort':
        // Stopped by the visitor: neither a success nor a failure. Any other abort has left the answer unfinished.
        return event.reason === 'stopped' ? finish({ type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'cancelled' } }) : fail(event.reason ?? 'aborted');
      case 'error':
        return fail(event.errorText);
    }
  };
}
