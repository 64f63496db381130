/** Contrast of two colours, as WCAG 2.2 reckons it, and the pairs of the widget that must have enough. Pure. */

/** `least` is 4.5 for text and 3 for shapes. `front` and `back` are tokens. */
export type Pair = { front: string; back: string; least: number; what: string };

export const pairs: Pair[] = [
  { front: '--hs-text', back: '--hs-background', least: 4.5, what: 'Text' },
  { front: '--hs-muted', back: '--hs-background', least: 4.5, what: 'Secondary text' },
  { front: '--hs-accent-text', back: '--hs-background', least: 4.5, what: 'Links' },
  { front: '--hs-on-accent', back: '--hs-accent', least: 4.5, what: 'Text on the accent' },
  { front: '--hs-on-bubble', back: '--hs-bubble', least: 4.5, what: 'The visitor’s messages' },
  { front: '--hs-text', back: '--hs-surface', least: 4.5, what: 'Code' },
  { front: '--hs-muted', back: '--hs-surface', least: 4.5, what: 'Table heads' },
  { front: '--hs-danger', back: '--hs-background', least: 4.5, what: 'Errors' },
  { front: '--hs-accent', back: '--hs-background', least: 3, what: 'Buttons' },
  { front: '--hs-ok', back: '--hs-background', least: 3, what: 'Finished steps' },
];

/** From 1 to 21; both colours as `#rgb` or `#rrggbb`. NaN when one is no such colour. */
export function contrast(front: string, back: string): number {
  const [a, b] = [luminance(front), luminance(back)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** `#RGB` or `#rrggbb` as `#rrggbb`; null for anything else. */
export function hex(text: string): string | null {
  const digits = /^#?([\da-f]{3}|[\da-f]{6})$/i.exec(text.trim())?.[1]?.toLowerCase();
  if (digits === undefined) return null;
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits}`;
}

function luminance(color: string): number {
  const digits = hex(color);
  if (digits === null) return NaN;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
