/** Tool names on the way to a provider and back: ours may hold dots, theirs are [A-Za-z0-9_-]{1,64}. */
import type { ToolDefinition } from '../layers.ts';

export type ToolNames = { toProvider(name: string): string; fromProvider(name: string): string };

/** Mappings already made: a few agents ask with the same tools all day, and each open answer holds its mapping. */
const made = new Map<string, ToolNames>();
const MADE_MAX = 200;

/** The mapping for a list of tools; two names that would look alike get a number. Unknown names pass through. */
export function mapToolNames(tools: ToolDefinition[]): ToolNames {
  if (tools.length === 0) return none;
  const key = tools.map(({ name }) => name).join('\n');
  const names = made.get(key) ?? makeNames(tools);
  if (made.size < MADE_MAX) made.set(key, names);
  return names;
}

function makeNames(tools: ToolDefinition[]): ToolNames {
  const there = new Map<string, string>();
  const back = new Map<string, string>();
  for (const { name } of tools) {
    const plain = safe(name);
    let free = plain;
    for (let n = 2; back.has(free); n++) free = `${plain.slice(0, 60)}_${n}`;
    there.set(name, free);
    back.set(free, name);
  }
  return {
    toProvider: (name) => there.get(name) ?? safe(name),
    fromProvider: (name) => back.get(name) ?? name,
  };
}

/** Without tools there is nothing to remember for as long as the answer takes. */
const none: ToolNames = { toProvider: safe, fromProvider: (name) => name };

function safe(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || '_';
}
