/** The small bubble beside the launcher with which a page speaks first. It never takes the focus. */
import { html, type TemplateResult } from 'lit/html.js';
import { css, sheetOf } from '../theme/css.ts';
import { icons } from './icons.ts';
import type { Strings } from '../locales/en.ts';

export function bubble(text: string, strings: Strings, open: () => void, dismiss: () => void): TemplateResult {
  return html`<div class="proactive" part="proactive" role="status" dir=${strings.direction}>
    <button class="proactive-text" type="button" @click=${open}>${text}</button>
    <button class="small" type="button" aria-label=${strings.dismiss} title=${strings.dismiss} @click=${dismiss}>${icons.close}</button>
  </div>`;
}

export const sheet = sheetOf(css`
  .proactive {
    position: fixed; z-index: var(--hs-z-index, 2147483000); right: max(var(--hs-offset-x, 20px), env(safe-area-inset-right));
    bottom: calc(max(var(--hs-offset-y, 20px), env(safe-area-inset-bottom)) + var(--hs-launcher-size, 56px) + 12px);
    display: flex; align-items: flex-start; gap: 2px; box-sizing: border-box; width: max-content; max-width: min(300px, 100vw - 40px); padding: 4px; border: 1px solid var(--_line); border-radius: 16px 16px 5px 16px;
    font-family: var(--hs-font, inherit); font-size: var(--_size); line-height: 1.45; color: var(--_text); background: var(--_bg); box-shadow: 0 2px 6px #0b102014, 0 16px 40px -14px #0b102047;
    transform-origin: 100% 100%; animation: hs-bubble 0.3s var(--_ease) both;
  }
  :host([position='left']) .proactive { right: auto; left: max(var(--hs-offset-x, 20px), env(safe-area-inset-left)); border-radius: 16px 16px 16px 5px; transform-origin: 0 100%; }
  .proactive-text { all: unset; box-sizing: border-box; flex: 1; min-width: 0; min-height: 28px; padding-block: 6px; padding-inline: 11px 4px; border-radius: 12px; overflow-wrap: anywhere; cursor: pointer; }
  .proactive-text:focus-visible { outline: 2px solid var(--_accent-text); }
  @keyframes hs-bubble { from { opacity: 0; transform: translateY(8px) scale(0.95); } }
  @media (prefers-reduced-motion: reduce) { .proactive { animation: none; } }
  @media print { .proactive { display: none; } }
`);
