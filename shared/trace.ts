/** What `/admin/traces` tells of turns, and the trace context that goes along to tools. */
import type { Outcome } from './status.ts';

/** `start` in ms from the turn's beginning; `parent` is a span's id. Spans without parent add up to the turn. */
export type Span = { id: string; parent?: string; name: string; start: number; ms: number };

/**
 * A kept turn as `/admin/traces` tells it; `usual` is the median of that hop over the last day (ms), null while unknown.
 * `above`: the hop that is furthest above its usual. `full`: what happened inside the hops is there, too. `browser`:
 * key press to first painted token, and how far its clock is ahead; `clamped` when its times could not all be.
 */
export type StoredTrace = {
  traceId: string;
  chatId: string;
  startedAt: number;
  total: number;
  slowest: { name: string; ms: number; usual: number | null };
  above?: { name: string; ms: number; usual: number };
  outcome: Outcome;
  code: string | null;
  agent: string | null;
  model: string | null;
  provider: string | null;
  version: string;
  /** Ms from the request's arrival. */
  firstToken: number | null;
  full: boolean;
  usual: Record<string, number>;
  spans: Span[];
  browser?: { painted: number; offset?: number; clamped?: true };
  feedback?: { rating: 'up' | 'down'; comment?: string };
  /** Only of sites that allow it. */
  text?: { question: string; answer: string };
};
/** A visitor's thumbs-down; `at` epoch ms. */
export type Complaint = { at: number; comment: string | null; trace: StoredTrace };
/** What the hops cost the median visitor (ms, as a share of all), and turns to look at. `since` epoch ms. */
export type TraceReport = {
  turns: number;
  visitors: number;
  since: number | null;
  hops: { name: string; median: number; p95: number; share: number; turns: number }[];
  look: { why: string; trace: StoredTrace }[];
};

/** The span of a tool call, 16 hex digits: the same wherever it is asked for. */
export function spanOfCall(traceId: string, callId: string): string {
  return hash(`${traceId} ${callId}`, 0x811c9dc5) + hash(`${callId} ${traceId}`, 0x01000193);
}

/** W3C trace context. */
export function traceparentOf(traceId: string, span: string): string {
  return `00-${traceId}-${span}-01`;
}

/** FNV-1a, 32 bits as eight hex digits. */
function hash(text: string, seed: number): string {
  let value = seed;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, '0');
}
