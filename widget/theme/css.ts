/** Style sheets as text; the build takes the white space out of what bears this tag. */
export const css = String.raw;

/** One constructed sheet of several texts: allowed under every Content-Security-Policy. */
export function sheetOf(...texts: string[]): CSSStyleSheet {
  if (!globalThis.CSSStyleSheet) return {} as CSSStyleSheet; // Imported where no page is.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(texts.join(''));
  return sheet;
}
