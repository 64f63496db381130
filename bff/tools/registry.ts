/** Which tools there are at this moment: names are checked, schemas compiled, what is known of each is kept. */
import type { ToolHealth } from '@halfsecond/shared/status';
import type { ToolDefinition } from '../layers.ts';
import { compileCheck } from './check.ts';
import type { Ready } from './once.ts';
import type { Disabled, Source } from './source.ts';
import { createWatch } from './watch.ts';
import type { Watch } from './watch.ts';

/** Tools of one source beyond this many stay off: every one is told to the model at every step. */
const TOOLS_MAX = 64;
const NAME = /^[A-Za-z0-9_.:/-]+$/;
const NAME_MAX = 128;

export type Registry = ReturnType<typeof createRegistry>;

/** `log` gets one line for each tool that stays off. */
export function createRegistry(log: (line: string) => void) {
  const ready = new Map<string, Ready>();
  const watches = new Map<string, Watch>();
  const disabled = new Map<string, Disabled & { since: number }>();
  const said = new Set<string>();

  function watchOf(name: string): Watch {
    const watch = watches.get(name) ?? createWatch();
    watches.set(name, watch);
    return watch;
  }

  /** A source that lists its tools again and again is not to fill the log. */
  function off(name: string, why: string): void {
    const line = `Tool "${name.slice(0, 150)}" is off: ${why}.`;
    if (said.size < 1_000 && !said.has(line)) log(line);
    said.add(line);
  }

  return {
    find: (name: string): Ready | undefined => ready.get(name),
    definitions: (): ToolDefinition[] => Array.from(ready.values(), ({ definition }) => definition),
    names: (): string[] => [...ready.keys()],
    /** Puts a source's tools in the place of those that it had. A tool's name is `source.tool`, so no source can pose as another. */
    put(name: string, source: Source, times: { timeout: number; longest: number }, without: Disabled[] = []): void {
      const mine = (tool: string): boolean => tool.startsWith(`${name}.`);
      for (const tool of [...ready.keys()].filter(mine)) ready.delete(tool);
      for (const tool of [...disabled.keys()].filter(mine)) if (!without.some((entry) => entry.name === tool)) disabled.delete(tool);
      for (const entry of without.filter((each) => each.name.length <= NAME_MAX)) disabled.set(entry.name, { ...entry, since: disabled.get(entry.name)?.since ?? Date.now() });
      if (source.definitions.length > TOOLS_MAX) log(`Tool source "${name}" has ${source.definitions.length} tools: only the first ${TOOLS_MAX} are offered.`);
      for (const definition of source.definitions.slice(0, TOOLS_MAX)) {
        if (!mine(definition.name) || !NAME.test(definition.name) || definition.name.length > NAME_MAX || ready.has(definition.name)) {
          off(definition.name, `expected a name of its own that starts with "${name}."`);
          continue;
        }
        try {
          ready.set(definition.name, { definition, source, check: compileCheck(definition.inputSchema), ...times, watch: watchOf(definition.name) });
        } catch (error) {
          off(definition.name, `its arguments cannot be checked (${error instanceof Error ? error.message : String(error)})`);
        }
      }
    },
    health(): ToolHealth[] {
      const working = Array.from(ready, ([name, { watch }]): ToolHealth => ({ name, ...watch.view() }));
      const rest = Array.from(disabled.values(), ({ name, why, since }): ToolHealth => ({ name, ...watchOf(name).view(), state: why, since }));
      return [...working.filter(({ name }) => !disabled.has(name)), ...rest];
    },
  };
}
