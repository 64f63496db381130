/** The tokens: every `--hs-*` property with its default, light and dark, under a private name that the styles use. */
import { css } from './css.ts';

export const tokens = css`
  :host { all: initial; font-family: inherit; display: block; color-scheme: light dark; }
  :host([theme='light']) { color-scheme: light; }
  :host([theme='dark']) { color-scheme: dark; }
  :host([hidden]) { display: none !important; }
  :host {
    --_accent: var(--hs-accent, light-dark(#2747d4, #4a66ea));
    --_accent-text: var(--hs-accent-text, light-dark(#2747d4, #9db2ff));
    --_on-accent: var(--hs-on-accent, #fff);
    --_bg: var(--hs-background, light-dark(#ffffff, #14161c));
    --_text: var(--hs-text, light-dark(#171a22, #eceef4));
    --_muted: var(--hs-muted, light-dark(#5b6272, #9ba3b4));
    --_line: var(--hs-line, light-dark(#e6e8ee, #272b35));
    --_field: color-mix(in srgb, var(--_muted) 72%, var(--_bg));
    --_surface: var(--hs-surface, light-dark(#f4f5f8, #1d2029));
    --_bubble: var(--hs-bubble, light-dark(#eef1fb, #232a45));
    --_on-bubble: var(--hs-on-bubble, var(--_text));
    --_danger: var(--hs-danger, light-dark(#b3261e, #ffb4ab));
    --_ok: var(--hs-ok, light-dark(#12805c, #57d3a4));
    --_radius: var(--hs-radius, 18px);
    --_mono: var(--hs-font-mono, ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace);
    --_size: var(--hs-font-size, 15px);
    --_ease: cubic-bezier(0.2, 0.8, 0.2, 1);
  }
`;
