/** A warm connection to one MCP server: opened in the background, opened again with growing pauses when it is lost. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport, getDefaultEnvironment } from '@modelcontextprotocol/client/stdio';
import type { ToolSource } from '../../layers.ts';
import { addressIn, placeOf } from '../egress/addresses.ts';
import { bounded } from '../egress/body.ts';
import { createEgress } from '../egress/egress.ts';
import type { Egress } from '../egress/egress.ts';
import { ToolFault } from '../source.ts';

export type McpConfig = Extract<ToolSource, { kind: 'mcp' }>;
export type Connection = {
  /** The connected client. Rejects with a ToolFault at once while the server is known to be away, and when `signal` aborts. */
  client(signal: AbortSignal): Promise<Client>;
  /** Tells that `client` is of no use any more; another connection is made. */
  lost(client: Client, why: unknown): void;
  /** Resolves when the first try is over, whatever came of it. */
  tried: Promise<void>;
  close(): Promise<void>;
};
type Parts = {
  name: string;
  config: McpConfig;
  /** Working folder of a command. */
  folder: string;
  /** A new connection stands. What it throws counts as a failed connection. */
  connected(client: Client): Promise<void>;
  /** The first connection could not be made; it is tried again. */
  absent(): void;
  /** The server says that one of its lists is another one now. */
  changed(client: Client, what: 'tools' | 'knowledge'): void;
  log: (line: string) => void;
};

const CONNECT_MS = 15_000;
/** Pauses between tries (ms): doubled each time, and never two servers in step. */
const PAUSE_MS = 250;
const PAUSE_MAX_MS = 30_000;
/** One message of a command (bytes). */
const MESSAGE_MAX = 2_000_000;
/** One answer over HTTP, and what a listening stream may bring in its life; then it is opened again (bytes). */
const BODY_MAX = 16_000_000;
/** How often a server may tell that a list has changed; more are taken together (ms). */
const CHANGES_MS = 300;

export function openConnection({ name, config, folder, connected, absent, changed, log }: Parts): Connection {
  const egress = config.url === undefined ? null : createEgress([...config.allow, ...ownPlace(config.url)], BODY_MAX);
  const stopping = new AbortController();
  let current: Client | null = null;
  let opening: Promise<Client> | null = null;
  let away = false;
  let known = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  function begin(): Promise<Client> {
    clearTimeout(timer);
    opening ??= open().finally(() => {
      opening = null;
    });
    return opening;
  }

  async function open(): Promise<Client> {
    const note = (what: 'tools' | 'knowledge') => ({ autoRefresh: false, debounceMs: CHANGES_MS, onChanged: () => void changed(client, what) });
    const client = new Client({ name: 'halfsecond', version: '1' }, {
      capabilities: {},
      // A command would be started twice to ask which version it speaks.
      versionNegotiation: { mode: egress ? 'auto' : 'legacy' },
      inputRequired: { autoFulfill: false },
      listChanged: { tools: note('tools'), resources: note('knowledge'), prompts: note('knowledge') },
    });
    client.onerror = (error) => log(`Tool source "${name}": ${sentence(error)}`);
    try {
      await client.connect(transportOf(config, folder, egress), { timeout: CONNECT_MS, signal: stopping.signal });
      await connected(client);
    } catch (error) {
      client.onerror = told;
      await client.close().catch((closing: unknown) => log(`Tool source "${name}" could not be closed: ${sentence(closing)}`));
      fail(error);
      throw unreachable();
    }
    client.onclose = () => lost(client, 'it closed the connection');
    if (failures > 0) log(`Tool source "${name}" is back.`);
    current = client;
    known = true;
    away = false;
    failures = 0;
    return client;
  }

  function fail(why: unknown): void {
    away = true;
    if (stopping.signal.aborted) return;
    const pause = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2);
    if (failures === 0) log(`Tool source "${name}" is away, its tools wait for it: ${sentence(why)}`);
    if (failures === 0 && !known) absent();
    failures += 1;
    timer = setTimeout(() => void begin().catch(told), pause);
    timer.unref();
  }

  function lost(client: Client, why: unknown): void {
    if (current !== client || stopping.signal.aborted) return;
    current = null;
    client.onclose = told;
    client.onerror = told;
    client.close().catch((error: unknown) => log(`Tool source "${name}" could not be closed: ${sentence(error)}`));
    log(`Tool source "${name}" is lost and connected again: ${sentence(why)}`);
    begin().catch(told);
  }

  const tried = begin().then(told, told);
  return {
    tried,
    async client(signal) {
      if (current) return current;
      if (away && !opening) throw unreachable();
      return unless(begin(), signal);
    },
    lost,
    async close() {
      stopping.abort();
      clearTimeout(timer);
      const client = current;
      current = null;
      await opening?.catch(told);
      await client?.close();
      await egress?.close();
    },
  };
}

/** It has been said: by `fail`, or as the reason why the connection was given up. */
const told = (): void => undefined;

function unreachable(): ToolFault {
  return new ToolFault('unreachable', 'the tool\'s server cannot be reached at the moment');
}

function transportOf(config: McpConfig, folder: string, egress: Egress | null): Transport {
  if (config.url === undefined || !egress) {
    const [command = '', ...args] = config.command ?? [];
    // "node" is the one that this runs on: the machine's own may be too old.
    return new StdioClientTransport({
      command: command === 'node' ? process.execPath : command, args, cwd: folder,
      env: { ...getDefaultEnvironment(), ...config.env }, stderr: 'ignore', maxBufferSize: MESSAGE_MAX,
    });
  }
  return new StreamableHTTPClientTransport(new URL(config.url), {
    requestInit: { headers: config.headers ?? {} },
    reconnectionOptions: { initialReconnectionDelay: 500, maxReconnectionDelay: PAUSE_MAX_MS, reconnectionDelayGrowFactor: 2, maxRetries: 5 },
    async fetch(url, init = {}) {
      const { method = 'GET', headers, body, signal } = init;
      const response = await egress.fetch(new URL(url), {
        method, headers: headers instanceof Headers ? headers : new Headers(headers), ...(typeof body === 'string' ? { body } : {}), signal: signal ?? new AbortController().signal,
      });
      return bounded(response, BODY_MAX);
    },
  });
}

/** The operator who writes down an address of the own network means it; a name is not trusted to stay where it is. */
function ownPlace(url: string): string[] {
  const parsed = new URL(url);
  return parsed.hostname === 'localhost' || addressIn(parsed.hostname) !== null ? [placeOf(parsed)] : [];
}

/** The promise, unless `signal` aborts before: then a rejection with its reason. */
async function unless<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function sentence(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 200);
}
