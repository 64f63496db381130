/** What the small forms of the transcript share. */
import { html, noChange, type TemplateResult } from 'lit/html.js';
import { Directive, directive, type ElementPart } from 'lit/directive.js';
import type { View } from './view.ts';

/** Enter submits (unless an input method composes), Escape puts the form away and leaves the panel open. */
export const keys = (close: (event: Event) => void) => (event: KeyboardEvent): void => {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === 'Escape') {
    event.stopPropagation();
    close(event);
  } else if (event.key === 'Enter' && !event.shiftKey && event.target instanceof HTMLTextAreaElement) {
    event.preventDefault();
    event.target.form?.requestSubmit();
  }
};

/** What was written in the form's field. */
export function textIn(event: SubmitEvent): string {
  event.preventDefault();
  return String(new FormData(event.currentTarget as HTMLFormElement).get('text') ?? '').trim();
}

/** Brings what the visitor has just asked for into view, once; a text field gets the focus. */
class Reveal extends Directive {
  #done = false;
  render(): typeof noChange {
    return noChange;
  }
  override update({ element }: ElementPart): typeof noChange {
    if (!this.#done) queueMicrotask(() => {
      element.scrollIntoView({ block: 'nearest' });
      if (!(element instanceof HTMLTextAreaElement)) return;
      element.focus();
      element.setSelectionRange(element.value.length, element.value.length);
    });
    this.#done = true;
    return noChange;
  }
}
export const reveal = directive(Reveal);

export function buttons({ strings }: View, send: string, close: (event: Event) => void): TemplateResult {
  return html`<div class="card-buttons"><button class="plain-button" type="submit">${send}</button><button class="quiet-button" type="button" @click=${close}>${strings.cancel}</button></div>`;
}
