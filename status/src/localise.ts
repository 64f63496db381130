/** Times in the reader's zone and the page's language, and bars of days that arrow keys and the pointer read out. */

const lang = document.documentElement.lang;
/** The reader's own way of writing the page's language, such as en-GB. */
const written = [...navigator.languages.filter((each) => each.startsWith(lang)), lang];
const formats: Record<string, Intl.DateTimeFormat> = {
  // Digits only: as the reader is used to, whatever the page's language.
  clock: new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }),
  moment: new Intl.DateTimeFormat(written, { dateStyle: 'medium', timeStyle: 'short' }),
  // Days are counted in UTC.
  day: new Intl.DateTimeFormat(written, { dateStyle: 'medium', timeZone: 'UTC' }),
};
const DAY = 86_400_000;
/** The day that is read out, by the name of its bars. */
let chosen: { name: string; at: number } | null = null;

/** Makes a part ready for the reader before it is shown. */
export function localise(root: ParentNode): void {
  for (const time of root.querySelectorAll('time')) {
    time.textContent = formats[time.dataset['show'] ?? 'moment']?.format(new Date(time.dateTime)) ?? '';
  }
  for (const bars of root.querySelectorAll<SVGElement>('.days')) walkable(bars);
}

/** Bars are a slider over days for whoever has the script; without it they are a picture with a label. */
function walkable(bars: SVGElement): void {
  const days = (bars.dataset['days'] ?? '').split(',');
  const at = chosen && chosen.name === bars.dataset['name'] ? chosen.at : days.length - 1;
  const text = tell(bars, days, at);
  const attributes = { 'role': 'slider', 'aria-label': bars.dataset['name'], 'aria-valuemin': 1, 'aria-valuemax': days.length, 'aria-valuenow': at + 1, 'aria-valuetext': text };
  for (const [name, value] of Object.entries(attributes)) bars.setAttribute(name, String(value));
  const line = document.createElement('p');
  line.className = 'day quiet';
  line.ariaHidden = 'true';
  if (chosen?.name === bars.dataset['name']) line.textContent = text;
  if (bars.nextElementSibling?.className === line.className) bars.nextElementSibling.replaceWith(line);
  else bars.after(line);
}

/** One day in words. */
function tell(bars: SVGElement, days: string[], at: number): string {
  const words = (bars.closest<HTMLElement>('[data-words]')?.dataset['words'] ?? '').split('|');
  const date = formats['day']?.format(Number(bars.dataset['today']) - (days.length - 1 - at) * DAY);
  const parts = (days[at] ?? '-').split('.').flatMap((seconds, kind) => Number(seconds) > 0 ? [`${words[kind]} ${Number(seconds) < 120 ? `${seconds} s` : `${Math.floor(Number(seconds) / 60)} min`}`] : []);
  return `${date}: ${parts.join(', ') || words[days[at] === '-' ? 4 : 3]}`;
}

function choose(bars: SVGElement, at: number): void {
  const days = (bars.dataset['days'] ?? '').split(',').length;
  const next = Math.min(days - 1, Math.max(0, at));
  if (chosen?.name === bars.dataset['name'] && chosen?.at === next) return;
  const before = chosen?.name;
  chosen = { name: bars.dataset['name'] ?? '', at: next };
  for (const each of document.querySelectorAll<SVGElement>('.days')) if (each === bars || each.dataset['name'] === before) walkable(each);
}

const barsAt = (event: Event): SVGElement | null => event.target instanceof Element ? event.target.closest<SVGElement>('.days') : null;
document.addEventListener('keydown', (event) => {
  const bars = barsAt(event);
  const now = Number(bars?.getAttribute('aria-valuenow')) - 1;
  const to: Record<string, number> = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, PageDown: now - 7, PageUp: now + 7, Home: 0, End: Infinity };
  const next = to[event.key];
  if (!bars || next === undefined) return;
  event.preventDefault();
  choose(bars, next);
});
document.addEventListener('focusin', (event) => {
  const bars = barsAt(event);
  if (bars) choose(bars, Number(bars.getAttribute('aria-valuenow')) - 1);
});
document.addEventListener('pointermove', (event) => {
  const bars = barsAt(event);
  if (!bars) return;
  const box = bars.getBoundingClientRect();
  choose(bars, Math.floor(((event.clientX - box.left) / box.width) * (bars.dataset['days'] ?? '').split(',').length));
});
