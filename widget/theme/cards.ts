/** Styles of the cards inside an answer: comment, edit, approval, person, hop trail. */
import { css } from './css.ts';

export const cardStyles = css`
  .card { display: flex; flex-direction: column; align-items: flex-start; gap: 10px; margin: 0; padding: 13px 14px; border: 1px solid var(--_line); border-radius: 14px; font-size: 0.93em; animation: hs-rise 0.2s var(--_ease) both; }
  .card p { margin: 0; color: var(--_muted); }
  .card .card-title { display: flex; gap: 9px; font-weight: 580; color: var(--_text); }
  .card-title svg { flex: none; width: 20px; height: 20px; color: var(--_accent-text); }
  .card label { display: flex; flex-direction: column; gap: 6px; width: 100%; font-size: 0.93em; color: var(--_muted); }
  .card textarea {
    box-sizing: border-box; width: 100%; min-height: 62px; max-height: 220px; padding: 8px 11px; border: 1px solid var(--_field); border-radius: 11px; font: inherit; font-size: max(16px, 1em); line-height: 1.4;
    color: var(--_text); background: var(--_bg); resize: vertical; field-sizing: content;
  }
  .card textarea:focus-visible { outline: 2px solid var(--_accent-text); outline-offset: -1px; }
  .card-buttons { display: flex; flex-wrap: wrap; gap: 8px; }
  .plain-button, .quiet-button {
    all: unset; box-sizing: border-box; min-height: var(--_target, 34px); display: inline-flex; align-items: center; padding: 5px 14px; border: 1px solid transparent; border-radius: 10px;
    font-weight: 560; color: var(--_on-accent); background: var(--_accent); cursor: pointer;
  }
  .quiet-button { border-color: var(--_line); color: var(--_text); background: none; }
  .quiet-button:hover { background: var(--_surface); }
  :is(.plain-button, .quiet-button):focus-visible { outline: 2px solid var(--_accent-text); outline-offset: 2px; }
  :is(.plain-button, .quiet-button):disabled { opacity: 0.5; cursor: default; }
  .fields { display: grid; grid-template-columns: fit-content(45%) 1fr; gap: 5px 16px; width: 100%; margin: 0; padding: 9px 12px; border-radius: 10px; background: var(--_surface); }
  .fields div { display: contents; }
  .fields dt { color: var(--_muted); }
  .fields dd { unicode-bidi: plaintext; margin: 0; overflow-wrap: anywhere; }
  .trail { width: 100%; border-collapse: collapse; font-size: 0.93em; font-variant-numeric: tabular-nums; }
  .trail caption { padding-bottom: 7px; text-align: start; font-weight: 580; color: var(--_text); }
  .trail :is(th, td) { padding: 3px 0; font-weight: 400; text-align: start; white-space: nowrap; }
  .trail td:last-child { text-align: end; color: var(--_text); }
  .trail .bar { width: 60%; padding-inline: 12px; }
  .bar svg { display: block; width: 100%; height: 6px; border-radius: 3px; background: var(--_surface); }
  :host(:dir(rtl)) .bar svg, [dir='rtl'] .bar svg { transform: scaleX(-1); }
  .bar rect { fill: var(--_accent-text); }
  .trail tbody + tbody tr:first-child :is(th, td) { padding-top: 8px; }
  .sum th, .trail .sum td { font-weight: 580; color: var(--_text); }
  .card > a:not(.plain-button) { color: var(--_accent-text); text-underline-offset: 3px; }
  a.plain-button { text-decoration: none; }
  @media (forced-colors: active) { .plain-button { border-color: ButtonText; } .bar rect { fill: CanvasText; } }
`;
