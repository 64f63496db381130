/** Tools behind HTTP: one signed address with a schema, or the operations of an OpenAPI document. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { spanOfCall, traceparentOf } from '@halfsecond/shared/trace';
import type { ToolContext, ToolDefinition, ToolSource } from '../../layers.ts';
import { readText } from '../egress/body.ts';
import { createEgress } from '../egress/egress.ts';
import type { Egress } from '../egress/egress.ts';
import { sideEffects } from '../effects.ts';
import { ToolFault } from '../source.ts';
import type { Offer, Remote, Result, Source } from '../source.ts';
import { operationsOf, requestOf } from './openapi.ts';
import type { Operation } from './openapi.ts';
import { signatureOf } from './sign.ts';

export type HttpConfig = Extract<ToolSource, { kind: 'http' }>;
export type HttpParts = { name: string; config: HttpConfig; folder: string; offer: Offer; log: (line: string) => void };

/** An answer's body and a document (bytes, unpacked). */
const ANSWER_MAX = 256_000;
const DOCUMENT_MAX = 4_000_000;
const DOCUMENT_MS = 10_000;
/** Pauses between tries to read a document (ms). */
const RETRY_MS = 2_000;
const RETRY_MAX_MS = 60_000;

/** Offers its tools at once, or when the document has been read. Never throws. */
export function openHttp({ name, config, folder, offer, log }: HttpParts): Remote {
  const egress = createEgress(config.allow, DOCUMENT_MAX);
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  async function load(tries: number): Promise<void> {
    if (config.openapi === undefined) return offer(oneAddress(name, config, egress), []);
    try {
      const { operations, skipped } = operationsOf(parseYaml(await readDocument(config.openapi, folder, egress, stopping.signal), { maxAliasCount: 100 }));
      for (const why of skipped) log(`Tool source "${name}" leaves an operation out: ${why}`);
      offer(manyOperations(name, config, egress, operations.filter(({ id }) => config.operations?.includes(id) ?? true)), []);
    } catch (error) {
      if (stopping.signal.aborted) return;
      log(`Tool source "${name}" is off: its OpenAPI document cannot be read (${error instanceof Error ? error.message.slice(0, 200) : String(error)}).`);
      offer({ definitions: [], call: () => Promise.reject(new ToolFault('unreachable', 'the tool is not known yet')) }, [{ name: `${name}.*`, why: 'off' }]);
      if (!/^https?:/.test(config.openapi)) return;
      timer = setTimeout(() => void load(tries + 1), Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** tries));
      timer.unref();
    }
  }

  const first = load(0);
  return {
    tried: first,
    refresh: async () => undefined, // what an operator wrote down needs no second look
    async close() {
      stopping.abort();
      clearTimeout(timer);
      await first;
      await egress.close();
    },
  };
}

function oneAddress(name: string, config: HttpConfig, egress: Egress): Source {
  const { title, description = '', schema = { type: 'object' }, triggers, approval } = config;
  const definition: ToolDefinition = {
    name: `${name}.call`, title: title ?? name, description, inputSchema: schema, triggers,
    ...(sideEffects(approval, 'call', false) ? { approval: true } : {}),
  };
  return {
    definitions: [definition],
    async call(tool, input, context, signal, _progress, callId) {
      const { site, visitor, chat, lang } = context;
      const body = JSON.stringify({ type: 'tool.call', timestamp: new Date().toISOString(), data: { tool, input, site, visitor, chat, lang } });
      return send(egress, config, new URL(config.url), 'POST', body, tellOf(context, callId), signal);
    },
  };
}

function manyOperations(name: string, config: HttpConfig, egress: Egress, operations: Operation[]): Source {
  const byName = new Map(operations.map((operation) => [`${name}.${operation.id}`, operation]));
  const definitions = Array.from(byName, ([tool, { id, method, title, description, input }]): ToolDefinition => ({
    name: tool, title, description, inputSchema: input, triggers: [],
    ...(sideEffects(config.approval, id, method !== 'GET') ? { approval: true } : {}),
  }));
  return {
    definitions,
    async call(tool, input, context, signal, _progress, callId) {
      const operation = byName.get(tool);
      if (!operation) throw new ToolFault('unknown-tool', 'there is no such tool here');
      const { url, method, body } = requestOf(config.url, operation, input);
      return send(egress, config, url, method, body, tellOf(context, callId), signal);
    },
  };
}

/** What a server is told of a call beside its input. `id`: the same for the same call of the same turn, and for no other. */
type Told = { id: string; traceparent: string };

function tellOf({ traceId, visitor, chat }: ToolContext, callId: string): Told {
  const id = `msg_${createHash('sha256').update(JSON.stringify([traceId, visitor, chat, callId])).digest('hex').slice(0, 40)}`;
  return { id, traceparent: traceparentOf(traceId, spanOfCall(traceId, callId)) };
}

async function send(egress: Egress, { secret, headers }: HttpConfig, url: URL, method: string, body: string | null, { id, traceparent }: Told, signal: AbortSignal): Promise<Result> {
  const signed = secret === undefined ? {} : signatureOf(secret, id, Math.floor(Date.now() / 1_000), body ?? '');
  const sent = { accept: 'application/json, text/plain;q=0.9', 'idempotency-key': id, traceparent, ...(body === null ? {} : { 'content-type': 'application/json' }), ...headers, ...signed };
  const response = await egress.fetch(url, { method, headers: sent, ...(body === null ? {} : { body }), signal }).catch((error: unknown) => {
    if (error instanceof ToolFault || signal.aborted) throw error;
    throw new ToolFault('unreachable', 'the tool\'s server cannot be reached at the moment', { cause: error });
  });
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    throw new ToolFault('forbidden', 'the tool\'s server sent us elsewhere, which is not followed');
  }
  const text = await readText(response, ANSWER_MAX);
  if (!response.ok) throw new ToolFault(response.status >= 500 ? 'failed' : 'tool-error', `the tool's server answered ${response.status}: ${text.toWellFormed().slice(0, 500)}`);
  const isJson = /^application\/([\w.+-]+\+)?json/.test(response.headers.get('content-type') ?? '');
  return { output: isJson ? parse(text) : text, keep: keepOf(response.headers.get('cache-control') ?? '') };
}

function parse(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ToolFault('bad-result', 'the tool\'s server answered with broken JSON', { cause });
  }
}

/** Ms for which HTTP's own words let us use the answer again. */
function keepOf(cacheControl: string): number {
  if (/no-store|no-cache/i.test(cacheControl)) return 0;
  return Number(/max-age=(\d{1,9})/i.exec(cacheControl)?.[1] ?? 0) * 1_000;
}

async function readDocument(place: string, folder: string, egress: Egress, stop: AbortSignal): Promise<string> {
  if (!/^https?:/.test(place)) return readFile(resolve(folder, place), { encoding: 'utf8', signal: stop });
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error('it took too long')), DOCUMENT_MS);
  const end = (): void => late.abort(stop.reason);
  stop.addEventListener('abort', end, { once: true });
  try {
    const response = await egress.fetch(new URL(place), { method: 'GET', headers: { accept: 'application/json, application/yaml' }, signal: late.signal });
    const text = await readText(response, DOCUMENT_MAX);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return text;
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
  }
}
