/** The CPU time of tracing's own code for a turn with a provider, a tool and a browser's marks: what the comparison of whole turns is too coarse for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@halfsecond/bff/config';
import type { AttemptReport, Question, TurnRecord } from '@halfsecond/bff/layers';
import { openTracing } from '@halfsecond/bff/trace/tracing.ts';
import { SITE } from '../../bff/harness.ts';

const WARM = 3_000;

/** Milliseconds of CPU per turn, written to disk included; with a `collector`, sent to it as well. */
export async function measureOwn(turns: number, collector = ''): Promise<number> {
  const data = mkdtempSync(join(tmpdir(), 'halfsecond-tracing-'));
  const parsed = parseConfig({ site: SITE }, {}, data);
  if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
  const tracing = await openTracing({ config: parsed.config, data, env: collector === '' ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_BSP_SCHEDULE_DELAY: '50' }, log: () => undefined });
  const owner = { site: 'shop', visitor: 'v', chat: 'c', identified: false };
  const one = async (at: number): Promise<void> => {
    const arrivedAt = performance.now();
    const question: Question = {
      id: `msg_${at}`, traceId: at.toString(16).padStart(32, '0'), owner, messageId: 'm', text: 'Where is my invoice?', lang: 'en', recent: [], dataClass: 'public', agent: null, resetStep: false, arrivedAt, sent: { at: Date.now(), keyToSend: 2 },
    };
    const spans = tracing.recordSpans(question);
    spans.told();
    for (const hop of ['queue', 'dispatch', 'recall', 'route', 'provider'] as const) spans.enter(hop);
    spans.token();
    const now = performance.now();
    const attempt: AttemptReport = { provider: 'house', model: 'm', outcome: 'ok', span: '00f067aa0ba902b7', startedAt: now - 2, connect: 0.1, headers: 0.5, firstContent: 1, total: 2 };
    spans.inside('provider:house', now - 2, now, attempt.span, [{ name: 'connect', from: now - 2, to: now - 1.9 }, { name: 'headers', from: now - 1.9, to: now - 1.5 }, { name: 'first-content', from: now - 1.5, to: now - 1 }, { name: 'last', from: now - 1, to: now }]);
    spans.enter('tool');
    spans.inside('tool:docs.search', now - 1, now);
    for (const hop of ['route', 'provider', 'write'] as const) spans.enter(hop);
    spans.timing();
    const record: TurnRecord = {
      question, outcome: 'ok', code: null, text: 'In your account.', agent: 'desk', sources: [], handoff: null, handoffTold: false, dataClass: 'public', model: 'm', provider: 'house', fallback: false,
      usage: { inputTokens: 1, outputTokens: 100 }, cost: 0, spans: spans.finish(), timing: spans.timing(), left: spans.left(), attempts: [attempt], tools: [], waiting: null,
    };
    tracing.add(record);
    tracing.mark(owner, { token: '', traceId: question.traceId, keyToSend: 2, sendToFirstByte: 3, firstByteToPaint: 4, total: 9 });
    if (at % 50 === 0) await new Promise(setImmediate);
    if (at % 500 === 0) await new Promise((done) => setTimeout(done, collector === '' ? 0 : 400));
  };
  try {
    for (let at = 0; at < WARM; at += 1) await one(at);
    await new Promise((done) => setTimeout(done, 2_000));
    const before = process.cpuUsage();
    for (let at = WARM; at < WARM + turns; at += 1) await one(at);
    await tracing.close();
    const { user, system } = process.cpuUsage(before);
    if (tracing.dropped().export > 0) throw new Error(`${tracing.dropped().export} turns were dropped`);
    return (user + system) / 1_000 / turns;
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}
