/** A kept turn as it is told: which hop took longest, what it usually takes, and which is furthest above its usual. Pure. */
import type { Span, StoredTrace } from '@halfsecond/shared/trace';
import { hopsOf, totalOf, type Kept } from './kept.ts';

/** What is less above its usual is no news (ms). */
const ABOVE_MS = 5;

export function tell(kept: Kept, usualOf: (hop: string) => number | null): StoredTrace {
  const { id, chat, at, outcome, code, agent, model, provider, version, firstToken, spans, full, browser, feedback, text } = kept;
  const hops = hopsOf(spans);
  const slowest = most(hops, ({ ms }) => ms);
  const above = most(hops, (hop) => excess(hop, usualOf));
  const usual = Object.fromEntries([...new Set(hops.map(({ name }) => name))].flatMap((name) => {
    const ms = usualOf(name);
    return ms === null ? [] : [[name, ms] as const];
  }));
  return {
    traceId: id, chatId: chat, startedAt: at, total: totalOf(spans),
    slowest: { name: slowest?.name ?? 'accept', ms: slowest?.ms ?? 0, usual: usual[slowest?.name ?? ''] ?? null },
    ...(above && excess(above, usualOf) > ABOVE_MS ? { above: { name: above.name, ms: above.ms, usual: usual[above.name] ?? 0 } } : {}),
    outcome, code, agent, model, provider, version, firstToken, full, usual,
    ...(browser ? { browser } : {}), ...(feedback ? { feedback: { rating: feedback.rating, ...(feedback.comment === undefined ? {} : { comment: feedback.comment }) } } : {}), ...(full && text ? { text } : {}),
    spans,
  };
}

/** How much longer than usual a hop took (ms); 0 while its usual is not known. */
export function excess({ name, ms }: Span, usualOf: (hop: string) => number | null): number {
  return ms - (usualOf(name) ?? ms);
}

function most(spans: Span[], of: (span: Span) => number): Span | null {
  return spans.reduce<Span | null>((top, span) => (top && of(top) >= of(span) ? top : span), null);
}
