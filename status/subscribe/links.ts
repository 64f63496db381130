/** Links that only this host can have made: an HMAC over what they do, to whom, and until when. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export type Action = 'confirm' | 'unsubscribe';
export type Links = {
  /** @param until epoch ms; null for ever */
  token: (action: Action, id: string, until: number | null) => string;
  /** The subscriber's id; null when forged, altered, meant for something else or too late. */
  read: (action: Action, token: string, now: number) => string | null;
};

/** Reads the key in `path`, or makes it there, readable by its owner only. */
export function openLinks(path: string): Links {
  const key = keyIn(path);
  const mac = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');
  return {
    token(action, id, until) {
      const body = `${id}.${until === null ? '' : until.toString(36)}`;
      return `${body}.${mac(`${action}.${body}`)}`;
    },
    read(action, token, now) {
      const [id = '', until = '', signature = '', ...more] = token.split('.');
      const given = Buffer.from(signature);
      const expected = Buffer.from(mac(`${action}.${id}.${until}`));
      if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      return until !== '' && Number.parseInt(until, 36) < now ? null : id;
    },
  };
}

function keyIn(path: string): Buffer {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    try {
      writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      // The other process of this host was first; its key is the one.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
  const key = readFileSync(path);
  if (key.byteLength !== 32) throw new Error(`${path} does not hold a key of 32 bytes.`);
  return key;
}
