/** The line that says, from the first moment on, what is happening and for how long. */
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Message } from '../stream/transcript.ts';
import type { View } from './view.ts';

/** Shown while no word flows: the server's own sentence and the seconds so far; tools at work have their names in the timeline. */
export function thinking(view: View, message: Message): TemplateResult | typeof nothing {
  const { strings } = view;
  const writing = message.parts.at(-1)?.type === 'text';
  if (view.reconnecting) return line(strings.reconnecting, view);
  if (writing && message.status?.state !== 'waiting' && message.status?.state !== 'switching' && message.status?.state !== 'calling-tool') return nothing;
  return line(message.status?.text || strings.connecting, view);
}

function line(text: string, view: View): TemplateResult {
  const seconds = ((performance.now() - view.since) / 1_000).toFixed(1);
  return html`<p class="thinking ${view.reconnecting ? 'lost' : ''}" part="thinking">
    <span class="pulse" aria-hidden="true"></span>
    <span class="thinking-text">${text}</span>
    <span class="thinking-time" title=${view.strings.waitingElapsed}>${view.strings.seconds(seconds)}</span>
  </p>`;
}
