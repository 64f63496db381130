/** Streams of tool calls in the forms that the three protocols document, read by us and by the official SDKs: the same calls come out. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { collect, input, model, ofType, provider, router, textOf, tool } from '../route/setup.ts';

type Call = { name: string; input: unknown };
const event = (data: { type: string } & Record<string, unknown>): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const chunk = (delta: object, finish: string | null = null, more: object = {}): string => `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...more })}\n\n`;
const call = (index: number, more: object): object => ({ tool_calls: [{ index, ...more }] });

const item = (id: string, text: string, status: string) => ({ id: `fc_${id}`, type: 'function_call', status, arguments: text, call_id: `call_${id}`, name: id === 'a' ? 'weather' : 'stock' });
const [textA, textB] = ['{"city":"Zürich","days":[1,2]}', '{"item":"\\"half\\" \\u00e9","n":3}'];
const response = (status: string, output: object[]) => ({ id: 'resp_1', object: 'response', created_at: 1, status, model: 'm', output, parallel_tool_calls: true, tools: [], usage: status === 'completed' ? { input_tokens: 9, output_tokens: 4, total_tokens: 13 } : null });

const STREAMS: Record<string, { kind: 'openai' | 'openai-compatible' | 'anthropic'; body: string; text: string }> = {
  'Responses: two calls, their arguments interleaved': {
    kind: 'openai', text: '',
    body: [
      { type: 'response.created', response: response('in_progress', []) }, { type: 'response.in_progress', response: response('in_progress', []) },
      { type: 'response.output_item.added', output_index: 0, item: item('a', '', 'in_progress') }, { type: 'response.output_item.added', output_index: 1, item: item('b', '', 'in_progress') },
      { type: 'response.function_call_arguments.delta', item_id: 'fc_a', output_index: 0, delta: textA.slice(0, 9) }, { type: 'response.function_call_arguments.delta', item_id: 'fc_b', output_index: 1, delta: textB.slice(0, 4) },
      { type: 'response.function_call_arguments.delta', item_id: 'fc_a', output_index: 0, delta: textA.slice(9) }, { type: 'response.function_call_arguments.delta', item_id: 'fc_b', output_index: 1, delta: textB.slice(4) },
      { type: 'response.function_call_arguments.done', item_id: 'fc_a', output_index: 0, arguments: textA }, { type: 'response.output_item.done', output_index: 0, item: item('a', textA, 'completed') },
      { type: 'response.function_call_arguments.done', item_id: 'fc_b', output_index: 1, arguments: textB }, { type: 'response.output_item.done', output_index: 1, item: item('b', textB, 'completed') },
      { type: 'response.completed', response: response('completed', [item('a', textA, 'completed'), item('b', textB, 'completed')]) },
    ].map((data, at) => event({ sequence_number: at, ...data })).join(''),
  },
  'Chat: two calls in pieces, then usage': {
    kind: 'openai-compatible', text: '',
    body: [
      chunk({ role: 'assistant', content: null }), chunk(call(0, { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '' } })), ...(textA.match(/.{1,6}/gu) ?? []).map((part) => chunk(call(0, { function: { arguments: part } }))),
      chunk(call(1, { id: 'call_b', type: 'function', function: { name: 'stock', arguments: '' } })), ...(textB.match(/.{1,3}/gu) ?? []).map((part) => chunk(call(1, { function: { arguments: part } }))),
      chunk({}, 'tool_calls'), `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 } })}\n\n`, 'data: [DONE]\n\n',
    ].join(''),
  },
  'Chat of another server: each call whole, in one chunk': {
    kind: 'openai-compatible', text: '',
    body: [chunk({ role: 'assistant', content: '', tool_calls: [{ index: 0, id: 'call_a', type: 'function', function: { name: 'weather', arguments: textA } }, { index: 1, id: 'call_b', type: 'function', function: { name: 'stock', arguments: textB } }] }), chunk({}, 'tool_calls'), 'data: [DONE]\n\n'].join(''),
  },
  'Messages: words first, two calls, pings between': {
    kind: 'anthropic', text: 'Let me look.',
    body: [
      { type: 'message_start', message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 9, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }, { type: 'ping' }, { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Let me look.' } }, { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'call_a', name: 'weather', input: {} } }, { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '' } },
      ...(textA.match(/.{1,7}/gu) ?? []).map((partial_json) => ({ type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json } })), { type: 'content_block_stop', index: 1 }, { type: 'ping' },
      { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 'call_b', name: 'stock', input: {} } },
      ...(textB.match(/.{1,4}/gu) ?? []).map((partial_json) => ({ type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json } })), { type: 'content_block_stop', index: 2 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 4 } }, { type: 'message_stop' },
    ].map((data) => event(data)).join(''),
  },
};

describe('the same calls as the official SDK reads', () => {
  let body = '';
  let url = '';
  const server = createServer((request, reply) => {
    request.resume().on('end', () => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      // Torn at odd places, inside characters too.
      const bytes = Buffer.from(body);
      for (let at = 0; at < bytes.length; at += 97) reply.write(bytes.subarray(at, at + 97));
      reply.end();
    });
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  }));

  async function official(kind: (typeof STREAMS)[string]['kind']): Promise<Call[]> {
    const messages = [{ role: 'user' as const, content: 'x' }];
    if (kind === 'anthropic') {
      const message = await new Anthropic({ apiKey: 'k', baseURL: url }).messages.stream({ model: 'm', max_tokens: 9, messages }).finalMessage();
      return message.content.flatMap((block) => (block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : []));
    }
    const openai = new OpenAI({ apiKey: 'k', baseURL: `${url}/v1` });
    if (kind === 'openai') {
      const { output } = await openai.responses.stream({ model: 'm', input: 'x' }).finalResponse();
      return output.flatMap((entry) => (entry.type === 'function_call' ? [{ name: entry.name, input: JSON.parse(entry.arguments) as unknown }] : []));
    }
    const { choices } = await openai.chat.completions.stream({ model: 'm', messages }).finalChatCompletion();
    return (choices[0]?.message.tool_calls ?? []).flatMap((entry) => (entry.type === 'function' ? [{ name: entry.function.name, input: JSON.parse(entry.function.arguments) as unknown }] : []));
  }

  for (const [name, { kind, body: stream, text }] of Object.entries(STREAMS)) {
    test(name, async () => {
      body = stream;
      const { route } = router({ p: provider(kind, url) }, [model('m', 'p')]);
      const parts = await collect(route(input('x', { tools: [tool('weather'), tool('stock')] }), new AbortController().signal));
      const ours = ofType(parts, 'call').map(({ call: { name: called, input: given } }) => ({ name: called, input: given }));
      assert.deepEqual(ours, [{ name: 'weather', input: JSON.parse(textA) as unknown }, { name: 'stock', input: JSON.parse(textB) as unknown }]);
      assert.deepEqual(ours, await official(kind));
      assert.deepEqual(ofType(parts, 'call').map(({ call: { id } }) => id), ['call_a', 'call_b']);
      assert.equal(textOf(parts), text);
      const end = parts.at(-1);
      assert.ok(end?.type === 'end' && end.reason === 'calls');
    });
  }
});
