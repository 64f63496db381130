/** Small SVG pictures. Geometry is in attributes and percentages, looks are in the stylesheet; no script, no inline style. */
import { FIRST_TOKEN_LIMIT_MS, FIRST_TOKEN_TARGET_MS, MIN_SAMPLES, SHORT_REPLY_MS } from '@halfsecond/shared/limits';
import type { Figures } from '@halfsecond/shared/status';
import { duration, html, type Html } from './html.ts';
import { count, merge, quantile, type Sketch } from './sketch.ts';
import type { LatestTurn } from './snapshot.ts';
import type { Measure, Watched } from './store.ts';

const DAY = 86_400_000;
export const DAYS_SHOWN = 90;
/** Right end of each measure's scale and the lines drawn on it (ms). */
export const scales: Record<Measure, { end: number; lines: number[] }> = {
  firstToken: { end: 2_000, lines: [FIRST_TOKEN_TARGET_MS, FIRST_TOKEN_LIMIT_MS] },
  reply: { end: 4_000, lines: [SHORT_REPLY_MS] },
};

const percent = (part: number): string => `${(Math.min(1, Math.max(0, part)) * 100).toFixed(2)}%`;

/** One line from 0 to the scale's end: the band p50–p95 where there are percentiles, else a dot per latest turn. */
export function strip(measure: Measure, figures: Figures, turns: LatestTurn[]): Html {
  const { end, lines } = scales[measure];
  const { p50, p95 } = figures;
  const values = turns.map((turn) => (measure === 'firstToken' ? turn.firstToken : turn.outcome === 'ok' ? turn.total : null));
  const label = p50 !== null && p95 !== null
    ? `p50 ${duration(p50)}, p95 ${duration(p95)} on a scale to ${duration(end)}`
    : `The latest turns on a scale to ${duration(end)}`;
  return html`<svg class="strip" role="img" aria-label="${label}" height="26" width="100%"><line class="axis" x1="0" x2="100%" y1="18" y2="18"/>${
    lines.map((at) => html`<line class="target" x1="${percent(at / end)}" x2="${percent(at / end)}" y1="2" y2="26"/><text x="${percent(at / end)}" dx="4" y="9">${duration(at).replace(/\.?0+ s/, ' s')}</text>`)}${
    p50 !== null && p95 !== null
      ? html`<rect class="band" x="${percent(p50 / end)}" width="${percent(Math.min(p95, end) / end - p50 / end)}" y="14" height="8" rx="2"/><rect class="middle" x="${percent(p50 / end)}" width="3" y="11" height="14" rx="1.5"/>`
      : html`${values.map((value) => value === null ? html`` : html`<circle class="dot" cx="${percent(Math.min(0.99, Math.max(0.01, value / end)))}" cy="18" r="3"/>`)}`
  }</svg>`;
}

/** Where a turn's time went: queue, our own layers, providers and tools. */
export function hops({ queue, own, provider }: LatestTurn['hops']): Html {
  const total = Math.max(queue + own + provider, 0.001);
  const label = `queue ${duration(queue)}, own ${duration(own)}, provider ${duration(provider)}`;
  return html`<svg class="hops" role="img" aria-label="${label}" height="8" width="100%"><title>${label}</title><rect class="queue" x="0" width="${percent(queue / total)}" height="8"/><rect class="own" x="${percent(queue / total)}" width="${percent(own / total)}" height="8"/><rect class="provider" x="${percent((queue + own) / total)}" width="${percent(provider / total)}" height="8"/></svg>`;
}

export type Uptime = { share: number | null; watchedMs: number };
/** Share of watched time without an outage (0..1); what was not watched counts for neither side. */
export function uptime(days: Watched[]): Uptime {
  let good = 0;
  let all = 0;
  for (const day of days) {
    good += day.operational + day.degraded_performance;
    all += day.operational + day.degraded_performance + day.partial_outage + day.major_outage;
  }
  return { share: all === 0 ? null : good / all, watchedMs: all * 1_000 };
}

/** Width of a day in the picture's own units, and of its bar. */
const STEP = 10;
const BAR = 7;
const looks = ['operational', 'degraded', 'partial', 'major'] as const;

/** 90 bars, oldest first; a day that was not watched is a low tick, never a green bar. */
export function dayBars(days: Watched[], now: number, name: string): Html {
  const today = Math.floor(now / DAY) * DAY;
  const byDay = new Map(days.map((day) => [day.day, day]));
  const paths: Record<(typeof looks)[number], string> = { operational: '', degraded: '', partial: '', major: '' };
  for (let index = 0; index < DAYS_SHOWN; index += 1) {
    const seen = look(byDay.get(today - (DAYS_SHOWN - 1 - index) * DAY));
    if (seen) paths[seen] += `M${index * STEP} 0h${BAR}v24h-${BAR}z`;
  }
  const bad = days.filter((day) => day.major_outage + day.partial_outage + day.degraded_performance >= 1);
  const label = `${name}, the last ${DAYS_SHOWN} days: ${days.length} watched${bad.map((day) => `; ${new Date(day.day).toISOString().slice(0, 10)} ${inWords(day)}`).join('')}`;
  return html`<svg class="days" role="img" aria-label="${label}" viewBox="0 0 ${DAYS_SHOWN * STEP - STEP + BAR} 24" preserveAspectRatio="none" height="24" width="100%"><line class="unwatched" x2="${DAYS_SHOWN * STEP}" y1="22" y2="22" stroke-dasharray="${BAR} ${STEP - BAR}"/>${looks.map((each) => paths[each] === '' ? html`` : html`<path class="${each}" d="${paths[each]}"/>`)}</svg>`;
}

function look(day: Watched | undefined): (typeof looks)[number] | null {
  if (!day) return null;
  const all = day.operational + day.degraded_performance + day.partial_outage + day.major_outage;
  const outage = day.major_outage + day.partial_outage;
  /** A minute, or a twentieth of what was watched of a young day. */
  const counts = (seconds: number): boolean => seconds >= 60 || seconds > all / 20;
  if (counts(day.major_outage)) return 'major';
  if (counts(outage)) return 'partial';
  return counts(outage + day.degraded_performance) ? 'degraded' : 'operational';
}

function inWords(day: Watched): string {
  const parts = [['out', day.major_outage], ['partly out', day.partial_outage], ['degraded', day.degraded_performance]] as const;
  const bad = parts.filter(([, seconds]) => seconds >= 1).map(([word, seconds]) => `${word} ${Math.round(seconds)} s`);
  return bad.length > 0 ? bad.join(', ') : 'no fault seen';
}

const CHART = { width: 720, height: 200, bottom: 24, bins: 96 };

/**
 * First token over 24 hours: a band p50–p95 wherever a quarter of an hour has enough turns, broken where it has not;
 * single turns as dots.
 */
export function dayChart(series: { start: number; sketch: Sketch }[], turns: LatestTurn[], now: number): Html {
  const from = now - DAY;
  const { end, lines } = scales.firstToken;
  const x = (at: number): number => ((at - from) / DAY) * CHART.width;
  const y = (ms: number): number => (CHART.height - CHART.bottom) * (1 - Math.min(ms, end) / end);
  const bins = new Map<number, Sketch>();
  for (const { start, sketch } of series) {
    const bin = Math.floor(((start - from) / DAY) * CHART.bins);
    const into = bins.get(bin) ?? new Map<number, number>();
    merge(into, sketch);
    bins.set(bin, into);
  }
  const width = CHART.width / CHART.bins;
  const bands = [...bins].filter(([, sketch]) => count(sketch) >= MIN_SAMPLES).map(([bin, sketch]) => {
    const p50 = quantile(sketch, 0.5) ?? 0;
    const p95 = quantile(sketch, 0.95) ?? 0;
    const left = (bin * width).toFixed(1);
    return html`<rect class="band" x="${left}" width="${width.toFixed(1)}" y="${y(p95).toFixed(1)}" height="${Math.max(1, y(p50) - y(p95)).toFixed(1)}"/><rect class="middle" x="${left}" width="${width.toFixed(1)}" y="${(y(p50) - 1).toFixed(1)}" height="2"/>`;
  });
  const dots = turns.filter((turn) => turn.firstToken !== null && turn.at > from).map((turn) =>
    html`<circle class="dot" cx="${x(turn.at).toFixed(1)}" cy="${y(turn.firstToken ?? 0).toFixed(1)}" r="2.5"/>`);
  const marks = [0, ...lines].map((ms) =>
    html`<line class="${ms === 0 ? 'axis' : 'target'}" x1="0" x2="${CHART.width}" y1="${y(ms)}" y2="${y(ms)}"/>${ms > 0 && html`<text x="0" y="${y(ms) - 5}">${duration(ms).replace(/\.?0+ s/, ' s')}</text>`}`);
  return html`<svg class="chart" role="img" aria-label="First token over the last 24 hours" viewBox="0 0 ${CHART.width} ${CHART.height}" width="100%">${marks}${bands}${dots}<text x="0" y="${CHART.height - 4}">24 h ago</text><text x="${CHART.width}" y="${CHART.height - 4}" text-anchor="end">now</text></svg>`;
}
