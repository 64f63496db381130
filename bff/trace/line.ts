/** An ended turn as one line of the log, in logfmt: its trace, how it ended and its times in ms. No text of anybody is in it. */
import type { TurnRecord } from '../layers.ts';

export function turnLine({ question, outcome, code, agent, model, provider, fallback, timing, attempts, tools, cost }: TurnRecord): string {
  const { firstToken, total, queue, dispatch, memory, route, provider: asked, tools: called } = timing;
  const fields = {
    turn: question.traceId, outcome, code, site: question.owner.site, agent, model, provider, fallback: fallback || null,
    first: firstToken, total, queue, dispatch, recall: memory, route, answering: asked, tool: tools.length > 0 ? called : null,
    attempts: attempts.length, failures: attempts.flatMap(({ failure }) => failure ?? []).join(',') || null, tools: tools.map(({ name, outcome: how }) => `${name}:${how}`).join(',') || null,
    cost: cost > 0 ? Number(cost.toPrecision(4)) : null,
  };
  return Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [`${name}=${word(String(value))}`])).join(' ');
}

/** Names come from the configuration and from models: what is no plain word is quoted, so that a line stays one line of fields. */
function word(value: string): string {
  return /^[\w.:,/@+-]*$/.test(value) && value !== '' ? value : JSON.stringify(value.slice(0, 200));
}
