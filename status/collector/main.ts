/**
 * The collector, a process of its own: each second it looks at the bff and writes the public folder.
 * STATUS_SOURCE, STATUS_FEED_KEY, HALFSECOND_DATA; STATUS_URL is the page's public address, for feeds and links.
 */
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createCollect } from './collect.ts';
import { installSite, publisher, siteVersion, type Site } from './publish.ts';
import { openSigner } from './sign.ts';
import { openStore } from './store.ts';
import { createWriter } from './write.ts';

const TICK_MS = 1_000;
const TRIM_EVERY_MS = 600_000;

const env = process.env;
const source = (env['STATUS_SOURCE'] ?? 'http://127.0.0.1:8787').replace(/\/+$/, '');
const folder = resolve(env['HALFSECOND_DATA'] ?? '.data', 'status');
const dist = join(import.meta.dirname, '..', 'dist');
const url = (env['STATUS_URL'] ?? `http://${env['HOST'] ?? '127.0.0.1'}:${env['STATUS_PORT'] ?? '8788'}`).replace(/\/+$/, '');
const log = (line: string): void => void process.stderr.write(`collector: ${line}\n`);

if (!URL.canParse(source)) fail(`STATUS_SOURCE is "${source}": expected the bff's URL, such as http://127.0.0.1:8787.`);
if (!URL.canParse(url)) fail(`STATUS_URL is "${url}": expected the page's public URL, such as https://status.example.com.`);

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
// The channel of whoever started us closes when that process ends, however it ends.
process.once('disconnect', () => stopping.abort());

const store = openOrFail();
const begun = Number(store.meta('begun')) || Date.now();
store.setMeta('begun', String(begun));
const collect = createCollect({ source, key: env['STATUS_FEED_KEY'] || undefined }, store, log);
const write = createWriter(store, openSigner(folder), publisher(join(folder, 'public')), { url, begun });

let site: Site | null = null;
let complaint: string | null = null;
let ready = false;
let trimmedAt = 0;
while (!stopping.signal.aborted) {
  const started = performance.now();
  try {
    site = currentSite(site);
    const observed = await collect.tick(stopping.signal, site.incidents);
    if (observed) {
      write(observed, site);
      if (!ready) process.stdout.write(`${JSON.stringify({ ready: 'collector', url })}\n`);
      ready = true;
    }
    if (Date.now() - trimmedAt > TRIM_EVERY_MS) {
      store.trim(Date.now());
      trimmedAt = Date.now();
    }
    if (complaint !== null) log('Works again.');
    complaint = null;
  } catch (error) {
    // A full disk must not end the watch: the last good page stays, and each new second is another try.
    const told = error instanceof Error ? error.message : String(error);
    if (told !== complaint) log(`This second could not be published: ${told}`);
    complaint = told;
  }
  const left = TICK_MS - (performance.now() - started);
  if (left > 0) await wait(left, undefined, { signal: stopping.signal }).catch(ignoreAbort);
}
store.close();
if (process.connected) process.disconnect?.();

/** The build as it lies on disk; a new one is taken over while we run, a broken one leaves the last good pages up. */
function currentSite(before: Site | null): Site {
  const version = siteVersion(dist);
  if (version === null) {
    if (before) return before;
    throw new Error('the site is not built; npm run build makes it');
  }
  return before?.version === version ? before : installSite(dist, join(folder, 'public'), version);
}

function openOrFail(): ReturnType<typeof openStore> {
  try {
    return openStore(join(folder, 'status.db'), log);
  } catch (error) {
    return fail(`${folder} cannot be used (${error instanceof Error ? error.message : String(error)}). HALFSECOND_DATA names another folder.`);
  }
}

function fail(sentence: string): never {
  log(sentence);
  process.exit(1);
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
