/** Anthropic through its Messages API. The SDK says where requests go and signs them; they are sent and read by our own transport. */
import type { ContentBlockParam, MessageCreateParamsStreaming, MessageParam, TextBlockParam, ToolUseBlockParam } from '@anthropic-ai/sdk/resources/messages';
import type { Provider, ToolDefinition } from '../../layers.ts';
import { exchange, type Decoder, type Out, type Protocol } from '../exchange.ts';
import { kindOfCode, ProviderFailure } from '../failure.ts';
import { isObject, number, object, parseArguments, parseEvent, string } from '../json.ts';
import { mapToolNames, type ToolNames } from '../names.ts';
import { buildPrompt, CONTINUE } from '../prompt.ts';
import type { Ask, Caller, Ended } from '../provider.ts';
import { targetOf, type Target, type Transport } from '../transport.ts';

const HOME = 'https://api.anthropic.com';

export function createAnthropic(provider: Provider, transport: Transport): Caller {
  const baseURL = provider.baseURL ?? HOME;
  async function make(): Promise<Target> {
    const { Anthropic } = await import('@anthropic-ai/sdk');
    const client = new Anthropic({
      apiKey: provider.apiKey ?? 'none',
      baseURL,
      timeout: provider.timeouts.headers,
      ...(provider.headers && { defaultHeaders: provider.headers }),
    });
    return targetOf(await client.buildRequest({ method: 'post', path: '/v1/messages', body: {}, stream: true }));
  }
  let made: Promise<Target> | null = null;
  const target = (): Promise<Target> => (made ??= make());
  const protocol: Protocol = {
    open: async (ask, line) => transport.post(line, await target(), JSON.stringify(buildRequest(ask))),
    decode: (ask, out) => createMessagesDecoder(ask.tools, out),
  };
  return {
    async warm() {
      transport.warm(baseURL);
      await target();
    },
    call: (ask, stop, sink) => exchange(protocol, provider.timeouts, ask, stop, sink),
  };
}

function buildRequest(ask: Ask): MessageCreateParamsStreaming {
  const names = mapToolNames(ask.tools);
  const { stable, data } = buildPrompt(ask);
  const system: TextBlockParam[] = [{ type: 'text', text: stable, cache_control: { type: 'ephemeral' } }];
  if (data !== '') system.push({ type: 'text', text: data });
  return {
    model: ask.model.model,
    stream: true,
    max_tokens: ask.model.maxOutputTokens,
    // Thinking costs seconds before the first word.
    thinking: { type: 'disabled' },
    system,
    messages: buildMessages(ask, names),
    ...(ask.tools.length > 0 && {
      tools: ask.tools.map((tool) => ({
        name: names.toProvider(tool.name),
        description: tool.description,
        input_schema: { ...tool.inputSchema, type: 'object' as const },
      })),
    }),
  };
}

/** Anthropic wants the roles in turn and all results of a step in one message, so neighbours are merged. */
function buildMessages(ask: Ask, names: ToolNames): MessageParam[] {
  const messages: { role: 'user' | 'assistant'; content: ContentBlockParam[] }[] = [];
  function add(role: 'user' | 'assistant', content: ContentBlockParam[]): void {
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content });
  }
  for (const message of ask.messages) {
    if (message.role === 'user') add('user', textBlock(message.text));
    else if (message.role === 'tool') {
      add('user', [{ type: 'tool_result', tool_use_id: message.callId, content: message.output, is_error: message.failed }]);
    } else {
      const calls = message.calls.map((call): ToolUseBlockParam => ({
        type: 'tool_use', id: call.id, name: names.toProvider(call.name), input: isObject(call.input) ? call.input : { unreadable: call.input },
      }));
      add('assistant', [...textBlock(message.text), ...calls]);
    }
  }
  if (ask.partial !== '') {
    // The API refuses text that ends in white space at the end of an assistant's turn.
    add('assistant', textBlock(ask.partial.trimEnd()));
    add('user', textBlock(CONTINUE));
  }
  return messages.filter((message) => message.content.length > 0);
}

function textBlock(text: string): TextBlockParam[] {
  return text.trim() === '' ? [] : [{ type: 'text', text }];
}

/** Reads Messages events; complete on `message_stop` only. */
export function createMessagesDecoder(tools: ToolDefinition[], out: Out): Decoder {
  const calls = new Map<number, { id: string; name: string; text: string }>();
  const usage = { inputTokens: 0, outputTokens: 0 };
  let stop = '';

  function readUsage(from: Record<string, unknown>): void {
    const input = number(from, 'input_tokens') + number(from, 'cache_creation_input_tokens') + number(from, 'cache_read_input_tokens');
    usage.inputTokens = input || usage.inputTokens;
    usage.outputTokens = number(from, 'output_tokens') || usage.outputTokens;
  }

  return {
    event(name, data) {
      const event = parseEvent(data);
      const index = number(event, 'index');
      switch (string(event, 'type') || name) {
        case 'content_block_delta': {
          const delta = object(event, 'delta');
          const kind = string(delta, 'type');
          if (kind === 'text_delta') out.text(string(delta, 'text'));
          else if (kind === 'thinking_delta') out.reasoning(string(delta, 'thinking'));
          else if (kind === 'input_json_delta') {
            const call = calls.get(index);
            if (call) call.text += string(delta, 'partial_json');
            out.alive(string(delta, 'partial_json').length);
          }
          break;
        }
        case 'content_block_start': {
          const block = object(event, 'content_block');
          if (string(block, 'type') === 'tool_use') {
            // Normally empty here and streamed after; compatible servers may send the input whole.
            const whole = Object.keys(object(block, 'input')).length > 0 ? JSON.stringify(block['input']) : '';
            calls.set(index, { id: string(block, 'id'), name: string(block, 'name'), text: whole });
            out.alive(whole.length);
          } else out.text(string(block, 'text'));
          break;
        }
        case 'message_start':
          readUsage(object(object(event, 'message'), 'usage'));
          break;
        case 'message_delta':
          readUsage(object(event, 'usage'));
          stop = string(object(event, 'delta'), 'stop_reason') || stop;
          break;
        case 'message_stop':
          if (stop === 'refusal') throw new ProviderFailure('refused', 'the provider withheld the answer');
          return 'done';
        case 'error': {
          const code = string(object(event, 'error'), 'type');
          throw new ProviderFailure(kindOfCode(code), `error in the stream: ${code || 'without a type'}`);
        }
      }
      return 'more';
    },
    ended(): Ended {
      const cut = stop === 'max_tokens' || stop === 'model_context_window_exceeded';
      return {
        reason: cut ? 'length' : calls.size > 0 ? 'calls' : 'stop',
        usage,
        calls: cut ? [] : [...calls.values()].map((call) => ({ id: call.id, name: mapToolNames(tools).fromProvider(call.name), input: parseArguments(call.text) })),
      };
    },
  };
}
