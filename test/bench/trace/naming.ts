/** A delay at a random hop: does the trace name that hop as the slowest, and do its hops add up to the time on the wall? */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatch, Recall, RunTools } from '@halfsecond/bff/layers';
import type { StoredTrace } from '@halfsecond/shared/trace';
import { startOpenAI } from '../../fakes/openai.ts';
import { admin, bffFor, session } from '../../bff/harness.ts';
import { startVisitor } from './thread.ts';

const HOPS = ['network', 'queue', 'dispatch', 'recall', 'provider', 'tool', 'write', 'browser'] as const;
type Hop = (typeof HOPS)[number];
/** What the trace calls it. */
const NAMES: Partial<Record<Hop, string>> = { browser: 'paint' };
const [LEAST, MOST] = [80, 200];

export type Trial = { hop: Hop; delay: number; named: string; total: number; wall: number };

/** Trials one after the other; the delay of each is drawn between 80 and 200 ms. */
export async function nameSlowest(trials: number, random: () => number): Promise<Trial[]> {
  const delay: Record<Hop, number> = { network: 0, queue: 0, dispatch: 0, recall: 0, provider: 0, tool: 0, write: 0, browser: 0 };
  const agent = { name: 'desk', title: 'Desk', description: '', topics: [], examples: [], instructions: '', tools: ['docs.*'], dataClass: 'public' as const, quality: 1, identity: false };
  const dispatch: Dispatch = async () => {
    if (delay.dispatch > 0) await sleep(delay.dispatch);
    return { agent, score: 1, abstained: false, human: false, alternatives: [] };
  };
  const recall: Recall = async () => {
    if (delay.recall > 0) await sleep(delay.recall);
    return { snippets: [], tokens: 0 };
  };
  const tools: RunTools = async function* (calls) {
    const from = performance.now();
    if (delay.tool > 0) await sleep(delay.tool);
    for (const { id, name } of calls) yield { type: 'output', callId: id, name, output: 'found', ms: performance.now() - from };
  };
  const fake = await startOpenAI();
  const bff = await bffFor({
    providers: { house: { kind: 'openai-compatible', baseURL: `${fake.url}/v1`, apiKey: 'k' } },
    models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 0, outputPrice: 0, maxConcurrent: 1 }],
    tools: { docs: { kind: 'builtin' } }, memory: { enabled: false }, queue: { depth: 10, wait: 5_000 }, limits: { requestsPerMinute: 100_000 },
  }, { replace: { dispatch, recall, tools } });
  const visitor = await startVisitor(bff.url);
  const { token } = await session(bff);
  const stringify = JSON.stringify;
  // The last event takes long to be put into words: nothing in a turn comes later.
  JSON.stringify = ((value: { type?: string } | undefined, ...more: []) => {
    if (delay.write > 0 && value?.type === 'finish') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delay.write);
    return stringify(value, ...more);
  }) as typeof JSON.stringify;

  const one = async (chat: string, hop: Hop | null, ms: number): Promise<Trial> => {
    for (const name of HOPS) delay[name] = name === hop ? ms : 0;
    const speech = { text: 'It is in your account.' };
    fake.set(hop === 'tool' ? [{ calls: [{ name: 'docs_search', input: { query: 'invoice' } }] }, speech] : hop === 'queue' ? [{ ...speech, firstTokenDelay: ms }, speech] : { ...speech, firstTokenDelay: delay.provider });
    let before: Promise<unknown> = Promise.resolve();
    if (hop === 'queue') {
      // Somebody else has the only place.
      const came = fake.next();
      before = visitor.visit({ token, chat: `${chat}-before`, direct: true, slow: { network: 0, browser: 0 } });
      await came;
    }
    const { traceId, wall } = await visitor.visit({ token, chat, direct: false, slow: { network: delay.network, browser: delay.browser } });
    await before;
    const trace = (await (await admin(bff, 'GET', `/admin/traces/${traceId}`)).json()) as StoredTrace;
    return { hop: hop ?? 'network', delay: ms, named: trace.slowest.name, total: trace.total, wall };
  };

  const done: Trial[] = [];
  try {
    for (let at = 0; at < 10; at += 1) await one(`warm-${at}`, null, 0);
    for (let at = 0; at < trials; at += 1) {
      const hop = HOPS[Math.floor(random() * HOPS.length)] ?? 'network';
      done.push(await one(`t-${at}`, hop, Math.round(LEAST + random() * (MOST - LEAST))));
    }
  } finally {
    JSON.stringify = stringify;
    await visitor.close();
    await bff.stop();
    await fake.close();
  }
  return done;
}

/** The hop as a trace names it. */
export function nameOf(hop: Hop): string {
  return NAMES[hop] ?? hop;
}
