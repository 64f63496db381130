/** Joins the continuation of another model to the text so far, without a word said twice. */
import { ProviderFailure } from './failure.ts';

/** How much of the end of the text may be repeated, and how little already counts as repeating (characters). */
const WINDOW = 400;
const LEAST = 3;
/** A continuation that repeats this much of the beginning is a new answer, not a continuation (characters). */
const RESTART = 24;

/**
 * A filter for the continuation's text. It holds text back only while that might still be a repetition of what
 * the visitor has seen; `flush` gives what is left at the end. Throws when the model starts its answer anew and
 * then says something else: that cannot be joined.
 */
export function createSplice(partial: string): { push(text: string): string; flush(): string } {
  const tail = partial.slice(-WINDOW);
  let held: string | null = '';

  function settle(): string {
    const text = held ?? '';
    held = null;
    return text.slice(repeated(text));
  }
  /** Length of the longest beginning of `text` that the visitor has already seen as the end of the answer. */
  function repeated(text: string): number {
    if (text.startsWith(partial)) return partial.length;
    for (let from = 0; from <= tail.length - LEAST; from++) {
      if (isWordStart(tail, from) && text.startsWith(tail.slice(from))) return tail.length - from;
    }
    return 0;
  }
  function undecided(text: string): boolean {
    if (text.length < partial.length && partial.startsWith(text)) return true;
    for (let from = 0; from < tail.length - text.length; from++) {
      if (isWordStart(tail, from) && tail.startsWith(text, from)) return true;
    }
    return false;
  }

  return {
    push(text) {
      if (held === null) return text;
      held += text;
      if (undecided(held)) return '';
      const whole = held.startsWith(partial);
      if (!whole && partial.length >= RESTART && held.startsWith(partial.slice(0, RESTART)) && repeated(held) === 0) {
        throw new ProviderFailure('protocol', 'the model started anew instead of continuing');
      }
      return settle();
    },
    flush: () => (held === null ? '' : settle()),
  };
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || /\s/.test(text[at - 1] ?? ' ') || /\s/.test(text[at] ?? '');
}
