/** The last question as a form, to be put in other words. */
import { html, type TemplateResult } from 'lit/html.js';
import { MESSAGE_MAX } from '@halfsecond/shared/limits';
import { textOf, type Message } from '../stream/transcript.ts';
import { buttons, keys, reveal, textIn } from './form.ts';
import type { View } from './view.ts';

export function editForm(view: View, item: Message): TemplateResult {
  const { strings, act } = view;
  const close = (): void => act.edit(null);
  return html`<form class="card" part="edit-form" @keydown=${keys(close)} @submit=${(event: SubmitEvent) => act.ask(textIn(event), event.timeStamp)}>
    <label>${strings.edit}<textarea name="text" rows="2" maxlength=${MESSAGE_MAX} .value=${textOf(item)} ${reveal()}></textarea></label>
    ${buttons(view, strings.save, close)}
  </form>`;
}
