/** Where an answer's time went: the server's hops and the browser's own marks, as bars. */
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Message } from '../stream/transcript.ts';
import { reveal } from './form.ts';
import { safeSourceUrl } from './source-url.ts';
import { duration } from './words.ts';
import type { View } from './view.ts';

type Hop = keyof View['strings']['hops'];

/** A table, so that it reads without the bars. */
export function trail({ strings, statusUrl }: View, item: Message): TemplateResult {
  const hops = hopsOf(item);
  const longest = Math.max(...hops.map(([, ms]) => ms));
  const status = safeSourceUrl(statusUrl);
  const row = ([hop, ms]: [Hop, number], sum: boolean): TemplateResult => html`<tr class=${sum ? 'sum' : ''}>
    <th scope="row">${strings.hops[hop]}</th>
    <td class="bar">${sum ? nothing : html`<svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width=${(ms / longest) * 100} height="1"></rect></svg>`}</td>
    <td>${duration(strings, ms)}</td>
  </tr>`;
  return html`<div class="card" part="trail" ${reveal()}>
    <table class="trail"><caption>${strings.trail}</caption>
      <tbody>${hops.map((hop) => row(hop, false))}</tbody>
      <tbody>${sumsOf(item).map((sum) => row(sum, true))}</tbody>
    </table>
    ${status === null ? nothing : html`<a href=${status} target="_blank" rel="noopener">${strings.status}</a>`}
  </div>`;
}

/** In the order in which they happen; what took less than half a millisecond is left out. */
function hopsOf({ marks, finish }: Message): [Hop, number][] {
  const { timing } = finish ?? {};
  const all: [Hop, unknown][] = [
    ['key', marks?.keyToSend], ['network', marks?.sendToFirstByte], ['queue', timing?.queue], ['dispatch', timing?.dispatch], ['memory', timing?.memory],
    ['route', timing?.route], ['provider', timing?.provider], ['tools', timing?.tools], ['gateway', timing?.gateway], ['paint', marks?.paint],
  ];
  return all.filter((hop): hop is [Hop, number] => typeof hop[1] === 'number' && hop[1] >= 0.5);
}

/** Both as the visitor sees them, from the key press to the screen: the whole is what the hops above add up to. */
function sumsOf({ marks, finish }: Message): [Hop, number][] {
  const outside = marks ? marks.keyToSend + marks.sendToFirstByte + marks.paint : 0;
  const total = finish?.timing?.total;
  const all: [Hop, unknown][] = [['firstWord', marks?.total], ['whole', total === undefined ? undefined : total + outside]];
  return all.filter((sum): sum is [Hop, number] => typeof sum[1] === 'number');
}
