/** One message of the transcript: the question in its bubble, or the answer with all that belongs to it. */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { guard } from 'lit/directives/guard.js';
import { textOf, type Message, type Part, type Source, type ToolPart } from '../stream/transcript.ts';
import type { MarkdownWords } from '../markdown/inline-dom.ts';
import { isBuiltin } from './outcome.ts';
import { safeSourceUrl } from './source-url.ts';
import { errorNote, handoff } from './notes.ts';
import { feedbackForm } from './feedback.ts';
import { icons } from './icons.ts';
import { rich } from './rich.ts';
import { thinking } from './thinking.ts';
import type { Strings } from '../locales/en.ts';
import type { View } from './view.ts';

/** A settled message is rendered once and left alone; only the one that is being written comes back here. */
export function message(view: View, item: Message): unknown {
  const { strings, desk } = view;
  if (item === view.running) return item.role === 'user' ? question(view, item) : answer(view, item);
  const last = view.transcript.messages.at(-1) === item;
  return guard([item, strings, desk.commenting === item.id, desk.thanked.has(item.id), desk.copied === item.id, last, view.showTiming, view.running === null],
    () => (item.role === 'user' ? question(view, item) : answer(view, item)));
}

function question(view: View, item: Message): TemplateResult {
  return html`<div class="question" part="message message-user"><span class="unseen">${view.strings.you}: </span>${textOf(item)}</div>`;
}

function answer(view: View, item: Message): TemplateResult {
  const { strings } = view;
  const running = item === view.running;
  const words: MarkdownWords = { image: strings.image, done: strings.taskDone, open: strings.taskOpen, copyCode: strings.copyCode, table: strings.table };
  return html`<div class="answer" part="message message-assistant" aria-busy=${running}>
    <span class="unseen">${item.agent ?? strings.assistant}: </span>
    ${toolTimeline(view, item)}
    ${repeat(item.parts, (part: Part) => part.id, (part: Part) => (part.type === 'text' && part.text !== ''
      ? html`<div class="prose" part="text" ${rich(part.id, part.text, part.done, words)}></div>` : nothing))}
    ${running ? thinking(view, item) : nothing}
    ${errorNote(view, item)}
    ${item.sources.length > 0 && (!running || textOf(item) !== '') ? sources(view, item.sources) : nothing}
    ${item.handoff ? handoff(view, item.handoff) : nothing}
    ${running || textOf(item) === '' ? nothing : footer(view, item)}
    ${view.desk.commenting === item.id ? feedbackForm(view, item) : nothing}
    ${view.desk.thanked.has(item.id) ? html`<p class="thanks">${strings.thanks}</p>` : nothing}
  </div>`;
}

function toolTimeline({ strings }: View, item: Message): TemplateResult | typeof nothing {
  const tools = item.parts.filter((part): part is ToolPart => part.type === 'tool');
  if (tools.length === 0) return nothing;
  const words = { running: strings.toolRunning, approval: strings.toolApproval, denied: strings.toolDenied, done: strings.toolDone, failed: strings.toolFailed };
  return html`<ul class="tools" part="tools" aria-label=${strings.tools}>
    ${tools.map((tool) => html`<li class="tool ${tool.state}" part="tool">
      <span class="tool-mark">${tool.state === 'done' ? icons.check : tool.state === 'failed' ? icons.cross : html`<span class="pulse"></span>`}</span>
      <span class="tool-name">${toolTitle(tool.name)}</span>
      ${tool.note === '' ? nothing : html`<span class="tool-note">${tool.note}</span>`}
      <span class="unseen">${words[tool.state]}</span>
      ${tool.ms === null ? nothing : html`<span class="tool-time">${duration(strings, tool.ms)}</span>`}
    </li>`)}
  </ul>`;
}

function sources({ strings }: View, list: Source[]): TemplateResult {
  return html`<div class="sources" part="sources">
    <p class="label">${strings.sources}</p>
    <ol>${list.map((source) => {
      const href = safeSourceUrl(source.url);
      return html`<li>${href === null ? html`<span class="source" part="source">${source.title}</span>`
        : html`<a class="source" part="source" href=${href} target="_blank" rel="noopener noreferrer nofollow ugc" title=${href}>${source.title}</a>`}</li>`;
    })}</ol>
  </div>`;
}

function footer(view: View, item: Message): TemplateResult {
  const { strings, act } = view;
  const copied = view.desk.copied === item.id;
  const seconds = item.marks === null ? null : (item.marks.total / 1_000).toFixed(2);
  return html`<div class="foot" part="message-footer">
    ${isBuiltin(item.finish) ? html`<span class="badge" part="badge" title=${strings.builtinHint}>${strings.builtin}</span>` : nothing}
    ${view.showTiming && seconds !== null ? html`<span class="timing" part="timing">${strings.firstWord(seconds)}</span>` : nothing}
    <span class="tools-right">
      <button class="small" type="button" aria-label=${copied ? strings.copied : strings.copy} title=${copied ? strings.copied : strings.copy} @click=${() => act.copy(item)}>${copied ? icons.check : icons.copy}</button>
      <button class="small" type="button" aria-label=${strings.good} title=${strings.good} aria-pressed=${item.rating === 'up'} @click=${() => act.rate(item, 'up')}>${icons.up}</button>
      <button class="small" type="button" aria-label=${strings.bad} title=${strings.bad} aria-pressed=${item.rating === 'down'} @click=${() => act.rate(item, 'down')}>${icons.down}</button>
    </span>
  </div>`;
}

function duration(strings: Strings, ms: number): string {
  return ms < 1_000 ? strings.milliseconds(String(Math.round(ms))) : strings.seconds((ms / 1_000).toFixed(1));
}

/** `docs.search_pages` reads as "Search pages". */
function toolTitle(name: string): string {
  const words = (name.split('.').at(-1) ?? name).replace(/[_-]+/g, ' ').trim();
  return words === '' ? name : words[0]?.toUpperCase() + words.slice(1);
}
