/** Styles of what is said: welcome, questions, answers and everything around an answer. */
import { css } from './css.ts';

export const transcriptStyles = css`
  .scroll { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--_line) transparent; }
  .log { display: flex; flex-direction: column; gap: 20px; min-height: 100%; padding: 20px 18px 18px; }
  .welcome { display: flex; flex-direction: column; gap: 20px; margin-top: auto; animation: hs-rise 0.3s var(--_ease) both; }
  .greeting { margin: 0; font-size: 1.4em; font-weight: 560; line-height: 1.32; letter-spacing: -0.021em; text-wrap: balance; }
  .prompts { display: flex; flex-direction: column; align-items: flex-start; gap: 8px; margin: 0; padding: 0; list-style: none; }
  .prompt {
    all: unset; padding: 8px 14px; border: 1px solid var(--_line); border-radius: 18px; font-size: 0.93em; line-height: 1.4;
    cursor: pointer; transition: border-color 0.14s, background 0.14s;
  }
  :is(.prompt, a.source):hover { border-color: color-mix(in srgb, var(--_accent-text) 55%, var(--_line)); background: color-mix(in srgb, var(--_accent-text) 5%, transparent); }

  .asked { display: flex; flex-direction: row-reverse; align-items: center; gap: 4px; }
  .asked .small { opacity: 0; transition: opacity 0.14s; }
  :is(.asked:hover, .asked:focus-within) .small { opacity: 1; }
  @media (hover: none) { .asked .small { opacity: 1; } }
  .question {
    max-width: 86%; padding: 9px 14px; border-radius: 18px; border-end-end-radius: 5px; white-space: pre-wrap; overflow-wrap: anywhere;
    color: var(--_on-bubble); background: var(--_bubble); animation: hs-rise 0.22s var(--_ease) both;
  }
  .answer { display: flex; flex-direction: column; gap: 10px; min-width: 0; }

  .thinking, .tool { display: flex; align-items: center; gap: 9px; min-height: 24px; margin: 0; font-size: 0.93em; color: var(--_muted); }
  .thinking { animation: hs-fade 0.2s both; }
  .thinking-text { min-width: 0; }
  .thinking-time, .tool-time { margin-inline-start: auto; font-size: 0.9em; white-space: nowrap; font-variant-numeric: tabular-nums; }
  .pulse { flex: none; width: 8px; height: 8px; border-radius: 50%; background: var(--_accent-text); animation: hs-pulse 1.1s ease-in-out infinite alternate; }
  .thinking.lost .pulse { background: var(--_danger); }

  .tools { display: flex; flex-direction: column; gap: 2px; margin: 0; padding: 8px 12px; border: 1px solid var(--_line); border-radius: 12px; list-style: none; }
  .tool-mark { display: grid; place-items: center; flex: none; width: 16px; color: var(--_ok); }
  .tool-mark svg { width: 16px; }
  .tool.failed .tool-mark { color: var(--_danger); }
  :is(.tool.denied, .tool.approval) .tool-mark { color: var(--_muted); }
  .tool-name { color: var(--_text); }
  .tool-note { min-width: 0; font-size: 0.93em; }

  .note { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; padding: 9px 13px; border-radius: 12px; font-size: 0.93em; background: var(--_surface); }
  .note.failed { color: var(--_danger); background: color-mix(in srgb, var(--_danger) 8%, var(--_bg)); }
  .note.stopped { padding: 0; color: var(--_muted); background: none; }
  .text-button { all: unset; display: inline-flex; align-items: center; gap: 5px; min-height: max(24px, var(--_target, 0px)); border-radius: 6px; font-weight: 560; color: var(--_accent-text); cursor: pointer; }
  .text-button svg { width: 16px; }
  .text-button:hover { text-decoration: underline; text-underline-offset: 3px; }

  .label { margin: 0 0 5px; font-size: 0.83em; font-weight: 560; color: var(--_muted); }
  .sources ol { display: flex; flex-wrap: wrap; gap: 6px; margin: 0; padding: 0; list-style: none; counter-reset: source; }
  .sources li { counter-increment: source; max-width: 100%; }
  .source {
    display: flex; align-items: center; gap: 7px; max-width: 100%; min-height: var(--_target, 28px); padding-block: 3px; padding-inline: 5px 11px; border: 1px solid var(--_line); border-radius: 22px;
    font-size: 0.87em; line-height: 1.4; color: var(--_text); text-decoration: none; transition: border-color 0.14s, background 0.14s;
  }
  .source::before {
    content: counter(source); display: grid; place-items: center; flex: none; min-width: 1.4em; height: 1.4em; border-radius: 1em;
    font-size: 0.85em; font-weight: 600; color: var(--_muted); background: var(--_surface);
  }

  .foot { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; min-height: 28px; font-size: 0.83em; color: var(--_muted); }
  .badge { padding: 1px 9px; border: 1px solid var(--_line); border-radius: 10px; }
  .timing { all: unset; min-height: max(24px, var(--_target, 0px)); display: inline-flex; align-items: center; font-variant-numeric: tabular-nums; cursor: pointer; text-decoration: underline dotted var(--_field); text-underline-offset: 3px; }
  .timing:hover { color: var(--_text); }
  .tools-right { display: flex; gap: 1px; margin-inline: auto -6px; }
  .thanks { margin: 0; font-size: 0.87em; color: var(--_muted); }

  .jump {
    all: unset; position: absolute; left: calc(50% - 17px); bottom: 76px; display: grid; place-items: center; width: 34px; height: 34px;
    border: 1px solid var(--_line); border-radius: 50%; color: var(--_text); background: var(--_bg); box-shadow: 0 4px 14px -4px #0b102040; cursor: pointer; animation: hs-fade 0.16s both;
  }
  .jump svg { width: 18px; }

  @keyframes hs-rise { from { opacity: 0; transform: translateY(6px); } }
  @keyframes hs-fade { from { opacity: 0; } }
  @keyframes hs-pulse { from { opacity: 0.35; transform: scale(0.8); } }
`;
