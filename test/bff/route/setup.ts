/** What the route's tests share: small configurations, an input, and a collector of parts. */
import { createRoute, type Router } from '../../../bff/route/route.ts';
import type { Agent, Model, Provider, RouteInput, RoutePart, Snippet, ToolDefinition } from '../../../bff/layers.ts';

export const KINDS = ['openai', 'openai-compatible', 'anthropic'] as const;
export type Kind = (typeof KINDS)[number];

/** Deadlines that no test waits for, however busy the machine: what ends before them has another reason. */
export const patient = { headers: 30_000, firstContent: 30_000, silence: 30_000 };
/** Deadlines short enough to be waited for. */
export const short = { headers: 250, firstContent: 400, silence: 300 };

export function provider(kind: Provider['kind'], url: string, more: Partial<Provider> = {}): Provider {
  return { kind, apiKey: 'test-key', baseURL: kind === 'anthropic' ? url : `${url}/v1`, private: false, timeouts: patient, ...more };
}

export function model(id: string, providerId: string, more: Partial<Model> = {}): Model {
  return { id, provider: providerId, model: id, inputPrice: 1, outputPrice: 2, quality: 2, maxConcurrent: 32, maxOutputTokens: 200, tools: true, ...more };
}

export const settings = { firstTokenTarget: 500, firstTokenLimit: 1_500, nextStart: 900, extraCalls: 0.1 };

/** Nobody is asked beside another: that is a matter of time, and of the tests of the race. */
export function router(providers: Record<string, Provider>, models: Model[], more: { now?: () => number; lines?: string[]; wait?: number } = {}): Router {
  return createRoute({ providers, models, settings: { ...settings, extraCalls: 0 }, wait: more.wait ?? 500, log: (line) => more.lines?.push(line), ...(more.now && { now: more.now }) });
}

export function input(text: string, more: Partial<RouteInput> = {}): RouteInput {
  return {
    site: 'demo', chat: 'chat-1', traceId: 'a'.repeat(32), agent: null, dataClass: 'public', system: 'You are the help of Halfsecond.',
    messages: [{ role: 'user', text }], snippets: [], tools: [], lang: 'en', ...more,
  };
}

export function agent(more: Partial<Agent>): Agent {
  return { name: 'a', description: '', topics: [], examples: [], instructions: '', tools: [], dataClass: 'public', quality: 1, identity: false, ...more };
}

export function snippet(id: string, title: string, heading: string | null, text: string, score = 0.5): Snippet {
  return { id, text, score, tokens: Math.ceil(text.length / 4), at: Date.UTC(2026, 0, 2), source: { kind: 'knowledge', document: id.split('#')[0] ?? id, title, heading, url: `/docs/${id}` } };
}

export function tool(name: string, more: Partial<ToolDefinition> = {}): ToolDefinition {
  return { name, title: name, description: 'Does it.', inputSchema: { type: 'object', properties: {} }, triggers: [], ...more };
}

export async function collect(parts: AsyncIterable<RoutePart>): Promise<RoutePart[]> {
  const all: RoutePart[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

export function textOf(parts: RoutePart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

export function ofType<T extends RoutePart['type']>(parts: RoutePart[], type: T): Extract<RoutePart, { type: T }>[] {
  return parts.filter((part): part is Extract<RoutePart, { type: T }> => part.type === type);
}

/** Turns of the event loop until `event`, a hundred thousand at most: a measure of "at once" that other work on the machine does not stretch, as it does time. */
export async function turnsUntil(event: Promise<unknown>): Promise<number> {
  const seen = { turns: 0, over: false };
  const end = (): void => { seen.over = true; };
  void event.then(end, end);
  for (; !seen.over && seen.turns < 100_000; seen.turns += 1) await new Promise(setImmediate);
  return seen.turns;
}
