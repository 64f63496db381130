/** The tools of a configuration, and running a step's calls side by side, each on its own deadline. */
import type { Agent, ListTools, RunTools, ToolDefinition, ToolPart, ToolSource } from '../layers.ts';
import { compileCheck } from './check.ts';
import { callOnce } from './once.ts';
import type { Ready } from './once.ts';
import type { Source } from './source.ts';

/** Calls of one step beyond this many are refused. */
export const CALLS_PER_STEP_MAX = 16;

export type Tools = { list: ListTools; run: RunTools; names: string[] };

/**
 * Sets up the configured sources. `builtins` are the ones that live in this process, by source name; `log` gets one
 * line for each source or tool that stays off. A tool's name is `source.tool`; anything else is left out, so no
 * source can pose as another.
 */
export function createTools({ sources, builtins, log }: {
  sources: Record<string, ToolSource>;
  builtins: Record<string, Source>;
  log: (line: string) => void;
}): Tools {
  const ready = new Map<string, Ready & { definition: ToolDefinition }>();
  for (const [name, config] of Object.entries(sources)) {
    if (config.kind !== 'builtin') {
      log(`Tool source "${name}" is off: kind "${config.kind}" is not available yet.`);
      continue;
    }
    const source = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
    if (!source) {
      log(`Tool source "${name}" is off: there is no built-in source of that name (there are: ${Object.keys(builtins).join(', ') || 'none'}).`);
      continue;
    }
    for (const definition of source.definitions) {
      if (!definition.name.startsWith(`${name}.`) || ready.has(definition.name)) {
        log(`Tool "${definition.name}" is off: expected a name of its own that starts with "${name}.".`);
        continue;
      }
      try {
        ready.set(definition.name, { definition, source, check: compileCheck(definition.inputSchema), timeout: config.timeout });
      } catch (error) {
        log(`Tool "${definition.name}" is off: its arguments cannot be checked (${error instanceof Error ? error.message : String(error)}).`);
      }
    }
  }

  return {
    names: [...ready.keys()],
    list: (agent) => [...ready.values()].filter(({ definition }) => mayUse(agent, definition.name)).map(({ definition }) => definition),
    async *run(calls, context, signal) {
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
        const tool = mayUse(context.agent, call.name) ? ready.get(call.name) : undefined;
        const refused = (code: string, message: string): void => give({ type: 'error', callId: call.id, name: call.name, code, message, ms: 0 });
        if (n >= CALLS_PER_STEP_MAX) refused('too-many', `at most ${CALLS_PER_STEP_MAX} tools can be called at once; call this one later`);
        else if (!tool) refused('unknown-tool', 'there is no such tool here');
        else void callOnce(call, tool, context, leave.signal, give, log).then(give);
      }
      try {
        for (let open = calls.length; open > 0;) {
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
    },
  };
}

/** Whether the agent's list has the tool, by name or as `source.*`. Without an agent there are no tools. */
function mayUse(agent: Agent | null, name: string): boolean {
  return agent?.tools.some((entry) => entry === name || (entry.endsWith('.*') && name.startsWith(entry.slice(0, -1)))) ?? false;
}
