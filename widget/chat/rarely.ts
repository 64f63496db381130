/** Pieces that few visitors meet: fetched when first drawn, with a style sheet of their own. */

/** What a rare piece brings beside its templates. */
export type Rare = { sheet: CSSStyleSheet };

export type Fetch = <T extends Rare>(piece: () => Promise<T>) => T | null;

/** Gives a piece once it is there, null before; `arrived` says that it is worth drawing again. One per panel, which gets the piece's style sheet. */
export function createFetch(root: () => ShadowRoot, arrived: () => void): Fetch {
  const there = new Map<unknown, Rare | null>();
  return <T extends Rare>(piece: () => Promise<T>): T | null => {
    const found = there.get(piece) as T | null | undefined;
    if (found !== undefined) return found;
    there.set(piece, null);
    piece().then((module) => {
      root().adoptedStyleSheets.push(module.sheet);
      there.set(piece, module);
      arrived();
    }, (error: unknown) => {
      there.delete(piece);
      console.warn('Halfsecond: a piece of the panel could not be loaded.', error);
    });
    return null;
  };
}
