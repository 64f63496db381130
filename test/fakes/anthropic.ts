/** A fake Anthropic: Messages (`/v1/messages`). Knobs: see server.ts. */
import { startFake, type Fake, type FakeRequest, type Knobs, type Script, type Speech } from './server.ts';

/** Starts it; use `url` as the baseURL of a provider of kind anthropic. */
export function startAnthropic(knobs: Knobs | Knobs[] = {}): Promise<Fake> {
  return startFake(script, knobs);
}

const types: Record<number, string> = { 401: 'authentication_error', 403: 'permission_error', 429: 'rate_limit_error', 529: 'overloaded_error' };
const script: Script = {
  begin: (request, knobs) => (request.path.split('?')[0] === '/v1/messages' ? messages(request, knobs) : null),
  refuse: (status) => ({ type: 'error', error: { type: types[status] ?? 'api_error', message: `refused with ${status}, as a test asked` } }),
};

function messages(request: FakeRequest, knobs: Knobs): Speech {
  let index = -1;
  let open: 'text' | 'thinking' | null = null;
  const event = (type: string, fields: object = {}): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const stop = (): string => {
    if (open === null) return '';
    open = null;
    return event('content_block_stop', { index });
  };
  const start = (kind: 'text' | 'thinking'): string => {
    if (open === kind) return '';
    const before = stop();
    open = kind;
    index++;
    return before + event('content_block_start', { index, content_block: kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '', signature: '' } });
  };

  return {
    opening: event('message_start', {
      message: {
        id: 'msg_fake', type: 'message', role: 'assistant', model: request.body['model'], content: [],
        stop_reason: null, stop_sequence: null, usage: { input_tokens: knobs.usage?.inputTokens ?? 12, output_tokens: 1 },
      },
    }) + event('ping'),
    reasoning: (token) => start('thinking') + event('content_block_delta', { index, delta: { type: 'thinking_delta', thinking: token } }),
    token: (token) => start('text') + event('content_block_delta', { index, delta: { type: 'text_delta', text: token } }),
    calls: () => (knobs.calls ?? []).flatMap((call, at) => {
      const text = typeof call.input === 'string' ? call.input : JSON.stringify(call.input);
      const parts = knobs.callsInParts === false ? [text] : text.match(/[\s\S]{1,5}/g) ?? [];
      const before = stop();
      index++;
      return [
        before + event('content_block_start', { index, content_block: { type: 'tool_use', id: call.id ?? `toolu_${at}`, name: call.name, input: {} } }),
        ...parts.map((piece) => event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: piece } })),
        event('content_block_stop', { index }),
      ];
    }),
    closing: (usage) => stop()
      + event('message_delta', { delta: { stop_reason: (knobs.calls ?? []).length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null }, usage: { output_tokens: usage.outputTokens } })
      + event('message_stop'),
    mark: () => stop() + event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null } }) + event('message_stop'),
    error: (code) => event('error', { error: { type: code, message: 'as a test asked' } }),
    garbage: event('something_new', { delta: { type: 'odd' } }),
  };
}
