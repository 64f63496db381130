/** The live part of one model's page. */
import type { Figures } from '@halfsecond/shared/status';
import { dayChart } from './charts.ts';
import { duration, html, span, time, type Html } from './html.ts';
import { figuresOf, latestTurn, type ModelView, type Snapshot } from './snapshot.ts';
import type { Span, Store } from './store.ts';
import { fewTurns, turns } from './view.ts';

const HOUR = 3_600_000;
const windows: { label: string; span: Span; ms: number }[] = [
  { label: 'Last hour', span: 'minute', ms: HOUR },
  { label: 'Last 24 hours', span: 'hour', ms: 24 * HOUR },
  { label: 'Last 30 days', span: 'day', ms: 30 * 24 * HOUR },
];
const CHART_TURNS = 300;
const LISTED_TURNS = 20;

/** Figures over an hour, a day and a month, a day's picture, the latest turns. */
export function modelPart(store: Store, model: ModelView, { asOf, metrics }: Snapshot): Html {
  const latest = store.turnsOf(model.id, CHART_TURNS).map(latestTurn);
  const rows = windows.map((window) => ({
    ...window,
    firstToken: figuresOf(store, window.span, model.id, 'firstToken', asOf - window.ms),
    reply: figuresOf(store, window.span, model.id, 'reply', asOf - window.ms),
  }));
  return html`<h1>${model.id}</h1><p class="age" id="age" data-as-of="${metrics.asOf ?? ''}">${
    metrics.asOf === null ? 'No figures have been read yet.' : metrics.stale ? html`<strong>Numbers are ${span(asOf - metrics.asOf)} old.</strong>` : html`Numbers from ${time(metrics.asOf)}.`}</p>
<p class="quiet">From provider ${model.provider}.</p>
<section aria-labelledby="day"><div class="title"><h2 id="day">First token, 24 hours</h2><p>Band from p50 to p95 per quarter of an hour; a dot is one turn.</p></div>${
    dayChart(store.series('minute', model.id, 'firstToken', asOf - 24 * HOUR), latest, asOf)}</section>
<section aria-labelledby="figures"><div class="title"><h2 id="figures">Figures</h2></div><table class="windows"><caption class="unseen">Percentiles by measure and window</caption>
<thead><tr><th scope="col">Window</th><th scope="col" class="number">p50</th><th scope="col" class="number">p95</th><th scope="col" class="number">n</th></tr></thead>
${(['firstToken', 'reply'] as const).map((measure) => html`<tbody><tr class="model"><th scope="rowgroup" colspan="4"><span class="name">${measure === 'reply' ? 'Full reply' : 'First token'}</span></th></tr>${rows.map((row) => html`<tr><th scope="row">${row.label}</th>${cells(row[measure])}</tr>`)}</tbody>`)}</table></section>
<section aria-labelledby="turns"><div class="title"><h2 id="turns">Latest turns</h2></div>${turns(latest.slice(0, LISTED_TURNS), true)}</section>`;
}

function cells(figures: Figures): Html {
  if (figures.p50 === null || figures.p95 === null) return html`<td colspan="3" class="number few">${fewTurns(figures.n, null)}</td>`;
  return html`<td class="number">${duration(figures.p50)}</td><td class="number">${duration(figures.p95)}</td><td class="number quiet">${figures.n}</td>`;
}
