/** Pictures of numbers as SVG: geometry in attributes and percentages, looks in the stylesheet; no script, no inline style. */
import { FIRST_TOKEN_LIMIT_MS, FIRST_TOKEN_TARGET_MS, MIN_SAMPLES } from '@halfsecond/shared/limits';
import type { Words } from '../src/words/en.ts';
import { say } from '../src/words/languages.ts';
import { duration, html, span, type Html } from './html.ts';
import { count, merge, quantile, type Sketch } from './sketch.ts';
import type { Gap, LatestTurn } from './snapshot.ts';

const DAY = 86_400_000;
/** Top of the scale (ms): what took longer touches the upper edge. */
const TOP = 2_000;
const lines = [FIRST_TOKEN_TARGET_MS, FIRST_TOKEN_LIMIT_MS];

/** What is known of one stretch of time: percentiles, `few` when there were too few turns for them, null without a turn. */
export type Bin = { p50: number; p95: number } | 'few' | null;
/** Stretches of equal length, oldest first; the last one is still being filled. Epoch ms and ms. */
export type Bins = { from: number; width: number; bins: Bin[] };

const percent = (part: number): string => `${(Math.min(1, Math.max(0, part)) * 100).toFixed(2)}%`;

/** The last 24 hours in `parts` stretches on whole multiples of their length, so that a chart only moves when one is full. */
export function binned(series: { start: number; sketch: Sketch }[], now: number, parts: number): Bins {
  const width = DAY / parts;
  const from = (Math.floor(now / width) + 1) * width - DAY;
  const merged = new Map<number, Sketch>();
  for (const { start, sketch } of series) {
    const at = Math.floor((start - from) / width);
    const into = merged.get(at) ?? new Map<number, number>();
    merge(into, sketch);
    merged.set(at, into);
  }
  const bins = Array.from({ length: parts }, (_, at): Bin => {
    const sketch = merged.get(at);
    if (!sketch || count(sketch) === 0) return null;
    return count(sketch) < MIN_SAMPLES ? 'few' : { p50: quantile(sketch, 0.5) ?? 0, p95: quantile(sketch, 0.95) ?? 0 };
  });
  return { from, width, bins };
}

/** Where nobody watched inside the chart: gaps, the time before the first look, and what came after the last one. */
export function unwatched(from: number, now: number, begun: number, lastRead: number | null, gaps: Gap[]): Gap[] {
  const all = [{ from: -Infinity, until: begun }, ...gaps, ...(lastRead === null ? [{ from: -Infinity, until: now }] : [{ from: lastRead, until: now }])];
  const cut = all.map((gap) => ({ from: Math.max(gap.from, from), until: Math.min(gap.until, now) })).toSorted((a, b) => a.from - b.from);
  const merged: Gap[] = [];
  for (const gap of cut) {
    // A minute is not to be seen at this size.
    if (gap.until - gap.from < 60_000) continue;
    const last = merged.at(-1);
    if (last && gap.from <= last.until) last.until = Math.max(last.until, gap.until);
    else merged.push({ ...gap });
  }
  return merged;
}

/** The hatching that charts refer to; once on every page that has one. */
export const hatching: Html = html`<svg class="unseen" aria-hidden="true" width="0" height="0"><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v6"/></pattern></defs></svg>`;

/** Heights of the drawing's own units; widths are ten a stretch. */
const UNITS = 100;
const y = (ms: number): number => Math.round(UNITS * (1 - Math.min(ms, TOP) / TOP));

/** First token over 24 hours: p50 as a line, the band up to p95, broken where there is nothing to tell and hatched where nobody looked. */
export function bandChart(w: Words, model: string, { from, width, bins }: Bins, gaps: Gap[], dots: LatestTurn[] = []): Html {
  const length = bins.length * width;
  const { band, middle, few } = paths(bins);
  const latest = bins.findLast((each) => typeof each === 'object' && each !== null);
  const label = [
    say(w.chart, { model }),
    latest ? say(w.chartNow, { p50: duration(latest.p50, w.decimal), p95: duration(latest.p95, w.decimal) }) : '',
    gaps.length > 0 ? say(w.chartGaps, { span: span(gaps.reduce((sum, gap) => sum + gap.until - gap.from, 0), w.day) }) : '',
  ].filter(Boolean).join(' ');
  return html`<figure class="chart"><svg role="img" aria-label="${label}" width="100%" height="100%">${
    gaps.map((gap) => html`<rect class="gap" x="${percent((gap.from - from) / length)}" width="${percent((gap.until - gap.from) / length)}" height="100%" fill="url(#hatch)"/>`)}<svg viewBox="0 0 ${bins.length * 10} ${UNITS}" preserveAspectRatio="none" width="100%" height="100%">${
    band && html`<path class="band" d="${band}"/><path class="middle" d="${middle}"/>`}${few && html`<path class="few" d="${few}"/>`}</svg>${
    lines.map((ms) => html`<line class="target" x2="100%" y1="${y(ms)}%" y2="${y(ms)}%"/><text x="4" y="${y(ms)}%" dy="-4">${lineName(ms, w)}</text>`)}${
    dots.map((turn) => html`<circle class="dot" cx="${percent((turn.at - from) / length)}" cy="${y(turn.firstToken ?? 0)}%" r="2.5"/>`)}</svg>
<figcaption><span>${w.dayAgo}</span><span><i class="band"></i>${w.band}</span>${few && html`<span><i class="few"></i>${w.fewTurns}</span>`}${gaps.length > 0 && html`<span><i class="gap"></i>${w.unmeasured}</span>`}<span>${w.now}</span></figcaption></figure>`;
}

const lineName = (ms: number, w: Words): string => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1).replace('.', w.decimal)} s`);

/** Steps, one a stretch: a slope between two of them would claim what was not measured. */
function paths(bins: Bin[]): { band: string; middle: string; few: string } {
  let [band, middle, few] = ['', '', ''];
  for (let at = 0; at < bins.length; at += 1) {
    const bin = bins[at];
    if (bin === 'few') few += `M${at * 10} ${UNITS - 1}h10`;
    if (!bin || bin === 'few') continue;
    let [upper, lower, back] = [`M${at * 10} ${y(bin.p95)}`, `M${at * 10} ${y(bin.p50)}`, ''];
    let until = at;
    for (let each = bins[until]; each && each !== 'few'; each = bins[until]) {
      upper += `V${y(each.p95)}h10`;
      lower += `V${y(each.p50)}h10`;
      back = `V${y(each.p50)}h-10${back}`;
      until += 1;
    }
    band += `${upper}${back}z`;
    middle += lower;
    at = until - 1;
  }
  return { band, middle, few };
}

/** Where a turn's time went: queue, our own layers, providers and tools. */
export function hops(w: Words, { queue, own, provider }: LatestTurn['hops'], tall = false): Html {
  const total = Math.max(queue + own + provider, 0.001);
  const label = say(w.hopsLabel, { queue: duration(queue, w.decimal), own: duration(own, w.decimal), provider: duration(provider, w.decimal) });
  const height = tall ? 16 : 8;
  return html`<svg class="hops" role="img" aria-label="${label}" height="${height}" width="100%"><title>${label}</title><rect class="queue" width="${percent(queue / total)}" height="${height}"/><rect class="own" x="${percent(queue / total)}" width="${percent(own / total)}" height="${height}"/><rect class="provider" x="${percent((queue + own) / total)}" width="${percent(provider / total)}" height="${height}"/></svg>`;
}
