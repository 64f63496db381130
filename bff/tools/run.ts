/** The tools of a configuration, and running a step's calls side by side, each on its own deadline. */
import type { ToolHealth } from '@halfsecond/shared/status';
import type { Agent, KnowledgeDocument, ListTools, RunTools, ToolPart, ToolSource } from '../layers.ts';
import { createApprovals } from './approve.ts';
import { createCache } from './cache.ts';
import { openHttp } from './http/source.ts';
import { openMcp } from './mcp/source.ts';
import type { Pins } from './mcp/pins.ts';
import { callOnce } from './once.ts';
import { createRegistry } from './registry.ts';
import type { Offer, Remote, Source } from './source.ts';

/** How long a start waits for servers that do not answer (ms). */
const START_MS = 5_000;
/** Calls of one step beyond this many are refused. */
export const CALLS_PER_STEP_MAX = 16;

export type Tools = {
  list: ListTools;
  run: RunTools;
  names: () => string[];
  health: () => ToolHealth[];
  /** Resolves when every server elsewhere has been tried once, but waits no longer than a start should take. */
  tried: Promise<void>;
  /** Takes a changed tool as it is now; false when none of that name has changed. */
  accept(name: string): Promise<boolean>;
  /** Lets go of results that are kept for a visitor; returns how many. */
  forget(site: string, visitor: string): number;
  /** Ends servers that were started here and connections that were kept. */
  close(): Promise<void>;
};
export type ToolsParts = {
  sources: Record<string, ToolSource>;
  /** The ones that live in this process, by source name. */
  builtins: Record<string, Source>;
  /** Definitions that were accepted. */
  pins: Pins;
  /** Signs approvals. */
  secret: string;
  /** Folder that commands and documents are relative to. */
  folder: string;
  /** Gets what a server offers as knowledge, all of it at each change. */
  knowledge: (source: string, documents: KnowledgeDocument[]) => void;
  /** Gets one line for each source or tool that stays off. */
  log: (line: string) => void;
};

/** Sets up the configured sources. Servers elsewhere are connected in the background; their tools appear once they answer. */
export function createTools({ sources, builtins, pins, secret, folder, knowledge, log }: ToolsParts): Tools {
  const registry = createRegistry(log);
  const approvals = createApprovals(secret);
  const cache = createCache();
  const remotes: Remote[] = [];
  for (const [name, config] of Object.entries(sources)) {
    const times = { timeout: config.timeout, longest: config.kind === 'builtin' ? config.timeout : Math.max(config.timeout, config.longest) };
    const offer: Offer = (source, disabled) => registry.put(name, source, times, disabled);
    if (config.kind === 'mcp') remotes.push(openMcp({ name, config, folder, pins, offer, log, knowledge: (documents) => knowledge(name, documents) }));
    else if (config.kind === 'http') remotes.push(openHttp({ name, config, folder, offer, log }));
    else if (Object.hasOwn(builtins, name) && builtins[name]) offer(builtins[name], []);
    else log(`Tool source "${name}" is off: there is no built-in source of that name (there are: ${Object.keys(builtins).join(', ') || 'none'}).`);
  }

  const run: RunTools = async function* (calls, context, signal) {
    const parts: ToolPart[] = [];
    let arrived = Promise.withResolvers<void>();
    const leave = new AbortController();
    const give = (part: ToolPart): void => {
      // Only the newest progress of a call is of interest to a reader who is behind.
      const waiting = parts.findIndex((other) => other.type === 'progress' && other.callId === part.callId);
      if (waiting >= 0) parts.splice(waiting, 1);
      parts.push(part);
      arrived.resolve();
    };
    const stop = (): void => leave.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    for (const [n, call] of calls.entries()) {
      const tool = mayUse(context.agent, call.name) ? registry.find(call.name) : undefined;
      const refused = (code: string, message: string): void => give({ type: 'error', callId: call.id, name: call.name, code, message, ms: 0 });
      if (n >= CALLS_PER_STEP_MAX) {
        refused('too-many', `at most ${CALLS_PER_STEP_MAX} tools can be called at once; call this one later`);
        continue;
      }
      if (!tool) {
        refused('unknown-tool', 'there is no such tool here');
        continue;
      }
      if (tool.definition.approval) {
        const wrong = tool.check(call.input);
        const grant = context.grants?.[call.id];
        if (wrong !== null || grant === undefined) {
          if (wrong !== null) refused('bad-arguments', `the arguments do not fit: ${wrong}`);
          else give({ type: 'approval', callId: call.id, name: call.name, approval: approvals.ask(call, context) });
          continue;
        }
        const not = approvals.redeem(grant, call, context);
        if (not !== null) {
          refused('not-approved', not);
          continue;
        }
      }
      void callOnce(call, tool, context, context.late ? signal : leave.signal, cache, { progress: give, log }).then(give);
    }
    let open = calls.length;
    try {
      while (open > 0) {
        const part = parts.shift();
        if (!part) {
          await arrived.promise;
          arrived = Promise.withResolvers<void>();
          continue;
        }
        if (part.type !== 'progress') open -= 1;
        yield part;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      leave.abort();
    }
  };

  return {
    run,
    tried: patiently(Promise.all(remotes.map(({ tried }) => tried)), START_MS),
    names: registry.names,
    health: registry.health,
    forget: cache.forget,
    list: (agent) => registry.definitions().filter(({ name }) => mayUse(agent, name)),
    async accept(name) {
      if (!pins.accept(name)) return false;
      await Promise.all(remotes.map((remote) => remote.refresh()));
      return true;
    },
    close: async () => void (await Promise.all(remotes.map((remote) => remote.close()))),
  };
}

/** Resolves with the promise, or when `ms` have passed. */
async function patiently(promise: Promise<unknown>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

/** Whether the agent's list has the tool, by name or as `source.*`. Without an agent there are no tools. */
function mayUse(agent: Agent | null, name: string): boolean {
  return agent?.tools.some((entry) => entry === name || (entry.endsWith('.*') && name.startsWith(entry.slice(0, -1)))) ?? false;
}
