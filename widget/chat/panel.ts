/** The panel as a whole: head, transcript, composer. */
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { composer } from './composer.ts';
import { icons } from './icons.ts';
import { message } from './message.ts';
import { promptList } from './prompts.ts';
import { safeSourceUrl } from './source-url.ts';
import type { View } from './view.ts';

export function panel(view: View): TemplateResult {
  const { strings, act } = view;
  return html`
    ${head(view)}
    ${view.notice ?? nothing}
    <div class="scroll" part="transcript" tabindex="0" role="group" aria-label=${strings.transcript} @scroll=${{ handleEvent: act.scrolled, passive: true }}
      @click=${(event: MouseEvent) => {
        const button = (event.target as Element).closest<HTMLElement>('[data-copy]');
        if (button) act.copyCode(button);
      }}>
      <div class="log">
        ${welcome(view)}
        ${view.transcript.messages.map((item) => message(view, item))}
      </div>
    </div>
    ${view.desk.away ? html`<button class="jump" part="jump" type="button" aria-label=${strings.jump} title=${strings.jump} @click=${() => act.jump()}>${icons.jump}</button>` : nothing}
    ${composer(view)}`;
}

function head({ strings, heading, statusUrl, popup, transcript, act }: View): TemplateResult {
  const status = safeSourceUrl(statusUrl);
  return html`<div class="head" part="header">
    <span class="avatar" part="avatar">${icons.mark}</span>
    <div class="titles">
      <h2 id="title" part="title">${heading}</h2>
      <p part="subtitle">${status === null ? strings.ready : html`<a href=${status} target="_blank" rel="noopener">${strings.status}</a>`}</p>
    </div>
    ${transcript.messages.length > 0 ? html`<button class="icon" part="reset" type="button" aria-label=${strings.reset} title=${strings.reset} @click=${() => act.reset()}>${icons.reset}</button>` : nothing}
    ${popup ? html`<button class="icon" part="close" type="button" aria-label=${strings.close} title=${strings.close} @click=${() => act.close()}>${icons.close}</button>` : nothing}
  </div>`;
}

function welcome(view: View): TemplateResult | typeof nothing {
  if (view.transcript.messages.length > 0) return nothing;
  return html`<div class="welcome" part="welcome">
    <p class="greeting" part="greeting">${view.greeting}</p>
    ${view.prompts.length > 0 ? promptList(view, view.prompts) : nothing}
  </div>`;
}
