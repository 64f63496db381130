/** The card that offers a person. */
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Message } from '../stream/transcript.ts';
import { icons } from './icons.ts';
import { safeSourceUrl } from './source-url.ts';
import type { View } from './view.ts';

/** The answerer thinks that a human should take over. */
export function handoff({ strings }: View, { reason, url }: NonNullable<Message['handoff']>): TemplateResult {
  const href = safeSourceUrl(url ?? null);
  return html`<div class="card" part="handoff">
    <p class="card-title">${icons.person}${href === null ? strings.handoffHelp : strings.handoff}</p>
    ${reason === '' ? nothing : html`<p dir="auto">${reason}</p>`}
    ${href === null ? nothing : html`<a class="plain-button" href=${href} target="_blank" rel="noopener noreferrer">${strings.handoffLink}</a>`}
  </div>`;
}
