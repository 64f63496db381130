/** Turns as markup: where their time went on average, whose fault the faulty ones were, and the latest one by one. */
import type { Words } from '../src/words/en.ts';
import { say } from '../src/words/languages.ts';
import { hops } from './charts.ts';
import { duration, html, time, type Html } from './html.ts';
import type { LatestTurn, Snapshot } from './snapshot.ts';

/** One bar for the average turn, with its parts in numbers, and the sentence on whose fault it was. */
export function split(w: Words, lately: LatestTurn[], blame: Snapshot['blame'], stale: boolean): Html {
  const sum = { queue: 0, own: 0, provider: 0 };
  for (const turn of lately) for (const part of ['queue', 'own', 'provider'] as const) sum[part] += turn.hops[part] / lately.length;
  const names = { queue: w.queueHop, own: w.gatewayHop, provider: w.providerHop };
  return html`${lately.length > 0 && html`<div class="split">${hops(w, sum, true)}<dl>${(['queue', 'own', 'provider'] as const).map((part) =>
    html`<div><dt><i class="${part}"></i>${names[part]}</dt><dd>${duration(sum[part], w.decimal)}</dd></div>`)}</dl></div>`}${
    blame && !stale && html`<p class="blame" data-own="${blame.own}" data-provider="${blame.provider}">${blameSentence(w, blame)}</p>`}${
    lately.length === 0 && !blame && html`<p class="empty">${w.turnsNone}</p>`}`;
}

function blameSentence(w: Words, { n, own, provider }: NonNullable<Snapshot['blame']>): string {
  if (n === 0) return w.blameIdle;
  return own + provider === 0 ? say(w.blameNone, { n }) : say(w.blame, { n, own, provider });
}

/** A table of turns, newest first. */
export function turns(w: Words, latest: LatestTurn[], ofOneModel = false): Html {
  if (latest.length === 0) return html`<p class="empty">${w.turnsNone}</p>`;
  const number = (ms: number): string => duration(ms, w.decimal);
  return html`<table class="turns"><caption class="unseen">${w.turnsCaption}</caption>
<thead><tr><th scope="col" class="at">${w.time}</th>${ofOneModel ? null : html`<th scope="col">${w.model}</th>`}<th scope="col" class="wide">${w.agent}</th><th scope="col" class="number">${w.firstToken}</th><th scope="col" class="number">${w.total}</th><th scope="col" class="wide hops">${w.hops}</th><th scope="col" class="outcome">${w.outcome}</th></tr></thead>
<tbody>${latest.map((turn) => html`<tr><td>${time(turn.at)}</td>${
    ofOneModel ? null : html`<td>${turn.model ?? '\u2013'}${turn.fallback && html` <span class="quiet">${w.byFallback}</span>`}</td>`}<td class="wide">${turn.agent ?? '\u2013'}</td><td class="number">${turn.firstToken === null ? '\u2013' : number(turn.firstToken)}</td><td class="number">${number(turn.total)}</td><td class="wide">${hops(w, turn.hops)}</td><td data-outcome="${turn.outcome}">${w[turn.outcome]}</td></tr>`)}</tbody></table>`;
}
