/** Ninety days of one component: bars, the same in words for who cannot see them, and the share of good time. */
import type { Words } from '../src/words/en.ts';
import { say } from '../src/words/languages.ts';
import { html, span, type Html } from './html.ts';
import type { Watched } from './store.ts';

const DAY = 86_400_000;
export const DAYS_SHOWN = 90;
/** Width of a day in the picture's own units, and of its bar. */
const STEP = 10;
const BAR = 7;
const looks = ['operational', 'degraded', 'partial', 'major'] as const;

export type Uptime = { share: number | null; watchedMs: number };
/** Share of watched time without an outage (0..1); what was not watched counts for neither side. */
export function uptime(days: Watched[]): Uptime {
  let good = 0;
  let all = 0;
  for (const day of days) {
    good += day.operational + day.degraded_performance;
    all += secondsOf(day);
  }
  return { share: all === 0 ? null : good / all, watchedMs: all * 1_000 };
}

/**
 * 90 bars, oldest first; a day that was not watched is a low tick, never a green bar. The label tells every day with a
 * fault; `data-days` holds all of them for the page's script, which lets arrow keys walk from day to day.
 */
export function dayBars(w: Words, days: Watched[], now: number, name: string): Html {
  const today = Math.floor(now / DAY) * DAY;
  const byDay = new Map(days.map((day) => [day.day, day]));
  const shown = Array.from({ length: DAYS_SHOWN }, (_, at) => byDay.get(today - (DAYS_SHOWN - 1 - at) * DAY));
  const paths: Record<(typeof looks)[number], string> = { operational: '', degraded: '', partial: '', major: '' };
  shown.forEach((day, at) => {
    const seen = look(day);
    if (seen) paths[seen] += `M${at * STEP} 0h${BAR}v24h-${BAR}z`;
  });
  const watched = shown.filter((day): day is Watched => day !== undefined);
  const faulty = watched.filter((day) => wordsOf(w, day) !== '').toReversed();
  const told = faulty.map((day) => ({ date: new Date(day.day).toISOString().slice(0, 10), words: wordsOf(w, day) }));
  const label = [say(w.daysLabel, { name, days: DAYS_SHOWN, n: watched.length }), ...told.map((day) => `${day.date}: ${day.words}.`)].join(' ');
  return html`<svg class="days" role="img" tabindex="0" aria-label="${label}" data-name="${name}" data-today="${today}" data-days="${shown.map(code).join(',')}" viewBox="0 0 ${DAYS_SHOWN * STEP - STEP + BAR} 24" preserveAspectRatio="none" height="24" width="100%"><line class="unwatched" x2="${DAYS_SHOWN * STEP}" y1="22" y2="22" stroke-dasharray="${BAR} ${STEP - BAR}"/>${
    looks.map((each) => paths[each] === '' ? html`` : html`<path class="${each}" d="${paths[each]}"/>`)}</svg>${
    told.length > 0 && html`<details class="faults"><summary>${say(w.faultyDays, { n: told.length, watched: watched.length })}</summary><ul>${
      told.map((day) => html`<li><time datetime="${day.date}" data-show="day">${day.date}</time>: ${day.words}</li>`)}</ul></details>`}`;
}

/** The words that the script needs to tell one day, in its order. */
export const dayWords = (w: Words): string => [w.dayOut, w.dayPartly, w.dayDegraded, w.dayGood, w.dayUnwatched].join('|');

const secondsOf = (day: Watched): number => day.operational + day.degraded_performance + day.partial_outage + day.major_outage;
const faults = (day: Watched): number[] => [day.major_outage, day.partial_outage, day.degraded_performance].map(Math.round);

/** One day for the script: empty when no fault was seen, `-` when nobody watched, else seconds out, partly out, degraded. */
function code(day: Watched | undefined): string {
  if (!day || secondsOf(day) === 0) return '-';
  return faults(day).some((seconds) => seconds > 0) ? faults(day).join('.') : '';
}

function wordsOf(w: Words, day: Watched): string {
  const words = [w.dayOut, w.dayPartly, w.dayDegraded];
  return faults(day).flatMap((seconds, at) => seconds >= 1 ? [`${words[at]} ${span(seconds * 1_000, w.day)}`] : []).join(', ');
}

function look(day: Watched | undefined): (typeof looks)[number] | null {
  if (!day) return null;
  const all = secondsOf(day);
  const outage = day.major_outage + day.partial_outage;
  /** A minute, or a twentieth of what was watched of a young day. */
  const counts = (seconds: number): boolean => seconds >= 60 || seconds > all / 20;
  if (counts(day.major_outage)) return 'major';
  if (counts(outage)) return 'partial';
  return counts(outage + day.degraded_performance) ? 'degraded' : 'operational';
}
