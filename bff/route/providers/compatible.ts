/** Servers that speak OpenAI's Chat Completions: OpenRouter, Ollama, vLLM, llama.cpp, LiteLLM and their like. */
import type { ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { Provider, ToolDefinition } from '../../layers.ts';
import { exchange, type Decoder, type Out, type Protocol } from '../exchange.ts';
import { kindOfCode, ProviderFailure } from '../failure.ts';
import { isObject, number, object, parseArguments, parseEvent, string, writeArguments, type Json } from '../json.ts';
import { mapToolNames, type ToolNames } from '../names.ts';
import { buildPrompt, CONTINUE, joinPrompt } from '../prompt.ts';
import type { Ask, Caller, Ended } from '../provider.ts';
import type { Transport } from '../transport.ts';
import { targetOpenAI } from './openai.ts';

export function createCompatible(provider: Provider, transport: Transport): Caller {
  const { target, warm } = targetOpenAI(provider, transport, '/chat/completions');
  const protocol: Protocol = {
    open: async (ask, line) => transport.post(line, await target(), JSON.stringify(buildRequest(ask))),
    decode: (ask, out) => createChatDecoder(ask.tools, out),
  };
  return { warm, call: (ask, stop, sink) => exchange(protocol, provider.timeouts, ask, stop, sink) };
}

function buildRequest(ask: Ask): ChatCompletionCreateParamsStreaming {
  const names = mapToolNames(ask.tools);
  return {
    model: ask.model.model,
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: ask.model.maxOutputTokens,
    messages: buildMessages(ask, names),
    ...(ask.tools.length > 0 && {
      tools: ask.tools.map((tool) => ({
        type: 'function' as const,
        function: { name: names.toProvider(tool.name), description: tool.description, parameters: tool.inputSchema },
      })),
    }),
  };
}

function buildMessages(ask: Ask, names: ToolNames): ChatCompletionMessageParam[] {
  // One system message only: many chat templates refuse a second.
  const messages: ChatCompletionMessageParam[] = [{ role: 'system', content: joinPrompt(buildPrompt(ask)) }];
  for (const message of ask.messages) {
    if (message.role === 'user') messages.push({ role: 'user', content: message.text });
    else if (message.role === 'tool') messages.push({ role: 'tool', tool_call_id: message.callId, content: message.output });
    else {
      messages.push({
        role: 'assistant',
        content: message.text,
        ...(message.calls.length > 0 && {
          tool_calls: message.calls.map((call) => ({
            id: call.id, type: 'function' as const, function: { name: names.toProvider(call.name), arguments: writeArguments(call.input) },
          })),
        }),
      });
    }
  }
  if (ask.partial !== '') messages.push({ role: 'assistant', content: ask.partial }, { role: 'user', content: CONTINUE });
  return messages;
}

/** Reads `chat.completion.chunk`s; complete on `finish_reason`, done on `[DONE]`, usage in between. */
export function createChatDecoder(tools: ToolDefinition[], out: Out): Decoder {
  /** Made for the first call: most answers have none. */
  let calls: Map<number, { id: string; name: string; text: string }> | null = null;
  let finish = '';
  let usage: Json | null = null;

  function readCall(part: Json): void {
    calls ??= new Map();
    // Some servers leave the index out and send each call whole: a new id is then a new call.
    const id = string(part, 'id');
    const index = typeof part['index'] === 'number' ? part['index'] : id !== '' ? calls.size : Math.max(0, calls.size - 1);
    const call = calls.get(index) ?? { id: '', name: '', text: '' };
    const { name, arguments: text } = { name: string(object(part, 'function'), 'name'), arguments: argumentText(object(part, 'function')['arguments']) };
    calls.set(index, { id: call.id || id, name: call.name || name, text: call.text + text });
    out.alive(text.length);
  }

  return {
    event(_name, data) {
      if (data.trim() === '[DONE]') {
        if (finish === '') throw new ProviderFailure('cut', 'the stream said [DONE] without a finish_reason');
        return 'done';
      }
      const chunk = parseEvent(data);
      if (chunk['error']) {
        const error = object(chunk, 'error');
        const code = string(error, 'code') || String(number(error, 'code') || '') || string(error, 'type');
        throw new ProviderFailure(kindOfCode(code), `error in the stream: ${code || 'without a code'}`);
      }
      if (isObject(chunk['usage'])) usage = chunk['usage'];
      const choice: unknown = Array.isArray(chunk['choices']) ? chunk['choices'][0] : undefined;
      if (isObject(choice)) {
        const delta = object(choice, 'delta');
        out.reasoning(string(delta, 'reasoning_content') || string(delta, 'reasoning'));
        out.text(string(delta, 'content') || string(delta, 'refusal'));
        if (Array.isArray(delta['tool_calls'])) for (const part of delta['tool_calls']) if (isObject(part)) readCall(part);
        finish = string(choice, 'finish_reason') || finish;
      }
      return finish === '' ? 'more' : 'complete';
    },
    ended(): Ended {
      const whole = [...calls?.values() ?? []].filter((call) => call.name !== '');
      return {
        reason: finish === 'length' ? 'length' : whole.length > 0 ? 'calls' : 'stop',
        usage: { inputTokens: number(usage ?? {}, 'prompt_tokens'), outputTokens: number(usage ?? {}, 'completion_tokens') },
        calls: finish === 'length' ? [] : whole.map((call, at) => ({
          id: call.id || `call_${at}`, name: mapToolNames(tools).fromProvider(call.name), input: parseArguments(call.text),
        })),
      };
    },
  };
}

/** Arguments should be text; a few servers send the object itself. */
function argumentText(value: unknown): string {
  if (typeof value === 'string') return value;
  return isObject(value) ? JSON.stringify(value) : '';
}
