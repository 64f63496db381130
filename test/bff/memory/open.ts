/** A memory in a folder of its own, for one test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Extracted, MemoryTurn, Recalled, RecallInput } from '@halfsecond/bff/layers.ts';
import { openMemory, type Memory, type MemoryOptions } from '@halfsecond/bff/memory/memory.ts';

export const never = new AbortController().signal;

/** An empty folder that goes away after the test. */
export async function tempFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hs-memory-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a memory, collects its log lines, and closes it before its folder goes. */
export async function tempMemory(t: TestContext, options: Partial<MemoryOptions> = {}): Promise<{ memory: Memory; folder: string; lines: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'hs-memory-'));
  const lines: string[] = [];
  const memory = await openMemory({ uri: folder, log: (line) => lines.push(line), ...options });
  t.after(async () => {
    await memory.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { memory, folder, lines };
}

export function turn(visitor: string, id: string, text: string, more: Partial<MemoryTurn> = {}): MemoryTurn {
  return { id, site: 'demo', visitor, chat: 'c1', role: 'user', text, at: 1_700_000_000_000, ...more };
}

/** What a model says that a turn says. */
export function found(text: string, turn: string, more: Partial<Extracted> = {}): Extracted {
  return { text, turn, from: null, until: null, replaces: [], ...more };
}

export function ask(memory: Pick<Memory, 'recall'>, query: string, more: Partial<RecallInput> = {}): Promise<Recalled> {
  return memory.recall({ site: 'demo', visitor: null, query, scope: 'all', k: 5, tokenBudget: 300, ...more }, never);
}

export function texts(recalled: Recalled): string[] {
  return recalled.snippets.map((snippet) => snippet.text);
}
