/** The data folder: that it can be written, and the secrets that live in it. */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export type Secrets = { session: string; admin: string };

/** Makes the folder and proves with a small durable write that it can be used. Throws a sentence. */
export function openFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    const probe = join(path, `.probe-${process.pid}`);
    const file = openSync(probe, 'w', 0o600);
    try {
      writeSync(file, Buffer.alloc(65_536, 1));
      fsyncSync(file);
    } finally {
      closeSync(file);
      rmSync(probe, { force: true });
    }
  } catch (error) {
    throw new Error(`The data folder ${path} cannot be used: ${reason(error)}. Set HALFSECOND_DATA to a folder that can be written.`, { cause: error });
  }
}

/** The environment's secrets; what it does not set is made once and kept in the folder, readable by its owner only. */
export function readSecrets(folder: string, env: NodeJS.ProcessEnv): Secrets {
  const path = join(folder, 'secrets.json');
  const kept = existsSync(path) ? parse(path) : {};
  const made = { session: kept.session ?? randomBytes(32).toString('base64url'), admin: kept.admin ?? randomBytes(24).toString('base64url') };
  if (made.session !== kept.session || made.admin !== kept.admin) {
    writeFileSync(`${path}.new`, JSON.stringify(made), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return { session: env['HALFSECOND_SECRET'] || made.session, admin: env['HALFSECOND_ADMIN_KEY'] || made.admin };
}

function parse(path: string): Partial<Secrets> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>;
  } catch (error) {
    throw new Error(`${path} cannot be read: ${reason(error)}. Bring it back, or remove it to have new secrets made: visitors then start new sessions.`, { cause: error });
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words: Record<string, string> = { ENOSPC: 'the disk is full', EACCES: 'no permission', EPERM: 'no permission', EROFS: 'it is read-only', ENOTDIR: 'it is not a folder', EEXIST: 'it is not a folder', ENOENT: 'it is not there and cannot be made' };
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}
