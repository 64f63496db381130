/** Faults injected into real turns of a real bff, half of them on our side: where its own feed says that they were. */
import { setTimeout as wait } from 'node:timers/promises';
import { feed, type Sample, type Side } from '@halfsecond/shared/status';
import { addsUp, blameOf, partsOf } from '../../../status/collector/hops.ts';
import { ask, bffFor, session } from '../../bff/harness.ts';
import { startOpenAI } from '../../fakes/openai.ts';

type Fault = { name: string; side: Side; inject: () => Injected };
type Injected = { knobs?: Parameters<Awaited<ReturnType<typeof startOpenAI>>['set']>[0]; dispatchMs?: number; dispatchFails?: boolean; routeMs?: number; routeFails?: boolean; crowded?: boolean };
export type Judged = { fault: string; side: Side; said: Side | null; off: number };

const between = (from: number, to: number): number => Math.round(from + Math.random() * (to - from));

const faults: Fault[] = [
  { name: 'provider: late first token', side: 'provider', inject: () => ({ knobs: { firstTokenDelay: between(600, 850) } }) },
  { name: 'provider: late headers', side: 'provider', inject: () => ({ knobs: { headersDelay: between(600, 850) } }) },
  { name: 'provider: very late, another model stands in', side: 'provider', inject: () => ({ knobs: { firstTokenDelay: between(1_200, 2_000) } }) },
  { name: 'provider: HTTP 500', side: 'provider', inject: () => ({ knobs: { status: 500 } }) },
  { name: 'provider: HTTP 429', side: 'provider', inject: () => ({ knobs: { status: 429, retryAfter: 5 } }) },
  { name: 'provider: connection cut', side: 'provider', inject: () => ({ knobs: { fault: 'cut', after: 0 } }) },
  { name: 'provider: empty answer', side: 'provider', inject: () => ({ knobs: { fault: 'nothing' } }) },
  { name: 'provider: a web page for an answer', side: 'provider', inject: () => ({ knobs: { fault: 'html' } }) },
  { name: 'provider late, we a little', side: 'provider', inject: () => ({ knobs: { firstTokenDelay: between(600, 800) }, dispatchMs: between(50, 150) }) },
  { name: 'provider: late and then an error', side: 'provider', inject: () => ({ knobs: { headersDelay: between(550, 700), status: 503 } }) },
  { name: 'own: dispatch slow', side: 'own', inject: () => ({ dispatchMs: between(600, 900) }) },
  { name: 'own: dispatch breaks', side: 'own', inject: () => ({ dispatchFails: true }) },
  { name: 'own: router slow', side: 'own', inject: () => ({ routeMs: between(600, 900) }) },
  { name: 'own: router breaks', side: 'own', inject: () => ({ routeFails: true }) },
  { name: 'own: queue full of others', side: 'own', inject: () => ({ crowded: true }) },
  { name: 'own slow, provider a little', side: 'own', inject: () => ({ dispatchMs: between(550, 800), knobs: { firstTokenDelay: between(100, 250) } }) },
];

/** @param count faults in all, half on each side @param atOnce bffs side by side */
export async function sides(count: number, atOnce: number): Promise<Judged[]> {
  const wanted: Fault[] = (['own', 'provider'] as const).flatMap((side) => {
    const kinds = faults.filter((each) => each.side === side);
    return Array.from({ length: count / 2 }, (_, at) => kinds[at % kinds.length] as Fault);
  });
  const judged: Judged[] = [];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let fault = wanted.shift(); fault; fault = wanted.shift()) judged.push(await one(fault));
  }));
  return judged;
}

async function one({ name, side, inject }: Fault): Promise<Judged> {
  const { knobs = {}, dispatchMs, dispatchFails, routeMs, routeFails, crowded } = inject();
  const fake = await startOpenAI({ text: 'It is on its way to you.', ...(crowded ? { tokensPerSecond: 7 } : {}), ...knobs });
  const settings = {
    providers: { house: { kind: 'openai-compatible', baseURL: `${fake.url}/v1`, apiKey: 'k' } },
    models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 1, outputPrice: 2, ...(crowded ? { maxConcurrent: 1 } : {}) }],
    memory: { enabled: false }, queue: { depth: 20, wait: 5_000 }, limits: { requestsPerMinute: 100_000, streamsPerVisitor: 100 },
  };
  // An agent is not needed: who answers is not what is measured.
  const dispatch = async () => {
    if (dispatchFails) throw new Error('as the drill asked');
    await wait(dispatchMs ?? 0);
    return { agent: null, score: 0, abstained: true, human: false, alternatives: [] };
  };
  const slowRoute = async function* () {
    await wait(routeMs ?? 0);
    if (routeFails) throw new Error('as the drill asked');
    yield { type: 'model' as const, provider: 'house', model: 'house', fallback: false, reason: 'drill' };
    const startedAt = performance.now();
    await wait(40);
    yield { type: 'text' as const, text: 'It is on its way.' };
    yield { type: 'attempt' as const, attempt: { provider: 'house', model: 'house', outcome: 'ok' as const, startedAt, firstContent: 40, total: 45 } };
    yield { type: 'end' as const, reason: 'stop' as const, provider: 'house', model: 'house', fallback: false, usage: { inputTokens: 1, outputTokens: 1 }, cost: 0 };
  };
  const bff = await bffFor(settings, { replace: { dispatch, ...(routeMs !== undefined || routeFails ? { route: slowRoute } : {}) } });
  try {
    const { token } = await session(bff);
    const others = crowded ? [ask(bff, token, 'other', 'Where is my order?')] : [];
    if (crowded) await wait(30);
    await ask(bff, token, 'mine', 'Where is my order?');
    await Promise.all(others);
    const turn = await lastTurn(bff.url);
    const { queue, gateway, provider } = partsOf(turn);
    if (!addsUp(turn)) console.log(`does not add up: ${JSON.stringify(turn.timing)}`);
    return { fault: name, side, said: blameOf(turn, new Set(['builtin']))?.side ?? null, off: Math.abs(queue + gateway + provider - turn.timing.total) / turn.timing.total };
  } finally {
    await bff.stop();
    await fake.close();
  }
}

async function lastTurn(url: string): Promise<Sample> {
  const response = await fetch(`${url}/status/feed?after=0`, { headers: { authorization: 'Bearer feed-key' } });
  const last = feed.parse(await response.json()).samples.at(-1);
  if (!last) throw new Error('The feed holds no turn.');
  return last;
}
