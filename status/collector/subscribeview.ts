/** The forms of /subscribe as markup, complete without JavaScript. */
import { html, type Html } from './html.ts';

/** @param mail false when no mail server is configured: then the page offers what works without one */
export function subscribePart(url: string, mail: boolean): Html {
  return html`<h1>Subscribe</h1>
<p class="age">Hear of every incident and of announced work as it is said. You confirm once, and each message carries a link that ends it.</p>
${mail && html`<form method="post" action="/subscribe" class="subscribe"><h2 id="by-mail">By e-mail</h2>
<label for="email">Address</label><input id="email" name="email" type="email" required maxlength="254" autocomplete="email"><button>Send me a confirmation</button></form>`}
<form method="post" action="/subscribe" class="subscribe"><h2 id="by-webhook">By webhook</h2>
<label for="webhook">Address that takes a POST</label><input id="webhook" name="webhook" type="url" required maxlength="2000" placeholder="https://" pattern="https?://.+"><button>Add webhook</button>
<p>Messages are signed as <a href="https://www.standardwebhooks.com/">Standard Webhooks</a> say, sent again until they are taken, and carry each update once.</p></form>
<section class="subscribe" aria-labelledby="by-feed"><h2 id="by-feed">By feed</h2>
<p><a href="/feed.rss">RSS</a> <a href="/feed.atom">Atom</a> <a href="/feed.json">JSON Feed</a></p>
<p>Subscriptions are kept at <a href="${url}/subscribe/">${url}</a>.</p></section>`;
}
