/** A real bff on a free port in a temporary folder, and a visitor who talks to it over real sockets. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createParser } from 'eventsource-parser';
import { parseConfig } from '@halfsecond/bff/config';
import { startBff } from '@halfsecond/bff/main';
import type { Bff, Options } from '@halfsecond/bff/main';
import type { StreamEvent } from '@halfsecond/shared/wire';

export const ORIGIN = 'http://shop.example';
export const SITE = { id: 'shop', key: 'hs_pub_shop', origins: [ORIGIN], identitySecrets: ['a-secret-of-at-least-32-characters!'] };

export type Received = { id: number; data: StreamEvent | '[DONE]' };
export type TestBff = Bff & { folder: string; logs: string[]; stop(): Promise<void> };

/** `settings` are merged over a site without models and agents. `folder` continues an earlier one's data. */
export async function bffFor(settings: Record<string, unknown> = {}, options: Partial<Omit<Options, 'config'>> & { folder?: string } = {}): Promise<TestBff> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'halfsecond-bff-'));
  const assets = join(folder, 'dist');
  mkdirSync(join(assets, 'assets'), { recursive: true });
  writeFileSync(join(assets, 'halfsecond.js'), '/* loader */');
  writeFileSync(join(assets, 'assets', 'panel-abc123.js'), '/* panel */');
  const env = { STATUS_FEED_KEY: 'feed-key', HALFSECOND_ADMIN_KEY: 'admin-key', ...options.env };
  const parsed = parseConfig({ site: SITE, providers: { builtin: { kind: 'builtin' } }, models: [{ id: 'builtin', provider: 'builtin', model: 'builtin' }], ...settings }, env, folder);
  if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
  const logs: string[] = [];
  const bff = await startBff(
    { data: join(folder, 'data'), assets, log: (line) => logs.push(line), ...(options.replace ? { replace: options.replace } : {}), env, config: parsed.config },
    { host: '127.0.0.1', port: 0 },
  );
  await bff.knowledge;
  return {
    ...bff, folder, logs,
    async stop() {
      await bff.close();
      if (!options.folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function session(bff: Bff, body: Record<string, unknown> = {}, origin = ORIGIN): Promise<{ token: string; visitor: string; expiresAt: number }> {
  const response = await fetch(`${bff.url}/api/session`, { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body: JSON.stringify({ site: SITE.key, ...body }) });
  if (!response.ok) throw new Error(`session: ${response.status} ${await response.text()}`);
  return (await response.json()) as { token: string; visitor: string; expiresAt: number };
}

/** Sends one message the way the widget does; `signal` cuts the connection. */
export function post(bff: Bff, token: string, chat: string, text: string, more: Record<string, unknown> = {}, signal?: AbortSignal): Promise<Response> {
  const body = { id: chat, messages: [{ id: `m-${Math.random().toString(36).slice(2)}`, role: 'user', parts: [{ type: 'text', text }] }], trigger: 'submit-message', token, ...more };
  return fetch(`${bff.url}/api/chat`, { method: 'POST', headers: { origin: ORIGIN, 'content-type': 'text/plain' }, body: JSON.stringify(body), ...(signal ? { signal } : {}) });
}

/** Events as they arrive; ends with the stream. Heartbeats are left out. */
export async function* received(response: Response): AsyncGenerator<Received> {
  const waiting: Received[] = [];
  const parser = createParser({ onEvent: ({ id, data }) => waiting.push({ id: Number(id), data: data === '[DONE]' ? data : (JSON.parse(data) as StreamEvent) }) });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    yield* waiting.splice(0);
  }
}

/** The whole stream of one question. Throws when it was refused. */
export async function ask(bff: Bff, token: string, chat: string, text: string, more: Record<string, unknown> = {}): Promise<Received[]> {
  const response = await post(bff, token, chat, text, more);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return Array.fromAsync(received(response));
}

export function eventsOf<T extends StreamEvent['type']>(all: Received[], type: T): Extract<StreamEvent, { type: T }>[] {
  return all.flatMap(({ data }) => (data !== '[DONE]' && data.type === type ? [data as Extract<StreamEvent, { type: T }>] : []));
}

export function textOf(all: Received[]): string {
  return eventsOf(all, 'text-delta').map(({ delta }) => delta).join('');
}

export function admin(bff: Bff, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${bff.url}${path}`, { method, headers: { authorization: 'Bearer admin-key', 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}
