/** `halfsecond build`: the widget's bundle and the status site; each is left alone while its sources are unchanged. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { helped, root } from './options.ts';

export async function run(args: string[]): Promise<number> {
  if (helped(args, 'halfsecond build\n\nBuilds widget/dist and status/dist. What has not changed is not built again.')) return 0;
  await Promise.all([build('widget'), build('status')]);
  return 0;
}

/** Runs a workspace's own build in a process of its own; its output goes to stderr. */
export function build(workspace: 'widget' | 'status'): Promise<void> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, workspace, 'build.ts')], { cwd: join(root, workspace), stdio: ['ignore', 2, 2] });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => (code === 0 ? done() : fail(new Error(`The build of ${workspace} failed (see above).`))));
  });
}
