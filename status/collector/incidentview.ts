/** Incidents and planned work as markup: what is going on, what was, and a page for each incident. */
import { open, underWay, type PublishedIncident, type PublishedMaintenance } from '../src/incident.ts';
import type { Words } from '../src/words/en.ts';
import { say } from '../src/words/languages.ts';
import { html, span, time, type Html } from './html.ts';
import type { Snapshot } from './snapshot.ts';

const RECENT = 5;

/** Address of an incident's page; its text is in the language that it was written in, so there is one. */
export const incidentHref = (id: string): string => `/incidents/${encodeURIComponent(id)}/`;

/** What is open now, above everything else. */
export function incidentNotices(w: Words, openIncidents: PublishedIncident[]): Html {
  return html`${openIncidents.map((each) => html`<div class="notice" data-tone="${each.impact}"><p><a href="${incidentHref(each.id)}">${each.title}</a></p><p class="quiet">${w[each.status]}, ${time(each.startedAt, 'moment')}</p><p>${each.updates[0]?.body}</p></div>`)}`;
}

/** Planned work, soonest first: what is under way heads the page, what is to come stands further below. */
export function plannedWork(w: Words, { maintenances = [] }: Pick<Snapshot, 'maintenances'>, when: 'now' | 'coming'): Html {
  const wanted = maintenances.filter((each) => (when === 'now' ? underWay(each) : each.status === 'scheduled')).toSorted((a, b) => a.scheduledFor - b.scheduledFor);
  if (wanted.length === 0) return html``;
  const id = `planned-${when}`;
  return html`<section aria-labelledby="${id}"><div class="title"><h2 id="${id}">${w.maintenance}</h2></div><ul class="incidents">${wanted.map((each) => maintenanceItem(w, each))}</ul></section>`;
}

function maintenanceItem(w: Words, each: PublishedMaintenance): Html {
  return html`<li><h3>${each.title}</h3><p class="quiet">${underWay(each) ? html`<strong>${w[each.status]}</strong>` : w[each.status]}, ${each.components.join(', ')}<br>${time(each.scheduledFor, 'moment')}<br>${w.until} ${time(each.scheduledUntil, 'moment')}</p>${
    each.updates[0] && html`<p>${each.updates[0].body}</p>`}</li>`;
}

/** The newest few. */
export function recentIncidents(w: Words, incidents: PublishedIncident[]): Html {
  return list(w, incidents.slice(0, RECENT));
}

/** Everything there was, newest first. */
export function historyPart(w: Words, incidents: PublishedIncident[], maintenances: PublishedMaintenance[]): Html {
  return html`<h1>${w.history}</h1><p class="age">${w.historyNote}</p><section aria-labelledby="incidents"><div class="title"><h2 id="incidents">${w.incidents}</h2></div>${list(w, incidents)}</section>${
    maintenances.length > 0 && html`<section aria-labelledby="planned"><div class="title"><h2 id="planned">${w.maintenance}</h2></div><ul class="incidents">${maintenances.map((each) => maintenanceItem(w, each))}</ul></section>`}`;
}

function list(w: Words, incidents: PublishedIncident[]): Html {
  if (incidents.length === 0) return html`<p class="empty">${w.noIncidents}</p>`;
  return html`<ul class="incidents">${incidents.map((each) => html`<li><h3><a href="${incidentHref(each.id)}">${each.title}</a></h3><p class="quiet">${facts(w, each)}</p><p>${each.rootCause ?? each.updates[0]?.body}</p></li>`)}</ul>`;
}

function facts(w: Words, each: PublishedIncident): Html {
  return html`${
    open(each) || each.resolvedAt === null ? html`<strong>${w[each.status]}</strong>` : say(w.resolvedAfter, { span: span(Math.max(60_000, each.resolvedAt - each.startedAt), w.day) })}, ${w.impact}: ${w[each.impact]}, ${time(each.startedAt, 'moment')}`;
}

/** An incident's whole page. @param body what people wrote under the front matter, as markup made by the build */
export function incidentPart(w: Words, each: PublishedIncident, body: Html): Html {
  const { followUps = [] } = each;
  return html`<article class="incident"><h1>${each.title}</h1><p class="age">${each.components.join(', ')}, ${facts(w, each)}</p>
${each.rootCause && html`<section aria-labelledby="cause"><h2 id="cause">${w.rootCause}</h2><p>${each.rootCause}</p></section>`}${
  each.fix && html`<section aria-labelledby="fix"><h2 id="fix">${w.fix}</h2><p>${each.fix}</p></section>`}${
  followUps.length > 0 && html`<section aria-labelledby="follow-ups"><h2 id="follow-ups">${w.followUps}</h2><ul>${followUps.map((todo) => html`<li>${todo.text} <span class="quiet">${todo.done ? w.done : w.open}${todo.due !== null && html`, ${time(todo.due, 'moment')}`}</span></li>`)}</ul></section>`}${
  body.markup !== '' && html`<div class="prose">${body}</div>`}
<section aria-labelledby="updates"><h2 id="updates">${w.updates}</h2><ol class="updates">${each.updates.map((update) => html`<li><p class="quiet">${time(update.at, 'moment')}, ${w[update.status]}</p><p>${update.body}</p></li>`)}</ol></section></article>`;
}
