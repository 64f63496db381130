/** What is said when an answer did not come to its end. */
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Message } from '../stream/transcript.ts';
import type { Strings } from '../locales/en.ts';
import { icons } from './icons.ts';
import type { View } from './view.ts';

/** Failed, cut off or stopped, with a way to try again on the newest message. */
export function errorNote(view: View, item: Message): TemplateResult | typeof nothing {
  const { strings } = view;
  if (item.state !== 'failed' && item.state !== 'truncated' && item.state !== 'stopped') return nothing;
  const newest = view.transcript.messages.at(-1) === item && view.running === null;
  const text = item.state === 'failed' ? errorText(strings, item) : item.state === 'truncated' ? strings.truncated : strings.stopped;
  return html`<div class="note ${item.state}" part="note">
    <span>${text}</span>
    ${newest ? html`<button class="text-button" type="button" part="retry" @click=${() => view.act.retry()}>${icons.retry}${strings.retry}</button>` : nothing}
  </div>`;
}

/** A sentence for an error code; codes that are not known here get the general one. */
export function errorText(strings: Strings, { error, retryAfter }: Pick<Message, 'error' | 'retryAfter'>): string {
  const { errors } = strings;
  const sentence = errors[KNOWN[error ?? ''] ?? 'other'];
  return retryAfter !== null && retryAfter > 0 ? `${sentence} ${strings.retryIn(String(retryAfter))}` : sentence;
}

const KNOWN: Record<string, keyof Strings['errors']> = {
  network: 'network', timeout: 'timeout', throttled: 'throttled', too_many_requests: 'throttled', too_many_streams: 'throttled',
  unavailable: 'unavailable', queue_full: 'unavailable', queue_timeout: 'unavailable', no_answer: 'noAnswer', chat_busy: 'busy', message_too_long: 'tooLong',
  site_unknown: 'unauthorized', origin_not_allowed: 'unauthorized', identity_invalid: 'unauthorized',
};
