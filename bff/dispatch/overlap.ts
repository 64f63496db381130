/** What in the configured agents cannot work well, as sentences for the log. */
import type { Agent } from '../layers.ts';
import { tokensOf } from './train.ts';

/** One sentence per fault: agents that share an example, and agents with nothing to recognise them by. */
export function overlaps(agents: Agent[]): string[] {
  const warnings: string[] = [];
  const owners = new Map<string, { text: string; names: string[] }>();
  for (const agent of agents) {
    if (agent.description.trim() === '' && agent.topics.length === 0 && agent.examples.length === 0) {
      warnings.push(`Agent "${agent.name}" has no description, topics or examples: only its name can be recognised.`);
    }
    for (const text of agent.examples) {
      const key = tokensOf(text).join(' ');
      const owner = owners.get(key) ?? { text, names: [] };
      if (!owner.names.includes(agent.name)) owner.names.push(agent.name);
      owners.set(key, owner);
    }
  }
  const shared = new Map<string, string[]>();
  for (const { text, names } of owners.values()) {
    if (names.length < 2) continue;
    const who = names.map((name) => `"${name}"`).join(' and ');
    shared.set(who, [...(shared.get(who) ?? []), text]);
  }
  for (const [who, texts] of shared) {
    const more = texts.length > 1 ? ` and ${texts.length - 1} more` : '';
    warnings.push(`Agents ${who} have the same example "${texts[0]?.slice(0, 80)}"${more}: they cannot be told apart by it.`);
  }
  return warnings;
}
