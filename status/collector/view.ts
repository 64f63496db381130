/** The live part of the front page as markup. The page is complete with it alone; the script only puts a newer one in place. */
import { FIRST_TOKEN_TARGET_MS, STALE_AFTER_MS } from '@halfsecond/shared/limits';
import type { ComponentStatus, Figures } from '@halfsecond/shared/status';
import { folderOf, say } from '../src/words/languages.ts';
import type { Words } from '../src/words/en.ts';
import { headlineIn, translated } from '../src/words/sentences.ts';
import { bandChart, hatching, unwatched, type Bins } from './charts.ts';
import { dayBars, DAYS_SHOWN, dayWords, uptime } from './daybars.ts';
import { duration, html, sentence, span, time, type Html } from './html.ts';
import { incidentNotices, recentIncidents, plannedWork } from './incidentview.ts';
import type { Component, Days, LatestTurn, ModelView, Snapshot } from './snapshot.ts';
import { split, turns } from './turnsview.ts';

/** One second as the front page shows it, the same in every language. `lately`: turns for the split of time; `begun`: epoch ms. */
export type Shown = { snapshot: Snapshot; days: Days; bins: Map<string, Bins>; lately: LatestTurn[]; begun: number };

/** Everything between the site's header and its footer. */
export function livePart(w: Words, { snapshot, days, bins, lately, begun }: Shown): Html {
  const { blame } = snapshot;
  // What comes and goes stands in a place of its own: the sections below stay the same nodes.
  return html`${head(w, snapshot)}<div>${notices(w, snapshot)}${plannedWork(w, snapshot, 'now')}</div>${hatching}
<section aria-labelledby="models"><div class="title"><h2 id="models">${w.firstWord}</h2><p>${say(w.firstWordNote, { target: `${FIRST_TOKEN_TARGET_MS} ms` })}</p></div>${models(w, snapshot, bins, begun)}</section>
<section aria-labelledby="split"><div class="title"><h2 id="split">${w.split}</h2>${lately.length > 0 && html`<p>${say(w.splitNote, { n: lately.length })}</p>`}</div>${split(w, lately, blame, snapshot.metrics.stale)}</section>
<section aria-labelledby="queue"><div class="title"><h2 id="queue">${w.queue}</h2></div>${queue(w, snapshot)}</section>
<section aria-labelledby="components"><div class="title"><h2 id="components">${w.components}</h2><p>${say(w.componentsNote, { days: DAYS_SHOWN })}</p></div>${components(w, snapshot, days)}${probers(w, snapshot)}</section>
<section aria-labelledby="turns"><div class="title"><h2 id="turns">${w.turns}</h2><p>${w.turnsNote}</p></div>${turns(w, snapshot.turns)}</section><div>${plannedWork(w, snapshot, 'coming')}</div>
<section aria-labelledby="incidents"><div class="title"><h2 id="incidents">${w.incidents}</h2><p><a href="/${folderOf(w)}history/">${w.allIncidents}</a></p></div>${recentIncidents(w, snapshot.incidents ?? [])}</section>`;
}

/** The sentence above everything else, in the page's language. */
export function headlineOf(w: Words, { headline, indicator, components, metrics, openIncidents }: Snapshot): string {
  const named = (of: Component[]): string => of.map((each) => nameOf(w, each)).slice(0, 3).join(', ') + (of.length > 3 ? ` +${of.length - 3}` : '');
  const judged = components.filter((each) => each.judged);
  const out = judged.filter((each) => each.status === 'major_outage');
  const ill = judged.filter((each) => each.status !== 'operational' && each.status !== 'under_maintenance');
  const planned = components.filter((each) => each.status === 'under_maintenance');
  const form = (name: string, of: Component[] = []): string => headlineIn(w.lang, name, named(of)) ?? headline;
  if (components.some((each) => each.kind === 'gateway' && each.status === 'major_outage')) return form('down');
  if (out.length > 0) return form(indicator === 'critical' ? 'out' : 'outAnswers', out);
  if (ill.length > 0) return form('ill', ill);
  if (indicator !== 'none') return openIncidents.find((each) => each.impact === indicator)?.title ?? headline;
  if (planned.length > 0) return form('planned', planned);
  return form(metrics.stale ? 'stale' : 'well');
}

function head(w: Words, snapshot: Snapshot): Html {
  return html`<div class="head" aria-live="polite"><h1 data-indicator="${snapshot.indicator}">${headlineOf(w, snapshot)}</h1></div>${ageLine(w, snapshot)}`;
}

/** When the numbers were read; the script counts on from `data-as-of`. Times end their line, here and in notices: in the reader's zone they push nothing. */
export function ageLine(w: Words, { metrics, asOf }: Pick<Snapshot, 'metrics' | 'asOf'>): Html {
  const age = metrics.asOf === null ? null : asOf - metrics.asOf;
  return html`<p class="age" id="age" data-as-of="${metrics.asOf ?? ''}">${
    age === null || metrics.asOf === null
      ? w.noFigures
      : age > STALE_AFTER_MS
        ? html`<strong>${say(w.old, { span: span(age, w.day) })}</strong> ${sentence(w.lastRead, { time: time(metrics.asOf) })}`
        : sentence(w.numbersFrom, { time: time(metrics.asOf) })
  }</p>`;
}

function notices(w: Words, snapshot: Snapshot): Html {
  const { metrics, fallbackSince, asOf } = snapshot;
  return html`${incidentNotices(w, snapshot.openIncidents)}${
    metrics.stale && html`<div class="notice"><p><strong>${w.stale}</strong> ${w.lang === 'en' ? (metrics.fault ?? w.silent) : w.silent} ${w.lastThatIsKnown}</p></div>`}${
    fallbackSince !== null && html`<div class="notice"><p><strong>${sentence(w.fallback, { time: time(fallbackSince) })}</strong></p><p>${span(asOf - fallbackSince, w.day)}. ${w.fallbackWhy}</p></div>`}`;
}

function models(w: Words, snapshot: Snapshot, bins: Map<string, Bins>, begun: number): Html {
  if (snapshot.models.length === 0) return html`<p class="empty">${w.noModels}</p>`;
  return html`<div class="models">${snapshot.models.map((model) => modelBlock(w, model, snapshot, bins.get(model.id), begun))}</div>`;
}

function modelBlock(w: Words, model: ModelView, { asOf, metrics, gaps = [] }: Snapshot, bins: Bins | undefined, begun: number): Html {
  const page = modelPath(model.id);
  return html`<article><div class="line"><h3>${page ? html`<a href="/${folderOf(w)}${page}/">${model.id}</a>` : model.id}</h3>${
    model.judged ? mark(w, model.state) : html`<span class="mark" data-state="unknown">${w.notKnown}</span>`}</div>
<p class="quiet">${model.provider === model.id ? '' : `${model.provider}, `}${model.last ? say(w.lastTurn, { span: span(asOf - model.last.at, w.day) }) : w.noTurn}, ${say(w.window, { span: span(model.window, w.day) })}</p>
<div class="pair"><table><caption class="unseen">${model.id}: ${w.modelsCaption}</caption><thead><tr><th scope="col">${w.measure}</th><th scope="col" class="number">p50</th><th scope="col" class="number">p95</th><th scope="col" class="number">n</th></tr></thead><tbody>${
    row(w, w.firstToken, model.firstToken, model.last?.firstToken ?? null)}${row(w, w.reply, model.reply, model.last?.outcome === 'ok' ? model.last.total : null)}</tbody></table>${
    bins && bandChart(w, model.id, bins, unwatched(bins.from, asOf, begun, metrics.asOf, gaps))}</div></article>`;
}

function row(w: Words, label: string, figures: Figures, last: number | null): Html {
  return html`<tr><th scope="row">${label}</th>${figureCells(w, figures, last)}</tr>`;
}

/** p50, p95 and n of one measure; a sentence in their place where there are too few turns. */
export function figureCells(w: Words, { p50, p95, n }: Figures, last: number | null): Html {
  if (p50 === null || p95 === null) return html`<td class="number few" colspan="3">${fewTurns(w, n, last)}</td>`;
  return html`<td class="number">${duration(p50, w.decimal)}</td><td class="number">${duration(p95, w.decimal)}</td><td class="number quiet">${n}</td>`;
}

function fewTurns(w: Words, n: number, last: number | null): string {
  if (n === 0) return w.noTurns;
  return `${say(w.few, { n })}${last === null ? '' : ` \u2014 ${say(w.last, { ms: duration(last, w.decimal) })}`}`;
}

function queue(w: Words, { queue: state, metrics }: Snapshot): Html {
  const figure = (label: string, value: number | null): Html => html`<div><dt>${label}</dt><dd>${value ?? '\u2013'}</dd></div>`;
  return html`<dl class="figures${metrics.stale ? ' old' : ''}">${figure(w.waiting, state.depth)}${figure(w.inFlight, state.inFlight)}${figure(w.capacity, state.capacity)}</dl>`;
}

function nameOf(w: Words, { kind, name }: Component): string {
  return kind === 'provider' ? name : w[kind];
}

function components(w: Words, snapshot: Snapshot, days: Days): Html {
  return html`<ul class="components" data-words="${dayWords(w)}">${snapshot.components.map((each) => {
    const watched = days.get(each.id) ?? [];
    const text = translated(each.text, w.lang);
    return html`<li><div class="line"><h3>${nameOf(w, each)}</h3>${mark(w, each)}</div><div class="line quiet"><p>${
      text ?? (w.lang === 'en' ? each.text : html`<span lang="en">${each.text}</span>`)}${
      each.configured && each.judged && each.status !== 'operational' ? html` ${sentence(w.since, { time: time(each.since, 'moment') })}` : null}</p>${
      each.configured && html`<p class="coverage">${coverage(w, watched)}</p>`}</div>${
      each.configured && dayBars(w, watched, snapshot.asOf, nameOf(w, each))}</li>`;
  })}</ul>`;
}

/** Never rounded up: 99.999 % is not 100 %. */
function coverage(w: Words, watched: Parameters<typeof uptime>[0]): string {
  const { share, watchedMs } = uptime(watched);
  if (share === null) return w.notWatched;
  const values = { span: span(watchedMs, w.day), share: (Math.floor(share * 10_000) / 100).toFixed(2).replace('.', w.decimal) };
  return say(share === 1 ? w.noOutage : w.without, values);
}

function probers(w: Words, { probers: all = [] }: Snapshot): Html {
  const states = { up: w.proberUp, down: w.proberDown, unknown: w.proberUnknown, silent: w.proberSilent };
  if (all.length === 0) return html``;
  return html`<p class="probers quiet">${w.probers} ${all.map((each, at) => html`${at > 0 && ', '}<span data-prober="${each.state}">${each.name} ${states[each.state]}${each.state === 'up' && each.ms !== null && ` (${duration(each.ms, w.decimal)})`}</span>`)}.</p>`;
}

function mark(w: Words, of: ComponentStatus | Component): Html {
  if (typeof of === 'string') return html`<span class="mark" data-state="${of}">${w[of]}</span>`;
  if (!of.configured) return html`<span class="mark" data-state="off">${w.notConfigured}</span>`;
  if (!of.judged) return html`<span class="mark" data-state="unknown">${of.status === 'operational' ? w.notKnown : say(w.lastKnown, { state: w[of.status] })}</span>`;
  return html`<span class="mark" data-state="${of.status}">${w[of.status]}</span>`;
}

/** Folder of a model's page under the public folder; null for an id that makes no safe path. */
export function modelPath(id: string): string | null {
  const parts = id.split('/');
  return parts.every((part) => /^[A-Za-z0-9_@+-][A-Za-z0-9_.:@+-]*$/.test(part) && !part.endsWith('.html') && !part.endsWith('.json')) ? `models/${id}` : null;
}
