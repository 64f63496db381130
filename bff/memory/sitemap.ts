/** The pages that a sitemap names as documents: fetched one after the other, each with a deadline and a size. */
import { Parser } from 'htmlparser2';
import { decodeText } from './decode.ts';
import { reason } from './errors.ts';
import { readHtml } from './html.ts';
import { documentId, type ReadResult } from './result.ts';

const PAGES_MAX = 5_000;
/** Sitemaps of a sitemap index that are read. */
const MAPS_MAX = 50;
const PAGE_BYTES = 1_000_000;
const MAP_BYTES = 50_000_000;
const PAGE_MS = 10_000;
const HOPS_MAX = 5;

type Listed = { pages: { url: string; at: number | undefined }[]; maps: string[] };

/** True for the text of a sitemap or an index of them. */
export function isSitemap(text: string): boolean {
  return /<(?:urlset|sitemapindex)[\s>]/.test(text.slice(0, 2_000));
}

/** Reads each page once. What cannot be had is named and skipped; addresses that are not http are left out. */
export async function* readSitemap(text: string): AsyncIterable<ReadResult> {
  const top = listed(text);
  const pages = [...top.pages];
  for (const url of top.maps.slice(0, MAPS_MAX)) {
    try {
      for (const page of listed(decodeText(await load(url, MAP_BYTES, /xml|plain/)) ?? '').pages) {
        if (hostOf(page.url) === hostOf(url)) pages.push(page);
        else yield { skipped: page.url, reason: `it is on another host than the sitemap that names it, ${url}` };
      }
    } catch (error) {
      yield { skipped: url, reason: `the sitemap cannot be read: ${reason(error)}` };
    }
  }
  const once = [...new Map(pages.map((page) => [page.url, page])).values()];
  for (const { url, at } of once.slice(0, PAGES_MAX)) yield await readPage(url, at);
  if (once.length > PAGES_MAX) yield { skipped: `${once.length - PAGES_MAX} more pages`, reason: `the first ${PAGES_MAX} of a sitemap are read` };
}

async function readPage(url: string, at: number | undefined): Promise<ReadResult> {
  try {
    const html = decodeText(await load(url, PAGE_BYTES, /html/));
    if (html === null) return { skipped: url, reason: 'it is binary, or in an encoding that it does not name' };
    const { blocks, title } = readHtml(html);
    if (blocks.length === 0) return { skipped: url, reason: 'it holds no text' };
    const heading = blocks.find((block) => block.kind === 'heading')?.text.trim();
    return { document: { id: documentId(url.replace(/^https?:\/\//, '').replace(/\/$/, '')), title: heading ?? title ?? url, url, text: html, at, format: 'html' } };
  } catch (error) {
    return { skipped: url, reason: `it cannot be fetched: ${reason(error)}` };
  }
}

/** Host and port, with or without www. */
function hostOf(url: string): string {
  return new URL(url).host.replace(/^www\./, '');
}

/** Follows redirects within a host only: a page must not be able to lead to what can be reached from here but not by visitors. */
async function follow(url: string, signal: AbortSignal): Promise<Response> {
  let at = url;
  for (let hop = 0; hop < HOPS_MAX; hop++) {
    const response = await fetch(at, { signal, redirect: 'manual', headers: { 'user-agent': 'halfsecond-ingest', accept: 'text/html, application/xml' } });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    at = new URL(location, at).href;
    if (hostOf(at) !== hostOf(url)) throw new Error(`it leads to another host, ${new URL(at).host}`);
  }
  throw new Error(`it is redirected more than ${HOPS_MAX} times`);
}

/** Throws for a redirect to another host, a status other than 2xx, another kind of content, too much of it, or none in time. */
async function load(url: string, most: number, kind: RegExp): Promise<Buffer> {
  const response = await follow(url, AbortSignal.timeout(PAGE_MS));
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || !kind.test(type)) {
    await response.body?.cancel();
    throw new Error(response.ok ? `it is ${type === '' ? 'of no named kind' : type}` : `status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > most) throw new Error(`it has more than ${most} bytes`);
  }
  return Buffer.concat(chunks);
}

function listed(text: string): Listed {
  const found: Listed = { pages: [], maps: [] };
  const path: string[] = [];
  let loc = '';
  let lastmod = '';
  const parser = new Parser({
    onopentag(name) {
      path.push(name.replace(/^.*:/, ''));
      if (name === 'url' || name === 'sitemap') loc = lastmod = '';
    },
    ontext(part) {
      const parent = path.at(-2);
      if (path.at(-1) === 'loc' && (parent === 'url' || parent === 'sitemap')) loc += part;
      if (path.at(-1) === 'lastmod') lastmod += part;
    },
    onclosetag(name) {
      path.pop();
      const url = loc.trim();
      if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return;
      const at = Date.parse(lastmod.trim());
      if (name === 'url') found.pages.push({ url, at: Number.isNaN(at) ? undefined : at });
      if (name === 'sitemap') found.maps.push(url);
    },
  }, { xmlMode: true, decodeEntities: true });
  parser.end(text);
  return found;
}
