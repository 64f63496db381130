/** The usual full stack: the AI SDK's streamText as a UI message stream, under Hono. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createAdaptorServer } from '@hono/node-server';
import { convertToModelMessages, streamText } from 'ai';
import type { UIMessage } from 'ai';
import { Hono } from 'hono';
import { ready } from '../probe.ts';

const [provider = ''] = process.argv.slice(2);
const mock = createOpenAICompatible({ name: 'mock', baseURL: `${provider}/v1` });
const app = new Hono();
app.post('/api/chat', async (c) => {
  const { messages } = await c.req.json<{ messages: UIMessage[] }>();
  const result = streamText({ model: mock('mock'), messages: await convertToModelMessages(messages), abortSignal: c.req.raw.signal });
  return result.toUIMessageStreamResponse();
});

const server = createAdaptorServer({ fetch: app.fetch }) as Server;
server.listen(0, '127.0.0.1', () => ready('ai-sdk', (server.address() as AddressInfo).port));
