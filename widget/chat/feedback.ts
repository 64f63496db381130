/** The small form in which a visitor says what was wrong with an answer. */
import { html, type TemplateResult } from 'lit/html.js';
import { COMMENT_MAX } from '@halfsecond/shared/limits';
import type { Message } from '../stream/transcript.ts';
import { buttons, keys, reveal, textIn } from './form.ts';
import type { View } from './view.ts';

export function feedbackForm(view: View, item: Message): TemplateResult {
  const { strings, act } = view;
  const done = (from: Event, comment: string | null): void => {
    (from.target as Element).closest('.answer')?.querySelector<HTMLElement>('[part=down]')?.focus();
    act.comment(item, comment);
  };
  const close = (event: Event): void => done(event, null);
  return html`<form class="card" part="feedback" @keydown=${keys(close)} @submit=${(event: SubmitEvent) => done(event, textIn(event))}>
    <label>${strings.comment}<textarea name="text" rows="2" maxlength=${COMMENT_MAX} ${reveal()}></textarea></label>
    ${buttons(view, strings.sendComment, close)}
  </form>`;
}
