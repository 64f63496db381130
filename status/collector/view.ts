/** The live part of the front page as markup. The page is complete with it alone; the script only puts a newer one in place. */
import { FIRST_TOKEN_TARGET_MS, STALE_AFTER_MS } from '@halfsecond/shared/limits';
import type { ComponentStatus, Figures } from '@halfsecond/shared/status';
import { dayBars, DAYS_SHOWN, hops, strip, uptime } from './charts.ts';
import { duration, html, span, time, type Html } from './html.ts';
import type { Component, Days, LatestTurn, ModelView, Snapshot } from './snapshot.ts';
import type { Measure } from './store.ts';

const words: Record<ComponentStatus, string> = {
  operational: 'Operational',
  degraded_performance: 'Degraded',
  partial_outage: 'Partial outage',
  major_outage: 'Major outage',
  under_maintenance: 'Maintenance',
};

/** Everything between the site's header and its list of incidents. */
export function livePart(snapshot: Snapshot, days: Days): Html {
  return html`${head(snapshot)}${notices(snapshot)}
<section aria-labelledby="models"><div class="title"><h2 id="models">Time to the first word</h2><p>Measured on every turn, from a question's arrival. Target ${FIRST_TOKEN_TARGET_MS} ms.</p></div>${models(snapshot)}</section>
<section aria-labelledby="queue"><div class="title"><h2 id="queue">Queue</h2></div>${queue(snapshot)}</section>
<section aria-labelledby="components"><div class="title"><h2 id="components">Components</h2><p>${DAYS_SHOWN} days; a low tick is a day that was not watched.</p></div>${components(snapshot, days)}</section>
<section aria-labelledby="turns"><div class="title"><h2 id="turns">Latest turns</h2><p>Times only. Never a word of what was said.</p></div>${turns(snapshot.turns)}</section>`;
}

function head(snapshot: Snapshot): Html {
  const { metrics, asOf } = snapshot;
  const age = metrics.asOf === null ? null : asOf - metrics.asOf;
  return html`<div class="head" aria-live="polite"><h1 data-indicator="${snapshot.indicator}">${snapshot.headline}</h1></div>
<p class="age" id="age" data-as-of="${metrics.asOf ?? ''}">${
    age === null || metrics.asOf === null
      ? 'No figures have been read yet.'
      : age > STALE_AFTER_MS
        ? html`<strong>Numbers are ${span(age)} old.</strong> Last read ${time(metrics.asOf)}.`
        : html`Numbers from ${time(metrics.asOf)}.`
  }</p>`;
}

function notices({ metrics, fallbackSince, openIncidents, asOf }: Snapshot): Html {
  return html`${openIncidents.map((each) => html`<div class="notice" data-tone="${each.impact}"><p><a href="/incidents/${encodeURIComponent(each.id)}">${each.title}</a> <span class="quiet">${each.status}, since ${time(each.startedAt, 'moment')}</span></p><p>${each.updates[0]?.body}</p></div>`)}${
    metrics.stale && html`<div class="notice"><p><strong>Figures are stale.</strong> ${metrics.fault ?? 'The feed is silent.'} What follows is the last that is known.</p></div>`}${
    fallbackSince !== null && html`<div class="notice"><p><strong>Served by fallback since ${time(fallbackSince)}</strong> (${span(asOf - fallbackSince)}). The preferred model is not answering; another one stands in.</p></div>`}`;
}

function models(snapshot: Snapshot): Html {
  if (snapshot.models.length === 0) return html`<p class="empty">No model has answered yet. Ask something and your turn appears here.</p>`;
  return html`<table class="models"><caption class="unseen">First token and full reply per model</caption>
<thead><tr><th scope="col">Measure</th><th scope="col" class="wide"><span class="unseen">Scale</span></th><th scope="col" class="number">p50</th><th scope="col" class="number">p95</th><th scope="col" class="number">n</th></tr></thead>
${snapshot.models.map((model) => modelBody(model, snapshot))}</table>`;
}

function modelBody(model: ModelView, { turns: latest, asOf }: Snapshot): Html {
  const own = latest.filter((turn) => turn.model === model.id);
  const page = modelPath(model.id);
  return html`<tbody><tr class="model"><th scope="rowgroup" colspan="5"><span class="name">${page ? html`<a href="/${page}/">${model.id}</a>` : model.id}</span> <span class="quiet">${model.provider === model.id ? '' : `${model.provider}, `}${
    model.last ? html`last turn ${span(asOf - model.last.at)} ago` : 'no turn yet'
  }, window ${span(model.window)}</span>${model.judged ? mark(model.state) : html`<span class="mark" data-state="unknown">Not known</span>`}</th></tr>${
    row('First token', 'firstToken', model.firstToken, model.last?.firstToken ?? null, own)}${
    row('Full reply', 'reply', model.reply, model.last?.outcome === 'ok' ? model.last.total : null, own)}</tbody>`;
}

function row(label: string, measure: Measure, figures: Figures, last: number | null, latest: LatestTurn[]): Html {
  return html`<tr><th scope="row">${label}</th><td class="wide">${strip(measure, figures, latest)}</td>${
    figures.p50 !== null && figures.p95 !== null
      ? html`<td class="number">${duration(figures.p50)}</td><td class="number">${duration(figures.p95)}</td><td class="number quiet">${figures.n}</td>`
      : html`<td class="number few" colspan="3">${fewTurns(figures.n, last)}</td>`
  }</tr>`;
}

/** What stands where percentiles would be said of too few turns. */
export function fewTurns(n: number, last: number | null): string {
  if (n === 0) return 'no turns in this window';
  return `n = ${n}, not enough for percentiles yet${last === null ? '' : ` \u2014 last: ${duration(last)}`}`;
}

function queue({ queue: state, metrics }: Snapshot): Html {
  const figure = (label: string, value: number | null): Html => html`<div><dt>${label}</dt><dd>${value ?? '\u2013'}</dd></div>`;
  return html`<dl class="figures${metrics.stale ? ' old' : ''}">${figure('waiting', state.depth)}${figure('being answered', state.inFlight)}${figure('capacity', state.capacity)}</dl>`;
}

function components(snapshot: Snapshot, days: Days): Html {
  return html`<ul class="components">${snapshot.components.map((each) => {
    const watched = days.get(each.id) ?? [];
    const { share, watchedMs } = uptime(watched);
    return html`<li><div class="line"><h3>${each.name}</h3>${mark(each)}</div><div class="line quiet"><p>${each.text}${
      each.configured && each.judged && each.status !== 'operational' ? html` Since ${time(each.since)}.` : null}</p>${
      each.configured && html`<p class="coverage">${share === null ? 'Not watched yet' : `${inShare(share)} in ${span(watchedMs)} watched`}</p>`}</div>${
      each.configured && dayBars(watched, snapshot.asOf, each.name)}</li>`;
  })}</ul>`;
}

/** Never rounded up: 99.999 % is not 100 %. */
function inShare(share: number): string {
  return share === 1 ? 'no outage' : `${(Math.floor(share * 10_000) / 100).toFixed(2)} % without outage`;
}

function mark(of: ComponentStatus | Component): Html {
  if (typeof of === 'string') return html`<span class="mark" data-state="${of}">${words[of]}</span>`;
  if (!of.configured) return html`<span class="mark" data-state="off">Not configured</span>`;
  if (!of.judged) return html`<span class="mark" data-state="unknown">${of.status === 'operational' ? 'Not known' : `Last known: ${words[of.status].toLowerCase()}`}</span>`;
  return html`<span class="mark" data-state="${of.status}">${words[of.status]}</span>`;
}

const outcomes: Record<LatestTurn['outcome'], string> = { ok: 'answered', error: 'failed', stopped: 'stopped', refused: 'turned away' };

/** A table of turns, newest first. */
export function turns(latest: LatestTurn[], ofOneModel = false): Html {
  if (latest.length === 0) return html`<p class="empty">No turns in the last 24 hours.</p>`;
  return html`<table class="turns"><caption class="unseen">Latest turns, newest first</caption>
<thead><tr><th scope="col" class="at">Time</th>${ofOneModel ? null : html`<th scope="col">Model</th>`}<th scope="col" class="wide">Agent</th><th scope="col" class="number">First token</th><th scope="col" class="number">Total</th><th scope="col" class="wide hops">Queue, own, provider</th><th scope="col" class="outcome">Outcome</th></tr></thead>
<tbody>${latest.map((turn) => html`<tr><td>${time(turn.at)}</td>${
    ofOneModel ? null : html`<td>${turn.model ?? '\u2013'}${turn.fallback && html` <span class="quiet">fallback</span>`}</td>`}<td class="wide">${turn.agent ?? '\u2013'}</td><td class="number">${turn.firstToken === null ? '\u2013' : duration(turn.firstToken)}</td><td class="number">${duration(turn.total)}</td><td class="wide">${hops(turn.hops)}</td><td data-outcome="${turn.outcome}">${outcomes[turn.outcome]}</td></tr>`)}</tbody></table>`;
}

/** Folder of a model's page under the public folder; null for an id that makes no safe path. */
export function modelPath(id: string): string | null {
  const parts = id.split('/');
  return parts.every((part) => /^[A-Za-z0-9_@+-][A-Za-z0-9_.:@+-]*$/.test(part) && !part.endsWith('.html') && !part.endsWith('.json')) ? `models/${id}` : null;
}
