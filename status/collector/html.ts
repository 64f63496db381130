/** Markup as a template literal: every value is escaped unless it is itself markup made here. */

export type Html = { markup: string };
type Value = string | number | null | undefined | false | Html | Html[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Fit for HTML and XML, in text and in quoted attributes. Control characters, which XML forbids, are dropped. */
export function escape(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

function put(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (Array.isArray(value)) return value.map((each) => each.markup).join('');
  return typeof value === 'object' ? value.markup : escape(String(value));
}

export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  return { markup: strings.reduce((text, part, at) => text + put(values[at - 1]) + part) };
}

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
function utc(at: number): { day: string; clock: string } {
  const time = new Date(Math.min(Math.max(at, 0), 8.64e15));
  return {
    day: `${time.getUTCFullYear()}-${pad(time.getUTCMonth() + 1)}-${pad(time.getUTCDate())}`,
    clock: `${pad(time.getUTCHours())}:${pad(time.getUTCMinutes())}:${pad(time.getUTCSeconds())}`,
  };
}

/** A moment: UTC as written, moved to the reader's zone by the page's script (`data-show`). */
export function time(at: number, show: 'clock' | 'moment' = 'clock'): Html {
  const { day, clock } = utc(at);
  const shown = show === 'clock' ? `${clock} UTC` : `${day} ${clock.slice(0, 5)} UTC`;
  return html`<time datetime="${new Date(at).toISOString()}" title="${day} ${clock} UTC" data-show="${show}">${shown}</time>`;
}

/** A duration for people: 0.4 ms, 84 ms, 1.24 s, 12.3 s. @param decimal the sign before fractions */
export function duration(ms: number, decimal = '.'): string {
  if (ms >= 1 && ms < 1_000) return `${Math.round(ms)} ms`;
  const text = ms < 1 ? `${ms.toFixed(1)} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return text.replace('.', decimal);
}

/** A long span for people: 12 s, 4 min, 3 h, 2 days. @param days the word for days */
export function span(ms: number, days = 'days'): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} ${days}`;
}

/** A sentence with its `{name}` places filled with markup or plain values. */
export function sentence(text: string, values: Record<string, string | number | Html>): Html {
  return { markup: text.split(/(\{\w+\})/).map((part) => put(/^\{\w+\}$/.test(part) ? (values[part.slice(1, -1)] ?? part) : part)).join('') };
}
