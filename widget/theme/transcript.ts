/** Styles of what is said: welcome, questions, answers and everything around an answer. */
import { css } from 'lit';

export const transcriptStyles = css`
  .scroll { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; overflow-anchor: none; scrollbar-width: thin; scrollbar-color: var(--_line) transparent; }
  .log { display: flex; flex-direction: column; gap: 20px; min-height: 100%; padding: 20px 18px 18px; }
  .welcome { display: flex; flex-direction: column; gap: 20px; margin-top: auto; animation: hs-rise 0.3s var(--_ease) both; }
  .greeting { margin: 0; font-size: 21px; font-weight: 560; line-height: 1.32; letter-spacing: -0.021em; text-wrap: balance; }
  .prompts { display: flex; flex-direction: column; align-items: flex-start; gap: 8px; margin: 0; padding: 0; list-style: none; }
  .prompt {
    all: unset; box-sizing: border-box; padding: 8px 14px; border: 1px solid var(--_line); border-radius: 18px; font-size: 14px; line-height: 1.4;
    cursor: pointer; transition: border-color 0.14s, background 0.14s;
  }
  .prompt:hover { border-color: color-mix(in srgb, var(--_accent-text) 55%, var(--_line)); background: color-mix(in srgb, var(--_accent-text) 5%, transparent); }

  .question {
    align-self: flex-end; max-width: 86%; padding: 9px 14px; border-radius: 18px 18px 5px 18px; white-space: pre-wrap; overflow-wrap: anywhere;
    color: var(--_on-bubble); background: var(--_bubble); animation: hs-rise 0.22s var(--_ease) both;
  }
  .answer { display: flex; flex-direction: column; gap: 10px; min-width: 0; }

  .thinking { display: flex; align-items: center; gap: 9px; min-height: 24px; margin: 0; font-size: 14px; color: var(--_muted); animation: hs-fade 0.2s both; }
  .thinking-text { min-width: 0; }
  .thinking-tool { padding: 1px 6px; border-radius: 6px; font: 12px/1.5 var(--_mono); color: var(--_text); background: var(--_surface); }
  .thinking-time { margin-inline-start: auto; font-size: 12.5px; font-variant-numeric: tabular-nums; }
  .pulse { flex: none; width: 8px; height: 8px; border-radius: 50%; background: var(--_accent-text); animation: hs-pulse 1.1s ease-in-out infinite alternate; }

  .tools { display: flex; flex-direction: column; gap: 2px; margin: 0; padding: 8px 12px; border: 1px solid var(--_line); border-radius: 12px; list-style: none; }
  .tool { display: flex; align-items: center; gap: 8px; min-height: 24px; font-size: 13px; color: var(--_muted); }
  .tool-mark { display: grid; place-items: center; flex: none; width: 16px; color: var(--_ok); }
  .tool-mark svg { width: 16px; height: 16px; }
  .tool.failed .tool-mark { color: var(--_danger); }
  .tool-name { color: var(--_text); }
  .tool-note { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .tool-time { margin-inline-start: auto; font-size: 12.5px; font-variant-numeric: tabular-nums; }

  .note { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; padding: 9px 13px; border-radius: 12px; font-size: 14px; background: var(--_surface); }
  .note.failed { color: var(--_danger); background: color-mix(in srgb, var(--_danger) 8%, var(--_bg)); }
  .note.stopped { padding: 0; color: var(--_muted); background: none; }
  .text-button { all: unset; display: inline-flex; align-items: center; gap: 5px; min-height: 24px; border-radius: 6px; font-weight: 560; color: var(--_accent-text); cursor: pointer; }
  .text-button svg { width: 16px; height: 16px; }
  .text-button:hover { text-decoration: underline; text-underline-offset: 3px; }

  .label { margin: 0 0 5px; font-size: 12.5px; font-weight: 560; color: var(--_muted); }
  .sources ol { display: flex; flex-wrap: wrap; gap: 6px; margin: 0; padding: 0; list-style: none; counter-reset: source; }
  .sources li { counter-increment: source; max-width: 100%; }
  .source {
    display: flex; align-items: center; gap: 7px; max-width: 100%; min-height: 28px; padding: 3px 11px 3px 5px; border: 1px solid var(--_line); border-radius: 14px;
    font-size: 13px; line-height: 1.4; color: var(--_text); text-decoration: none; transition: border-color 0.14s, background 0.14s;
  }
  .source::before {
    content: counter(source); display: grid; place-items: center; flex: none; min-width: 18px; height: 18px; border-radius: 9px;
    font-size: 11px; font-weight: 600; color: var(--_muted); background: var(--_surface);
  }
  a.source:hover { border-color: color-mix(in srgb, var(--_accent-text) 55%, var(--_line)); }

  .handoff { display: flex; gap: 11px; padding: 13px 14px; border: 1px solid var(--_line); border-radius: 14px; background: var(--_surface); font-size: 14px; }
  .handoff p { margin: 0; }
  .handoff-icon svg { width: 20px; height: 20px; display: block; color: var(--_accent-text); }
  .handoff-title { font-weight: 580; }
  .handoff-reason { color: var(--_muted); }
  .handoff-link { display: inline-block; margin-top: 7px; font-weight: 560; color: var(--_accent-text); text-underline-offset: 3px; }

  .foot { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; min-height: 28px; font-size: 12.5px; color: var(--_muted); }
  .badge { padding: 1px 9px; border: 1px solid var(--_line); border-radius: 10px; }
  .timing { font-variant-numeric: tabular-nums; }
  .tools-right { display: flex; gap: 1px; margin-inline-start: auto; margin-inline-end: -6px; }

  .feedback { display: flex; flex-direction: column; align-items: flex-start; gap: 8px; margin: 0; padding: 12px; border: 1px solid var(--_line); border-radius: 14px; }
  .feedback label { display: flex; flex-direction: column; gap: 6px; width: 100%; font-size: 13px; color: var(--_muted); }
  .feedback textarea { width: 100%; padding: 8px 10px; border: 1px solid var(--_line); border-radius: 10px; font: inherit; font-size: 16px; color: var(--_text); background: var(--_bg); resize: vertical; }
  .feedback textarea:focus { outline: 2px solid var(--_accent-text); outline-offset: -1px; }
  .plain-button { all: unset; padding: 6px 13px; border-radius: 10px; font-size: 13.5px; font-weight: 560; color: var(--_on-accent); background: var(--_accent); cursor: pointer; }
  .thanks { margin: 0; font-size: 13px; color: var(--_muted); }

  .jump {
    all: unset; box-sizing: border-box; position: absolute; left: 50%; bottom: 76px; display: grid; place-items: center; width: 34px; height: 34px; margin-left: -17px;
    border: 1px solid var(--_line); border-radius: 50%; color: var(--_text); background: var(--_bg); box-shadow: 0 4px 14px -4px #0b102040; cursor: pointer; animation: hs-fade 0.16s both;
  }
  .jump svg { width: 18px; height: 18px; }

  @keyframes hs-rise { from { opacity: 0; transform: translateY(6px); } }
  @keyframes hs-fade { from { opacity: 0; } }
  @keyframes hs-pulse { from { opacity: 0.35; transform: scale(0.8); } }
`;
