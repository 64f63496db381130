/** Where the visitor types. */
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { MESSAGE_MAX } from '@halfsecond/shared/limits';
import { icons } from './icons.ts';
import type { View } from './view.ts';

/** Characters from the limit at which the count is mentioned. */
const NEAR_LIMIT = 200;

export function composer(view: View): TemplateResult {
  const { strings, act, running, desk: { draft, files } } = view;
  const tooLong = draft.trim().length > MESSAGE_MAX;
  const blocked = draft.trim() === '' || tooLong;
  const submit = (field: EventTarget | null | undefined, keyAt: number): void => {
    const text = field instanceof HTMLTextAreaElement ? field.value : '';
    if (!running && text.trim() !== '' && text.trim().length <= MESSAGE_MAX) act.send(text, keyAt);
  };
  const keydown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter picks a word; some report it only by key code 229.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit(event.currentTarget, event.timeStamp);
  };
  const transfer = (event: ClipboardEvent | DragEvent): void => {
    const data = 'dataTransfer' in event ? event.dataTransfer : event.clipboardData;
    if (!data?.types.includes('Files')) return;
    event.preventDefault();
    if (event.type !== 'dragover') act.refuseFiles();
  };
  return html`<form class="composer" part="composer" @paste=${transfer} @dragover=${transfer} @drop=${transfer} @submit=${(event: SubmitEvent) => {
    event.preventDefault();
    submit((event.currentTarget as HTMLFormElement).elements.namedItem('input') as Element | null, event.timeStamp);
  }}>
    <div class="field">
      <textarea id="input" part="input" rows="1" autocomplete="off" enterkeyhint="send" aria-label=${strings.message} placeholder=${strings.placeholder}
        @keydown=${keydown} @input=${(event: InputEvent) => act.type((event.currentTarget as HTMLTextAreaElement).value)}></textarea>
      ${running
        ? html`<button class="round stop" part="stop" type="button" aria-label=${strings.stop} title=${strings.stop} @click=${() => act.stop()}>${icons.stop}</button>`
        : html`<button class="round" part="send" type="submit" aria-label=${strings.send} title=${strings.send} aria-disabled=${blocked}>${icons.send}</button>`}
    </div>
    <p class="limit ${tooLong ? 'over' : ''}" role="status">${files ? strings.noFiles : draft.length > MESSAGE_MAX - NEAR_LIMIT ? strings.tooLong(String(MESSAGE_MAX)) : nothing}</p>
  </form>`;
}
