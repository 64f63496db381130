/** Suggested questions: from an attribute at first, later from an answer that has to ask back. */
import { html, type TemplateResult } from 'lit/html.js';
import type { View } from './view.ts';

/** Reads a JSON array of strings, or questions separated by `|`. At most six. */
export function readPrompts(attribute: string | null): string[] {
  if (attribute === null) return [];
  let list: unknown = null;
  if (attribute.trimStart().startsWith('[')) {
    try {
      list = JSON.parse(attribute);
    } catch (error) {
      console.warn('Halfsecond: the attribute prompts is no JSON array.', error);
    }
  }
  const texts = Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : attribute.split('|');
  return texts.map((text) => text.trim()).filter((text) => text !== '').slice(0, 6);
}

/** The questions as buttons that ask them. */
export function promptList({ strings, act }: View, prompts: string[]): TemplateResult {
  return html`<ul class="prompts" aria-label=${strings.suggestions}>
    ${prompts.map((text) => html`<li><button class="prompt" part="prompt" type="button" @click=${(event: MouseEvent) => act.send(text, event.timeStamp)}>${text}</button></li>`)}
  </ul>`;
}
