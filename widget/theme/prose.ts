/** Styles of rendered Markdown. */
import { css } from './css.ts';

export const proseStyles = css`
  .prose { min-width: 0; }
  .prose > * { margin: 0 0 0.7em; }
  .prose > :last-child { margin-bottom: 0; }
  /* What is far from the eye is laid out when it comes near: only where the browser keeps the place of what is being read then. */
  @supports (overflow-anchor: auto) { .prose > :nth-child(n + 40) { content-visibility: auto; contain-intrinsic-size: auto 8em; overflow-clip-margin: 4px; } }
  .prose img { max-width: 100%; height: auto; border-radius: 12px; }
  .prose :is(h3, h4, h5, h6) { margin: 1.15em 0 0.4em; font-size: 1em; font-weight: 640; line-height: 1.35; letter-spacing: -0.012em; }
  .prose h3 { font-size: 1.13em; }
  .prose > :first-child { margin-top: 0; }
  .prose a { color: var(--_accent-text); text-decoration-thickness: 1px; text-underline-offset: 3px; text-decoration-color: color-mix(in srgb, currentColor 45%, transparent); }
  .prose a { unicode-bidi: isolate; }
  .prose [data-to]::after { content: '(' attr(data-to) ')'; display: inline-block; max-width: 100%; margin-inline-start: 0.35em; font-size: 0.8em; font-weight: 400; color: var(--_muted); overflow-wrap: anywhere; }
  .prose a:hover { text-decoration-color: currentColor; }
  .prose strong { font-weight: 640; }
  .prose :is(ul, ol) { padding-inline-start: 1.45em; }
  .prose li { margin: 0.22em 0; padding-inline-start: 0.1em; }
  .prose li::marker { color: var(--_muted); font-variant-numeric: tabular-nums; }
  .prose li > p { margin: 0; }
  .prose li > p ~ p { margin-top: 0.5em; }
  .prose li > :is(ul, ol) { margin: 0.2em 0; }
  .prose .task-item { list-style: none; position: relative; }
  .prose .task { position: absolute; inset-inline-start: -1.4em; top: 0.28em; width: 1em; height: 1em; border: 1.5px solid var(--_muted); border-radius: 4px; }
  .prose .task.done { border-color: var(--_accent); background: var(--_accent); }
  .prose .task.done::after { content: ''; position: absolute; inset-inline-start: 0.24em; top: 0.05em; width: 0.25em; height: 0.48em; border: solid var(--_on-accent); border-width: 0 1.6px 1.6px 0; transform: rotate(42deg); }
  .prose blockquote { padding-inline-start: 0.9em; border-inline-start: 3px solid var(--_line); color: var(--_muted); }
  .prose blockquote > * { margin: 0 0 0.5em; }
  .prose blockquote > :last-child { margin-bottom: 0; }
  .prose hr { height: 1px; border: 0; margin: 1em 0; background: var(--_line); }
  .prose code { font-family: var(--_mono); font-size: 0.875em; }
  .prose :not(pre) > code { padding: 0.1em 0.36em; border-radius: 6px; background: var(--_surface); overflow-wrap: anywhere; }
  .prose .code { border: 1px solid var(--_line); border-radius: 12px; overflow: hidden; background: var(--_surface); }
  .prose .code-head { display: flex; align-items: center; justify-content: space-between; min-height: 30px; padding-inline: 12px 4px; font: 12px/1 var(--_mono); color: var(--_muted); }
  .prose .code-head button { all: unset; display: grid; place-items: center; width: 28px; height: 26px; border-radius: 7px; cursor: pointer; }
  .prose .code-head button:focus-visible { outline: 2px solid var(--_accent-text); }
  .prose .code-head button::before {
    content: ''; width: 12px; height: 12px; border: 1.5px solid currentColor; border-radius: 3.5px; box-shadow: -2.5px -2.5px 0 -1px var(--_surface), -2.5px -2.5px 0 0.4px currentColor; transform: translate(1px, 1px);
  }
  .prose .code-head button:hover { color: var(--_text); }
  .prose .code-head button[data-copied]::before { width: 5px; height: 10px; border-width: 0 1.6px 1.6px 0; border-radius: 0; box-shadow: none; transform: rotate(42deg) translate(-1px, -1px); color: var(--_ok); }
  .prose pre { direction: ltr; text-align: left; margin: 0; padding: 2px 13px 12px; overflow-x: auto; line-height: 1.5; tab-size: 2; scrollbar-width: thin; }
  .prose .table { overflow-x: auto; border: 1px solid var(--_line); border-radius: 12px; scrollbar-width: thin; }
  .prose table { width: 100%; border-collapse: collapse; font-size: 0.92em; }
  .prose :is(th, td) { padding: 7px 12px; text-align: start; vertical-align: top; }
  .prose th { font-weight: 600; color: var(--_muted); background: var(--_surface); white-space: nowrap; }
  .prose tr + tr td, .prose tbody tr:first-child td { border-top: 1px solid var(--_line); }
  .prose .right { text-align: end; font-variant-numeric: tabular-nums; }
  .prose .center { text-align: center; }
`;
