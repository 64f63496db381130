/** The file server as a process of its own over a folder that a test has written. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const server = join(import.meta.dirname, '..', '..', 'status', 'server.ts');

export type Served = { url: string; log: () => string };

/** @param folder the status host's own: `public` lies in it */
export async function serve(t: Pick<TestContext, 'after'>, folder: string, env: Record<string, string> = {}): Promise<Served> {
  const data = mkdtempSync(join(tmpdir(), 'halfsecond-serving-'));
  symlinkSync(folder, join(data, 'status'), 'junction');
  const child = spawn(process.execPath, [server], { env: { ...process.env, HALFSECOND_DATA: data, STATUS_PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => { log += chunk.toString(); });
  t.after(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  });
  const [line] = await once(child.stdout, 'data') as [Buffer];
  return { url: (JSON.parse(line.toString()) as { url: string }).url, log: () => log };
}
