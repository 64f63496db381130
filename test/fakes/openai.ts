/** A fake OpenAI: Responses (`/v1/responses`) and Chat Completions (`/v1/chat/completions`). Knobs: see server.ts. */
import { startFake, type Fake, type FakeRequest, type Knobs, type Script, type Speech } from './server.ts';

/** Starts it; use `${url}/v1` as the baseURL of a provider of kind openai or openai-compatible. */
export function startOpenAI(knobs: Knobs | Knobs[] = {}): Promise<Fake> {
  return startFake(script, knobs);
}

const script: Script = {
  begin(request, knobs) {
    if (request.path === '/v1/responses') return responses(request, knobs);
    return request.path === '/v1/chat/completions' ? chat(request, knobs) : null;
  },
  refuse: (status) => ({ error: { message: `refused with ${status}, as a test asked`, type: 'invalid_request_error', param: null, code: status === 401 ? 'invalid_api_key' : null } }),
};

function responses(request: FakeRequest, knobs: Knobs): Speech {
  let sequence = 0;
  let output = 0;
  let open = false;
  let text = '';
  const event = (type: string, fields: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`;
  const response = (status: string, more: object = {}): object => ({ response: { id: 'resp_fake', object: 'response', status, model: request.body['model'], output: [], ...more } });
  const where = (): object => ({ item_id: 'msg_fake', output_index: output, content_index: 0 });

  return {
    opening: event('response.created', response('in_progress')) + event('response.in_progress', response('in_progress')),
    reasoning: (token) => event('response.reasoning_summary_text.delta', { item_id: 'rs_fake', output_index: 0, summary_index: 0, delta: token }),
    token(token) {
      text += token;
      const head = open ? '' : event('response.output_item.added', { output_index: output, item: { id: 'msg_fake', type: 'message', status: 'in_progress', role: 'assistant', content: [] } })
        + event('response.content_part.added', { ...where(), part: { type: 'output_text', text: '', annotations: [] } });
      open = true;
      return head + event('response.output_text.delta', { ...where(), delta: token, logprobs: [] });
    },
    calls: () => (knobs.calls ?? []).flatMap((call, at) => {
      const [id, text] = [`fc_${at}`, argumentsOf(call.input)];
      const item = { id, type: 'function_call', call_id: call.id ?? `call_${at}`, name: call.name };
      const index = ++output;
      return [
        event('response.output_item.added', { output_index: index, item: { ...item, status: 'in_progress', arguments: '' } }),
        ...pieces(text, knobs).map((delta) => event('response.function_call_arguments.delta', { item_id: id, output_index: index, delta })),
        event('response.function_call_arguments.done', { item_id: id, output_index: index, arguments: text }),
        event('response.output_item.done', { output_index: index, item: { ...item, status: 'completed', arguments: text } }),
      ];
    }),
    closing: (usage) => (open ? event('response.output_text.done', { ...where(), text }) : '')
      + event('response.completed', response('completed', {
        usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens, total_tokens: usage.inputTokens + usage.outputTokens },
      })),
    mark: () => event('response.completed', response('completed')),
    error: (code) => event('error', { code, message: 'as a test asked', param: null }),
    garbage: event('response.something_new', { delta: 'what is this' }),
  };
}

function chat(request: FakeRequest, knobs: Knobs): Speech {
  const chunk = (fields: object): string => `data: ${JSON.stringify({ id: 'chatcmpl-fake', object: 'chat.completion.chunk', created: 1_700_000_000, model: request.body['model'], ...fields })}\n\n`;
  const delta = (value: object, finish: string | null = null): string => chunk({ choices: [{ index: 0, delta: value, logprobs: null, finish_reason: finish }] });
  const called = (knobs.calls ?? []).length > 0;

  return {
    opening: delta({ role: 'assistant', content: '' }),
    reasoning: (token) => delta({ reasoning_content: token }),
    token: (token) => delta({ content: token }),
    calls: () => (knobs.calls ?? []).flatMap((call, index) => {
      const [head, ...rest] = pieces(argumentsOf(call.input), knobs);
      const whole = knobs.callsInParts === false;
      return [
        delta({ tool_calls: [{ index, id: call.id ?? `call_${index}`, type: 'function', function: { name: call.name, arguments: whole ? head : '' } }] }),
        ...(whole ? rest : [head ?? '', ...rest]).map((text) => delta({ tool_calls: [{ index, function: { arguments: text } }] })),
      ];
    }),
    closing: (usage) => delta({}, called ? 'tool_calls' : 'stop')
      + chunk({ choices: [], usage: { prompt_tokens: usage.inputTokens, completion_tokens: usage.outputTokens, total_tokens: usage.inputTokens + usage.outputTokens } })
      + 'data: [DONE]\n\n',
    mark: () => delta({}, called ? 'tool_calls' : 'stop'),
    error: (code) => `data: ${JSON.stringify({ error: { code, message: 'as a test asked', type: 'server_error' } })}\n\n`,
    garbage: 'data: {"hello":"world"}\n\n',
  };
}

function argumentsOf(input: unknown): string {
  return typeof input === 'string' ? input : JSON.stringify(input);
}
function pieces(text: string, knobs: Knobs): string[] {
  return knobs.callsInParts === false ? [text] : text.match(/[\s\S]{1,5}/g) ?? [];
}
