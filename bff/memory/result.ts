/** What reading knowledge gives, and the ids of what was read. */
import { createHash } from 'node:crypto';
import { ID_MAX } from '@halfsecond/shared/limits';
import type { KnowledgeDocument } from './document.ts';

/** `skipped`: the path as found, relative to the root where it lies below it, or the address. */
export type ReadResult = { document: KnowledgeDocument } | { skipped: string; reason: string };

/** A path or address in the alphabet of ids; where characters had to change or go, a hash keeps two apart. */
export function documentId(from: string): string {
  const plain = from.replace(/\//g, ':').replace(/[^A-Za-z0-9_.:-]/g, '-');
  if (plain === from.replace(/\//g, ':') && !from.includes(':') && plain.length <= ID_MAX) return plain;
  const hash = createHash('sha256').update(from).digest('hex').slice(0, 8);
  return `${plain.slice(-(ID_MAX - 9))}-${hash}`;
}
