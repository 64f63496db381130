/** The small form in which a visitor says what was wrong with an answer. */
import { html, type TemplateResult } from 'lit';
import { COMMENT_MAX } from '@halfsecond/shared/limits';
import type { Message } from '../stream/transcript.ts';
import type { View } from './view.ts';

export function feedbackForm({ strings, act }: View, item: Message): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget;
    if (form instanceof HTMLFormElement) act.comment(item, String(new FormData(form).get('comment') ?? '').trim());
  };
  return html`<form class="feedback" part="feedback" @submit=${submit}>
    <label>${strings.comment}<textarea name="comment" rows="2" maxlength=${COMMENT_MAX}></textarea></label>
    <button class="plain-button" type="submit">${strings.sendComment}</button>
  </form>`;
}
