/** One message of the transcript: the question in its bubble, or the answer with all that belongs to it. */
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { guard } from 'lit/directives/guard.js';
import { textOf, type Message, type Source, type ToolPart } from '../stream/transcript.ts';
import type { MarkdownWords } from '../markdown/inline-dom.ts';
import { isBuiltin } from './outcome.ts';
import { safeSourceUrl } from './source-url.ts';
import { errorNote } from './notes.ts';
import { icons } from './icons.ts';
import { promptList } from './prompts.ts';
import { rich } from './rich.ts';
import { thinking } from './thinking.ts';
import { duration, toolTitle } from './words.ts';
import type { View } from './view.ts';

const cards = () => import('./cards.ts');

/** A settled message is rendered once and left alone; only the one that is being written comes back here. */
export function message(view: View, item: Message): unknown {
  const { strings, desk } = view;
  if (item === view.running) return item.role === 'user' ? question(view, item) : answer(view, item);
  return guard([item, strings, desk.commenting === item.id, desk.editing === item.id, desk.trail === item.id, desk.thanked.has(item.id), desk.copied === item.id, isLast(view, item), view.showTiming, view.statusUrl, view.running === null, view.arrived],
    () => (item.role === 'user' ? question(view, item) : answer(view, item)));
}

/** The last question or the last answer, with nothing running: what can be asked anew. */
function isLast({ transcript: { messages }, running }: View, item: Message): boolean {
  return running === null && item === messages.findLast(({ role }) => role === item.role);
}

function question(view: View, item: Message): unknown {
  const { strings } = view;
  const form = view.desk.editing === item.id && isLast(view, item) ? view.fetch(cards) : null;
  if (form) return form.editForm(view, item);
  return html`<div class="asked"><div class="question" part="message message-user" dir="auto"><span class="unseen">${strings.you}: </span>${textOf(item)}</div>
    ${isLast(view, item) ? iconButton('edit', strings.edit, icons.edit, () => view.act.edit(item)) : nothing}</div>`;
}

function answer(view: View, item: Message): TemplateResult {
  const { strings } = view;
  const running = item === view.running;
  const words: MarkdownWords = { image: strings.image, done: strings.taskDone, open: strings.taskOpen, copyCode: strings.copyCode, table: strings.table };
  return html`<div class="answer" part="message message-assistant" aria-busy=${running}>
    <span class="unseen">${item.agent ?? strings.assistant}: </span>
    ${toolTimeline(view, item)}
    ${item.parts.map((part) => (part.type === 'text' && part.text !== '' ? html`<div class="prose" part="text" dir="auto" ${rich(part.id, part.text, part.done, words)}></div>` : nothing))}
    ${running ? thinking(view, item) : nothing}
    ${errorNote(view, item)}
    ${item.sources.length > 0 && (!running || textOf(item) !== '') ? sources(view, item.sources) : nothing}
    ${item.parts.some((part) => part.type === 'tool' && part.state === 'approval') ? view.fetch(cards)?.approvals(view, item) : nothing}
    ${item.handoff ? view.fetch(cards)?.handoff(view, item.handoff) : nothing}
    ${running || textOf(item) === '' ? nothing : footer(view, item)}
    ${view.desk.trail === item.id ? view.fetch(cards)?.trail(view, item) : nothing}
    ${view.desk.commenting === item.id ? view.fetch(cards)?.feedbackForm(view, item) : nothing}
    <p class="thanks" role="status">${view.desk.thanked.has(item.id) ? strings.thanks : nothing}</p>
    ${item.prompts.length > 0 && isLast(view, item) ? promptList(view, item.prompts) : nothing}
  </div>`;
}

function toolTimeline({ strings }: View, item: Message): TemplateResult | typeof nothing {
  const tools = item.parts.filter((part): part is ToolPart => part.type === 'tool');
  if (tools.length === 0) return nothing;
  const words = { running: strings.toolRunning, approval: strings.toolApproval, denied: strings.toolDenied, done: strings.toolDone, failed: strings.toolFailed };
  const marks = { running: pulse, approval: icons.person, denied: icons.close, done: icons.check, failed: icons.close };
  return html`<ul class="tools" part="tools" aria-label=${strings.tools}>
    ${tools.map((tool) => html`<li class="tool ${tool.state}" part="tool">
      <span class="tool-mark">${marks[tool.state]}</span>
      <span class="tool-name">${toolTitle(tool)}</span>
      <span class="tool-note">${tool.note || words[tool.state]}</span>
      <span class="tool-time">${tool.ms !== null ? duration(strings, tool.ms) : tool.state === 'running' ? duration(strings, Date.now() - tool.startedAt) : nothing}</span>
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
  return html`<div class="foot" part="message-footer">
    ${isBuiltin(item.finish) ? html`<span class="badge" part="badge" title=${strings.builtinHint}>${strings.builtin}</span>` : nothing}
    ${view.showTiming && item.marks ? html`<button class="timing" part="timing" type="button" title=${strings.trail} aria-expanded=${view.desk.trail === item.id}
      @click=${() => act.trail(item)}>${strings.firstWord((item.marks.total / 1_000).toFixed(2))}</button>` : nothing}
    <span class="tools-right">
      ${iconButton('copy', copied ? strings.copied : strings.copy, copied ? icons.check : icons.copy, () => act.copy(item))}
      ${isLast(view, item) && item.state === 'done' ? iconButton('regenerate', strings.regenerate, icons.retry, () => act.regenerate()) : nothing}
      ${iconButton('up', strings.good, icons.up, () => act.rate(item, 'up'), item.rating === 'up')}
      ${iconButton('down', strings.bad, icons.down, () => act.rate(item, 'down'), item.rating === 'down')}
    </span>
  </div>`;
}

function iconButton(part: string, label: string, icon: TemplateResult, click: () => void, pressed?: boolean): TemplateResult {
  return html`<button class="small" part=${part} type="button" aria-label=${label} title=${label} aria-pressed=${pressed ?? nothing} @click=${click}>${icon}</button>`;
}

const pulse = html`<span class="pulse"></span>`;
