/** Incidents and announced work as RSS 2.0, Atom and JSON Feed 1.1, and the badge. */
import { open } from '../src/incident.ts';
import { html, escape } from './html.ts';
import type { Indicator } from './judge.ts';
import { lastChange, type Published } from './statuspage.ts';

const RECENT = 50;
const title = 'Halfsecond status';

/** The files by name. @param url public address of the page, without a slash at its end */
export function feedFiles(published: Published, url: string, begun: number): Record<string, string> {
  const all = [
    ...published.incidents.map((each) => ({ entry: each, started: each.startedAt, prefix: open(each) ? '' : 'Resolved: ' })),
    ...published.maintenances.map((each) => ({ entry: each, started: Math.min(each.scheduledFor, ...each.updates.map((update) => update.at)), prefix: each.status === 'completed' ? 'Completed: ' : 'Maintenance: ' })),
  ];
  const entries = all.map(({ entry, started, prefix }) => {
    const lines = entry.updates.map((update) => ({ head: `${new Date(update.at).toISOString()} ${update.status}`, body: update.body }));
    return {
      link: `${url}/incidents/${encodeURIComponent(entry.id)}`,
      title: `${prefix}${entry.title}`,
      text: lines.map(({ head, body }) => `${head}: ${body}`).join('\n'),
      // Readers take a description for markup: without this a "<" in an update would swallow what follows.
      markup: lines.map(({ head, body }) => html`<p><strong>${head}</strong><br/>${body}</p>`.markup).join(''),
      started,
      changed: lastChange(entry),
    };
  }).toSorted((a, b) => b.changed - a.changed).slice(0, RECENT);
  const changed = Math.max(begun, ...entries.map((each) => each.changed));
  return {
    'feed.rss': html`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>${title}</title><link>${url}/</link><description>Incidents and announced work</description><language>en</language><lastBuildDate>${new Date(changed).toUTCString()}</lastBuildDate><atom:link href="${url}/feed.rss" rel="self" type="application/rss+xml"/>${entries.map((each) => html`
<item><title>${each.title}</title><link>${each.link}</link><guid isPermaLink="true">${each.link}</guid><pubDate>${new Date(each.changed).toUTCString()}</pubDate><description>${each.markup}</description></item>`)}
</channel></rss>
`.markup,
    'feed.atom': html`<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>${title}</title><id>${url}/</id><link href="${url}/"/><link rel="self" href="${url}/feed.atom"/><author><name>Halfsecond</name></author><updated>${new Date(changed).toISOString()}</updated>${entries.map((each) => html`
<entry><title>${each.title}</title><id>${each.link}</id><link href="${each.link}"/><published>${new Date(each.started).toISOString()}</published><updated>${new Date(each.changed).toISOString()}</updated><content type="html">${each.markup}</content></entry>`)}
</feed>
`.markup,
    'feed.json': `${JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title,
      home_page_url: `${url}/`,
      feed_url: `${url}/feed.json`,
      language: 'en',
      items: entries.map((each) => ({
        id: each.link,
        url: each.link,
        title: each.title,
        content_text: each.text,
        date_published: new Date(each.started).toISOString(),
        date_modified: new Date(each.changed).toISOString(),
      })),
    })}\n`,
  };
}

const looks: Record<Indicator, { word: string; colour: string }> = {
  none: { word: 'operational', colour: '#1a7f4b' },
  minor: { word: 'degraded', colour: '#8a6100' },
  major: { word: 'partial outage', colour: '#b3470a' },
  critical: { word: 'outage', colour: '#b3261e' },
};

/** A badge of text on two grounds, readable without fonts of ours. */
export function badge(indicator: Indicator): string {
  const { word, colour } = looks[indicator];
  const left = 52;
  const right = 14 + word.length * 6.6;
  const label = escape(`status: ${word}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}"><title>${label}</title>`
    + `<rect width="${left + right}" height="20" rx="4" fill="#3a3d42"/><path d="M${left} 0h${right - 4}a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4h-${right - 4}z" fill="${colour}"/>`
    + '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
    + `<text x="${left / 2}" y="14">status</text><text x="${left + right / 2}" y="14">${word}</text></g></svg>\n`;
}
