/** Tools without a bff around them: an agent that may use them, a turn's context, and a set-up whose folder goes with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Agent, KnowledgeDocument, ToolCall, ToolContext, ToolPart, ToolSource } from '@halfsecond/bff/layers.ts';
import { openPins } from '@halfsecond/bff/tools/mcp/pins.ts';
import { createTools } from '@halfsecond/bff/tools/run.ts';
import type { Tools } from '@halfsecond/bff/tools/run.ts';
import type { Source } from '@halfsecond/bff/tools/source.ts';

export const agentWith = (tools: string[]): Agent => ({
  name: 'a', description: '', topics: [], examples: [], instructions: '', tools, dataClass: 'public', quality: 1, identity: false,
});
export const contextWith = (...tools: string[]): ToolContext => ({ site: 's', visitor: 'v', chat: 'c', lang: 'en', traceId: 't', agent: agentWith(tools) });
export const never = new AbortController().signal;

export type Lab = { tools: Tools; lines: string[]; learned: Map<string, KnowledgeDocument[]>; folder: string; close(): Promise<void> };

/** `folder` continues what an earlier one has accepted. */
export function openTools(sources: Record<string, ToolSource>, { builtins = {}, folder }: { builtins?: Record<string, Source>; folder?: string } = {}): Lab {
  const lines: string[] = [];
  const learned = new Map<string, KnowledgeDocument[]>();
  const own = folder ?? mkdtempSync(join(tmpdir(), 'halfsecond-tools-'));
  const tools = createTools({
    sources, builtins, pins: openPins(join(own, 'tools.json')), secret: 'a secret of the test', folder: own,
    knowledge: (source, documents) => learned.set(source, documents), log: (line) => lines.push(line),
  });
  return {
    tools, lines, learned, folder: own,
    async close() {
      await tools.close();
      if (folder === undefined) rmSync(own, { recursive: true, force: true });
    },
  };
}

/** The same, closed after the test. */
export function toolsFor(t: TestContext, ...args: Parameters<typeof openTools>): Lab {
  const lab = openTools(...args);
  t.after(() => lab.close());
  return lab;
}

export async function all(parts: AsyncIterable<ToolPart>): Promise<ToolPart[]> {
  const list: ToolPart[] = [];
  for await (const part of parts) list.push(part);
  return list;
}

export function callOf(name: string, input: unknown = {}, id: string = name): ToolCall {
  return { id, name, input };
}

/** Waits for something that is told by nobody, such as a server's tools; fails after `ms`. */
export async function until(what: () => boolean, ms = 15_000): Promise<void> {
  for (const end = performance.now() + ms; !what();) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
