/** The cards of tool calls that wait for the visitor's yes or no. */
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Message, ToolPart } from '../stream/transcript.ts';
import { toolTitle } from './words.ts';
import type { View } from './view.ts';

export function approvals(view: View, item: Message): TemplateResult[] {
  return item.parts.filter((part) => part.type === 'tool' && part.state === 'approval').map((tool) => approval(view, item, tool as ToolPart));
}

function approval({ strings, act, running }: View, item: Message, tool: ToolPart): TemplateResult {
  const fields = argumentsOf(tool.input);
  return html`<div class="card" part="approval" role="group" aria-label=${strings.approveQuestion(toolTitle(tool))}>
    <p class="card-title">${strings.approveQuestion(toolTitle(tool))}</p>
    ${fields.length === 0 ? nothing : html`<dl class="fields">${fields.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`}
    <div class="card-buttons">
      <button class="plain-button" type="button" ?disabled=${running !== null} @click=${() => act.decide(item, tool, true)}>${strings.approve}</button>
      <button class="quiet-button" type="button" ?disabled=${running !== null} @click=${() => act.decide(item, tool, false)}>${strings.decline}</button>
    </div>
  </div>`;
}

/** Longer values are cut: the card is to be read in a moment (characters). */
const VALUE_MAX = 300;
const FIELDS_MAX = 12;

/** A call's input in readable lines: `{order_id: 7}` is "Order id: 7". Invisible characters are shown as what they are. */
export function argumentsOf(input: unknown): [string, string][] {
  if (input === null || input === undefined) return [];
  const entries: [string, unknown][] = typeof input === 'object' && !Array.isArray(input) ? Object.entries(input) : [['', input]];
  return entries.slice(0, FIELDS_MAX).map(([name, value]) => {
    const shown = readable(value).replace(/[\p{Cc}\p{Cf}]/gu, (found) => (found === '\n' ? ' ' : `\\u{${found.codePointAt(0)?.toString(16)}}`));
    return [worded(name).replace(/^./, (first) => first.toUpperCase()), shown.length > VALUE_MAX ? `${shown.slice(0, VALUE_MAX)}…` : shown];
  });
}

const worded = (name: string): string => name.replace(/[_-]+/g, ' ');

/** Lists and objects on one line, `to: card, amount: 49`; deeper than that as JSON. */
function readable(value: unknown): string {
  const flat = (inner: unknown): string => (typeof inner === 'string' ? inner : JSON.stringify(inner) ?? '');
  if (Array.isArray(value)) return value.map(flat).join(', ');
  if (typeof value !== 'object' || value === null) return flat(value);
  return Object.entries(value).map(([name, inner]) => `${worded(name)}: ${flat(inner)}`).join(', ');
}
