/** The live part of one model's page. */
import type { Figures } from '@halfsecond/shared/status';
import type { Words } from '../src/words/en.ts';
import { say } from '../src/words/languages.ts';
import { bandChart, binned, hatching, unwatched, type Bins } from './charts.ts';
import { html, type Html } from './html.ts';
import { figuresOf, latestTurn, type LatestTurn, type ModelView, type Snapshot } from './snapshot.ts';
import type { Measure, Span, Store } from './store.ts';
import { turns } from './turnsview.ts';
import { ageLine, figureCells } from './view.ts';

const HOUR = 3_600_000;
const windows: { label: 'hour1' | 'hours24' | 'days30'; span: Span; ms: number }[] = [
  { label: 'hour1', span: 'minute', ms: HOUR },
  { label: 'hours24', span: 'hour', ms: 24 * HOUR },
  { label: 'days30', span: 'day', ms: 30 * 24 * HOUR },
];
const CHART_TURNS = 300;
/** Stretches of half an hour, as on the front page. */
const PARTS = 48;
const LISTED_TURNS = 20;

/** What a model's page shows, the same in every language. */
export type ModelFacts = { latest: LatestTurn[]; bins: Bins; rows: ({ label: 'hour1' | 'hours24' | 'days30' } & Record<Measure, Figures>)[] };

/** Reads a day of sketches: dear, so once for all languages. */
export function modelFacts(store: Store, model: ModelView, { asOf }: Snapshot): ModelFacts {
  return {
    latest: store.turnsOf(model.id, CHART_TURNS).map(latestTurn),
    bins: binned(store.series('minute', model.id, 'firstToken', asOf - 24 * HOUR), asOf, PARTS),
    rows: windows.map(({ label, span, ms }) => ({
      label, firstToken: figuresOf(store, span, model.id, 'firstToken', asOf - ms), reply: figuresOf(store, span, model.id, 'reply', asOf - ms),
    })),
  };
}

/** Figures over an hour, a day and a month, a day's picture, the latest turns. */
export function modelPart(w: Words, model: ModelView, facts: ModelFacts, snapshot: Snapshot, begun: number): Html {
  const { asOf, metrics, gaps = [] } = snapshot;
  const { latest, bins, rows } = facts;
  // Single turns only where a stretch has too few of them for a band; among many they would be noise.
  const shown = latest.filter((turn) => turn.firstToken !== null && turn.at >= bins.from && bins.bins[Math.floor((turn.at - bins.from) / bins.width)] === 'few');
  return html`<h1>${model.id}</h1>${ageLine(w, { asOf, metrics })}<p class="quiet">${say(w.fromProvider, { provider: model.provider })}</p>${hatching}
<section aria-labelledby="day"><div class="title"><h2 id="day">${w.day24}</h2><p>${w.day24Note}</p></div><div class="large">${bandChart(w, model.id, bins, unwatched(bins.from, asOf, begun, metrics.asOf, gaps), shown)}</div></section>
<section aria-labelledby="figures"><div class="title"><h2 id="figures">${w.figures}</h2></div><table class="windows"><caption class="unseen">${w.figuresCaption}</caption>
<thead><tr><th scope="col">${w.span}</th><th scope="col" class="number">p50</th><th scope="col" class="number">p95</th><th scope="col" class="number">n</th></tr></thead>
${(['firstToken', 'reply'] as const).map((measure) => html`<tbody><tr class="model"><th scope="rowgroup" colspan="4"><span class="name">${w[measure]}</span></th></tr>${rows.map((row) => html`<tr><th scope="row">${w[row.label]}</th>${figureCells(w, row[measure], null)}</tr>`)}</tbody>`)}</table></section>
<section aria-labelledby="turns"><div class="title"><h2 id="turns">${w.turns}</h2></div>${turns(w, latest.slice(0, LISTED_TURNS), true)}</section>`;
}
