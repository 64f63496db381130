/** Styles of the panel's frame: popup, inline, full screen; head, composer, buttons. */
import { css } from './css.ts';

export const panelStyles = css`
  .panel {
    all: initial; color-scheme: inherit;
    position: relative; display: flex; flex-direction: column; overflow: hidden; width: 100%; height: 100%; min-height: 0;
    font-family: var(--hs-font, inherit); font-size: var(--_size); line-height: 1.55; letter-spacing: -0.003em; color: var(--_text); background: var(--_bg);
    -webkit-font-smoothing: antialiased; text-align: start; overflow-wrap: break-word;
  }
  .panel, .panel *, .panel ::before, .panel ::after { box-sizing: border-box; }
  .popup {
    position: fixed; z-index: calc(var(--hs-z-index, 2147483000) + 1);
    right: max(var(--hs-offset-x, 20px), env(safe-area-inset-right));
    bottom: calc(max(var(--hs-offset-y, 20px), env(safe-area-inset-bottom)) + var(--hs-launcher-size, 56px) + 14px);
    width: min(var(--hs-width, 404px), 100vw - 32px);
    height: min(var(--hs-height, 660px), 100dvh - var(--hs-launcher-size, 56px) - 54px);
    border: 1px solid var(--_line); border-radius: var(--_radius);
    box-shadow: 0 2px 6px #0b102014, 0 24px 60px -16px #0b102047;
    transform-origin: calc(100% - 28px) 100%;
    transition: opacity 0.18s var(--_ease), transform 0.24s var(--_ease), visibility 0s;
  }
  :host([position='left']) .popup { right: auto; left: max(var(--hs-offset-x, 20px), env(safe-area-inset-left)); transform-origin: 28px 100%; }
  .popup[hidden] {
    display: flex; visibility: hidden; opacity: 0; transform: translateY(10px) scale(0.975);
    transition: opacity 0.14s, transform 0.14s, visibility 0s 0.14s;
  }
  :host([mode='inline']) { height: var(--hs-height, 560px); }
  :host([mode='inline']) .panel { border: 1px solid var(--_line); border-radius: var(--_radius); }
  :host([mode='fullscreen']) .panel { position: fixed; inset: 0; z-index: var(--hs-z-index, 2147483000); height: 100dvh; }
  :host([mode='fullscreen']) :is(.log, .composer, .head) { width: min(760px, 100%); margin-inline: auto; }

  .head { display: flex; align-items: center; gap: 11px; padding-block: 13px; padding-inline: 18px 12px; border-bottom: 1px solid var(--_line); }
  .avatar { display: grid; place-items: center; flex: none; width: 34px; height: 34px; border-radius: 11px; color: var(--_on-accent); background: var(--_accent); }
  .avatar svg { width: 22px; }
  .titles { flex: 1; min-width: 0; }
  .titles h2 { margin: 0; font-size: 1em; font-weight: 620; line-height: 1.3; letter-spacing: -0.012em; }
  .titles p { margin: 1px 0 0; font-size: 0.83em; line-height: 1.35; color: var(--_muted); }
  .titles a { color: inherit; text-underline-offset: 2px; text-decoration-color: var(--_line); }
  .titles a:hover { color: var(--_text); text-decoration-color: currentColor; }

  .icon, .small, .round {
    all: unset; display: grid; place-items: center; flex: none; width: var(--_target, 34px); height: var(--_target, 34px); border-radius: 10px;
    color: var(--_muted); cursor: pointer; transition: background 0.12s, color 0.12s;
  }
  .small { width: var(--_target, 28px); height: var(--_target, 28px); border-radius: 8px; }
  .icon svg, .round svg { width: 20px; }
  .small svg { width: 17px; }
  :is(.icon, .small):hover { color: var(--_text); background: var(--_surface); }
  .small[aria-pressed='true'] { color: var(--_accent-text); }
  .small[aria-pressed='true'] svg { fill: color-mix(in srgb, currentColor 22%, transparent); }
  :is(button, a, .scroll, pre, .table):focus-visible { outline: 2px solid var(--_accent-text); outline-offset: 1px; }
  .scroll:focus-visible { outline-offset: -3px; border-radius: 8px; }

  .composer { position: relative; margin: 0; padding: 4px 14px 14px; }
  .composer::before { content: ''; position: absolute; inset: -18px 10px auto 0; height: 18px; background: linear-gradient(transparent, var(--_bg)); pointer-events: none; }
  .field {
    display: flex; align-items: flex-end; gap: 6px; padding-block: 5px; padding-inline: 15px 5px; border: 1px solid var(--_field); border-radius: 22px;
    background: var(--_bg); transition: border-color 0.14s, box-shadow 0.14s;
  }
  .field:focus-within { border-color: var(--_accent-text); box-shadow: 0 0 0 3px color-mix(in srgb, var(--_accent-text) 16%, transparent); }
  .field textarea {
    all: unset; flex: 1; min-width: 0; max-height: 6.6lh; min-height: 34px; padding: 6px 0; overflow-y: auto; box-sizing: border-box;
    font-size: max(16px, 1em); line-height: 1.375; white-space: pre-wrap; overflow-wrap: anywhere; field-sizing: content; cursor: text;
  }
  .field textarea::placeholder { color: var(--_muted); opacity: 1; }
  .round { border-radius: 50%; color: var(--_on-accent); background: var(--_accent); }
  .round:active { transform: scale(0.94); }
  .round[aria-disabled='true'] { color: var(--_muted); background: var(--_surface); cursor: default; }
  .round.stop { color: var(--_bg); background: var(--_text); }
  .limit { margin: 6px 4px 0; font-size: 0.83em; color: var(--_muted); }
  .limit:empty, .thanks:empty { display: none; }
  .limit.over { color: var(--_danger); }

  .launcher[data-unread]::after {
    content: attr(data-unread); position: absolute; inset-block-start: -3px; inset-inline-end: -3px; box-sizing: border-box; min-width: 22px; padding: 0 6px; border: 2px solid var(--_bg); border-radius: 12px;
    font-family: var(--hs-font, inherit); font-size: 12px; font-weight: 600; line-height: 18px; text-align: center; color: #fff; background: #c62828; animation: hs-rise 0.25s var(--_ease) both;
  }
  .unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  :host([density='compact']) { --_size: var(--hs-font-size, 14px); }
  :host([density='compact']) .log { gap: 12px; padding: 12px 14px; }
  :host([density='compact']) .answer { gap: 7px; }
  :host([density='compact']) .head { padding-block: 8px; }
  :host([density='compact']) .composer { padding: 2px 10px 10px; }
  :host([density='compact']) .question { padding: 6px 12px; }

  @media (max-width: 520px) {
    .popup { inset: var(--_view-top, 0px) 0 auto !important; width: 100%; height: var(--_view-height, 100dvh); border: 0; border-radius: 0; box-shadow: none; }
    .launcher[aria-expanded='true'] { display: none; }
    .popup .head { padding-top: calc(12px + env(safe-area-inset-top)); }
    .popup .composer { padding-bottom: calc(12px + env(safe-area-inset-bottom)); }
  }
  @media (pointer: coarse) { :host { --_target: 44px; } .field { border-radius: 28px; } .field textarea { min-height: 44px; padding-block: 11px; } .foot { gap: 0; } }
  @media (prefers-reduced-motion: reduce) { .panel, .panel *, .launcher::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
  @media (forced-colors: active) {
    .popup, .question, .field, .prompt, .note, .tools { border: 1px solid CanvasText; }
    .round { border: 1px solid ButtonText; color: ButtonText; background: ButtonFace; }
    .launcher { border: 2px solid ButtonText; color: ButtonText; background: ButtonFace; }
    .small[aria-pressed='true'] { color: Highlight; }
    .pulse, .task.done { forced-color-adjust: none; background: Highlight; }
    .field:focus-within { outline: 2px solid Highlight; }
  }
  @media print { .popup { display: none !important; } }
`;
