/** The words that the table counts, in the same way when it is made and when it is used. */

/** Lower-case words and numbers in their order, `max` at most; accents fall away, an apostrophe stays inside its word. */
export function tokensOf(text: string, max: number): string[] {
  const plain = text.slice(0, max * 24).toLowerCase().normalize('NFKD').replace(/[\u0300-\u036f]/g, '').replaceAll('’', "'");
  return (plain.match(/[a-z0-9]+(?:'[a-z]+)?/g) ?? []).slice(0, max);
}
