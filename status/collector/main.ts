/**
 * The collector, a process of its own: each second it looks at the bff and writes the public folder.
 * STATUS_SOURCE, STATUS_FEED_KEY, STATUS_PROBERS, STATUS_REPORT_PORT, STATUS_CONTENT, HALFSECOND_DATA; STATUS_URL is the page's public address, for feeds and links;
 * --publish DIR|s3://bucket/prefix and STATUS_PUBLISH name places that get every file too.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { placeOf } from './places.ts';
import { publisher } from './publish.ts';
import { openSigner } from './sign.ts';
import { readSite, siteVersion, type Site } from './site.ts';
import { openStore } from './store.ts';
import { createTarget } from './target.ts';
import { startWatching, type Watching } from './watching.ts';
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
const watching = await watchOrFail();
const targets = targetsOrFail();
const takers = [...targets.map((each) => each.offer), publisher(join(folder, 'public'))];
const write = createWriter(store, openSigner(folder), takers, { url, begun, mail: Boolean(env['STATUS_SMTP_URL']) });

let site: Site | null = null;
let complaint: string | null = null;
let ready = false;
let trimmedAt = 0;
while (!stopping.signal.aborted) {
  const started = performance.now();
  try {
    site = currentSite(site);
    const observed = await watching.round(stopping.signal);
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
  store.heal();
  await watching.pause(TICK_MS - (performance.now() - started), stopping.signal);
}
watching.close();
await Promise.all(targets.map((each) => each.close()));
store.close();
if (process.connected) process.disconnect?.();

/** The build as it lies on disk; a new one is taken over while we run, a broken one leaves the last good pages up. */
function currentSite(before: Site | null): Site {
  const version = siteVersion(dist);
  if (version === null) {
    if (before) return before;
    throw new Error('the site is not built; npm run build makes it');
  }
  return before?.version === version ? before : readSite(dist, version);
}

/** Other places to publish to: each `--publish`, and STATUS_PUBLISH separated by commas. */
function targetsOrFail(): ReturnType<typeof createTarget>[] {
  try {
    const { values } = parseArgs({ options: { publish: { type: 'string', multiple: true, default: [] } } });
    const named = [...values.publish, ...(env['STATUS_PUBLISH'] ?? '').split(',').map((each) => each.trim()).filter(Boolean)];
    return named.map((each) => createTarget(placeOf(each), log));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** STATUS_PROBERS on this host; STATUS_REPORT_PORT opens the door to probers and incidents from elsewhere. */
async function watchOrFail(): Promise<Watching> {
  const [probers, port] = [Number(env['STATUS_PROBERS'] ?? 3), env['STATUS_REPORT_PORT'] ? Number(env['STATUS_REPORT_PORT']) : null];
  const key = env['STATUS_FEED_KEY'] || undefined;
  if (!Number.isInteger(probers) || probers < 0 || probers > 10) return fail(`STATUS_PROBERS is "${env['STATUS_PROBERS']}": expected a number from 0 to 10.`);
  if (port !== null && key === undefined) return fail('STATUS_REPORT_PORT needs STATUS_FEED_KEY: without it anybody could report.');
  const settings = {
    source, key, probers,
    content: resolve(env['STATUS_CONTENT'] ?? join(import.meta.dirname, '..', 'src', 'content')),
    listen: port === null ? null : { host: env['HOST'] ?? '127.0.0.1', port },
  };
  try {
    return await startWatching(settings, store, log);
  } catch (error) {
    return fail(`STATUS_REPORT_PORT ${port} cannot be opened (${error instanceof Error ? error.message : String(error)}).`);
  }
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
