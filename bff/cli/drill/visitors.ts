/** Visitors who ask at a steady rate, over real sockets, and note when the first word came and who said it. */
import { Agent, request } from 'node:http';
import { ORIGIN, SITE_KEY } from './setting.ts';

/** Times in ms on the drill's clock, `sentAt` from its start. `firstToken` is null when none came; `provider` when nobody finished. `cost` in US dollars. */
export type Turn = { sentAt: number; firstToken: number | null; provider: string | null; cost: number };
export type Clock = { speed: number; now(): number };

/** A turn that is not over by then is given up (ms on the drill's clock); this also bounds how many run at once. */
const DEADLINE_MS = 30_000;
const QUESTION = 'Where is my invoice?';

/** A clock that runs `speed` times as fast as ours, from 0. */
export function startClock(speed: number): Clock {
  const startedAt = performance.now();
  return { speed, now: () => (performance.now() - startedAt) * speed };
}

/** Resolves when the clock says `at`; rejects when `signal` aborts. */
export function until(at: number, { speed, now }: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const stop = (): void => {
      clearTimeout(timer);
      fail(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      done();
    }, Math.max(0, at - now()) / speed);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** A session of the drill's site, and how to ask with it. */
export async function openDoor(url: string, clock: Clock, signal: AbortSignal): Promise<{ ask: () => Promise<Turn>; close: () => void }> {
  const response = await fetch(`${url}/api/session`, { method: 'POST', signal, headers: { origin: ORIGIN, 'content-type': 'application/json' }, body: JSON.stringify({ site: SITE_KEY }) });
  if (!response.ok) throw new Error(`The bff gave no session: ${response.status} ${await response.text()}`);
  const { token } = (await response.json()) as { token: string };
  const agent = new Agent({ keepAlive: true });
  let asked = 0;
  return {
    ask: () => ask(url, agent, { id: `drill-${asked++}`, token, trigger: 'submit-message', messages: [{ id: 'q', role: 'user', parts: [{ type: 'text', text: QUESTION }] }] }, clock, signal),
    close: () => agent.destroy(),
  };
}

/** `count` turns from now on, one every `every` ms of the clock; resolves with all of them when the last is over. */
export async function askSteadily(door: { ask: () => Promise<Turn> }, count: number, every: number, clock: Clock, signal: AbortSignal): Promise<Turn[]> {
  const from = clock.now();
  const turns: Promise<Turn>[] = [];
  for (let n = 0; n < count; n++) {
    await until(from + n * every, clock, signal);
    turns.push(door.ask());
  }
  return Promise.all(turns);
}

function ask(url: string, agent: Agent, body: unknown, clock: Clock, signal: AbortSignal): Promise<Turn> {
  const turn: Turn = { sentAt: clock.now(), firstToken: null, provider: null, cost: 0 };
  return new Promise((done) => {
    let text = '';
    const sent = request(`${url}/api/chat`, { method: 'POST', agent, signal, headers: { origin: ORIGIN, 'content-type': 'text/plain' } }, (response) => {
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
        if (turn.firstToken === null && text.includes('"type":"text-delta"')) turn.firstToken = clock.now() - turn.sentAt;
      });
      response.once('close', over);
    });
    const timer = setTimeout(() => sent.destroy(), DEADLINE_MS / clock.speed);
    // Whatever breaks the connection: the turn has what it has by then, and that is its result.
    sent.once('error', over);
    sent.end(JSON.stringify(body));

    function over(): void {
      clearTimeout(timer);
      done({ ...turn, ...finishOf(text) });
    }
  });
}

/** Who answered and at what cost, as the last event of a whole answer tells it. */
function finishOf(text: string): Partial<Turn> {
  const data = /^data: (\{"type":"finish",.*\})$/m.exec(text)?.[1];
  if (data === undefined) return {};
  const { messageMetadata: { provider, cost } } = JSON.parse(data) as { messageMetadata: { provider: string; cost: number } };
  return { provider, cost };
}
