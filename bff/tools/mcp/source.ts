/** The tools of one MCP server: listed when it is connected and whenever it says that they changed, called over its warm connection. */
import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import type { CallToolResult, Client } from '@modelcontextprotocol/client';
import { spanOfCall, traceparentOf } from '@halfsecond/shared/trace';
import type { KnowledgeDocument } from '../../layers.ts';
import { ToolFault } from '../source.ts';
import type { Disabled, Offer, Remote, Source } from '../source.ts';
import { openConnection } from './connection.ts';
import type { McpConfig } from './connection.ts';
import { definitionOf, pinned } from './definitions.ts';
import { readKnowledge } from './knowledge.ts';
import type { Pins } from './pins.ts';
import { keepOf, outputOf } from './result.ts';

const LIST_MS = 10_000;
/** Tools of a list beyond these are not even looked at. */
const LOOKED_AT = 100;
/** Beside the deadline of the call, which is kept elsewhere: a server that reports for ever is left in the end (ms). */
const REQUEST_SLACK_MS = 12_000;

export type McpParts = {
  name: string;
  config: McpConfig;
  folder: string;
  pins: Pins;
  offer: Offer;
  knowledge: (documents: KnowledgeDocument[]) => void;
  log: (line: string) => void;
};

/** Connects in the background; never throws. */
export function openMcp({ name, config, folder, pins, offer, knowledge, log }: McpParts): Remote {
  const stopping = new AbortController();
  /** By our name the server's. */
  const names = new Map<string, string>();

  async function list(client: Client): Promise<void> {
    const { tools } = client.getServerCapabilities()?.tools ? await client.listTools(undefined, { timeout: LIST_MS, signal: stopping.signal, cacheMode: 'refresh' }) : { tools: [] };
    names.clear();
    const disabled: Disabled[] = [];
    const definitions = tools.slice(0, LOOKED_AT).flatMap((tool) => {
      const definition = definitionOf(name, tool, config.approval);
      if (pins.holds(definition.name, pinned(tool))) {
        if (!names.has(definition.name)) names.set(definition.name, tool.name);
        return [definition];
      }
      log(`Tool "${definition.name}" has changed since it was accepted and is off: look at it, then run "halfsecond tools accept ${definition.name}".`);
      disabled.push({ name: definition.name, why: 'changed' });
      return [];
    });
    offer({ definitions, call } satisfies Source, disabled);
  }

  async function learn(client: Client): Promise<void> {
    if (config.knowledge) knowledge(await readKnowledge(name, client, stopping.signal, log));
  }

  const connection = openConnection({
    name, config, folder, log,
    async connected(client) {
      await list(client);
      learn(client).catch(noted('its knowledge'));
    },
    absent: () => offer({ definitions: [], call }, [{ name: `${name}.*`, why: 'off' }]),
    changed(client, what) {
      (what === 'tools' ? list(client) : learn(client)).catch(noted('its lists'));
    },
  });

  function noted(what: string) {
    return (error: unknown): void => {
      if (!stopping.signal.aborted) log(`Tool source "${name}": ${what} could not be read: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`);
    };
  }

  const call: Source['call'] = async (tool, input, { traceId }, signal, progress, callId) => {
    const request = { name: names.get(tool) ?? '', arguments: input, _meta: { traceparent: traceparentOf(traceId, spanOfCall(traceId, callId)) } };
    const longest = Math.max(config.longest, config.timeout) + REQUEST_SLACK_MS;
    const options = {
      signal, timeout: longest, maxTotalTimeout: longest, resetTimeoutOnProgress: true,
      onprogress: ({ progress: done, total, message }: { progress: number; total?: number | undefined; message?: string | undefined }) =>
        progress({ message: message?.slice(0, 200) ?? (total ? `${Math.round((100 * done) / total)} %` : `${done}`), progress: done, ...(total === undefined ? {} : { total }) }),
    };
    const client = await connection.client(signal);
    try {
      return answer(await client.callTool(request, options));
    } catch (error) {
      if (error instanceof ToolFault || signal.aborted) throw error;
      // A session that the server has forgotten: it did nothing with the call, so another try is no second one.
      if (error instanceof SdkHttpError && error.status === 404) {
        connection.lost(client, 'the server has forgotten the session');
        return answer(await (await connection.client(signal)).callTool(request, options));
      }
      throw faultOf(error, client);
    }
  };

  function faultOf(error: unknown, client: Client): unknown {
    if (error instanceof ProtocolError) return new ToolFault('tool-error', `the tool refused: ${error.message.toWellFormed().slice(0, 500)}`, { cause: error });
    if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) return new ToolFault('timeout', 'the tool took too long', { cause: error });
    if (error instanceof SdkError && error.code === SdkErrorCode.InvalidResult) return new ToolFault('bad-result', 'the tool returned something else than it said', { cause: error });
    connection.lost(client, error);
    return new ToolFault('unreachable', 'the tool\'s server went away during the call', { cause: error });
  }

  return {
    tried: connection.tried,
    async refresh() {
      try {
        await list(await connection.client(AbortSignal.timeout(LIST_MS)));
      } catch (error) {
        noted('its tools')(error);
      }
    },
    async close() {
      stopping.abort();
      await connection.close();
    },
  };
}

function answer(result: CallToolResult): { output: unknown; keep: number } {
  return { output: outputOf(result), keep: keepOf(result) };
}
