/** `halfsecond …` as the process that it is. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
export type Result = { code: number | null; out: string; err: string };

/** Runs a command in `folder` to its end. @param heard gets each piece of what it says on stderr */
export function halfsecondIn(folder: string, args: string[], env: Record<string, string>, heard: (chunk: Buffer, child: ChildProcess) => void = () => undefined): Promise<Result> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'bff/cli/main.ts'), ...args], { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const result = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (result.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    result.err += chunk.toString();
    heard(chunk, child);
  });
  return new Promise((done) => child.once('close', (code) => done({ ...result, code })));
}
