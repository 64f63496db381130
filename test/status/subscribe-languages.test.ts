/** Whoever subscribes on a page is answered, asked and told in that page's language. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { en } from '../../status/src/words/en.ts';
import { languages, wordsIn } from '../../status/src/words/languages.ts';
import { openBook } from '../../status/subscribe/book.ts';
import { confirmMail, newsMail } from '../../status/subscribe/mail.ts';
import { until } from './harness.ts';
import { serve } from './serving.ts';
import { host, mailbox, messenger, post } from './subscribing.ts';

test('from the German form to the last link everything is German', { timeout: 60_000 }, async (t) => {
  const { mails, env } = await mailbox(t);
  const { folder, publish } = host(t);
  const served = await serve(t, folder, env);
  const life = await messenger(folder, served.url, env);

  const form = await fetch(`${served.url}/de/subscribe`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'email=Ada%40Example.com' });
  assert.equal(form.status, 202);
  const answer = await form.text();
  assert.match(answer, /<html lang="de"/);
  assert.match(answer, /Bitte öffnen Sie den Link in der Nachricht, die zu Ihnen unterwegs ist\./);
  assert.match(answer, /<a href="\/de\/">Zur Statusseite<\/a>/);
  const [mail] = await until(async () => mails, (all) => all.length === 1);
  assert.ok(mail);
  assert.match(mail.text, /^Subject: Bestätigen Sie Ihr Abonnement von 127\.0\.0\.1:\d+\r$/m);
  assert.match(mail.text, /^Content-Language: de\r$/m);
  assert.match(mail.text, /öffnen Sie innerhalb von zwei Tagen diesen Link und drücken Sie dort den Knopf:/);
  const confirm = /http\S+\/de\/confirm\?token=\S+/.exec(mail.text)?.[0] ?? '';
  assert.match(await (await fetch(confirm)).text(), /<button>Abonnement bestätigen<\/button>/);
  assert.match(await (await fetch(confirm, { method: 'POST' })).text(), /Ihr Abonnement läuft\./);
  publish(1);
  const news = await until(async () => mails.find((each) => each.text.includes('Step 1.')), (found) => found !== undefined);
  assert.ok(news);
  assert.match(news.text, /^Subject: \[status\] Ursache gefunden: Something new\r$/m);
  assert.match(news.text, /^Keine weiteren Nachrichten: http\S+\/de\/unsubscribe\?token=\S+$/m);
  const end = /<(http[^>]+\/de\/unsubscribe\?token=[^>]+)>/.exec(news.text)?.[1] ?? '';
  assert.match(await (await fetch(end)).text(), /<h1>Abmelden<\/h1>.*<button>Abonnement beenden<\/button>/);
  assert.match(await (await fetch(end, { method: 'POST', body: 'List-Unsubscribe=One-Click', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).text(), /Ihr Abonnement ist beendet\./);
  assert.match(await (await fetch(confirm)).text(), /<h1>Das hat nicht geklappt<\/h1>.*Dieses Abonnement gibt es nicht mehr\./);
  await life.end();
  assert.equal(life.log(), '');
});

test('refusals are in the language of the address; their codes are the same in all', async (t) => {
  const { folder } = host(t);
  const served = await serve(t, folder);
  for (const w of languages) {
    const lang = w === en ? '' : w.lang;
    const refusal = async (body: object | string): Promise<unknown> => (await post(served.url, body, lang)).json();
    assert.deepEqual(await refusal('{'), { error: { code: 'status-400', message: w.notJson } });
    assert.deepEqual(await refusal({ webhook: 'http://example.com/' }), { error: { code: 'status-400', message: w.webhookHttps } });
    const page = await (await fetch(`${served.url}${lang && `/${lang}`}/unsubscribe?token=x`)).text();
    assert.ok(page.includes(`<html lang="${w.lang}"`) && page.includes(w.notDone) && page.includes(w.linkInvalid), page);
  }
  const refused = await post(served.url, { email: 'a@example.com' }, 'ja');
  assert.equal(refused.status, 429, 'the eleventh within a minute, whatever its language');
  assert.deepEqual(await refused.json(), { error: { code: 'status-429', message: wordsIn('ja').tooMany } });
  assert.equal((await post(served.url, {}, 'xx')).status, 405, 'there is no such page');
});

test('a mail in each language has nothing left to fill in, and what people wrote stays', () => {
  const url = 'https://status.example.com';
  const data = {
    page: url, link: `${url}/incidents/now/`, incident: { id: 'now', name: 'Something {new}', impact: 'minor', shortlink: url },
    update: { id: '1', status: 'in_progress' as const, body: 'We {look}.', display_at: '2026-05-04T10:20:00.000Z' },
  };
  const subjects = new Set<string>();
  for (const w of languages) {
    const asks = confirmMail(w, url, `${url}/confirm?token=t`);
    const tells = newsMail(w, data, `${url}/unsubscribe?token=t`);
    assert.doesNotMatch(asks.subject + asks.text, /\{\w+\}/, w.lang);
    for (const part of [url, `${url}/confirm?token=t`]) assert.ok(asks.text.includes(part), w.lang);
    for (const part of ['Something {new}\n2026-05-04 10:20 UTC, ', w.in_progress, '\n\nWe {look}.\n\n', data.link, `${url}/unsubscribe?token=t`]) assert.ok(tells.text.includes(part), `${w.lang}: ${part}`);
    subjects.add(asks.subject);
  }
  assert.equal(subjects.size, languages.length);
});

test('a book of an earlier version keeps its subscribers, who go on in English', (t) => {
  const { folder } = host(t);
  const path = join(folder, 'subscriptions.db');
  const old = new DatabaseSync(path);
  old.exec(`CREATE TABLE subscriber (id TEXT PRIMARY KEY, kind TEXT NOT NULL, target TEXT NOT NULL, secret TEXT NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
    INSERT INTO subscriber VALUES ('one', 'email', 'a@example.com', 's', 'active', 1)`);
  old.close();
  for (let time = 0; time < 2; time += 1) {
    const book = openBook(path);
    assert.equal(book.find('one')?.lang, 'en');
    assert.equal(book.active(), 1);
    assert.equal(book.subscribe('email', 'a@example.com', 'fr', Date.now())?.lang, 'fr');
    book.close();
  }
});
