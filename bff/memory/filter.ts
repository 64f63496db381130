/**
 * The one place that builds filters. LanceDB's `where` is raw SQL, so nothing enters it but ids from the
 * allowed alphabet and hashes made here.
 */
import { createHash } from 'node:crypto';
import { ID_PATTERN } from '@halfsecond/shared/limits';
import { MemoryError } from './errors.ts';
import type { Origin, TurnRow } from './schema.ts';

/** Returns the id unchanged; throws `memory_bad_id` for anything outside the alphabet. */
export function checkedId(what: 'site' | 'visitor' | 'document' | 'turn' | 'chat' | 'embedder', id: unknown): string {
  if (typeof id === 'string' && ID_PATTERN.test(id)) return id;
  throw new MemoryError('memory_bad_id', `The ${what} id is not allowed: expected 1 to 128 characters from A-Z a-z 0-9 _ . : -`);
}

/** Rows of one site. */
export function ofSite(site: string): string {
  return `site = '${checkedId('site', site)}'`;
}
/** Turns of one visitor of one site. */
export function ofVisitor(site: string, visitor: string): string {
  return `${ofSite(site)} AND visitor = '${checkedId('visitor', visitor)}'`;
}
/** Sections of some documents of one site. */
export function ofDocuments(site: string, documents: string[]): string {
  return `${ofSite(site)} AND document IN (${documents.map((id) => `'${checkedId('document', id)}'`).join(', ')})`;
}
/** Sections of one site that came the same way. */
export function ofOrigin(site: string, origin: Origin): string {
  return `${ofSite(site)} AND origin = '${origin === 'files' ? 'files' : 'handed'}'`;
}
/** Rows whose vector another embedder made, or nobody yet. */
export function notBy(embedder: string): string {
  return `(embedder IS NULL OR embedder != '${checkedId('embedder', embedder)}')`;
}
/** Turns from before a moment (epoch ms). */
export function before(at: number): string {
  if (!Number.isFinite(at)) throw new MemoryError('memory_bad_value', 'A moment is no number.');
  return `at < ${at.toFixed(0)}`;
}
/** Turns of one chat, of whichever visitor. */
export function ofChat(chat: string): string {
  return `chat = '${checkedId('chat', chat)}'`;
}
/** Turns that arrived after a moment, by their `seq`. */
export function since(seq: number): string {
  return `seq > ${placed(seq)}`;
}
/** Turns that arrived up to it. */
export function upTo(seq: number): string {
  return `seq <= ${placed(seq)}`;
}
function placed(seq: number): string {
  if (!Number.isFinite(seq)) throw new MemoryError('memory_bad_value', 'A place in the order of turns is no number.');
  return seq.toFixed(0);
}
/** Rows by the keys that `keyOf` made. */
export function ofKeys(keys: string[], column: 'key' | 'entity' | 'section' = 'key'): string {
  const hashes = keys.filter((key) => /^[0-9a-f]{40}$/.test(key));
  if (hashes.length !== keys.length) throw new MemoryError('memory_bad_id', 'A row key is not a hash.');
  return `${column} IN (${hashes.map((key) => `'${key}'`).join(', ')})`;
}

/** A chat's name in the process: no id holds a space. */
export function nameOf({ site, visitor, chat }: Pick<TurnRow, 'site' | 'visitor' | 'chat'>): string {
  return `${site} ${visitor} ${chat}`;
}

/** The key of a row: a hash over its parts, which cannot run into each other. */
export function keyOf(...parts: (string | number)[]): string {
  return createHash('sha1').update(JSON.stringify(parts)).digest('hex');
}
