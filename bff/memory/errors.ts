/** The errors of the memory layer: each has a code for programs and a sentence for people. */

export type MemoryCode =
  /** The folder cannot be read, written or opened as tables. */
  | 'memory_unavailable'
  /** Whoever makes vectors does not answer now, and may do so later. */
  | 'memory_away'
  /** Another process holds the folder. */
  | 'memory_locked'
  /** A site, visitor, document or turn id outside the allowed alphabet. */
  | 'memory_bad_id'
  /** A value that cannot be kept: a wrong type or a number that is none. */
  | 'memory_bad_value'
  /** Text that should be gone is still on disk. */
  | 'memory_not_erased';

export class MemoryError extends Error {
  readonly code: MemoryCode;
  constructor(code: MemoryCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'MemoryError';
    this.code = code;
  }
}

/** What went wrong below, as one line for the end of a sentence: without the source lines that LanceDB adds. */
export function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').replace(/,? \S+\.rs:\d.*$/, '').replace(/[.\s]+$/, '').slice(0, 240);
}
