/** A bff in front of a fake model that thinks, calls a tool and answers at a human pace, and raw readers of its streams. */
import { createParser } from 'eventsource-parser';
import { WebSocket } from 'ws';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Fake, Knobs } from '../../fakes/server.ts';
import { ORIGIN, bffFor, session } from '../harness.ts';
import type { TestBff } from '../harness.ts';
import type { Seen, Truth } from './conformance.ts';

export const ANSWER = 'An answer with **several** words, an umlaut ü, a 👍 and an end.';
export const TOOL = 'docs.search';
export type Place = { bff: TestBff; fake: Fake; token: string; ws: string; headers: Record<string, string>; stop(): Promise<void> };

/** Knobs of an answer without tools, slow enough to be seen streaming. */
export const plain: Knobs = { text: ANSWER, tokensPerSecond: 150 };
/** First a thought and a call, then the answer. `name` as the model knows the tool. */
export const withTool = (): Knobs[] => [{ reasoning: 'Let me look.', text: '', calls: [{ name: 'docs_search', input: { query: 'seats' } }] }, plain];

export async function place(): Promise<Place> {
  const fake = await startOpenAI(plain);
  const bff = await bffFor({
    providers: { house: { kind: 'openai-compatible', baseURL: `${fake.url}/v1`, apiKey: 'k', timeouts: { silence: 2_000 } } },
    models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 1, outputPrice: 2, maxOutputTokens: 1_000_000 }],
    agents: [{ name: 'help', title: 'Help', description: 'Answers everything.', topics: ['help'], examples: ['Help me'], instructions: 'Help.', tools: ['docs.*'] }],
    dispatch: { fallback: 'help' },
    tools: { docs: { kind: 'builtin' } },
    memory: { enabled: false },
    limits: { requestsPerMinute: 100_000, streamsPerVisitor: 100 },
  });
  const { token } = await session(bff);
  return {
    bff, fake, token, ws: `${bff.url.replace('http', 'ws')}/api/ws`, headers: { authorization: `Bearer ${token}`, origin: ORIGIN },
    async stop() {
      await bff.stop();
      await fake.close();
    },
  };
}

export const question = (text = 'How many seats has the plan?', id = `q-${Math.random().toString(36).slice(2)}`) => ({ id, role: 'user' as const, parts: [{ type: 'text' as const, text }] });

/** The answer as it is stored, for comparison. */
export async function truthOf({ bff, headers }: Place, chat: string): Promise<Truth> {
  const { messages } = (await (await fetch(`${bff.url}/api/chat/${chat}`, { headers })).json()) as { messages: { role: string; parts: { type: string; text?: string }[] }[] };
  return { text: messages.at(-1)?.parts.find(({ type }) => type === 'text')?.text ?? '', tools: [TOOL] };
}

/** Every event of a server-sent stream with the time of its arrival. */
export async function seenOf(chunks: AsyncIterable<unknown> | null): Promise<Seen[]> {
  const seen: Seen[] = [];
  const parser = createParser({ onEvent: ({ id, data }) => seen.push({ id, data, at: performance.now() }) });
  const decoder = new TextDecoder();
  for await (const chunk of chunks ?? []) parser.feed(typeof chunk === 'string' ? chunk : decoder.decode(chunk as Uint8Array, { stream: true }));
  return seen;
}

export function post({ bff, token }: Place, chat: string, url = bff.url): Promise<Response> {
  return fetch(`${url}/api/chat`, { method: 'POST', headers: { origin: ORIGIN, 'content-type': 'text/plain' }, body: JSON.stringify({ id: chat, token, messages: [question()] }) });
}

export type Frame = { type: string; requestId: string; sequence?: number; chunk?: { type: string; [key: string]: unknown }; errorText?: string };
/** A bare socket: frames as they come, `next` waits for the first that fits, `closed` is the code it ended with. */
export type Wire = { socket: WebSocket; frames: (Frame & { at: number })[]; say(frame: unknown): void; next(fits: (frame: Frame) => boolean): Promise<Frame>; closed: Promise<number>; hangUp(): Promise<number> };

/** Opens a socket; rejects with the HTTP status when the handshake is refused. */
export function dial(url: string, headers: Record<string, string> = {}): Promise<Wire> {
  const socket = new WebSocket(url, { headers });
  const frames: Wire['frames'] = [];
  const waiting = new Set<() => void>();
  const closed = new Promise<number>((done) => socket.once('close', (code) => done(code)));
  socket.on('message', (data) => {
    frames.push({ ...(JSON.parse(String(data)) as Frame), at: performance.now() });
    for (const look of waiting) look();
  });
  const next: Wire['next'] = (fits) => new Promise((done) => {
    const look = () => {
      const found = frames.find(fits);
      if (!found) return;
      waiting.delete(look);
      done(found);
    };
    waiting.add(look);
    look();
  });
  return new Promise((done, fail) => {
    socket.once('unexpected-response', (_request, { statusCode }) => fail(new Error(`refused with ${statusCode}`)));
    socket.on('error', fail);
    socket.once('open', () => done({ socket, frames, next, closed, hangUp: () => (socket.close(), closed), say: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)) }));
  });
}

export const sendFrame = (requestId: string, id: string, token?: string, more: object = {}) =>
  ({ type: 'send', requestId, id, trigger: 'submit-message', messages: [question()], headers: {}, body: token ? { token } : {}, ...more });
