/** What a heap is made of: reads two of V8's heap snapshots and tells by constructor what the second has more. */
import { readFileSync } from 'node:fs';

/** Shallow sizes: every byte is counted once, under the object that it belongs to. */
export type Share = { name: string; count: number; bytes: number };
type Snapshot = { snapshot: { meta: { node_fields: string[]; node_types: [string[]] } }; nodes: number[]; strings: string[] };

export function compareHeaps(before: string, after: string): Share[] {
  const [old, young] = [sums(before), sums(after)];
  return [...young].map(([name, { count, bytes }]) => ({ name, count: count - (old.get(name)?.count ?? 0), bytes: bytes - (old.get(name)?.bytes ?? 0) })).sort((a, b) => b.bytes - a.bytes);
}

function sums(path: string): Map<string, Share> {
  const { snapshot: { meta }, nodes, strings } = JSON.parse(readFileSync(path, 'utf8')) as Snapshot;
  const width = meta.node_fields.length;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => meta.node_fields.indexOf(field)) as [number, number, number];
  const found = new Map<string, Share>();
  for (let at = 0; at < nodes.length; at += width) {
    const kind = meta.node_types[0][nodes[at + type] ?? 0] ?? '';
    const label = strings[nodes[at + name] ?? 0] ?? '';
    // The text of a string or the source of a script is no constructor.
    const key = kind === 'object' || kind === 'native' || kind === 'closure' ? `${kind} ${label}` : kind === 'code' || kind === 'array' || kind === 'hidden' || kind === 'object shape' ? `${kind} ${label.slice(0, 40)}` : kind;
    const share = found.get(key) ?? { name: key, count: 0, bytes: 0 };
    share.count += 1;
    share.bytes += nodes[at + size] ?? 0;
    found.set(key, share);
  }
  return found;
}
