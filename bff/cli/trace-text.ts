/** What `halfsecond trace` prints, as text for a terminal. Pure. */
import type { Complaint, StoredTrace, TraceReport } from '@halfsecond/shared/trace';
import type { Change } from '../trace/compare.ts';
import { facts, rows } from '../trace/page.ts';

const WIDTH = 44;
const NAME = 24;

/** One line a span, drawn to scale; spans inside a hop are indented below it. */
export function waterfall(trace: StoredTrace): string {
  const { traceId, total, startedAt, slowest, above, spans, usual, feedback } = trace;
  const scale = WIDTH / Math.max(total, 0.001);
  const lines = rows(spans).map(({ span, depth }) => {
    const from = Math.max(0, Math.min(WIDTH - 1, Math.floor(span.start * scale)));
    const bar = (depth === 0 ? '█' : '▒').repeat(Math.max(1, Math.min(WIDTH - from, Math.round(span.ms * scale))));
    const known = depth === 0 ? usual[span.name] : undefined;
    const pointer = depth === 0 && span.name === slowest.name && span.ms === slowest.ms ? '  ◀ slowest' : '';
    return `${`${'  '.repeat(depth)}${span.name}`.slice(0, NAME).padEnd(NAME)} ${(' '.repeat(from) + bar).padEnd(WIDTH)} ${number(span.ms, 10)} ms${known === undefined ? ' '.repeat(19) : `  usually ${number(known, 9)}`}${pointer}`.trimEnd();
  });
  return [
    `${traceId}  ${new Date(startedAt).toISOString()}  ${total.toFixed(2)} ms`,
    facts(trace).filter(([name]) => name !== 'chat' && name !== 'kept').map(([name, value]) => `${name}: ${plain(value)}`).join(' · '),
    ...(feedback ? [`thumbs ${feedback.rating}${feedback.comment === undefined ? '' : `: ${plain(feedback.comment)}`}`] : []),
    ...lines,
    `slowest: ${slowest.name}, ${slowest.ms.toFixed(2)} ms${slowest.usual === null ? '' : `, usually ${slowest.usual.toFixed(2)} ms`}`,
    ...(above && above.name !== slowest.name ? [`furthest above its usual: ${above.name}, ${above.ms.toFixed(2)} ms instead of ${above.usual.toFixed(2)} ms`] : []),
  ].join('\n');
}

export function reportText({ turns, visitors, since, hops, look }: TraceReport): string {
  if (turns === 0) return 'There is no turn yet.';
  const most = hops[0]?.median ?? 1;
  return [
    `${turns} turns since ${new Date(since ?? 0).toISOString()}; answered ones of ${visitors} visitors, by what each hop costs the median visitor:`, '',
    `${'hop'.padEnd(10)} ${'median'.padStart(10)}    ${'share'.padStart(5)} ${'p95'.padStart(10)}    turns`,
    ...hops.map(({ name, median, p95, share, turns: count }) => `${name.padEnd(10)} ${number(median, 10)} ms ${`${Math.round(share * 100)} %`.padStart(5)} ${number(p95, 10)} ms ${String(count).padStart(5)}  ${'█'.repeat(Math.round((median / Math.max(most, 0.001)) * 30))}`),
    '', 'look at:',
    ...look.map(({ why, trace }) => `  halfsecond trace ${trace.traceId}   ${number(trace.total, 9)} ms   ${plain(why)}`),
  ].join('\n');
}

export function complaintsText(complaints: Complaint[]): string {
  const [newest] = complaints;
  if (!newest) return 'Nobody complained in the last day.';
  const lines = complaints.map(({ at, comment, trace }) => `${new Date(at).toISOString()}  ${trace.traceId}  ${trace.spans.length === 0 ? 'its trace is no longer kept' : `${trace.slowest.name} ${trace.slowest.ms.toFixed(1)} ms of ${trace.total.toFixed(1)} ms`}${comment === null ? '' : `  “${plain(comment)}”`}`);
  return [...lines, ...(newest.trace.spans.length === 0 ? [] : ['', 'the newest:', waterfall(newest.trace)])].join('\n');
}

export function comparison(a: string, b: string, turnsA: number, turnsB: number, changes: Change[]): string {
  const sure = changes.filter((change) => change.sure);
  const words = sure.map(({ hop, diff, low, high, p }) => {
    const [least, mostly] = [Math.abs(low), Math.abs(high)].sort((x, y) => x - y);
    return `${hop} is ${diff > 0 ? 'slower' : 'faster'} in ${b} by ${Math.abs(diff).toFixed(2)} ms: with 95 % confidence by ${(least ?? 0).toFixed(2)} to ${(mostly ?? 0).toFixed(2)} ms; chance alone would do that ${p < 0.001 ? 'in less than one of a thousand comparisons' : `in ${(p * 100).toFixed(1)} of a hundred comparisons`}.`;
  });
  return [
    `${a}: ${turnsA} turns, ${b}: ${turnsB} turns (drawn evenly, answered ones only)`, '',
    `${'hop'.padEnd(10)} ${a.slice(0, 12).padStart(12)} ${b.slice(0, 12).padStart(12)} ${'change'.padStart(10)}   95 % between`,
    ...changes.map(({ hop, a: before, b: after, diff, low, high, sure: certain }) => `${hop.padEnd(10)} ${number(before, 9)} ms ${number(after, 9)} ms ${`${diff >= 0 ? '+' : ''}${diff.toFixed(2)}`.padStart(10)}   ${low.toFixed(2)} and ${high.toFixed(2)} ms${certain ? '  ◀ changed' : ''}`),
    '', ...(words.length > 0 ? words : [changes.length === 0 ? 'There are too few turns to say anything: at least 8 of each are needed.' : 'No hop has changed beyond what chance does.']),
  ].join('\n');
}

function number(ms: number, width: number): string {
  return ms.toFixed(2).padStart(width);
}

/** A visitor's words must not steer the terminal. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, ' ');
}
