/** OpenAI through its Responses API. The SDK says where requests go and signs them; they are sent and read by our own transport. */
import type { Responses } from 'openai/resources/responses/responses';
import type { Provider, ToolDefinition } from '../../layers.ts';
import { exchange, type Decoder, type Out, type Protocol } from '../exchange.ts';
import { kindOfCode, ProviderFailure } from '../failure.ts';
import { number, object, parseArguments, parseEvent, string, writeArguments, type Json } from '../json.ts';
import { mapToolNames, type ToolNames } from '../names.ts';
import { buildPrompt, CONTINUE, joinPrompt } from '../prompt.ts';
import type { Ask, Caller, Ended } from '../provider.ts';
import { targetOf, type Target, type Transport } from '../transport.ts';

const HOME = 'https://api.openai.com/v1';

/** Where requests to `path` go, as the SDK builds them, without settings from the environment; `target` is made at first use. */
export function targetOpenAI(provider: Provider, transport: Transport, path: string): { target(): Promise<Target>; warm(): Promise<void> } {
  const baseURL = provider.baseURL ?? HOME;
  async function make(): Promise<Target> {
    const { OpenAI } = await import('openai');
    const client = new OpenAI({
      // Servers of our own house often ask for no key, but the SDK does.
      apiKey: provider.apiKey ?? 'none',
      baseURL,
      organization: null,
      project: null,
      timeout: provider.timeouts.headers,
      ...(provider.headers && { defaultHeaders: provider.headers }),
    });
    return targetOf(await client.buildRequest({ method: 'post', path, body: {}, stream: true }));
  }
  let made: Promise<Target> | null = null;
  const target = (): Promise<Target> => (made ??= make());
  return {
    target,
    async warm() {
      transport.warm(baseURL);
      await target();
    },
  };
}

export function createOpenAI(provider: Provider, transport: Transport): Caller {
  const { target, warm } = targetOpenAI(provider, transport, '/responses');
  const protocol: Protocol = {
    open: async (ask, line) => transport.post(line, await target(), JSON.stringify(buildRequest(ask))),
    decode: (ask, out) => createResponsesDecoder(ask.tools, out),
  };
  return { warm, call: (ask, stop, sink) => exchange(protocol, provider.timeouts, ask, stop, sink) };
}

function buildRequest(ask: Ask): Responses.ResponseCreateParamsStreaming {
  const names = mapToolNames(ask.tools);
  const effort = reasoningEffort(ask.model.model);
  return {
    model: ask.model.model,
    stream: true,
    stream_options: { include_obfuscation: false },
    store: false,
    instructions: joinPrompt(buildPrompt(ask)),
    input: buildInput(ask, names),
    max_output_tokens: ask.model.maxOutputTokens,
    prompt_cache_key: ask.chat,
    ...(effort && { reasoning: { effort } }),
    ...(ask.tools.length > 0 && {
      tools: ask.tools.map((tool) => ({
        type: 'function' as const,
        name: names.toProvider(tool.name),
        description: tool.description,
        parameters: tool.inputSchema,
        strict: false,
      })),
    }),
  };
}

function buildInput(ask: Ask, names: ToolNames): Responses.ResponseInput {
  const input: Responses.ResponseInput = ask.messages.flatMap((message): Responses.ResponseInput => {
    if (message.role === 'user') return [{ role: 'user', content: message.text }];
    if (message.role === 'tool') return [{ type: 'function_call_output', call_id: message.callId, output: message.output }];
    const calls = message.calls.map((call) => ({
      type: 'function_call' as const, call_id: call.id, name: names.toProvider(call.name), arguments: writeArguments(call.input),
    }));
    return message.text === '' ? calls : [{ role: 'assistant', content: message.text }, ...calls];
  });
  if (ask.partial !== '') input.push({ role: 'assistant', content: ask.partial }, { role: 'user', content: CONTINUE });
  return input;
}

/** Thinking costs seconds before the first word: the least that each family allows. */
function reasoningEffort(model: string): 'none' | 'minimal' | 'low' | null {
  if (/^gpt-5(-mini|-nano)?(-\d|$)/.test(model)) return 'minimal';
  if (/^gpt-(5\.|[6-9])/.test(model)) return 'none';
  return /^o\d/.test(model) ? 'low' : null;
}

/** Reads `response.*` events; complete on `response.completed` or `response.incomplete`. */
export function createResponsesDecoder(tools: ToolDefinition[], out: Out): Decoder {
  const items = new Map<string, { id: string; name: string; text: string }>();
  let ended: Ended | null = null;

  function finish(response: Json, cause: string): void {
    if (cause === 'content_filter') throw new ProviderFailure('refused', 'the provider withheld the answer');
    const usage = object(response, 'usage');
    const calls = [...items.values()].map((item) => ({ id: item.id, name: mapToolNames(tools).fromProvider(item.name), input: parseArguments(item.text) }));
    ended = {
      // Calls of an answer that was cut by its length may be cut themselves.
      reason: cause !== '' ? 'length' : calls.length > 0 ? 'calls' : 'stop',
      usage: { inputTokens: number(usage, 'input_tokens'), outputTokens: number(usage, 'output_tokens') },
      calls: cause !== '' ? [] : calls,
    };
  }

  return {
    event(name, data) {
      const event = parseEvent(data);
      switch (string(event, 'type') || name) {
        case 'response.output_text.delta':
        case 'response.refusal.delta':
          out.text(string(event, 'delta'));
          break;
        case 'response.reasoning_summary_text.delta':
        case 'response.reasoning_text.delta':
          out.reasoning(string(event, 'delta'));
          break;
        case 'response.output_item.added':
        case 'response.output_item.done': {
          const item = object(event, 'item');
          if (string(item, 'type') !== 'function_call') break;
          const key = string(item, 'id') || string(item, 'call_id');
          const before = items.get(key)?.text ?? '';
          items.set(key, { id: string(item, 'call_id') || key, name: string(item, 'name'), text: string(item, 'arguments') || before });
          out.alive(0);
          break;
        }
        case 'response.function_call_arguments.delta': {
          const item = items.get(string(event, 'item_id'));
          if (item) item.text += string(event, 'delta');
          out.alive(string(event, 'delta').length);
          break;
        }
        case 'response.completed':
          finish(object(event, 'response'), '');
          return 'done';
        case 'response.incomplete':
          finish(object(event, 'response'), string(object(object(event, 'response'), 'incomplete_details'), 'reason') || 'unknown');
          return 'done';
        case 'response.failed':
        case 'error': {
          const inner = event['type'] === 'error' ? event : object(object(event, 'response'), 'error');
          const code = string(inner, 'code') || string(object(event, 'error'), 'code') || string(object(event, 'error'), 'type');
          throw new ProviderFailure(kindOfCode(code), `error in the stream: ${code || 'without a code'}`);
        }
      }
      return 'more';
    },
    ended: () => ended ?? { reason: 'stop', usage: { inputTokens: 0, outputTokens: 0 }, calls: [] },
  };
}
