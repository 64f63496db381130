/** The reference servers of MCP, as a configuration names them and as a process of their own over HTTP. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { ToolSource } from '@halfsecond/bff/layers.ts';

type Mcp = Extract<ToolSource, { kind: 'mcp' }>;
const root = join(import.meta.dirname, '../../..');
const server = (name: string): string => join(root, `node_modules/@modelcontextprotocol/server-${name}/dist/index.js`);

export const times = { timeout: 5_000, longest: 15_000, allow: [], knowledge: false };
export function stdio(name: 'everything' | 'filesystem' | 'memory', args: string[] = [], more: Partial<Mcp> = {}): Mcp {
  return { kind: 'mcp', command: ['node', server(name), ...args], ...times, ...more };
}
export function bad(more: Partial<Mcp> = {}, ...args: string[]): Mcp {
  return { kind: 'mcp', command: ['node', join(root, 'test/fakes/mcp.mjs'), ...args], ...times, ...more };
}

export type Running = { url: string; port: number; close(): Promise<void> };

/** server-everything over streamable HTTP; `port` 0 takes a free one. */
export async function everythingOverHttp(port = 0): Promise<Running> {
  const child = spawn(process.execPath, ['--import', join(root, 'test/fakes/loopback.mjs'), server('everything'), 'streamableHttp'], { env: { ...process.env, PORT: String(port) }, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const found = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const at = /^listening on (\d+)$/.exec(line)?.[1];
      if (at) resolve(Number(at));
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return {
    url: `http://127.0.0.1:${found}/mcp`, port: found,
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
