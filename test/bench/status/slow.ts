/** Real visitors, a provider that becomes slow: how long until the page says so, from the traffic alone. */
import { setTimeout as wait } from 'node:timers/promises';
import { startOpenAI } from '../../fakes/openai.ts';
import { becomes, shownAfter, SITE, startPair, statusOf } from './processes.ts';

const GIVE_UP_MS = 30_000;
/** Turns a second. */
const RATE = 4;
const ORIGIN = SITE.origins[0] ?? '';

/** Ms of each drill. */
export async function slowTokens(drills: number): Promise<number[]> {
  const fake = await startOpenAI({ text: 'It is on its way to you.', firstTokenDelay: 60 });
  const pair = await startPair({
    providers: { house: { kind: 'openai-compatible', baseURL: `${fake.url}/v1`, apiKey: 'k' } },
    models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 1, outputPrice: 2 }],
    limits: { requestsPerMinute: 1_000_000, streamsPerVisitor: 1_000 },
  });
  const stop = new AbortController();
  const asking = ask(pair.bff.url, stop.signal);
  try {
    const times: number[] = [];
    for (let at = 0; at < drills; at += 1) {
      await becomes(pair.host, (state) => statusOf(state, 'house') === 'operational', 120_000);
      await wait(3_000 + Math.random() * 1_000);
      const since = performance.now();
      fake.set({ text: 'It is on its way to you.', firstTokenDelay: 650 + Math.random() * 200 });
      times.push(await shownAfter(pair.host, since, (state) => statusOf(state, 'house') === 'degraded_performance', GIVE_UP_MS));
      fake.set({ text: 'It is on its way to you.', firstTokenDelay: 60 });
    }
    return times;
  } finally {
    stop.abort();
    await asking;
    await pair.end();
    await fake.close();
  }
}

/** Visitors who ask at a steady rate until told to stop; what becomes of a single answer is the status page's matter. */
async function ask(url: string, stop: AbortSignal): Promise<void> {
  const session = await fetch(`${url}/api/session`, { method: 'POST', headers: { origin: ORIGIN, 'content-type': 'application/json' }, body: JSON.stringify({ site: SITE.key }) });
  const { token } = (await session.json()) as { token: string };
  const open = new Set<Promise<unknown>>();
  for (let turn = 0; !stop.aborted; turn += 1) {
    const body = { id: `drill-${turn}`, messages: [{ id: `m-${turn}`, role: 'user', parts: [{ type: 'text', text: 'Where is my order?' }] }], trigger: 'submit-message', token };
    const asked = fetch(`${url}/api/chat`, { method: 'POST', headers: { origin: ORIGIN, 'content-type': 'text/plain' }, body: JSON.stringify(body) }).then((response) => response.text(), () => undefined);
    open.add(asked);
    void asked.finally(() => open.delete(asked));
    await wait(1_000 / RATE);
  }
  await Promise.all(open);
}
