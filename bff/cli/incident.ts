/** `halfsecond incident …`: hands over to the status host's own program, which shares nothing with the bff. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './options.ts';

export function run(args: string[]): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'status/incident.ts'), ...args], { stdio: 'inherit' });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}
