/** Which version of this program runs: what the operator says, else the commit of the checkout, else the package's number. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `root`: the checkout's folder. Characters that a file name should not have become dashes. */
export function versionOf(root: string, env: NodeJS.ProcessEnv): string {
  const version = env['HALFSECOND_VERSION'] || commitOf(join(root, '.git')) || packageOf(root);
  return version.replace(/[^\w.-]/g, '-').slice(0, 60);
}

function commitOf(folder: string): string | null {
  const head = readText(join(folder, 'HEAD'));
  const reference = /^ref: (\S+)$/.exec(head)?.[1];
  if (reference === undefined) return head.slice(0, 9) || null;
  const packed = readText(join(folder, 'packed-refs')).split('\n').find((line) => line.endsWith(` ${reference}`));
  return (readText(join(folder, reference)) || packed || '').slice(0, 9) || null;
}

function packageOf(root: string): string {
  return (JSON.parse(readText(join(root, 'package.json')) || '{}') as { version?: string }).version ?? 'unknown';
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}
