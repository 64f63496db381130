/** Colours code once its fence has closed. The colouring itself is a chunk of its own, fetched when the first such fence closes. */

/** Longer code stays in one colour (characters). */
const LENGTH_MAX = 30_000;

/** Colours `code`, whose text is final, when `language` is one that the chunk knows; returns at once. Without the chunk it simply stays as it is. */
export function highlight(code: Element, language: string): void {
  if (language === '' || (code.textContent?.length ?? 0) > LENGTH_MAX) return;
  import('./colour.ts').then(({ colour }) => colour(code, language), (error: unknown) => console.debug('Halfsecond: code stays in one colour.', error));
}
