/** The icons, drawn with the colour of the text around them. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit/html.js';

const icon = (shape: SVGTemplateResult): TemplateResult =>
  html`<svg viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">${shape}</svg>`;

export const icons = {
  close: icon(svg`<path d="m5.5 5.5 9 9m0-9-9 9"/>`),
  reset: icon(svg`<path d="M10 4.25H6.5A2.25 2.25 0 0 0 4.25 6.5v7a2.25 2.25 0 0 0 2.25 2.25h7a2.25 2.25 0 0 0 2.25-2.25V10M15.4 4.6 9.5 10.5"/>`),
  send: icon(svg`<path d="M10 15.5v-11m0 0L5.25 9.25M10 4.5l4.75 4.75"/>`),
  stop: icon(svg`<rect x="6" y="6" width="8" height="8" rx="1.5" fill="currentColor" stroke="none"/>`),
  copy: icon(svg`<rect x="7.25" y="7.25" width="8.5" height="8.5" rx="2"/><path d="M12.75 4.9a2 2 0 0 0-1.6-.65h-4.9a2 2 0 0 0-2 2v4.9c0 .65.25 1.25.65 1.6"/>`),
  check: icon(svg`<path d="m4.75 10.5 3.5 3.5 7-8"/>`),
  up: icon(svg`<path d="M6.75 9v6.75M6.75 9l3-5.1c.2-.35.55-.4.9-.3.9.3 1.35 1.2 1.15 2.15L11.25 8h3.1c1.1 0 1.9 1 1.65 2.05l-1 4.2a1.9 1.9 0 0 1-1.85 1.5h-6.4M6.75 9h-2a.75.75 0 0 0-.75.75V15c0 .4.35.75.75.75h2"/>`),
  down: icon(svg`<path d="M13.25 11V4.25M13.25 11l-3 5.1c-.2.35-.55.4-.9.3-.9-.3-1.35-1.2-1.15-2.15L8.75 12h-3.1c-1.1 0-1.9-1-1.65-2.05l1-4.2a1.9 1.9 0 0 1 1.85-1.5h6.4M13.25 11h2c.4 0 .75-.35.75-.75V5a.75.75 0 0 0-.75-.75h-2"/>`),
  edit: icon(svg`<path d="m11.5 5.5 3 3M4.5 15.5l.6-3.1 8-8a1.4 1.4 0 0 1 2 0l.5.5a1.4 1.4 0 0 1 0 2l-8 8Z"/>`),
  retry: icon(svg`<path d="M15.5 10a5.5 5.5 0 1 1-1.75-4.02M15.6 3.75V6.5h-2.75"/>`),
  jump: icon(svg`<path d="M10 4.75v10.5m0 0 4.25-4.25M10 15.25 5.75 11"/>`),
  person: icon(svg`<circle cx="10" cy="7" r="2.75"/><path d="M4.75 16c.5-2.7 2.6-4.25 5.25-4.25S14.75 13.3 15.25 16"/>`),
  mark: html`<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="7.1" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M10 5.4a4.6 4.6 0 0 1 0 9.2Z" fill="currentColor"/></svg>`,
};
