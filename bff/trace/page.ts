/** A trace as a page of its own: the waterfall as SVG, no script, nothing loaded from anywhere. Pure. */
import type { Span, StoredTrace } from '@halfsecond/shared/trace';

const WIDTH = 960;
const LEFT = 190;
const RIGHT = 200;
const ROW = 26;
const TOP = 30;

const STYLE = `:root{color-scheme:light dark;--paper:#fff;--ink:#1a1d21;--soft:#667085;--line:#e4e7ec;--bar:#5b8def;--inner:#b7cdf8;--hot:#d9480f;--usual:#1a1d21}
@media(prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e8eaed;--soft:#98a2b3;--line:#2b3138;--bar:#5b8def;--inner:#34507f;--hot:#ff8a4c;--usual:#e8eaed}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1000px;margin:0 auto;padding:28px 20px 48px}
h1{font-size:22px;margin:0 0 4px;text-wrap:balance}p{margin:4px 0}.soft{color:var(--soft)}.hot{color:var(--hot);font-weight:600}
code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
.chart{overflow-x:auto;margin:20px 0 8px}svg{display:block;min-width:680px;width:100%;height:auto}
text{fill:var(--ink);font:13px system-ui,sans-serif}text.soft{fill:var(--soft)}text.hot{fill:var(--hot);font-weight:600}
.grid{stroke:var(--line)}.bar{fill:var(--bar)}.inner{fill:var(--inner)}.slow{fill:var(--hot)}.mark{stroke:var(--usual);stroke-width:2}
blockquote{margin:16px 0;padding:8px 14px;border-left:3px solid var(--hot)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:16px 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}`;

export function page(trace: StoredTrace): { html: string; style: string } {
  const { traceId, startedAt, total, slowest, above, feedback, text } = trace;
  const usual = slowest.usual === null ? 'nothing is known yet of what it usually takes' : `usually ${ms(slowest.usual)}`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>Trace ${safe(traceId.slice(0, 8))}: ${safe(slowest.name)} ${ms(slowest.ms)}</title><style>${STYLE}</style></head><body><main>
<h1>Slowest hop: <span class="hot">${safe(slowest.name)}</span>, ${ms(slowest.ms)}</h1>
<p>${usual}; ${ms(total)} in all${above && above.name !== slowest.name ? `. Furthest above its usual: <span class="hot">${safe(above.name)}</span>, ${ms(above.ms)} instead of ${ms(above.usual)}` : ''}.</p>
<p class="soft"><code>${safe(traceId)}</code> · ${new Date(startedAt).toISOString()}</p>
${feedback ? `<blockquote>${feedback.rating === 'down' ? 'Thumbs down' : 'Thumbs up'}${feedback.comment === undefined ? '' : `: ${safe(feedback.comment)}`}</blockquote>` : ''}
<div class="chart">${chart(trace)}</div>
<p class="soft">The upright line in a row is what the hop usually takes: its median of the last day.</p>
<dl>${facts(trace).map(([name, value]) => `<dt>${name}</dt><dd>${safe(value)}</dd>`).join('')}${text ? `<dt>question</dt><dd>${safe(text.question)}</dd><dt>answer</dt><dd>${safe(text.answer)}</dd>` : ''}</dl>
</main></body></html>`;
  return { html, style: STYLE };
}

/** Spans in the order in which they are drawn: each with what is inside it below. `depth` 0 for hops. */
export function rows(spans: Span[], parent?: string, depth = 0): { span: Span; depth: number }[] {
  return spans.filter((span) => span.parent === parent).sort((a, b) => a.start - b.start).flatMap((span) => [{ span, depth }, ...rows(spans, span.id, depth + 1)]);
}

function chart({ spans, total, slowest, usual }: StoredTrace): string {
  const all = rows(spans);
  const scale = (WIDTH - LEFT - RIGHT) / Math.max(total, 0.001);
  const height = TOP + all.length * ROW + 8;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const x = LEFT + share * (WIDTH - LEFT - RIGHT);
    return `<line class="grid" x1="${x}" y1="${TOP - 6}" x2="${x}" y2="${height}"/><text class="soft" x="${x}" y="16" text-anchor="middle">${ms(total * share)}</text>`;
  });
  const bars = all.map(({ span, depth }, at) => {
    const y = TOP + at * ROW;
    const hot = depth === 0 && span.name === slowest.name && span.ms === slowest.ms;
    const x = LEFT + Math.min(span.start, total) * scale;
    const width = Math.max(1.5, Math.min(span.ms, total - span.start) * scale);
    const known = depth === 0 ? usual[span.name] : undefined;
    const mark = known === undefined ? '' : `<line class="mark" x1="${x + Math.min(known * scale, WIDTH - RIGHT - x)}" y1="${y + 2}" x2="${x + Math.min(known * scale, WIDTH - RIGHT - x)}" y2="${y + ROW - 6}"/>`;
    const beside = known === undefined ? '' : `  (usually ${ms(known)})`;
    return `<text class="${hot ? 'hot' : depth > 0 ? 'soft' : ''}" x="${8 + depth * 14}" y="${y + 16}">${safe(span.name)}</text><rect class="${hot ? 'slow' : depth > 0 ? 'inner' : 'bar'}" x="${x}" y="${y + 4}" width="${width}" height="${ROW - 12}" rx="2"/>${mark}<text class="${hot ? 'hot' : depth > 0 ? 'soft' : ''}" x="${WIDTH - RIGHT + 12}" y="${y + 16}">${ms(span.ms)}${beside}</text>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Waterfall of the turn: ${safe(all.filter(({ depth }) => depth === 0).map(({ span }) => `${span.name} ${ms(span.ms)}`).join(', '))}">${ticks.join('')}${bars.join('')}</svg>`;
}

/** What else there is to know of a turn, in words. */
export function facts({ outcome, code, agent, model, provider, version, firstToken, browser, full, chatId }: StoredTrace): [string, string][] {
  const known: [string, string | null][] = [
    ['outcome', code === null ? outcome : `${outcome} (${code})`], ['agent', agent], ['model', model === null ? null : `${model} of ${provider ?? '?'}`],
    ['first token', firstToken === null ? null : `${ms(firstToken)} after the request arrived`],
    ['first word painted', browser ? `${ms(browser.painted)} after the key press${browser.clamped ? '; what the browser said could not all be and was cut' : ''}` : null],
    ['browser\'s clock', browser?.offset === undefined ? null : `${Math.abs(browser.offset)} ms ${browser.offset < 0 ? 'behind' : 'ahead of'} ours, corrected`],
    ['chat', chatId], ['version', version], ['kept', full ? 'in full' : 'its hops'],
  ];
  return known.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}

function ms(value: number): string {
  return value >= 100 ? `${Math.round(value)} ms` : `${value.toFixed(value >= 10 ? 1 : 2)} ms`;
}

function safe(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[\p{Cc}\p{Bidi_Control}]/gu, (sign) => (sign === '\n' ? sign : ' '));
}
