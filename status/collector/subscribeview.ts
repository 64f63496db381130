/** The page of /subscribe as markup, complete without JavaScript: forms, feeds, and how to show the state elsewhere. */
import type { Words } from '../src/words/en.ts';
import { folderOf } from '../src/words/languages.ts';
import { html, sentence, type Html } from './html.ts';

/** @param mail false when no mail server is configured: then the page offers what works without one */
export function subscribePart(w: Words, url: string, mail: boolean): Html {
  // Where one subscribes says in which language one is answered and told.
  const here = `/${folderOf(w)}subscribe`;
  return html`<h1>${w.subscribe}</h1>
<p class="age">${w.subscribeNote}</p>
${mail && html`<form method="post" action="${here}" class="subscribe"><h2 id="by-mail">${w.byMail}</h2>
<label for="email">${w.address}</label><input id="email" name="email" type="email" required maxlength="254" autocomplete="email"><button>${w.sendMail}</button></form>`}
<form method="post" action="${here}" class="subscribe"><h2 id="by-webhook">${w.byWebhook}</h2>
<label for="webhook">${w.webhookAddress}</label><input id="webhook" name="webhook" type="url" required maxlength="2000" placeholder="https://" pattern="https?://.+"><button>${w.addWebhook}</button>
<p>${sentence(w.webhookNote, { standard: html`<a href="https://www.standardwebhooks.com/">Standard Webhooks</a>` })}</p></form>
<section class="subscribe" aria-labelledby="by-feed"><h2 id="by-feed">${w.byFeed}</h2>
<p><a href="/feed.rss">RSS</a> <a href="/feed.atom">Atom</a> <a href="/feed.json">JSON Feed</a></p>
<p>${sentence(w.keptAt, { url: html`<a href="${url}${here}/">${url}</a>` })}</p></section>
<section class="subscribe" aria-labelledby="embed"><h2 id="embed">${w.onYourSite}</h2><p>${w.embedNote}</p>
<pre tabindex="0" aria-labelledby="embed"><code>${`<script src="${url}/embed.js" async></script>\n<halfsecond-status src="${url}"></halfsecond-status>`}</code></pre>
<p>${w.badge} <a href="/badge.svg">${url}/badge.svg</a></p></section>`;
}
